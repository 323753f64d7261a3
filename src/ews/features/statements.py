"""Statements: what a family describes, as SQL that fills one temporary table after the other.

They depend on the shape of the book (tables, columns, coverage) and on how many days there are on which anchors, never
on its rows nor on which days they are: they are compiled once per process and shape, which takes longer than running
them on a small book.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend
from ibis.expr.schema import Schema

from ews.domain.progress import Progress, silent
from ews.events.book import Book
from ews.events.manifest import Manifest
from ews.features.steps import Function, Step, step
from ews.features.window import Spine, alike

Make = Callable[[Book, Spine], ir.Table]
"""Describes a table from a book and a spine that have no rows yet."""

_KEPT = 256
"""Shapes whose statements are kept: a process sees one or two per book, a run of the tests many."""
_BOOK, _SPINE, _TABLE = "features_book_", "features_spine", "features_table_"
_ENGINE = Backend()
"""Not connected: it can write SQL and holds nothing."""


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
    manifest: Manifest = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Statement:
    """Fills `table`; afterwards nothing reads the tables `spent` any more."""

    table: str
    columns: str
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
    script = script_of(_shape(book, spine, make))
    for name in script.views:
        rows = spine.table if name == _SPINE else book.table(name.removeprefix(_BOOK))
        _do(book, f'CREATE OR REPLACE TEMP VIEW "{name}" AS {book.engine.compile(rows)}')
    count = len(script.statements)
    for done, statement in enumerate(script.statements):
        progress("features", done, count)
        _fill(book, statement)
    progress("features", count, count)
    for name in script.views:
        _do(book, f'DROP VIEW "{name}"')
    last = script.statements[-1]
    result = ibis.util.gen_name("features")
    _do(book, f'ALTER TABLE temp.main."{last.table}" RENAME TO "{result}"')
    return book.engine.table(result, database=("temp", "main"))


def _fill(book: Book, statement: _Statement) -> None:
    _do(book, f'CREATE OR REPLACE TEMP TABLE "{statement.table}" ({statement.columns})')
    if statement.function is None:
        _do(book, f'INSERT INTO "{statement.table}" {statement.select}')
    else:
        made = f"{statement.table}_made"
        book.engine.con.register(made, statement.function(book.engine.con.sql(statement.select).to_arrow_table()))
        _do(book, f'INSERT INTO "{statement.table}" SELECT * FROM "{made}"')
        book.engine.con.unregister(made)
    for table in statement.spent:
        _do(book, f'DROP TABLE "{table}"')


def _do(book: Book, statement: str) -> None:
    book.engine.con.execute(statement)


def _shape(book: Book, spine: Spine, make: Make) -> Shape:
    names = sorted(book.tables)
    return Shape(
        make,
        tuple((name, book.table(name).schema()) for name in names),
        tuple(book.covered(name) for name in names),
        spine.table.schema(),
        alike(spine.days),
        book.manifest,
    )


@lru_cache(maxsize=_KEPT)
def script_of(shape: Shape) -> Script:
    """Return the statements for this shape, written anew only where it has not been met."""
    tables = {name: ibis.table(schema, name=f"{_BOOK}{name}") for name, schema in shape.tables}
    book = Book(shape.manifest, _ENGINE, tables)
    spine = Spine(ibis.table(shape.keys, name=_SPINE), shape.days)
    whole = step(shape.make(book, spine)).op()
    order = list(_in_order(whole, set()))
    named = {each: ops.UnboundTable(f"{_TABLE}{number}", each.schema) for number, each in enumerate(order)}
    reads = [frozenset(each.work.rows.find(Step)) for each in order]
    last = {read: number for number, found in enumerate(reads) for read in found}
    views = {table.name for each in order for table in each.work.rows.find(ops.UnboundTable)}
    statements = tuple(
        _statement(each, named, tuple(named[read].name for read in reads[number] if last[read] == number))
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


def _statement(filled: Step, named: dict[Step, ops.UnboundTable], spent: tuple[str, ...]) -> _Statement:
    rows = filled.work.rows
    read = {each: named[each] for each in rows.find(Step)}
    rows = rows.replace(read) if read else rows
    columns = ", ".join(column.sql("duckdb") for column in filled.schema.to_sqlglot_column_defs("duckdb"))
    return _Statement(named[filled].name, columns, _ENGINE.compile(rows.to_expr()), filled.work.function, spent)
