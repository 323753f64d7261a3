"""Sessions: who is logged in, and until when; people see and end their own.

Secret  256 random bits and the account, told once; the store keeps a hash made with the key of the log
Ends    at its time whatever is done, and after a while in which nothing is done. The store hears of a use once a STEP,
        so that a session may end that much sooner
Id      the first digits of the hash: it names a session, and logs nobody in
"""

import hashlib
import hmac
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update
from sqlalchemy.exc import OperationalError

from ews.domain.errors import EwsError, UnauthenticatedError
from ews.domain.people import Actor
from ews.domain.text import sentence
from ews.store.accounts import row_of, user_of
from ews.store.audit import Entry
from ews.store.audit_log import Log, change
from ews.store.engine import Store, reading, writing
from ews.store.entrance import NOT_ACCEPTED
from ews.store.tables import sessions, users

IDLE = timedelta(minutes=60)
"""How long a session outlives doing nothing, where nothing else is set."""
STEP = timedelta(minutes=1)
_DIGITS = 12


class UnknownSessionError(EwsError):
    """There is no such session, or none of one's own that is open: both are told alike."""

    code = "unknown-session"


@dataclass(frozen=True, slots=True)
class NewSession:
    """`secret` is told once, to whoever logged in."""

    secret: str = field(repr=False)
    user_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """An open session; `ends_at` is when it ends if nothing more is done in it. `session_id` is no secret."""

    session_id: str
    started_at: datetime
    last_used_at: datetime
    ends_at: datetime


class LoggedIn(NamedTuple):
    """Who is logged in, and when the store last heard of it."""

    actor: Actor
    last_used_at: datetime


def start_session(
    log: Log,
    actor: Actor,
    *,
    at: datetime,
    lasts: timedelta,
    password_hash: str | None = None,
    request_id: str | None = None,
) -> NewSession:
    """Log somebody in for a time, and forget the sessions that are past theirs.

    UnauthenticatedError where the account is off, or its password is no longer that of `password_hash`, if one was
    shown.
    """
    made_secret = f"{secrets.token_urlsafe(32)}:{actor.user_id}"
    row = {
        "session_hash": _keyed(log, made_secret),
        "user_id": actor.user_id,
        "started_at": at,
        "last_used_at": at,
        "expires_at": at + lasts,
    }
    with change(log, Entry(at, actor.user_id, "login", actor.user_id, request_id)) as made:
        account = row_of(made.connection, actor.user_id)
        if not account.is_active or password_hash not in {None, account.password_hash}:  # changed since it was shown
            raise UnauthenticatedError(NOT_ACCEPTED)
        made.connection.execute(delete(sessions).where(sessions.c.expires_at <= at))
        made.connection.execute(insert(sessions), [row])
    return NewSession(made_secret, actor.user_id, at + lasts)


def actor_by_session(log: Log, secret: str, *, at: datetime, idle: timedelta = IDLE) -> LoggedIn:
    """Return who is logged in; UnauthenticatedError where the session is unknown or over, or the account off.

    What is kept of a session is made with the key of the log and names the account in its secret: who can write to the
    database can neither make a session nor give one to another account.
    """
    query = (
        select(users, sessions.c.last_used_at)
        .join(sessions, sessions.c.user_id == users.c.user_id)
        .where(
            sessions.c.session_hash == _keyed(log, secret),
            sessions.c.user_id == _whose(secret),
            _is_open(at, idle),
            users.c.is_active,
        )
    )
    with reading(log.store) as connection:
        row = connection.execute(query).first()
    if row is None:
        message = "The session is over. Log in again."
        raise UnauthenticatedError(message)
    return LoggedIn(user_of(row).actor(), row.last_used_at)


def note_use(log: Log, secret: str, *, at: datetime) -> None:
    """Keep that a session is in use now. Where the store takes nothing at the moment it hears of the next use."""
    is_it = and_(sessions.c.session_hash == _keyed(log, secret), sessions.c.last_used_at < at)
    with suppress(OperationalError), writing(log.store, waits=False) as connection:
        connection.execute(update(sessions).where(is_it).values(last_used_at=at))


def end_session(log: Log, secret: str, *, at: datetime, request_id: str | None = None) -> None:
    """Log somebody out; a session that is over already stays so."""
    with reading(log.store) as connection:
        query = select(sessions.c.user_id).where(sessions.c.session_hash == _keyed(log, secret))
        user_id = connection.execute(query).scalar()
    if user_id is None:
        return
    with change(log, Entry(at, user_id, "logout", user_id, request_id)) as made:
        made.connection.execute(delete(sessions).where(sessions.c.session_hash == _keyed(log, secret)))


def session_id_of(log: Log, secret: str) -> str:
    """Return the id of the session that a secret belongs to."""
    return _keyed(log, secret)[:_DIGITS]


def open_sessions(store: Store, user_id: str, *, at: datetime, idle: timedelta = IDLE) -> tuple[Session, ...]:
    """Return the open sessions of an account, the one used last first."""
    newest = sessions.c.last_used_at.desc(), sessions.c.started_at.desc(), sessions.c.session_hash
    query = select(sessions).where(sessions.c.user_id == user_id, _is_open(at, idle)).order_by(*newest)
    with reading(store) as connection:
        found = connection.execute(query).all()
    return tuple(
        Session(
            one.session_hash[:_DIGITS], one.started_at, one.last_used_at, min(one.expires_at, one.last_used_at + idle)
        )
        for one in found
    )


def end_own_session(
    log: Log,
    user_id: str,
    session_id: str,
    *,
    at: datetime,
    idle: timedelta = IDLE,
    request_id: str | None = None,
) -> None:
    """End an open session of an account; UnknownSessionError where it has none of that id."""
    with change(log, Entry(at, user_id, "session.end", user_id, request_id, {"session_id": session_id})) as made:
        is_it = and_(_id() == session_id, sessions.c.user_id == user_id, _is_open(at, idle))
        if made.connection.execute(delete(sessions).where(is_it)).rowcount == 0:
            message = sentence(
                "No session '{session_id}' of yours is open. It may have ended by itself; see the list of those that "
                "are open.",
                session_id=session_id,
            )
            raise UnknownSessionError(message)


def end_other_sessions(
    log: Log, user_id: str, secret: str | None, *, at: datetime, request_id: str | None = None
) -> None:
    """End all sessions of an account but the one of `secret`."""
    with change(log, Entry(at, user_id, "session.end-others", user_id, request_id)) as made:
        others = and_(sessions.c.user_id == user_id, sessions.c.session_hash != _keyed(log, secret or ""))
        made.content["ended"] = made.connection.execute(delete(sessions).where(others)).rowcount


def _is_open(at: datetime, idle: timedelta) -> ColumnElement[bool]:
    return and_(sessions.c.expires_at > at, sessions.c.last_used_at > at - idle)


def _id() -> ColumnElement[str]:
    return func.substr(sessions.c.session_hash, 1, _DIGITS)


def _keyed(log: Log, secret: str) -> str:
    return hmac.new(log.key, secret.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _whose(secret: str) -> str:
    """Return the account that a secret names; empty for what no secret of ours holds."""
    name = secret.rpartition(":")[2]
    return name if name.isprintable() else ""
