"""Staging: rows on their way into the book, as Parquet parts of one table each."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


@contextmanager
def staging_beside(book_dir: Path) -> Iterator[Path]:
    """Yield an empty folder beside the book that is gone afterwards; what a killed run left is removed first."""
    whole = book_dir.resolve()
    folder = whole.with_name(f".{whole.name}-simulation")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def write_part(folder: Path, table: str, part: int, columns: Mapping[str, pa.Array]) -> None:
    """Add the rows in `columns` to `table`; parts are read in the order of their numbers."""
    (folder / table).mkdir(exist_ok=True)
    pq.write_table(pa.table(dict(columns)), folder / table / f"{part:06d}.parquet", compression="lz4")


def relations(folder: Path) -> dict[str, str]:
    """Return, per table that has parts, what may follow FROM."""
    tables = sorted({part.parent for part in folder.glob("*/*.parquet")})
    return {table.name: _all_parts(table) for table in tables}


def _all_parts(table: Path) -> str:
    pattern = str(table / "*.parquet").replace("'", "''")
    return f"read_parquet('{pattern}')"
