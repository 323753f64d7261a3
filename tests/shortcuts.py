"""Shortcuts: what each test would do again, though a test of its own does it in full: migrate, wait for a disk, hash.

Migrations  run once per worker and database; a further empty store is told what they said (tests/store/test_migrate.py)
Disk        SQLite does not wait until what it wrote would outlive the loss of power
Passwords   argon2 with the least of time and memory
Policies    are hashed once each: nearly every act of casework names the policy that it rests on
Threads     an engine has one, as there is a worker per core; tests/scoring/test_batch.py compares the bytes with more
Bytecode    where Python is told to write none, processes that a test starts still compile each module once per run
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Connection, event

from ews.events.book import open_book
from ews.events.engine import connect
from ews.policy.policy import Policy
from ews.store import engine, entrance, migrate, passwords

_READS = ("SELECT", "PRAGMA")
_POLICIES = 16
"""Whose hash is remembered at a time."""


def take_shortcuts(patched: pytest.MonkeyPatch, shared: Path) -> None:
    """Take them until `patched` is undone; what processes share lies below `shared`."""
    patched.setattr(engine, "upgrade", remembered(migrate.upgrade))
    patched.setattr(engine, "_set_up_sqlite", _without_waiting(engine._set_up_sqlite))
    patched.setattr(Policy, "hash", property(_hashed_once(vars(Policy)["hash"].fget)))
    for start in (connect, open_book):
        patched.setattr(start, "__kwdefaults__", {**(start.__kwdefaults__ or {}), "threads": 1})
    cheap = PasswordHash([Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)])
    for module in (entrance, passwords):
        patched.setattr(module, "PASSWORDS", cheap)
    entrance.nobodys_hash.cache_clear()
    if sys.dont_write_bytecode:
        patched.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        patched.setenv("PYTHONPYCACHEPREFIX", str(shared / "bytecode"))


def remembered(upgrade: Callable[[Connection], None]) -> Callable[[Connection], None]:
    """Return an `upgrade` that keeps what was said to an empty database, and says only that to the next one."""
    said: dict[str, list[str]] = {}

    def again(connection: Connection) -> None:
        dialect = connection.dialect.name
        if migrate.revision_of(connection) is not None:
            upgrade(connection)
        elif dialect in said:
            _say_again(connection, said[dialect])
        else:
            said[dialect] = _listened(connection, upgrade)

    return again


def _say_again(connection: Connection, statements: list[str]) -> None:
    """Say `statements` past SQLAlchemy; PostgreSQL takes them all at once."""
    driver = connection.connection.driver_connection
    assert driver is not None
    for said in [";\n".join(statements)] if connection.dialect.name == "postgresql" else statements:
        driver.execute(said)


def _listened(connection: Connection, upgrade: Callable[[Connection], None]) -> list[str]:
    heard: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: Any) -> None:
        if not statement.lstrip().upper().startswith(_READS):
            assert not parameters, f"'{statement}' needs its parameters, which are not kept"
            heard.append(statement)

    event.listen(connection, "before_cursor_execute", listen)
    try:
        upgrade(connection)
    finally:
        event.remove(connection, "before_cursor_execute", listen)
    return heard


def _without_waiting(set_up: Callable[[Any, object], None]) -> Callable[[Any, object], None]:
    def quick(connection: Any, record: object) -> None:
        connection.execute("PRAGMA synchronous = OFF")  # a new file would be waited for while it is set up
        set_up(connection, record)
        connection.execute("PRAGMA synchronous = OFF")

    return quick


def _hashed_once(hashed: Callable[[Policy], str]) -> Callable[[Policy], str]:
    """Return what gives each policy, which never changes, the hash that `hashed` gave it first."""
    known: dict[int, tuple[Policy, str]] = {}

    def once(policy: Policy) -> str:
        if id(policy) not in known:
            if len(known) == _POLICIES:
                known.clear()
            known[id(policy)] = policy, hashed(policy)
        return known[id(policy)][1]

    return once
