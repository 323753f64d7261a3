"""Small books made in memory, so that a test can say in a few rows what a bank knew."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import ibis
import pyarrow as pa

from ews.events.book import Book
from ews.events.engine import connect
from ews.events.manifest import Manifest, TableEntry
from ews.events.schemas import SQL_TYPES, EventTable, table

ARROW = {
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
}
ENGINE = connect(threads=1)

Rows = Sequence[Mapping[str, Any]]


def book_of(
    rows: Mapping[str, Rows],
    *,
    covered: tuple[date, date] = (date(2000, 1, 1), date(2030, 12, 31)),
    extracted_on: date = date(2030, 12, 31),
    engine: ibis.BaseBackend = ENGINE,
) -> Book:
    """Return a book of `rows` per table; known_on defaults to the day a row happened."""
    tables = {
        name: engine.create_table(ibis.util.gen_name(name), stored(name, content), temp=True)
        for name, content in rows.items()
    }
    entries = {
        name: TableEntry(
            file="", sha256="", rows=len(content), rejected=0, covered_from=covered[0], covered_to=covered[1]
        )
        for name, content in rows.items()
    }
    return Book(Manifest("test", extracted_on, entries), engine, tables)


def stored(name: str, rows: Rows) -> pa.Table:
    """Return `rows` with the columns that a stored table has."""
    schema = table(name)
    complete = [_with_knowledge(schema.happened, _with_made(schema, row)) for row in rows]
    versions: dict[tuple[Any, ...], list[date]] = {}
    for row in complete:
        versions.setdefault(tuple(row.get(key) for key in schema.key), []).append(row["known_on"])
    for row in complete:
        later = [on for on in versions[tuple(row.get(key) for key in schema.key)] if on > row["known_on"]]
        row["known_until"] = min(later, default=None)
    standing = [row for row in complete if not row.get("withdrawn")]
    fields = [(column.name, ARROW[SQL_TYPES[column.kind]]) for column in schema.columns]
    fields += [("known_on", pa.date32()), ("known_until", pa.date32())]
    return pa.table({field: pa.array([row.get(field) for row in standing], kind) for field, kind in fields})


def _with_made(schema: EventTable, row: Mapping[str, Any]) -> dict[str, Any]:
    made = {
        column.name: "|".join(str(row[part]) for part in column.made_of if row.get(part) is not None)
        for column in schema.columns
        if column.made_of
    }
    return {**made, **row}


def _with_knowledge(happened: str | None, row: Mapping[str, Any]) -> dict[str, Any]:
    day = row.get(happened) if happened else None
    day = day.date() if isinstance(day, datetime) else day
    return {"known_on": day or date(1900, 1, 1), **row}
