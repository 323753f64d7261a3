"""Schedule: what instalments and payments, set against each other, say of a loan's arrears.

Reads   instalments, payments
Window  what fell due and was paid from the day on which the payments' extract begins to the day on which it ends:
        whether something was paid outside of it nobody knows, so nothing due before counts as unpaid
Nulls   no row where the extract of payments does not speak of as_of or nothing of the loan is due within it
"""

from datetime import date

import ibis
import ibis.expr.types as ir

from ews.events.book import Book, was_known
from ews.events.owners import with_borrower

RECENT_DAYS = 31
"""A schedule of which nothing fell due for so long may be thin; then it does not silence the ledger."""

_KEYS = ("borrower_id", "as_of", "known_by", "loan_id")
_EVER = (date(1, 1, 1), date(9999, 12, 31))


def has_schedule(book: Book) -> bool:
    return book.has("instalments") and book.has("payments")


def schedule_states(book: Book, days: ir.Table) -> ir.Table:
    """Return `schedule_dpd` per loan and row of `days`, 0 where all that was due is covered, and `is_thin`.

    A schedule is thin on a day if nothing fell due within the last 31 days, or if it began before the payments'
    extract: payments may then serve older items that are not counted.
    """
    start, end = book.covered("payments") or _EVER
    reach = days.filter(days.as_of >= start, days.as_of <= end)
    due = reach.inner_join(with_borrower(book, "instalments"), "borrower_id")
    due = due.filter(was_known(due, due.known_by))
    counted = ibis.ifelse(due.due_on >= start, due.due_amount, 0)
    per_day = due.group_by(*_KEYS, "due_on").aggregate(due_amount=counted.sum())
    running = ibis.window(group_by=_KEYS, order_by="due_on", preceding=None, following=0)
    per_day = per_day.mutate(due_so_far=per_day.due_amount.sum().over(running))
    paid = reach.inner_join(with_borrower(book, "payments"), "borrower_id")
    paid = paid.filter(paid.paid_on >= start, paid.paid_on <= paid.as_of, was_known(paid, paid.known_by))
    paid = paid.group_by(*_KEYS).aggregate(paid=paid.paid_amount.sum())
    both = per_day.left_join(paid, _KEYS, rname="{name}_paid")
    open_ = (both.due_on >= start) & (both.due_on <= both.as_of) & (both.due_so_far > both.paid.fill_null(0))
    found = both.group_by(*_KEYS).aggregate(
        oldest=both.due_on.min(where=open_),
        first_due_on=both.due_on.min(),
        last_due_on=both.due_on.max(),
        newest=both.due_on.max(where=both.due_on <= both.as_of),
    )
    found = found.filter(found.last_due_on >= start)
    recent = (found.newest > found.as_of - ibis.interval(days=RECENT_DAYS)).fill_null(False)
    return found.select(
        *_KEYS,
        schedule_dpd=found.as_of.delta(found.oldest, unit="day").fill_null(0),
        is_thin=~recent | (found.first_due_on < start),
    )


def missed_items(book: Book, above_dpd: int, by: date) -> ir.Table:
    """Return the day on which each due item became older than `above_dpd`, where payments had not covered it."""
    start, end = book.covered("payments") or _EVER
    due = with_borrower(book, "instalments")
    due = due.filter(was_known(due, by), due.due_on >= start)
    per_day = due.group_by("borrower_id", "loan_id", "due_on").aggregate(due_amount=due.due_amount.sum())
    running = ibis.window(group_by="loan_id", order_by="due_on", preceding=None, following=0)
    probes = per_day.select(
        "borrower_id",
        "loan_id",
        day=(per_day.due_on + ibis.interval(days=above_dpd + 1)).cast("date"),
        is_probe=ibis.literal(1, "int8"),
        paid=ibis.literal(0, "int64"),
        due_so_far=per_day.due_amount.sum().over(running).cast("int64"),
    )
    payments = with_borrower(book, "payments")
    payments = payments.filter(was_known(payments, by), payments.paid_on >= start).select(
        "borrower_id",
        "loan_id",
        day="paid_on",
        is_probe=ibis.literal(0, "int8"),
        paid="paid_amount",
        due_so_far=ibis.null("int64"),
    )
    events = ibis.union(probes, payments.cast(probes.schema()))
    so_far = ibis.window(group_by="loan_id", order_by=["day", "is_probe"], preceding=None, following=0)
    events = events.mutate(paid_so_far=events.paid.sum().over(so_far))
    missed = events.filter(
        events.is_probe == 1, events.due_so_far > events.paid_so_far, events.day <= by, events.day <= end
    )
    return missed.select("borrower_id", "loan_id", default_on="day")


def told_by_ledger(book: Book, rows: ir.Table, by: date) -> ir.Table:
    """Return the ledger `rows` on whose day no schedule known on `by` speaks of the loan, or a thin one only."""
    start, end = book.covered("payments") or _EVER
    items = book.table("instalments")
    items = items.filter(was_known(items, by)).select("loan_id", "due_on")
    first = items.group_by("loan_id").aggregate(first_due_on=items.due_on.min())
    whole = first.filter(first.first_due_on >= start)
    both = rows.select("loan_id", "stated_on").inner_join(items.semi_join(whole, "loan_id"), "loan_id")
    recent = (both.due_on <= both.stated_on) & (both.due_on > both.stated_on - ibis.interval(days=RECENT_DAYS))
    silenced = both.filter(recent, both.stated_on >= start, both.stated_on <= end)
    return rows.anti_join(silenced, ["loan_id", "stated_on"])
