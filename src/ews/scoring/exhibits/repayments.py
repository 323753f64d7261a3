"""Repayments: what fell due month by month, and when it was paid.

Grain   items: (borrower_id, as_of, known_by, loan_id, due_on); due_months: (borrower_id, as_of, known_by, lag)
Reads   instalments, payments
Line    items and payments of a loan are laid on one line of money, the oldest item paid first, both from the day on
        which the payments' extract begins: so events/schedule.py counts days past due
Nulls   `due_fen` where no loan with a schedule ran in the month; what was paid where payments do not tell of the day
        the item fell due or of as_of
"""

from datetime import date

import ibis
import ibis.expr.types as ir

from ews.domain.exhibits import MONTHS
from ews.events.book import Book
from ews.events.schedule import has_schedule
from ews.features.ratios import only_where
from ews.features.steps import step
from ews.features.window import KEYS, Spine, lag_of
from ews.scoring.exhibits.lags import CELL
from ews.scoring.payment_record import LOAN, known

COLUMNS = ("due_fen", "paid_on_time_fen", "paid_late_fen", "unpaid_fen")
_EVER = (date(1, 1, 1), date(9999, 12, 31))
_FALLS_DUE, _IS_PAID = 1, 0
"""On one day what is paid comes before what falls due: it is on time."""


def due_items(book: Book, spine: Spine) -> ir.Table:
    """Return LOAN, due_on, lag, amount, begins, on_time, late and unpaid (fen) of what fell due by as_of.

    `begins` is where the item begins on the loan's line of money; the rest is null where payments do not tell.
    """
    due = known(book, spine, "instalments")
    due = due.filter(due.due_on <= due.as_of, due.due_amount > 0)
    items = due.group_by(*LOAN, "due_on").aggregate(amount=due.due_amount.sum().cast("int64"))
    if not has_schedule(book):
        nothing = dict.fromkeys(("begins", "on_time", "late", "unpaid"), ibis.null("int64"))
        return step(items.mutate(lag=lag_of(items.due_on, items.as_of), **nothing))
    items = _laid(book, spine, items)
    start, end = (ibis.literal(day) for day in book.covered("payments") or _EVER)
    told = (items.due_on >= start) & (items.as_of <= end)
    on_time, paid = (_clipped(items[name] - items.begins, items.amount) for name in ("paid_by_then", "paid_by_now"))
    return step(
        items.select(
            *LOAN,
            "due_on",
            "amount",
            "begins",
            lag=lag_of(items.due_on, items.as_of),
            on_time=only_where(told, on_time),
            late=only_where(told, paid - on_time),
            unpaid=only_where(told, items.amount - paid),
        )
    )


def money_received(book: Book, spine: Spine) -> ir.Table:
    """Return LOAN, day and paid (fen) of the payments by as_of, since their extract begins."""
    start, _ = book.covered("payments") or _EVER
    rows = known(book, spine, "payments")
    rows = rows.filter(rows.paid_on >= ibis.literal(start), rows.paid_on <= rows.as_of)
    return step(rows.select(*LOAN, day="paid_on", paid="paid_amount"))


def due_months(book: Book, spine: Spine, items: ir.Table) -> ir.Table:
    """Return CELL and COLUMNS of the months in which a loan with a schedule ran."""
    due = items.filter(items.lag < MONTHS)
    told = due.unpaid.notnull().all()
    sums = due.group_by(*CELL).aggregate(
        due_fen=due.amount.sum().cast("int64"),
        **{
            name: only_where(told, due[part].sum()).cast("int64")
            for name, part in zip(COLUMNS[1:], ("on_time", "late", "unpaid"), strict=True)
        },
    )
    ran = _months_run(book, spine)
    table = ran.left_join(sums, CELL, rname="{name}_sum")
    nothing_due = table.due_fen.isnull()
    return table.select(*CELL, **{name: ibis.ifelse(nothing_due, 0, table[name]).cast("int64") for name in COLUMNS})


def _months_run(book: Book, spine: Spine) -> ir.Table:
    """Return the months from a loan's first instalment known, or its payout, to its last one."""
    rows = known(book, spine, "instalments")
    opened = known(book, spine, "loans").select(*LOAN, "opened_on")
    span = rows.group_by(*LOAN).aggregate(first=rows.due_on.min(), last=rows.due_on.max())
    span = span.inner_join(opened, LOAN)
    begins = ibis.least(span.first, ibis.coalesce(span.opened_on, span.first))
    newest = ibis.greatest(lag_of(span["last"], span.as_of), 0).cast("int64")
    oldest = ibis.least(lag_of(begins, span.as_of), MONTHS - 1).cast("int64")
    rows = span.select(*KEYS, lag=ibis.range(newest, oldest + 1).unnest())
    return rows.select(*KEYS, lag=rows.lag.cast("int32")).distinct()


def _laid(book: Book, spine: Spine, items: ir.Table) -> ir.Table:
    """Add `begins`, where on the line of money an item begins, `paid_by_then` (its due day) and `paid_by_now`."""
    start, _ = book.covered("payments") or _EVER
    counted = ibis.ifelse(items.due_on >= ibis.literal(start), items.amount, 0)
    so_far = ibis.window(group_by=list(LOAN), order_by="due_on", preceding=None, following=0)
    items = items.mutate(begins=(counted.sum().over(so_far) - counted).cast("int64"))
    marks = items.select(*LOAN, "amount", "begins", day="due_on", turn=_turn(_FALLS_DUE), paid=ibis.literal(0, "int64"))
    nothing = dict.fromkeys(("amount", "begins"), ibis.null("int64"))
    paid = money_received(book, spine).mutate(turn=_turn(_IS_PAID), **nothing).select(marks.columns)
    line = ibis.union(marks, paid.cast(marks.schema()))
    by_day = ibis.window(group_by=list(LOAN), order_by=["day", "turn"], preceding=None, following=0)
    line = line.mutate(
        paid_by_then=line.paid.sum().over(by_day).cast("int64"),
        paid_by_now=line.paid.sum().over(ibis.window(group_by=list(LOAN))).cast("int64"),
    )
    return line.filter(line.turn == _FALLS_DUE).rename(due_on="day")


def _clipped(value: ir.IntegerValue, most: ir.IntegerValue) -> ir.IntegerValue:
    return ibis.greatest(ibis.least(value, most), 0).cast("int64")


def _turn(turn: int) -> ir.IntegerScalar:
    return ibis.literal(turn, "int8")
