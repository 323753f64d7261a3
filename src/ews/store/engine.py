"""The store: one database that holds what was published, SQLite or PostgreSQL.

`reading` sees one state of the store from first to last statement; `writing` is one transaction and lets one
writer in at a time, readers go on meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from ews.domain.errors import SettingsError
from ews.store.migrate import HEAD, check_revision, revision_of, upgrade
from ews.store.worklist import rebuild

BUSY_SECONDS = 30
"""How long a writer waits for another one on SQLite."""

_KEPT, _MOST = 10, 60
"""Connections that stay open to a server, and most at once."""
_KEPT_TO_FILE = 40
"""As many as the service has threads: opening the file anew would cost each look-up more than its query. There is no
most: whoever has the right to write and asks for a second connection would wait for those that wait for the right."""

_WRITES, _WAITS = "ews_writes", "ews_waits"
_SCHEMA_LOCK = 6_539_411  # any number that no other program locks on the same database


@dataclass(frozen=True, slots=True)
class Store:
    """Opened by `open_store`; may be used by several threads at once."""

    engine: Engine

    @property
    def on_postgresql(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def open_store(url: str, *, create: bool = True) -> Store:
    """Open the store at `url` and bring its tables up to date.

    `url` is `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/DATABASE`. SettingsError where it cannot be opened,
    has a newer schema than the code knows, or, with `create` False, does not exist yet.
    """
    address = _address(url)
    shown = address.render_as_string(hide_password=True)
    if address.get_backend_name() == "sqlite":
        _check_file(Path(str(address.database)), shown, create=create)
    store = Store(_engine(address))
    try:
        _bring_up_to_date(store, shown, create=create)
    except DBAPIError as error:
        store.close()
        message = f"The store '{shown}' cannot be opened: {error.orig}. Check the address and that it is a database."
        raise SettingsError(message) from error
    except SettingsError:
        store.close()
        raise
    return store


def schema_of(store: Store) -> str | None:
    """Return the schema that the store has now, None where it is empty; DBAPIError where it cannot be reached."""
    with reading(store) as connection:
        return revision_of(connection)


@contextmanager
def reading(store: Store) -> Iterator[Connection]:
    """Give a connection that sees the store as it is now until the end."""
    with store.engine.connect() as connection:
        if store.on_postgresql:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


@contextmanager
def writing(store: Store, *, waits: bool = True) -> Iterator[Connection]:
    """Give a connection whose work is done wholly or not at all.

    OperationalError where another one writes to the file, after BUSY_SECONDS or, unless it `waits`, at once.
    """
    with store.engine.connect() as connection:
        connection.execution_options(**{_WRITES: True, _WAITS: waits})
        with connection.begin():
            yield connection


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        address = None
    kind = None if address is None else address.get_backend_name()
    in_memory = kind == "sqlite" and address is not None and address.database in (None, "", ":memory:")
    if address is None or kind not in ("sqlite", "postgresql") or in_memory:
        told = "an unreadable address (EWS_DATABASE_URL)"
        shown = told if address is None else f"'{address.render_as_string(hide_password=True)}'"
        message = f"The store is given as {shown}. Give sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE."
        raise SettingsError(message)
    return address.set(drivername="postgresql+psycopg") if kind == "postgresql" else address


def _check_file(path: Path, shown: str, *, create: bool) -> None:
    if create:
        path.parent.mkdir(parents=True, exist_ok=True)
    elif not path.is_file():
        message = f"There is no store at '{shown}'. Publish a first batch with 'ews score', or name another home."
        raise SettingsError(message)


def _engine(address: URL) -> Engine:
    if address.get_backend_name() == "postgresql":
        return create_engine(address, pool_pre_ping=True, pool_size=_KEPT, max_overflow=_MOST - _KEPT)
    engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS}, pool_size=_KEPT_TO_FILE, max_overflow=-1)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin too late: BEGIN is said below
    # synchronous: what the audit log tells is on the disk before the answer, however SQLite was built
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get(_WRITES, False):
        connection.exec_driver_sql("BEGIN")
    elif options[_WAITS]:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1_000}")


def _bring_up_to_date(store: Store, shown: str, *, create: bool) -> None:
    found = schema_of(store)
    check_revision(found, shown)
    if found == HEAD:
        return
    if not create:
        message = (
            f"The store '{shown}' has schema '{found}', not '{HEAD}'. Run 'ews score' once to bring it up to date."
        )
        raise SettingsError(message)
    with writing(store) as connection:
        if store.on_postgresql:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})
        check_revision(revision_of(connection), shown)  # another process may have been faster
        upgrade(connection)
        rebuild(connection)
