"""Near: the book as far as it reaches one borrower, so that a look-up takes as long in a large book as in a small one.

Reach   the borrower; its economic unit, three steps along relations; its group; its whole guarantee circle. Of them,
        all that the book has ever held: which of it counts on a day is said where it is read
Peers   reach everybody: what they tell is handed in, as features/peers/at_large.py describes it
Bounds  a circle may hold a large part of a book; a look-up then takes its time
"""

from collections.abc import Collection
from typing import cast

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from ews.events.book import Book
from ews.features.peers.groups import AT_LARGE, AXES

UNIT_STEPS = 3
"""Relations from a borrower to the farthest member of its unit (features/economic_unit/members.py)."""
_MOST_LITERALS = 500
"""Above it ids stand in a table of their own: a long list of literals takes long to write and to read."""
_TIES = {"relations": ("from_id", "to_id"), "guarantees": ("guarantor_id", "borrower_id")}
_OWNERS = {"accounts": "account_id", "loans": "loan_id"}


def reach(book: Book, borrower_id: str) -> list[str]:
    """Return the ids of everybody whose rows may count in a decision on the borrower, sorted, itself among them."""
    return sorted(
        {borrower_id}
        | _tied(book, "relations", borrower_id, UNIT_STEPS)
        | _tied(book, "guarantees", borrower_id, None)
        | _of_groups(book, borrower_id)
    )


def near(book: Book, ids: Collection[str], at_large: pa.Table) -> Book:
    """Return a book of the rows of `ids` in tables of its engine, given what their peers at large tell."""
    tables: dict[str, ir.Table] = {}
    keys: dict[str, list[str]] = {"borrower_id": sorted(ids)}
    for name, key in _OWNERS.items():
        if book.has(name):
            rows = book.table(name)
            tables[name] = book.kept(_among(book, rows, rows.borrower_id, keys["borrower_id"]))
            keys[key] = sorted(set(tables[name][key].to_pyarrow().to_pylist()))
    for name, rows in book.tables.items():
        if name not in tables:
            tables[name] = book.kept(_of(book, name, rows, keys))
    small = Book(book.manifest, book.engine, tables)
    return small.beside(**{AT_LARGE: small.kept(_alike(small, at_large))})


def _of(book: Book, name: str, rows: ir.Table, keys: dict[str, list[str]]) -> ir.Table:
    if name in _TIES:
        return ibis.union(*_touching(book, name, keys["borrower_id"]))
    key = next(key for key in keys if key in rows.columns)
    return _among(book, rows, rows[key], keys[key])


def _touching(book: Book, name: str, ids: list[str]) -> tuple[ir.Table, ir.Table]:
    """Return the rows of a table of ties that begin at one of `ids`, and those that only end there."""
    rows, (left, right) = book.table(name), _TIES[name]
    begin, end = _among(book, rows, rows[left], ids), _among(book, rows, rows[right], ids)
    return begin, _among(book, end, end[left], ids, is_in=False)


def _among(book: Book, rows: ir.Table, column: ir.Value, ids: list[str], *, is_in: bool = True) -> ir.Table:
    """Return the rows whose `column` is one of `ids`, or, if not `is_in`, is none of them."""
    if not ids:
        return rows.limit(0) if is_in else rows
    if len(ids) <= _MOST_LITERALS:
        return rows.filter(column.isin(ids) if is_in else column.isnull() | column.notin(ids))
    asked = book.kept(pa.table({"asked_id": pa.array(ids, pa.string())}))
    return (rows.semi_join if is_in else rows.anti_join)(asked, [column == asked.asked_id])


def _tied(book: Book, name: str, borrower_id: str, steps: int | None) -> set[str]:
    """Return who is tied to the borrower by table `name`, whichever way a tie runs, `steps` away at most."""
    found, edge = {borrower_id}, {borrower_id}
    while book.has(name) and edge and steps != 0:
        ties = (rows.select(*_TIES[name]) for rows in _touching(book, name, sorted(edge)))
        told = ibis.union(*ties).to_pyarrow()
        edge = {one for side in told.columns for one in side.to_pylist() if one is not None} - found
        found |= edge
        steps = None if steps is None else steps - 1
    return found


def _of_groups(book: Book, borrower_id: str) -> set[str]:
    rows = book.table("borrowers")
    own = rows.filter(rows.borrower_id == borrower_id, rows.group_id.notnull())
    groups = sorted(set(own.group_id.to_pyarrow().to_pylist()))
    return set(_among(book, rows, rows.group_id, groups).borrower_id.to_pyarrow().to_pylist())


def _alike(book: Book, at_large: pa.Table) -> pa.Table:
    """Return the rows of `at_large` of the industries and regions in which somebody of the book ever was."""
    rows = book.table("borrowers").select(*AXES).distinct().to_pyarrow()
    told = (pc.is_in(at_large[axis], value_set=rows[axis].drop_null()) for axis in AXES)
    left, right = (pc.fill_null(one, fill_value=False) for one in told)
    return cast("pa.Table", at_large.filter(pc.or_(left, right)))
