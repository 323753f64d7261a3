"""Statements: what a family describes, as SQL that fills one temporary table after the other.

They depend on the engine and on the shape of the book (tables, columns, coverage), on how many days there are on which
anchors, never on its rows nor on which days they are: they are compiled once per process and shape, which takes longer
than running them on a small book.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend
from ibis.expr.schema import Schema

from ews.domain.progress import Progress, silent
from ews.events.book import Book
from ews.events.manifest import Manifest
from ews.features.steps import Function, Step, step
from ews.features.window import Spine, alike
from ews.features.work_tables import work_tables, writer

Make = Callable[[Book, Spine], ir.Table]
"""Describes a table from a book and a spine that have no rows yet."""

_KEPT = 256
"""Shapes whose statements are kept: a process sees one or two per book, a run of the tests many."""
_BOOK, _SPINE, _TABLE = "features_book_", "features_spine", "features_table_"


@dataclass(frozen=True, slots=True)
class Shape:
    """What statements depend on; `manifest` tells the coverage and is no part of the comparison.

    `days` stand in for those of the spine: a description that read a day itself would be told a wrong one.
    """

    make: Make
    tables: tuple[tuple[str, Schema], ...]
    coverage: tuple[tuple[date, date] | None, ...]
    keys: Schema
    days: tuple[date, ...]
    engine: str
    manifest: Manifest = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Statement:
    """Fills `table`; afterwards nothing reads the tables `spent` any more."""

    table: str
    schema: Schema
    select: str
    function: Function | None
    spent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """Statements in their order, the last one fills the result; `views` are what they read of the book and spine."""

    views: tuple[str, ...]
    statements: tuple[_Statement, ...]


def worked_out(book: Book, spine: Spine, make: Make, progress: Progress = silent) -> ir.Table:
    """Return what `make` describes of `book` and `spine`, as a temporary table of the book's engine."""
    script, tables = script_of(_shape(book, spine, make)), work_tables(book.engine)
    for name in script.views:
        tables.view(name, spine.table if name == _SPINE else book.table(name.removeprefix(_BOOK)))
    count = len(script.statements)
    for done, statement in enumerate(script.statements):
        progress("features", done, count)
        tables.fill(statement.table, statement.schema, statement.select, statement.function)
        for table in statement.spent:
            tables.drop(table)
    progress("features", count, count)
    for name in script.views:
        tables.drop_view(name)
    return tables.handed_over(script.statements[-1].table)


def _shape(book: Book, spine: Spine, make: Make) -> Shape:
    names = sorted(book.tables)
    return Shape(
        make,
        tuple((name, book.table(name).schema()) for name in names),
        tuple(book.covered(name) for name in names),
        spine.table.schema(),
        alike(spine.days),
        book.engine.name,
        book.manifest,
    )


@lru_cache(maxsize=_KEPT)
def script_of(shape: Shape) -> Script:
    """Return the statements for this shape, written anew only where it has not been met."""
    tables = {name: ibis.table(schema, name=f"{_BOOK}{name}") for name, schema in shape.tables}
    writes = writer(shape.engine)
    book = Book(shape.manifest, writes, tables)
    spine = Spine(ibis.table(shape.keys, name=_SPINE), shape.days)
    whole = step(shape.make(book, spine)).op()
    order = list(_in_order(whole, set()))
    named = {each: ops.UnboundTable(f"{_TABLE}{number}", each.schema) for number, each in enumerate(order)}
    reads = [frozenset(each.work.rows.find(Step)) for each in order]
    last = {read: number for number, found in enumerate(reads) for read in found}
    views = {table.name for each in order for table in each.work.rows.find(ops.UnboundTable)}
    statements = tuple(
        _statement(writes, each, named, tuple(named[read].name for read in reads[number] if last[read] == number))
        for number, each in enumerate(order)
    )
    return Script(tuple(sorted(views)), statements)


def _in_order(one: Step, seen: set[Step]) -> Iterator[Step]:
    """Yield the steps that `one` rests on, each after those it reads, and `one` itself."""
    for read in one.work.rows.find(Step):
        if read not in seen:
            yield from _in_order(read, seen)
    seen.add(one)
    yield one


def _statement(
    writes: SQLBackend, filled: Step, named: dict[Step, ops.UnboundTable], spent: tuple[str, ...]
) -> _Statement:
    rows = filled.work.rows
    read = {each: named[each] for each in rows.find(Step)}
    rows = rows.replace(read) if read else rows
    return _Statement(named[filled].name, filled.schema, writes.compile(rows.to_expr()), filled.work.function, spent)
