"""A real PostgreSQL that outlives no test run.

Nothing waits for a disk, nobody tidies up or counts behind the tests, and no query is compiled for a few rows: what
nobody has analysed seems large, and to compile takes longer than all the rest.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from sqlalchemy import Engine, create_engine, text

from benchmarks.databases import postgresql_server

_SETTINGS = tuple(
    f"{name} = off" for name in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum", "track_counts", "jit")
)


@contextmanager
def server() -> Iterator[str]:
    """Give the address of a server until the block ends."""
    with postgresql_server() as started:
        address = started.get_uri(driver="psycopg")
        for setting in _SETTINGS:
            do(address, f"ALTER SYSTEM SET {setting}")
        do(address, "SELECT pg_reload_conf()")
        yield address
        _engine(address).dispose()


def do(address: str, statement: str) -> None:
    """Say one statement to the server, on a connection that is kept for the next one."""
    with _engine(address).connect() as connection:
        connection.execute(text(statement))


@cache
def _engine(address: str) -> Engine:
    return create_engine(address, isolation_level="AUTOCOMMIT")
