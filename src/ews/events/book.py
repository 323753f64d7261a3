"""The book (贷款组合): event tables, opened for reading.

Reads what `events/accept.py` wrote. Tables come as Ibis expressions on one embedded DuckDB; every row carries
`known_on` and `known_until`, tombstones are left out (their `known_until` has already ended the version before).
What was known on a day is said by `was_known`; which days count is said by `features/window.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ews.domain.errors import BookError
from ews.events.engine import connect
from ews.events.manifest import Manifest, TableEntry, read_manifest
from ews.events.schemas import SQL_TYPES, TABLES, EventTable
from ews.events.shelf import Shelf
from ews.events.temp_tables import DUCKDB, keep

_IBIS = {"VARCHAR": "string", "BIGINT": "int64"}
"""Types of the columns that came later."""
_GIVEN = "given_"


@dataclass(frozen=True, slots=True)
class Book:
    """Opened by `open_book`; `tables` holds only those that the book has.

    With a `shelf` what is worked out of these very tables is laid aside; a book with other ones has none.
    """

    manifest: Manifest
    engine: ibis.BaseBackend
    tables: Mapping[str, ir.Table]
    shelf: Shelf | None = field(default=None, compare=False, repr=False)

    def has(self, name: str) -> bool:
        return name in self.tables

    def table(self, name: str) -> ir.Table:
        """Return table `name`; BookError where the book does not hold it."""
        if name not in self.tables:
            held = ", ".join(sorted(self.tables))
            message = f"The book has no table '{name}', only {held}. Add {name}.sql to the source and import again."
            raise BookError(message)
        return self.tables[name]

    def covered(self, name: str) -> tuple[date, date] | None:
        """Return the first and last day that the extract of `name` speaks of, None where that is unknown."""
        entry = self.manifest.tables.get(name)
        if entry is None or entry.covered_from is None or entry.covered_to is None:
            return None
        return entry.covered_from, entry.covered_to

    def beside(self, **given: ir.Table) -> "Book":
        """Return the book with tables of its engine that a description asks for by `given`: no event tables."""
        return Book(self.manifest, self.engine, {**self.tables, **{_GIVEN + name: given[name] for name in given}})

    def given(self, name: str) -> ir.Table:
        """Return what was handed in as `name`; KeyError where nothing was."""
        return self.tables[_GIVEN + name]

    def is_given(self, name: str) -> bool:
        return _GIVEN + name in self.tables

    def kept(self, rows: ir.Table | pa.Table) -> ir.Table:
        """Return `rows`, described or at hand, worked out once: what reads them reads a table, not its making."""
        if self.engine.name != DUCKDB:
            return self.engine.create_table(ibis.util.gen_name("kept"), rows, temp=True)
        return keep(self.engine, rows)

    def with_rows(self, replaced: Mapping[str, pa.Table], *, of: Mapping[str, ir.BooleanValue | None]) -> "Book":
        """Return a book in which `replaced` stands in for the rows that `of` selects in each named table.

        `replaced` has the columns of the stored tables, knowledge included; a table that the book lacks is added.
        """
        tables = dict(self.tables)
        for name, rows in replaced.items():
            fresh = self.kept(rows)
            condition = of.get(name)
            kept = tables[name].filter(~condition) if name in tables and condition is not None else None
            tables[name] = fresh if kept is None else ibis.union(kept, fresh.select(kept.columns).cast(kept.schema()))
        return Book(self.manifest, self.engine, tables)


def open_book(directory: Path, *, threads: int | None = None, manifest: Manifest | None = None) -> Book:
    """Open the book in `directory`, as `manifest` says where that is given; BookError where it or a file is missing."""
    engine = connect(threads=threads)
    return book_read(
        manifest or read_manifest(directory),
        engine,
        lambda _, entry: engine.read_parquet(stored_file(directory, entry)),
    )


def book_read(manifest: Manifest, engine: ibis.BaseBackend, read: Callable[[EventTable, TableEntry], ir.Table]) -> Book:
    """Return the book of `manifest` whose tables `engine` has; `read` finds one as it was stored."""
    tables = {}
    for schema in TABLES:
        entry = manifest.tables.get(schema.name)
        if entry is not None:
            stored = _with_later_columns(read(schema, entry), schema)
            tables[schema.name] = stored.filter(~stored.withdrawn).drop("withdrawn")
    return Book(manifest, engine, tables)


def stored_file(directory: Path, entry: TableEntry) -> Path:
    """Return the file of a table; BookError where it is missing."""
    path = directory / entry.file
    if not path.is_file():
        message = f"The book's file '{path}' is missing. Import the book again."
        raise BookError(message)
    return path


def _with_later_columns(stored: ir.Table, schema: EventTable) -> ir.Table:
    """Return `stored` with the columns that came after it was written: put together, or null."""
    for column in schema.columns:
        if column.is_later and column.name not in stored.columns:
            parts = [stored[name].cast("string") for name in column.made_of if name in stored.columns]
            made = parts[0] if parts else ibis.null(_IBIS[SQL_TYPES[column.kind]])
            for part in parts[1:]:
                made = made + (ibis.literal("|") + part).fill_null("")
            stored = stored.mutate(**{column.name: made})
    return stored


def was_known(table: ir.Table, by: ir.DateValue | date) -> ir.BooleanValue:
    """Return the condition that a row's version was the one known at the end of day `by`."""
    return (table.known_on <= by) & (table.known_until.isnull() | (table.known_until > by))
