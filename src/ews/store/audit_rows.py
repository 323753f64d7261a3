"""Audit rows: which rows the log proves, and their digests.

Row     of the tables PROTECTED: one digest over all columns, each time it changes
Set     of the tables SETS: one digest per publication over its rows in the order of borrower_id, at publication
Derived rows of the worklist follow from the cases, and are compared with what these say
Wrong   what is not of its column's type (SQLite keeps anything) is taken as it lies there, so that it shows
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, select, type_coerce
from sqlalchemy.types import NullType

from ews.domain.errors import TamperedError
from ews.store.audit import Touched
from ews.store.cases import iso, plain_json
from ews.store.tables import cases, metadata, worklist
from ews.store.worklist import row_of

PROTECTED = ("cases", "acts", "findings", "model_findings", "users", "tokens", "receivers", "adoptions", "batches")
SETS = ("decisions", "records", "packed_records")
CHUNK = 2_000
NOTHING = hashlib.sha256().hexdigest()
"""Digest of a set without rows."""


def held(connection: Connection) -> Iterator[Touched]:
    """Go through all that the log is to prove as the store holds it now; TamperedError where it is no plain data."""
    for name in PROTECTED:
        for key, digest in row_digests(connection, name):
            yield Touched(name, key, _known(digest, name, key))
    for name in SETS:
        for publication in publications_in(connection, name):
            yield set_touched(connection, name, publication)


def row_digests(connection: Connection, name: str) -> Iterator[tuple[str, str | None]]:
    """Go through key and digest of each row of a table; the digest is None where the row is no plain data."""
    table = metadata.tables[name]
    (primary,) = table.primary_key.columns
    columns = [column.name for column in table.columns]
    for row in plain_rows(connection, table, columns, [table.c[primary.name]]):
        content = dict(zip(columns, row, strict=True))
        yield str(content[primary.name]), _digest(content)


def set_touched(connection: Connection, name: str, publication: int) -> Touched:
    """Return the digest of what a publication has in a table, as the store holds it now."""
    key = str(publication)
    return Touched(name, key, _known(set_digest(connection, name, publication), name, key))


def set_digest(connection: Connection, name: str, publication: int) -> str | None:
    """Return the SHA-256 over a publication's rows in a table; None where one of them is no plain data."""
    table = metadata.tables[name]
    columns = sorted(column.name for column in table.columns)
    total = hashlib.sha256()
    is_plain = True
    for row in plain_rows(connection, table, columns, [table.c.borrower_id], table.c.publication == publication):
        try:
            # No plain_json: with its keys each row would cost twice as much, and there may be millions.
            total.update(json.dumps(row, ensure_ascii=False, default=plain).encode() + b"\n")
        except (TypeError, ValueError):
            is_plain = False
    return total.hexdigest() if is_plain else None


def misleading(connection: Connection) -> Iterator[str]:
    """Go through the ids of cases whose row in the worklist is missing, left over or not what the case says."""
    columns, told = ([column.name for column in table.columns] for table in (worklist, cases))
    there = {row[0]: row for row in plain_rows(connection, worklist, columns, [worklist.c.case_id])}
    for values in plain_rows(connection, cases, told, [cases.c.case_id], cases.c.closed_at.is_(None)):
        case = dict(zip(told, values, strict=True))
        if there.pop(case["case_id"], None) != _derived(case, columns):
            yield str(case["case_id"])
    yield from sorted(map(str, there))


def _derived(case: dict[str, Any], columns: Sequence[str]) -> list[Any] | None:
    """Return what the worklist should hold of a case, None where the case itself is no case any more."""
    try:
        row = row_of({**case, "body": json.loads(case["body"])})
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return [row[name] for name in columns]


def publications_in(connection: Connection, name: str) -> list[int]:
    """Return the publications that have rows in a table, ascending."""
    column = metadata.tables[name].c.publication
    return list(connection.execute(select(column).distinct().order_by(column)).scalars())


def plain_rows(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    order: Sequence[ColumnElement[Any]],
    *conditions: ColumnElement[bool],
) -> Iterator[list[Any]]:
    """Go through rows without holding them all; values as Python has them, or as they lie there if they are wrong."""
    chosen = [table.c[name] for name in columns]
    query = select(*(type_coerce(column, NullType()).label(column.name) for column in chosen))
    readers = _readers(connection, chosen)
    found = connection.execute(query.where(*conditions).order_by(*order).execution_options(yield_per=CHUNK))
    for row in found:
        values = list(row)
        for place, reader, writer in readers:
            values[place] = _read(reader, writer, values[place])
        yield values


def _readers(connection: Connection, columns: Sequence[Column[Any]]) -> list[tuple[int, Any, Any]]:
    """Return what makes dates and flags of what SQLite keeps, and back, by place; PostgreSQL keeps them as such."""
    dialect = connection.dialect
    if dialect.name != "sqlite":
        return []
    found = []
    for place, column in enumerate(columns):
        kind = column.type.dialect_impl(dialect)
        reader, writer = kind.result_processor(dialect, None), kind.bind_processor(dialect)
        if reader is not None and writer is not None:
            found.append((place, reader, writer))
    return found


def plain(value: Any) -> Any:
    """Return a day, a time or bytes as a set's digest takes them; TypeError for anything else."""
    return {"sha256": hashlib.sha256(value).hexdigest()} if isinstance(value, bytes) else iso(value)


def _known(digest: str | None, table: str, key: str) -> str:
    if digest is None:
        message = f"What table '{table}' has under '{key}' is no plain data. Put back the backup of the store."
        raise TamperedError(message)
    return digest


def _read(reader: Any, writer: Any, value: Any) -> Any:
    """Return the value as Python has it; as it lies there if it would not be written so: readers take half words."""
    try:
        read = reader(value)
        return read if writer(read) == value else value
    except (TypeError, ValueError):
        return value


def _digest(content: dict[str, Any]) -> str | None:
    try:
        return hashlib.sha256(plain_json(content).encode()).hexdigest()
    except (TypeError, ValueError):
        return None
