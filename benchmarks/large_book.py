"""A large book: a simulated one, each of its borrowers many times under ids of its own.

What a borrower of the small book is, all its copies are: accounts, loans, families and guarantee circles are copied
whole, with what was known when, so that figures per borrower stay real. Institutions, branches, industries and regions
are those of the small book. An id begins with the number of its copy, so that rows lie on disk as an import sorts them
without being sorted again; one copy after the other is written, in memory that does not grow with the book.
"""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from ews.events.engine import connect
from ews.events.manifest import FILE_NAME, Manifest, TableEntry, read_manifest, write_manifest
from ews.events.schemas import EventTable, table
from ews.simulation.simulate import simulate

MOST_COPIES = 10_000
_SHARED = ("institution_id",)
_OWN_TEXT = ("officer_id", "group_id")
"""Texts that name somebody: every copy has officers and groups of its own, so that an officer's day stays as long."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """The simulated book that is multiplied; `borrowers` counts all rows of the table borrowers but later versions."""

    borrowers: int
    months: int
    seed: int = 20_268

    @property
    def folder(self) -> str:
        return f"pattern-{self.borrowers}x{self.months}-{self.seed}"


def with_postings(kept: Path, postings: int, pattern: Pattern) -> Path:
    """Return the folder of a book with at least `postings` rows of transactions, made in `kept` unless it is there."""
    small = _small(kept, pattern)
    return with_copies(kept, pattern, -(-postings // read_manifest(small).tables["transactions"].rows))


def with_copies(kept: Path, pattern: Pattern, copies: int) -> Path:
    """Return the folder of a book that holds `pattern` `copies` times, made in `kept` unless it is there."""
    if not 1 <= copies <= MOST_COPIES:
        message = f"The book would hold {copies} copies of its pattern. Ask for 1 to {MOST_COPIES}."
        raise ValueError(message)
    small, large = _small(kept, pattern), kept / f"{pattern.folder}-times-{copies}"
    if not (large / FILE_NAME).is_file():
        multiply(small, large, copies)
    return large


def multiply(small: Path, large: Path, copies: int) -> None:
    """Write the book `large` with everything that the book `small` holds `copies` times; the manifest comes last."""
    manifest = read_manifest(small)
    (large / "data").mkdir(parents=True, exist_ok=True)
    engine = connect()
    try:
        entries = {
            name: _multiplied(engine.con, small, large, table(name), entry, copies)
            for name, entry in manifest.tables.items()
        }
    finally:
        engine.disconnect()
    write_manifest(large, Manifest(manifest.portfolio, manifest.extracted_on, entries, manifest.recipe))


def name_of(borrower_id: str, number: int) -> str:
    """Return the id that copy `number` has for `borrower_id`."""
    return f"{number:04}-{borrower_id}"


def _small(kept: Path, pattern: Pattern) -> Path:
    small = kept / pattern.folder
    if not (small / FILE_NAME).is_file():
        simulate(small, borrowers=pattern.borrowers, months=pattern.months, seed=pattern.seed)
    return small


def _multiplied(
    con: duckdb.DuckDBPyConnection, small: Path, large: Path, schema: EventTable, entry: TableEntry, copies: int
) -> TableEntry:
    file = large / "data" / f"{schema.name}.parquet"
    own = {column.name for column in schema.columns if column.kind == "id" or column.name in _OWN_TEXT}
    names = [row[0] for row in con.execute(f"DESCRIBE FROM '{small / entry.file}'").fetchall()]
    selects = []
    for number in range(copies):
        columns = (
            f"'{name_of('', number)}' || {name} AS {name}" if name in own - {*_SHARED} else name for name in names
        )
        selects.append(f"SELECT {', '.join(columns)} FROM '{small / entry.file}'")
    con.execute(f"COPY ({' UNION ALL '.join(selects)}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)")
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return replace(entry, file=f"data/{file.name}", sha256=digest, rows=entry.rows * copies)
