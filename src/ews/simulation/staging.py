"""Staging: rows on their way into the book, as Parquet parts of one table each."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ews.events.schemas import Kind, all_columns, table

_TYPES: dict[Kind, pa.DataType] = {
    "id": pa.string(),
    "text": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "fen": pa.int64(),
    "count": pa.int64(),
    "share": pa.float64(),
    "flag": pa.bool_(),
}


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


def write_part(folder: Path, name: str, part: int, columns: Mapping[str, pa.Array]) -> None:
    """Add the rows in `columns` to table `name`, null where a column is not given; KeyError for unknown columns.

    Parts are read in the order of their numbers.
    """
    schema = list(all_columns(table(name)))
    unknown = set(columns) - {column.name for column in schema}
    if unknown:
        raise KeyError(name, *sorted(unknown))
    rows = len(next(iter(columns.values())))
    whole = {column.name: columns.get(column.name, pa.nulls(rows, _TYPES[column.kind])) for column in schema}
    (folder / name).mkdir(exist_ok=True)
    pq.write_table(pa.table(whole), folder / name / f"{part:08d}.parquet", compression="lz4")


def relations(folder: Path) -> dict[str, str]:
    """Return, per table that has parts, what may follow FROM."""
    folders = sorted({part.parent for part in folder.glob("*/*.parquet")})
    return {parts.name: _all_parts(parts) for parts in folders}


def _all_parts(parts: Path) -> str:
    pattern = str(parts / "*.parquet").replace("'", "''")
    return f"read_parquet('{pattern}')"
