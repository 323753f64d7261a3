"""Snapshot: a database as it is at one moment, copied while others read and write it.

SQLite      page by page through SQLite's own backup, within one reading transaction; the copy is checked
PostgreSQL  row by row within one repeatable-read transaction, into a store of SQLite: one form of backup for both
Rows        go between any two stores of the same schema, in the order of their keys
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Table, func, insert, select

from ews.domain.errors import TamperedError
from ews.domain.progress import Progress, silent
from ews.store.engine import Store, open_store, reading, writing
from ews.store.tables import metadata

_PAGES = 4_096
"""Copied at a time: 16 MiB with SQLite's usual pages."""
_ROWS = 5_000
_BUSY_SECONDS = 60


def copy_sqlite(source: Path, target: Path, progress: Progress = silent) -> None:
    """Copy a database of SQLite, of whatever schema, into the new file `target`; TamperedError where it is damaged."""
    step = source.name
    with (
        closing(sqlite3.connect(source, timeout=_BUSY_SECONDS, isolation_level=None)) as old,
        closing(sqlite3.connect(target, isolation_level=None)) as new,
    ):
        old.execute("BEGIN")  # what others write meanwhile would have the copy begin anew
        old.execute("SELECT count(*) FROM sqlite_master").fetchone()
        try:
            old.backup(new, pages=_PAGES, progress=lambda _, left, pages: progress(step, pages - left, pages))
            new.execute("PRAGMA journal_mode = DELETE")  # one file, whole in itself
            found = new.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            found = str(error)
    if found != "ok":
        message = f"The database '{source}' is damaged ({found}); no copy of it was kept. Restore an earlier backup."
        raise TamperedError(message)


def copy_store(source: Store, target: Path, progress: Progress = silent) -> None:
    """Copy a store on whatever database into the new file `target`, a store of SQLite."""
    if not source.on_postgresql:
        copy_sqlite(Path(str(source.engine.url.database)), target, progress)
        return
    made = open_store(f"sqlite:///{target}")
    try:
        copy_rows(source, made, progress)
    finally:
        made.close()
    with closing(sqlite3.connect(target, isolation_level=None)) as file:
        file.execute("PRAGMA journal_mode = DELETE")


def copy_rows(source: Store, target: Store, progress: Progress = silent) -> Mapping[str, int]:
    """Copy the rows of all tables into an empty store of the same schema, wholly or not at all; return how many."""
    copied: dict[str, int] = {}
    with reading(source) as old, writing(target) as new:
        for table in metadata.sorted_tables:
            total = _count(old, table)
            progress(table.name, 0, total)
            done = 0
            for rows in _parts(old, table):
                _insert(new, table, rows)
                done += len(rows)
                progress(table.name, done, total)
            copied[table.name] = done
    return copied


def rows_of(store: Store) -> Mapping[str, int]:
    """Return how many rows each table has, by its name."""
    with reading(store) as connection:
        return {table.name: _count(connection, table) for table in metadata.sorted_tables}


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _parts(connection: Connection, table: Table) -> Iterator[list[Row[Any]]]:
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_ROWS)
    rows = iter(connection.execute(query))
    while part := list(islice(rows, _ROWS)):
        yield part


def _insert(connection: Connection, table: Table, rows: list[Row[Any]]) -> None:
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), [dict(row._mapping) for row in rows])  # noqa: SLF001 - SQLAlchemy's public name
        return
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(tuple(row))
