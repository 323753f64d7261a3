"""What is asked of the store in a backup, a file of SQLite of whatever schema."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from ews.store.migrate import VERSION_TABLE


def schema_in(file: Path) -> str:
    """Return its schema, empty where it has none."""
    with _asked(file) as asked:
        there = asked.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (VERSION_TABLE,)).fetchone()
        found = asked.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone() if there else None
    return found[0] if found else ""


def head_in(file: Path) -> tuple[int, str]:
    """Return number and hash of the newest entry of its audit log, 0 where that is empty."""
    with _asked(file) as asked:
        found = asked.execute("SELECT entry, hash FROM audit ORDER BY entry DESC LIMIT 1").fetchone()
    return (0, "") if found is None else (int(found[0]), str(found[1]))


def rows_in(file: Path) -> Mapping[str, int]:
    """Return how many rows each table has."""
    with _asked(file) as asked:
        names = [name for (name,) in asked.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: asked.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def batches_in(file: Path) -> list[str]:
    """Return the folders of its batches, below the home."""
    with _asked(file) as asked:
        return [name for (name,) in asked.execute("SELECT directory FROM batches ORDER BY publication")]


@contextmanager
def _asked(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file, timeout=60)) as connection:
        yield connection
