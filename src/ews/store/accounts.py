"""Accounts: who may use the product, in which roles, for which branch; kept for good, at most deactivated.

Writes  users; each change with its entry in the audit log, which never holds a password or its hash
Roles   officers and branch managers work for one branch; others may be tied to one
"""

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from ews.domain.errors import AccountError
from ews.domain.people import SYSTEM, Actor, Role
from ews.domain.text import sentence
from ews.store.audit import Entry
from ews.store.audit_log import Change, Log, change
from ews.store.engine import Store, reading
from ews.store.passwords import hashed_password
from ews.store.tables import sessions, users

LONGEST_NAME = 200
_USER_ID = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
RESERVED = frozenset({SYSTEM.user_id, "local", "nobody", "unknown"})
"""Whom the log calls so: the system, this machine without accounts, who is not logged in, who has no account."""
_OF_A_BRANCH = frozenset({Role.OFFICER, Role.BRANCH_MANAGER})


@dataclass(frozen=True, slots=True)
class Profile:
    """What an account says of a person. `officer_id` is how the book calls the person; `oidc_subject` the bank's login.

    `branch_id` None stands for all branches.
    """

    name: str
    roles: frozenset[Role]
    branch_id: str | None = None
    officer_id: str | None = None
    oidc_subject: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "roles": sorted(self.roles)}


@dataclass(frozen=True, slots=True)
class User:
    """An account as it is now; whoever is not active may not log in."""

    user_id: str
    profile: Profile
    has_password: bool
    is_active: bool
    created_at: datetime

    def actor(self, *, is_machine: bool = False) -> Actor:
        who = self.profile
        return Actor(self.user_id, who.name, who.roles, who.branch_id, who.officer_id, is_machine=is_machine)


def has_accounts(store: Store) -> bool:
    """Tell whether there is any account, active or not."""
    with reading(store) as connection:
        return connection.execute(select(users.c.user_id).limit(1)).first() is not None


def all_users(store: Store) -> tuple[User, ...]:
    """Return all accounts, by id."""
    with reading(store) as connection:
        return tuple(user_of(row) for row in connection.execute(select(users).order_by(users.c.user_id)))


def names_of(connection: Connection, user_ids: Collection[str]) -> Mapping[str, str]:
    """Return the names of accounts by id, in use or not; who has none is absent."""
    query = select(users.c.user_id, users.c.name).where(users.c.user_id.in_(sorted(user_ids)))
    return {row.user_id: row.name for row in connection.execute(query)}


def officer_names(store: Store) -> Mapping[str, str]:
    """Return the names of the officers of the book that have an account in use, by officer_id."""
    query = select(users.c.officer_id, users.c.name).where(users.c.officer_id.is_not(None), users.c.is_active)
    with reading(store) as connection:
        return {row.officer_id: row.name for row in connection.execute(query)}


def person_names(store: Store) -> Mapping[str, str]:
    """Return the names of all accounts, by id."""
    with reading(store) as connection:
        return {row.user_id: row.name for row in connection.execute(select(users.c.user_id, users.c.name))}


def find_user(store: Store, user_id: str) -> User:
    """Return an account; AccountError where there is none."""
    with reading(store) as connection:
        return user_of(row_of(connection, user_id))


def add_user(
    log: Log,
    user_id: str,
    profile: Profile,
    *,
    by: str,
    at: datetime,
    password: str | None = None,
    bank_words: Collection[str] = (),
    request_id: str | None = None,
) -> User:
    """Open an account; without a password it is entered by the bank's login or by tokens only.

    `bank_words` are names of the bank, on which no password may rest. AccountError where the id is taken or unusable,
    the profile does not hold, or the password is too weak.
    """
    _check_id(user_id)
    _check(profile)
    hashed = None if password is None else hashed_password(password, user_id, profile.name, bank_words)
    told = {**profile.as_dict(), "has_password": hashed is not None}
    with change(log, Entry(at, by, "user.add", user_id, request_id, told)) as made:
        if made.connection.execute(select(users.c.user_id).where(users.c.user_id == user_id)).first() is not None:
            message = f"There is an account '{user_id}' already. Choose another id, or change that account."
            raise AccountError(message)
        _check_subject(made.connection, user_id, profile)
        _check_officer(made.connection, user_id, profile)
        row = {"user_id": user_id, **_columns(profile), "password_hash": hashed, "is_active": True, "created_at": at}
        made.connection.execute(insert(users), [row])
        made.touch("users", user_id)
    return User(user_id, profile, hashed is not None, is_active=True, created_at=at)


def change_user(
    log: Log, user_id: str, changed: Mapping[str, Any], *, by: str, at: datetime, request_id: str | None = None
) -> User:
    """Change fields of a Profile; AccountError as in `add_user`."""
    with change(log, Entry(at, by, "user.change", user_id, request_id)) as made:
        user = user_of(row_of(made.connection, user_id))
        profile = replace(user.profile, **changed)
        _check(profile)
        _check_subject(made.connection, user_id, profile)
        if user.is_active:
            _check_officer(made.connection, user_id, profile)
        before, after = user.profile.as_dict(), profile.as_dict()
        moved = [name for name in after if after[name] != before[name]]
        made.content.update({name: {"before": before[name], "after": after[name]} for name in moved})
        _update(made, user_id, _columns(profile))
    return replace(user, profile=profile)


def set_active(log: Log, user_id: str, *, active: bool, by: str, at: datetime, request_id: str | None = None) -> User:
    """Let an account be used, or no longer; whoever is logged in under it is logged out."""
    action = "user.enable" if active else "user.disable"
    with change(log, Entry(at, by, action, user_id, request_id)) as made:
        user = user_of(row_of(made.connection, user_id))
        if active:
            _check_officer(made.connection, user_id, user.profile)
        _update(made, user_id, {"is_active": active})
        _log_out(made.connection, user_id)
    return replace(user, is_active=active)


def set_password(
    log: Log,
    user_id: str,
    password: str,
    *,
    by: str,
    at: datetime,
    bank_words: Collection[str] = (),
    request_id: str | None = None,
) -> None:
    """Give an account a new password; whoever is logged in under it is logged out. AccountError if it is too weak."""
    hashed = hashed_password(password, user_id, find_user(log.store, user_id).profile.name, bank_words)
    exchange_password(log, Entry(at, by, "user.password", user_id, request_id), hashed, None)


class _Overtaken(Exception):  # noqa: N818 - no error: it ends a transaction that is not to be
    """Somebody else has changed the password."""


def exchange_password(log: Log, entry: Entry, hashed: str, before: str | None, *, logs_out: bool = True) -> bool:
    """Keep a hash for the subject of `entry` in place of `before`, None for any; tell whether it was still that."""
    with suppress(_Overtaken), change(log, entry) as made:
        if before is not None and row_of(made.connection, entry.subject).password_hash != before:
            raise _Overtaken
        _update(made, entry.subject, {"password_hash": hashed})
        if logs_out:
            _log_out(made.connection, entry.subject)
        return True
    return False


def row_of(connection: Connection, user_id: str) -> Row[Any]:
    """Return the row of an account; AccountError where there is none."""
    row = connection.execute(select(users).where(users.c.user_id == user_id)).first()
    if row is None:
        message = sentence("There is no account '{user_id}'. See 'ews user list' for those there are.", user_id=user_id)
        raise AccountError(message)
    return row


def user_of(row: Row[Any]) -> User:
    roles = frozenset(Role(one) for one in row.roles.split(","))
    profile = Profile(row.name, roles, row.branch_id, row.officer_id, row.oidc_subject)
    return User(row.user_id, profile, row.password_hash is not None, row.is_active, row.created_at)


def _columns(profile: Profile) -> dict[str, Any]:
    return {**asdict(profile), "roles": ",".join(sorted(profile.roles))}


def _update(made: Change, user_id: str, values: Mapping[str, Any]) -> None:
    found = made.found("users", user_id)
    made.connection.execute(update(users).where(users.c.user_id == user_id).values(values))
    made.touch("users", user_id, found)


def _log_out(connection: Connection, user_id: str) -> None:
    connection.execute(delete(sessions).where(sessions.c.user_id == user_id))


def _check_id(user_id: str) -> None:
    if not _USER_ID.fullmatch(user_id) or user_id in RESERVED:
        message = (
            f"'{user_id}' is no id for an account. Give up to 64 small letters, digits and . _ @ -, beginning with a "
            f"letter or digit; {', '.join(sorted(RESERVED))} stand for others in the log."
        )
        raise AccountError(message)


def _check(profile: Profile) -> None:
    fault = None
    if not profile.name.strip() or len(profile.name) > LONGEST_NAME or not profile.name.isprintable():
        fault = f"The name of an account is 1 to {LONGEST_NAME} printable characters, not {profile.name[:40]!r}"
    elif not profile.roles:
        fault = f"An account has at least one role. Roles: {', '.join(Role)}"
    elif profile.branch_id is None and profile.roles & _OF_A_BRANCH:
        needing = ", ".join(sorted(profile.roles & _OF_A_BRANCH))
        fault = f"Who is {needing} works for one branch, and none is given. Name the branch"
    elif "" in (profile.branch_id, profile.officer_id, profile.oidc_subject):
        fault = "Branch, officer id and subject are left out where there is none, never empty. Leave it out"
    if fault is not None:
        message = f"{fault}."
        raise AccountError(message)


def _check_officer(connection: Connection, user_id: str, profile: Profile) -> None:
    """Raise AccountError where the officer has another active account: one person would count as two."""
    if profile.officer_id is None:
        return
    query = select(users.c.user_id).where(
        users.c.officer_id == profile.officer_id, users.c.user_id != user_id, users.c.is_active
    )
    other = connection.execute(query).scalar()
    if other is not None:
        message = (
            f"Officer '{profile.officer_id}' has the active account '{other}' already, and one person has one. Disable "
            "it first, or give the id of another officer."
        )
        raise AccountError(message)


def _check_subject(connection: Connection, user_id: str, profile: Profile) -> None:
    if profile.oidc_subject is None:
        return
    query = select(users.c.user_id).where(users.c.oidc_subject == profile.oidc_subject, users.c.user_id != user_id)
    other = connection.execute(query).scalar()
    if other is not None:
        message = (
            f"The subject '{profile.oidc_subject}' of the bank's login belongs to account '{other}' already. Take it "
            "away there first, or give the subject of another person."
        )
        raise AccountError(message)
