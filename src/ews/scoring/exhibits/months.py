"""Months: what happened on the borrower's accounts, cards, inquiries and loans, month by month over two years.

Grain   months_of: (borrower_id, as_of, known_by, lag), lag 0 to MONTHS - 1; strips_of: per loan besides, from the
        month of payout on
Reads   accounts, transactions, card_statements, inquiries; loans with ledger, instalments and payments
Nulls   see the parts: accounts, cards, inquiries, repayments, arrears
"""

from dataclasses import replace

import ibis
import ibis.expr.types as ir

from ews.events.book import Book
from ews.features.statements import worked_out_apart
from ews.features.steps import step
from ews.features.window import KEYS, Spine
from ews.scoring.exhibits import accounts, arrears, cards, inquiries, repayments
from ews.scoring.exhibits.lags import CELL, grid, month_ends

COLUMNS = (*accounts.COLUMNS, *cards.COLUMNS, "inquiries", *repayments.COLUMNS, "dpd")
"""The fields of domain.exhibits.Month, but its day."""


ITEMS = "due_items"


def with_items(book: Book, spine: Spine) -> Book:
    """Return the book with the due_items of the spine as one more table, since both months and strips read them."""
    if not (book.has("loans") and book.has("instalments")):
        return book
    items = worked_out_apart(book, spine, repayments.due_items)
    return replace(book, tables={**book.tables, ITEMS: items})


def strips_of(book: Book, spine: Spine) -> ir.Table:
    """Return CELL, loan_id, ends_on, dpd and is_alive of each loan at each month's end; `book` is one with_items."""
    return worked_out_apart(book, spine, _strips)


def months_of(book: Book, spine: Spine, strips: ir.Table) -> ir.Table:
    """Return CELL, ends_on and COLUMNS (int64); `book` is one with_items, `strips` are the strips_of the spine."""
    told = worked_out_apart(book, spine, _months)
    worst = strips.group_by(*CELL).aggregate(dpd=strips.dpd.max().cast("int64"))
    return _beside(told, worst).select(*CELL, "ends_on", *COLUMNS)


def _strips(book: Book, spine: Spine) -> ir.Table:
    if not book.has("loans"):
        columns = {"lag": "int32", "loan_id": "string", "ends_on": "date", "dpd": "int64", "is_alive": "boolean"}
        return step(spine.table.select(*KEYS, **{name: ibis.null(kind) for name, kind in columns.items()}).limit(0))
    items = book.table(ITEMS) if book.has(ITEMS) else None
    return arrears.loan_months(book, spine, month_ends(spine), items)


def _months(book: Book, spine: Spine) -> ir.Table:
    ends = month_ends(spine)
    parts = [
        accounts.account_months(book, spine, ends),
        cards.card_months(book, spine),
        inquiries.inquiry_months(book, spine, ends),
    ]
    if book.has(ITEMS):
        parts.append(repayments.due_months(book, spine, book.table(ITEMS)))
    table = grid(spine, ends)
    for part in parts:
        table = _beside(table, step(part, lasting=True))
    told = {
        name: table[name].cast("int64") if name in table.columns else ibis.null("int64")
        for name in COLUMNS
        if name != "dpd"
    }
    return table.select(*CELL, "ends_on", **told)


def _beside(table: ir.Table, part: ir.Table) -> ir.Table:
    return table.left_join(part, CELL, rname="{name}_of_part").drop(*(f"{key}_of_part" for key in CELL))
