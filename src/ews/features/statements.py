"""Statements: what a family describes, as SQL that fills one temporary table after the other.

They depend on the engine and on the shape of the book (tables, columns, coverage), on how many days there are on which
anchors, never on its rows nor on which days they are: they are compiled once per process and shape, which takes longer
than running them on a small book.
"""

from collections.abc import Callable, Iterator, Mapping
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
from ews.events.shelf import Shelf, key_of_statement
from ews.features.steps import Function, Step, step
from ews.features.window import Spine, alike
from ews.features.work_tables import WorkTables, work_tables, writer

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
    statements: tuple[_Statement, ...]


@dataclass(frozen=True, slots=True)
class _Order:
    """A statement that is carried out; `taken` where its table lies on the shelf under `key`.

    `spent` are the tables that nothing reads any more afterwards.
    """

    statement: _Statement
    key: str | None
    taken: bool
    spent: tuple[str, ...]


def worked_out(book: Book, spine: Spine, make: Make, progress: Progress = silent) -> ir.Table:
    """Return what `make` describes of `book` and `spine`, as a temporary table of the book's engine.

    What lies on the book's shelf is not worked out again, and neither is what only that would read.
    """
    script, tables = script_of(_shape(book, spine, make)), work_tables(book.engine)
    views = {name: spine.table if name == _SPINE else book.table(name.removeprefix(_BOOK)) for name in script.views}
    for name, rows in views.items():
        tables.view(name, rows)
    keys = {} if book.shelf is None else _keys(script, views, book.shelf)
    orders = _orders(script, keys, book.shelf)
    count = len(orders)
    for done, order in enumerate(orders):
        progress("features", done, count)
        _carry_out(order, tables, book.shelf)
    progress("features", count, count)
    for name in views:
        tables.drop_view(name)
    result = tables.handed_over(script.statements[-1].table)
    key = keys.get(script.statements[-1].table)
    if book.shelf is not None and key is not None:
        book.shelf.know(result, key)
    return result


def _keys(script: Script, views: Mapping[str, ir.Table], shelf: Shelf) -> dict[str, str | None]:
    """Return the key of each view and table by name."""
    keys = {name: shelf.key_of_rows(rows) if name == _SPINE else shelf.key_of(rows) for name, rows in views.items()}
    for one in script.statements:
        function = _named(one.function)
        reads = {name: keys[name] for name in one.reads}
        keys[one.table] = None if function is None else key_of_statement(one.select, function, one.schema, reads)
    return keys


def _named(function: Function | None) -> str | None:
    """Return the name of a function that stands in a module, "" for none at all; None for one that no name tells."""
    if function is None:
        return ""
    name = f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', '<')}"
    return None if "<" in name or getattr(function, "__closure__", None) else name


def _orders(script: Script, keys: Mapping[str, str | None], shelf: Shelf | None) -> list[_Order]:
    """Return what is to be carried out: the last statement, and before it what those carried out read."""
    wanted, chosen = {script.statements[-1].table}, []
    for one in reversed(script.statements):
        if one.table not in wanted:
            continue
        key = keys.get(one.table)
        taken = shelf is not None and key is not None and one.lasting and shelf.holds(key)
        last = () if taken else tuple(name for name in one.reads if name not in wanted and name.startswith(_TABLE))
        wanted.update(() if taken else one.reads)
        chosen.append(_Order(one, key, taken, last))
    return chosen[::-1]


def _carry_out(order: _Order, tables: WorkTables, shelf: Shelf | None) -> None:
    one = order.statement
    if shelf is not None and order.taken and order.key is not None:
        tables.fill(one.table, one.schema, shelf.take(order.key, one.schema), None)
    else:
        tables.fill(one.table, one.schema, one.select, one.function)
        if shelf is not None and order.key is not None and one.lasting:
            shelf.lay(order.key, one.table, one.schema)
    for table in order.spent:
        tables.drop(table)


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
    lasting = {each for each in order if each.work.lasting} or {whole}
    statements = tuple(_statement(writes, each, named, lasting=each in lasting) for each in order)
    views = {name for one in statements for name in one.reads if not name.startswith(_TABLE)}
    return Script(tuple(sorted(views)), statements)


def _in_order(one: Step, seen: set[Step]) -> Iterator[Step]:
    """Yield the steps that `one` rests on, each after those it reads, and `one` itself."""
    for read in one.work.rows.find(Step):
        if read not in seen:
            yield from _in_order(read, seen)
    seen.add(one)
    yield one


def _statement(writes: SQLBackend, filled: Step, named: dict[Step, ops.UnboundTable], *, lasting: bool) -> _Statement:
    rows = filled.work.rows
    read = {each: named[each] for each in rows.find(Step)}
    rows = rows.replace(read) if read else rows
    reads = tuple(sorted({table.name for table in rows.find(ops.UnboundTable)}))
    return _Statement(
        named[filled].name, filled.schema, writes.compile(rows.to_expr()), filled.work.function, reads, lasting
    )
