"""Scripts: what a family describes, written as SQL that fills one temporary table after the other.

They depend on the engine and on the shape of the book (tables, columns, which of them tell from when to when they
speak), on how many days there are on which anchors, never on its rows nor on which days they are: they are written once
per shape, which takes longer than running them on a small book, and kept (kept_scripts.py).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend
from ibis.expr.schema import Schema

from ews.events.book import Book
from ews.events.manifest import Manifest
from ews.features.steps import Function, Step, step
from ews.features.window import Spine
from ews.features.work_tables import told_to, writer

Make = Callable[[Book, Spine], ir.Table]
"""Describes a table from a book and a spine that have no rows yet."""

BOOK, SPINE, TABLE = "features_book_", "features_spine", "features_table_"


@dataclass(frozen=True, slots=True)
class Shape:
    """What statements depend on; `manifest` tells the coverage and is no part of the comparison.

    `days` and `coverage` stand in for those of the spine and the book: a description makes literals of them.
    """

    make: Make
    tables: tuple[tuple[str, Schema], ...]
    coverage: tuple[tuple[date, date] | None, ...]
    keys: Schema
    days: tuple[date, ...]
    engine: str
    manifest: Manifest = field(compare=False)


@dataclass(frozen=True, slots=True)
class Statement:
    """Fills `table` from the tables and views that it `reads`."""

    table: str
    schema: Schema
    select: str
    function: Function | None
    reads: tuple[str, ...]
    lasting: bool


@dataclass(frozen=True, slots=True)
class Script:
    """Statements in their order, the last one fills the result; `views` are what they read of the book and spine."""

    views: tuple[str, ...]
    statements: tuple[Statement, ...]


def written(shape: Shape) -> Script:
    """Return the statements for this shape, written now."""
    tables = {name: ibis.table(schema, name=f"{BOOK}{name}") for name, schema in shape.tables}
    writes = writer(shape.engine)
    book = Book(shape.manifest, writes, tables)
    spine = Spine(ibis.table(shape.keys, name=SPINE), shape.days)
    whole = step(shape.make(book, spine)).op()
    order = list(_in_order(whole, set()))
    named = {each: ops.UnboundTable(f"{TABLE}{number}", each.schema) for number, each in enumerate(order)}
    lasting = {each for each in order if each.work.lasting} or {whole}
    statements = tuple(_statement(writes, each, named, lasting=each in lasting) for each in order)
    views = {name for one in statements for name in one.reads if not name.startswith(TABLE)}
    return Script(tuple(sorted(views)), statements)


def _in_order(one: Step, seen: set[Step]) -> Iterator[Step]:
    """Yield the steps that `one` rests on, each after those it reads, and `one` itself."""
    for read in one.work.rows.find(Step):
        if read not in seen:
            yield from _in_order(read, seen)
    seen.add(one)
    yield one


def _statement(writes: SQLBackend, filled: Step, named: dict[Step, ops.UnboundTable], *, lasting: bool) -> Statement:
    rows = filled.work.rows
    read = {each: named[each] for each in rows.find(Step)}
    rows = rows.replace(read) if read else rows
    reads = tuple(sorted({table.name for table in rows.find(ops.UnboundTable)}))
    select = told_to(writes.name, writes.compile(rows.to_expr()))
    return Statement(named[filled].name, filled.schema, select, filled.work.function, reads, lasting)
