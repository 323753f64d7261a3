"""Statements: a script carried out on a book and its days, one temporary table after the other.

The first and the last day, and those of which the extracts speak, are put in before that; what lies on the book's shelf
is taken from there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import duckdb
import ibis
import ibis.expr.types as ir

from ews.domain.progress import Progress, silent
from ews.events.book import Book
from ews.events.shelf import Shelf, key_of_statement
from ews.events.temp_tables import put_together
from ews.features.kept_scripts import KEPT, name_of, script_of
from ews.features.scripts import BOOK, SPINE, TABLE, Make, Script, Shape, Statement
from ews.features.window import Spine, StandIn, alike
from ews.features.work_tables import WorkTables, work_tables, writer


@dataclass(frozen=True, slots=True)
class _Order:
    """A statement that is carried out; `taken` where its table lies on the shelf under `key`.

    `spent` are the tables that nothing reads any more afterwards.
    """

    statement: Statement
    key: str | None
    taken: bool
    spent: tuple[str, ...]


def worked_out(book: Book, spine: Spine, make: Make, progress: Progress = silent, *, modest: bool = False) -> ir.Table:
    """Return what `make` describes of `book` and `spine`, as a temporary table of the book's engine.

    What lies on the book's shelf is not worked out again, and neither is what only that would read. The engine keeps to
    the memory that the process leaves; where that does not do and it is not to be `modest`, it takes all that it may.
    """
    try:
        return _carried_out(book, spine, make, progress, whole=False)
    except duckdb.OutOfMemoryException:
        if modest:
            raise
    return _carried_out(book, spine, make, progress, whole=True)


def _carried_out(book: Book, spine: Spine, make: Make, progress: Progress, *, whole: bool) -> ir.Table:
    shape, tables = shape_of(book, spine, make), work_tables(book.engine)
    script = on_days_of(script_of(shape), shape, book, spine)
    views = {name: spine.table if name == SPINE else book.table(name.removeprefix(BOOK)) for name in script.views}
    for name, rows in views.items():
        tables.view(name, rows)
    keys = {} if book.shelf is None else _keys(script, views, book.shelf)
    orders = _orders(script, keys, book.shelf)
    count = len(orders)
    try:
        with tables.at_work(whole=whole):
            for done, order in enumerate(orders):
                progress("features", done, count)
                _carry_out(order, tables, book.shelf)
    except duckdb.OutOfMemoryException:
        tables.drop_all()  # else what was filled so far would take the room of whatever is tried instead
        raise
    progress("features", count, count)
    for name in views:
        tables.drop_view(name)
    result = tables.handed_over(script.statements[-1].table)
    key = keys.get(script.statements[-1].table)
    if book.shelf is not None and key is not None:
        book.shelf.know(result, key)
    return result


def worked_out_apart(book: Book, spine: Spine, make: Make, progress: Progress = silent) -> ir.Table:
    """Return the same rows as `worked_out`; where memory does not do, of half the borrowers, then of the others.

    Halves are halved as often as it takes; rows then come in the order of the halves, and nothing is laid aside. What
    `make` describes of a borrower must not depend on who else is in the spine.
    """
    try:
        return worked_out(book, spine, make, progress, modest=True)
    except duckdb.OutOfMemoryException:
        halves = spine.halves()
    if not halves:
        return worked_out(book, spine, make, progress)
    parts = [worked_out_apart(replace(book, shelf=None), half, make, progress) for half in halves]
    return put_together(book.engine, parts)


def on_days_of(script: Script, shape: Shape, book: Book, spine: Spine) -> Script:
    """Return the script with the days of `book` and `spine` in place of those that stand in for them in `shape`."""
    pairs = [(shape.days[place], spine.days[place]) for place in (0, -1)]
    for (name, _), bounds in zip(shape.tables, shape.coverage, strict=True):
        pairs += zip(bounds or (), book.covered(name) or (), strict=True)
    days = {_written(shape.engine, stood): _written(shape.engine, day) for stood, day in pairs}
    pattern = re.compile("|".join(map(re.escape, days)))
    statements = (
        replace(one, select=pattern.sub(lambda found: days[found[0]], one.select)) for one in script.statements
    )
    return replace(script, statements=tuple(statements))


@lru_cache(maxsize=KEPT)
def _written(engine: str, day: date) -> str:
    """Return a day as SQL has it."""
    select: str = writer(engine).compile(ibis.literal(day).name("day"))
    return select.removeprefix("SELECT ").rpartition(" AS ")[0]


def _keys(script: Script, views: Mapping[str, ir.Table], shelf: Shelf) -> dict[str, str | None]:
    """Return the key of each view and table by name."""
    keys = {name: shelf.key_of_rows(rows) if name == SPINE else shelf.key_of(rows) for name, rows in views.items()}
    for one in script.statements:
        function = "" if one.function is None else name_of(one.function)
        reads = {name: keys[name] for name in one.reads}
        keys[one.table] = None if function is None else key_of_statement(one.select, function, one.schema, reads)
    return keys


def _orders(script: Script, keys: Mapping[str, str | None], shelf: Shelf | None) -> list[_Order]:
    """Return what is to be carried out: the last statement, and before it what those carried out read."""
    wanted, chosen = {script.statements[-1].table}, []
    for one in reversed(script.statements):
        if one.table not in wanted:
            continue
        key = keys.get(one.table)
        taken = shelf is not None and key is not None and one.lasting and shelf.holds(key)
        last = () if taken else tuple(name for name in one.reads if name not in wanted and name.startswith(TABLE))
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


def shape_of(book: Book, spine: Spine, make: Make) -> Shape:
    """Return what the statements depend on; days of the years 1 and 2 stand in for those of the spine and the book."""
    names = sorted(book.tables)
    bounds = [None if book.covered(name) is None else _stand_ins(place) for place, name in enumerate(names)]
    told = {name: pair or (None, None) for name, pair in zip(names, bounds, strict=True)}
    tables = {
        name: replace(entry, covered_from=told[name][0], covered_to=told[name][1])
        for name, entry in book.manifest.tables.items()
        if name in told
    }
    return Shape(
        make,
        tuple((name, book.table(name).schema()) for name in names),
        tuple(bounds),
        spine.table.schema(),
        alike(spine.days),
        book.engine.name,
        replace(book.manifest, tables=tables),
    )


def _stand_ins(place: int) -> tuple[date, date]:
    first = date(2, 1, 1).toordinal() + 2 * place
    return StandIn.fromordinal(first), StandIn.fromordinal(first + 1)
