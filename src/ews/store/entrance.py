"""Entrance: who somebody is, by password, token or the bank's login; and how people change their own password.

Password argon2; an attempt counts as failed until it has succeeded, so that many at once gain nothing
Delay    after FREE failed attempts on an id each further one has to wait twice as long, up to LONGEST
Unknown  ids that nobody has are answered in the same words, after the same work and delays
Secrets  tokens are 256 random bits, of which the store keeps SHA-256 only
"""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from math import ceil
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, text, update

from ews.domain.errors import AccountError, UnauthenticatedError
from ews.domain.people import Actor
from ews.domain.text import sentence
from ews.store.accounts import User, exchange_password, find_user, user_of
from ews.store.audit import Entry
from ews.store.audit_log import Log, change
from ews.store.engine import Store, reading, writing
from ews.store.passwords import PASSWORDS, WeakPasswordError, check_password, hashed_password, normal_password
from ews.store.tables import logins, tokens, users

FREE = 5
FIRST, LONGEST = timedelta(seconds=15), timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)
"""Failed attempts older than this no longer count."""
UNKNOWN = "unknown"
"""Subject of a failed login under an id that nobody has: what was typed may have been a password."""
_LONGEST_GIVEN = 1_024
NOT_ACCEPTED = "The id or the password is not accepted. Check both, or ask an operator to set a new password."


class WrongPasswordError(AccountError):
    """Whoever changes a password does not know the one before."""

    code = "wrong-password"


class Entered(NamedTuple):
    """Who showed the right password, and what is kept of it: what rests on it is void where that is no more."""

    actor: Actor
    password_hash: str


class TooManyAttemptsError(UnauthenticatedError):
    """`seconds` is how long it takes until the next attempt is looked at."""

    code = "too-many-attempts"

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


def actor_by_password(log: Log, user_id: str, password: str, *, at: datetime, request_id: str | None = None) -> Actor:
    """Return who logs in; UnauthenticatedError where id or password is wrong, the account off, or the id delayed."""
    return entered_by_password(log, user_id, password, at=at, request_id=request_id).actor


def entered_by_password(
    log: Log, user_id: str, password: str, *, at: datetime, request_id: str | None = None
) -> Entered:
    """Return who logs in, for a session; errors as in `actor_by_password`."""
    row, kept = _verified(log, user_id, password, at)
    if row is None or kept is None:
        subject = UNKNOWN if row is None else row.user_id
        with change(log, Entry(at, subject, "login.failed", subject, request_id)):
            pass
        raise UnauthenticatedError(NOT_ACCEPTED)
    return Entered(user_of(row).actor(), kept)


def change_own_password(
    log: Log,
    actor: Actor,
    before: str,
    new: str,
    *,
    at: datetime,
    bank_words: Collection[str] = (),
    request_id: str | None = None,
) -> None:
    """Give oneself a new password, which ends all sessions.

    WrongPasswordError where `before` is not the password, which counts as a failed login; TooManyAttemptsError while
    the account is delayed; WeakPasswordError as in `passwords`; AccountError for an account that has no password.
    """
    user = find_user(log.store, actor.user_id)
    if not user.has_password:
        message = sentence("The account '{user_id}' has no password here that could be changed.", user_id=actor.user_id)
        raise AccountError(message)
    check_password(new, user.user_id, user.profile.name, bank_words)
    _, kept = _verified(log, user.user_id, before, at)
    if kept is None:
        raise _not_before(log, user.user_id, at, request_id)
    if normal_password(new) == normal_password(before):
        message = sentence("The new password is the one before. Choose another one.")
        raise WeakPasswordError(message)
    hashed = hashed_password(new, user.user_id, user.profile.name, bank_words)
    if not exchange_password(log, Entry(at, user.user_id, "user.password", user.user_id, request_id), hashed, kept):
        raise _not_before(log, user.user_id, at, request_id)


def _not_before(log: Log, user_id: str, at: datetime, request_id: str | None) -> WrongPasswordError:
    """Enter in the log that a password was not changed, and return why."""
    with change(log, Entry(at, user_id, "user.password.failed", user_id, request_id)):
        pass
    return WrongPasswordError(sentence("The password before is not the right one. Nothing was changed."))


def actor_by_token(store: Store, secret: str, *, at: datetime) -> Actor:
    """Return the machine that holds a token; UnauthenticatedError where it is unknown, expired, revoked, or off."""
    with reading(store) as connection:
        row = connection.execute(_BY_TOKEN, {"token_hash": _hash(secret), "at": at}).first()
    if row is None:
        message = "The token is not accepted: unknown, expired or revoked. Ask an operator for a new one."
        raise UnauthenticatedError(message)
    return user_of(row).actor(is_machine=True)


def actor_by_oidc(store: Store, subject: str) -> Actor:
    """Return whose account the bank's login names; UnauthenticatedError where there is none, or it is off."""
    with reading(store) as connection:
        row = connection.execute(select(users).where(users.c.oidc_subject == subject, users.c.is_active)).first()
    if row is None:
        message = (
            "The bank's login is sound, but no active account belongs to it. Ask an operator to open one with this "
            f"subject: {subject[:200]}"
        )
        raise UnauthenticatedError(message)
    return user_of(row).actor()


def delayed_until(store: Store, user: User, *, at: datetime) -> datetime | None:
    """Return until when nobody may try to log in to an account, None where that is possible now."""
    with reading(store) as connection:
        until, _ = _attempts(connection, _hash(user.user_id), at)
    return until if until is not None and until > at else None


def _verified(log: Log, user_id: str, password: str, at: datetime) -> tuple[Row[Any] | None, str | None]:
    """Return the account under an id, and what is kept of the password where it is its own; an attempt is counted."""
    name = _hash(user_id)
    _count_attempt(log.store, name, at)
    row = _row_under(log.store, user_id)
    stored = None if row is None else row.password_hash
    # As much work for an id that nobody has: the time tells nothing.
    fits, newer = PASSWORDS.verify_and_update(normal_password(password[:_LONGEST_GIVEN]), stored or nobodys_hash())
    if row is None or stored is None or not fits or not row.is_active:
        return row, None
    if newer is not None and not _keep_newer(log, row.user_id, stored, newer, at):
        return row, None
    with writing(log.store) as connection:
        connection.execute(delete(logins).where(logins.c.user_id == name))
    return row, newer or stored


def _row_under(store: Store, user_id: str) -> Row[Any] | None:
    """Return the row of an account, None for whatever cannot be an id of one."""
    if not user_id.isprintable():
        return None
    with reading(store) as connection:
        return connection.execute(select(users).where(users.c.user_id == user_id[:_LONGEST_GIVEN])).first()


def _count_attempt(store: Store, name: str, at: datetime) -> None:
    """Count an attempt before it is looked at; UnauthenticatedError, and not counted, while the id is delayed."""
    with writing(store) as connection:
        if store.on_postgresql:
            connection.execute(text("LOCK TABLE logins IN SHARE ROW EXCLUSIVE MODE"))
        until, failed = _attempts(connection, name, at)
        if until is not None and until > at:
            seconds = max(1, ceil((until - at).total_seconds()))
            message = sentence("Too many attempts under this id. Try again in {seconds} seconds.", seconds=seconds)
            raise TooManyAttemptsError(message, seconds)
        connection.execute(delete(logins).where(logins.c.failed_at < at - FORGOTTEN_AFTER))
        counted = {"failed": failed + 1, "failed_at": at}
        if failed == 0:
            connection.execute(insert(logins), [{"user_id": name, **counted}])
        else:
            connection.execute(update(logins).where(logins.c.user_id == name).values(counted))


def _attempts(connection: Connection, name: str, at: datetime) -> tuple[datetime | None, int]:
    """Return until when an id is delayed, and how many attempts count."""
    query = select(logins).where(logins.c.user_id == name, logins.c.failed_at >= at - FORGOTTEN_AFTER)
    row = connection.execute(query).first()
    if row is None:
        return None, 0
    if row.failed < FREE:
        return None, row.failed
    return row.failed_at + min(LONGEST, FIRST * 2 ** min(row.failed - FREE, 10)), row.failed


def _keep_newer(log: Log, user_id: str, stored: str, newer: str, at: datetime) -> bool:
    """Keep the password under the present parameters of argon2, which were others when it was set.

    Tell whether that could be: not where it was changed meanwhile.
    """
    return exchange_password(log, Entry(at, user_id, "user.rehash", user_id), newer, stored, logs_out=False)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def nobodys_hash() -> str:
    return PASSWORDS.hash(secrets.token_urlsafe(32))


_BY_TOKEN = (
    select(users)
    .join(tokens, tokens.c.user_id == users.c.user_id)
    .where(
        tokens.c.token_hash == bindparam("token_hash"),
        tokens.c.revoked_at.is_(None),
        tokens.c.expires_at > bindparam("at"),
        users.c.is_active,
    )
)
"""Asked with every request of a machine, and made once."""
