"""Lateness: how late each due item was paid, and whether it was where its loan began.

Grain   one row per (borrower_id, as_of, known_by, loan_id, due_on) due on or before as_of
Reads   instalments, payments; loans for the day of payout; ledger for which loans it speaks of
Nulls   no rows where payments are not covered up to as_of; is_first is null where nobody can tell
"""

import ibis
import ibis.expr.types as ir

from ews.events.book import Book, was_known
from ews.features.ratios import only_where
from ews.features.repayment_history.schedule import items_within
from ews.features.window import Spine, is_covered, lag_of

EVER = 12 * 200
"""More months than any book holds."""

FIRST_WITHIN_MONTHS = 3
"""A loan's first item falls due within a quarter of its payout; a later one may follow items not delivered."""


def items_with_lateness(book: Book, spine: Spine) -> ir.Table:
    """Return all items due, with what `items_within` tells and how late they were.

    Adds `late` (days to full cover or as_of), `reached` (most days past due), `open_lag` and `late_lag` (months since
    the item was last open, and last past due) and `is_alone` (no statement speaks of its loan).
    """
    items = items_within(book, spine, months=EVER)
    items = _with_opening(book, items.filter(is_covered(book, "payments", items.as_of, months=0)))
    is_open = items.covered_on.isnull()
    ended_on = ibis.coalesce(items.covered_on, items.as_of)
    # On the day that covers it an item is no longer past due
    last_late_on = ibis.ifelse(is_open, items.as_of, (ended_on - ibis.interval(days=1)).cast("date"))
    late = ibis.greatest(ended_on.delta(items.due_on, unit="day"), 0)
    items = items.mutate(
        late=late,
        reached=ibis.ifelse(is_open, late, ibis.greatest(late - 1, 0)),
        open_lag=lag_of(ended_on, items.as_of),
        late_lag=lag_of(last_late_on, items.as_of),
        is_first=_is_first_instalment(book, items),
    )
    return _marked_alone(book, items)


def _with_opening(book: Book, items: ir.Table) -> ir.Table:
    """Return `items` with `opened_on` of their loan as known at known_by."""
    terms = book.table("loans").select("loan_id", "opened_on", "known_on", "known_until")
    both = items.inner_join(terms, "loan_id")
    return both.filter(was_known(both, both.known_by)).drop("known_on", "known_until")


def _is_first_instalment(book: Book, items: ir.Table) -> ir.Value:
    """Return whether each item is its loan's first; null where nobody can tell.

    The payments must reach back to the day of payout, and the first item of the extract must fall due within
    FIRST_WITHIN_MONTHS after it: an extract may begin in the middle of a loan.
    """
    bounds = book.covered("payments")
    if bounds is None:
        return ibis.null("boolean")
    is_near = items.due_on.between(items.opened_on, items.opened_on + ibis.interval(months=FIRST_WITHIN_MONTHS))
    is_told = (items.opened_on >= ibis.literal(bounds[0])) & (is_near | ~items.is_first)
    return only_where(is_told.fill_null(False), items.is_first)


def _marked_alone(book: Book, items: ir.Table) -> ir.Table:
    """Mark the items of loans that no statement known on the day speaks of."""
    if not book.has("ledger"):
        return items.mutate(is_alone=ibis.literal(value=True))
    rows = book.table("ledger")
    rows = rows.filter(rows.dpd.notnull())
    begun = rows.group_by("loan_id").aggregate(stated_from=rows.stated_on.min(), known_from=rows.known_on.min())
    both = items.left_join(begun, "loan_id", rname="{name}_ledger")
    is_stated = (both.stated_from <= both.as_of) & (both.known_from <= both.known_by)
    return both.select(*items.columns, is_alone=~is_stated.fill_null(False))
