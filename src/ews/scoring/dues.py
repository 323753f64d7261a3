"""Dues: what each loan has to pay next, and how what fell due in the last three months was paid.

Grain   (borrower_id, as_of, known_by, loan_id): every loan paid out by as_of, those repaid since among them
Reads   loans; instalments, payments; ledger where no schedule speaks of the loan (see payment_record)
Window  the last 3 months, month k counted back from as_of
Next    the oldest day whose items payments do not cover, in the order they fell due, past or still to come; of it what
        is left to pay. Where the payments' extract began after the schedule did, payments may serve older items, so
        none counts towards what is still to come. Where payments do not tell of as_of: the first day from as_of on
Late    a month is late where something came to be past due in it; what lasts from before the window counts in its
        first month. What is paid the day after it fell due never was past due
First   the loan's first instalment is missed where it came more than FIRST_MISSED_ABOVE_DAYS late, as the feature
        first_instalment_missed has it; null where it is not due yet or nobody can tell which one was the first
Coming  the first day after as_of on which something of the schedule falls due that is not yet paid; where nothing is
        past due it is the next one
Nulls   next_due_on and next_due_fen where no instalment is left to pay, or none is known; coming_on and coming_fen
        where none falls due after as_of
"""

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from ews.events.book import Book, was_known
from ews.events.schedule import RECENT_DAYS, has_schedule
from ews.features.repayment_history.lateness import items_with_lateness
from ews.features.repayment_history.punctuality import FIRST_MISSED_ABOVE_DAYS
from ews.features.statements import worked_out_apart
from ews.features.steps import step
from ews.features.window import Spine, is_covered, lag_of, last_day_before, reaches_back
from ews.scoring.payment_record import DAY, LOAN, known, statements_told

MONTHS = 3
"""Window of the customer types (practice)."""
_EVER = (date(1, 1, 1), date(9999, 12, 31))
_DUE = ("next_due_on", "next_due_fen", "coming_on", "coming_fen")
_NEXT = {
    **{name: "date" if name.endswith("_on") else "int64" for name in _DUE},
    "has_items": "boolean",
}
_LATE = {"bits": "int64", "days": "int64", "is_seen": "boolean"}
_FIRST = {"first_due_missed": "boolean", "first_missed_lately": "boolean"}


def dues(book: Book, spine: Spine) -> ir.Table:
    """Return LOAN, has_items, next_due_on, next_due_fen, coming_on, coming_fen, first_due_missed and what is late.

    That is first_missed_lately, late_bits (bit k for late month k), worst_days (past due, 0 for never), is_seen
    (something fell due or was stated) and is_told (a feed speaks of all of it).
    """
    return worked_out_apart(book, spine, _dues)


def with_next_due(loans: pd.DataFrame, paid: pd.DataFrame) -> pd.DataFrame:
    """Add next_due_on, next_due_fen, coming_on, coming_fen and first_due_missed to `loans`.

    A bullet of which no instalment is known is due when it matures, with all that is owed.
    """
    kinds = {name: "datetime64[us]" if name.endswith("_on") else "Int64" for name in _DUE}
    told = paid[["loan_id", "has_items", *_DUE, "first_due_missed"]].astype({**kinds, "first_due_missed": "boolean"})
    both = loans.merge(told, on="loan_id", how="left", validate="one_to_one")
    is_bullet = (both["repayment"] == "bullet") & ~both.pop("has_items").fillna(value=False).astype(bool)
    matures_on = both["matures_on"].astype("datetime64[us]")
    return both.assign(
        next_due_on=both["next_due_on"].mask(is_bullet, matures_on),
        next_due_fen=both["next_due_fen"].mask(is_bullet & matures_on.notna(), both["balance"].astype("Int64")),
    )


def _dues(book: Book, spine: Spine) -> ir.Table:
    loans = _loans(book, spine)
    table = loans
    for part in (_next(book, spine, loans), _items(book, spine, loans), _statements(book, spine, loans)):
        table = table.left_join(part, LOAN, rname="{name}_of_part").drop(*(f"{key}_of_part" for key in LOAN))
    has_items = table.has_items.fill_null(False)
    reaches = reaches_back(book, "payments", table.as_of, months=MONTHS) | _is_whole(book, table)
    by_schedule = has_items & reaches.fill_null(False) & is_covered(book, "payments", table.as_of, months=0)
    return table.select(
        *LOAN,
        *_DUE,
        *_FIRST,
        has_items=has_items,
        late_bits=table.item_bits.fill_null(0) | table.stated_bits.fill_null(0),
        worst_days=ibis.greatest(table.item_days.fill_null(0), table.stated_days.fill_null(0)),
        is_seen=table.item_is_seen.fill_null(False) | table.stated_is_seen.fill_null(False),
        is_told=by_schedule | table.stated_reach.fill_null(False),
    )


def _loans(book: Book, spine: Spine) -> ir.Table:
    loans = spine.table.inner_join(book.table("loans"), "borrower_id")
    loans = loans.filter(was_known(loans, loans.known_by), loans.opened_on.isnull() | (loans.opened_on <= loans.as_of))
    return step(loans.select(*LOAN, "opened_on"))


def _next(book: Book, spine: Spine, loans: ir.Table) -> ir.Table:
    """Return LOAN, what is due next and has_items (of all loans with a schedule)."""
    if not book.has("instalments"):
        return _none(loans, _NEXT)
    start, end = (ibis.literal(day) for day in (book.covered("payments") or _EVER))
    due = known(book, spine, "instalments")
    per_day = due.group_by(*LOAN, "due_on").aggregate(amount=due.due_amount.sum())
    per_day = per_day.left_join(_paid(book, spine, per_day), LOAN, rname="{name}_paid")
    of_loan = ibis.window(group_by=list(LOAN))
    so_far = ibis.window(group_by=list(LOAN), order_by="due_on", preceding=None, following=0)
    counted = ibis.ifelse(per_day.due_on >= start, per_day.amount, 0)
    per_day = per_day.mutate(
        due_so_far=counted.sum().over(so_far),
        fell_due=ibis.ifelse(per_day.due_on <= per_day.as_of, counted, 0).sum().over(of_loan),
        is_whole=per_day.due_on.min().over(of_loan) >= start,
    )
    paid = per_day.paid.fill_null(0)
    credit = ibis.ifelse(per_day.is_whole, paid, ibis.least(paid, per_day.fell_due))
    is_told = per_day.as_of.between(start, end) if has_schedule(book) else ibis.literal(value=False)
    per_day = per_day.mutate(
        left=ibis.ifelse(is_told, ibis.least(per_day.amount, per_day.due_so_far - credit), per_day.amount),
        is_open=ibis.ifelse(
            is_told, (per_day.due_on >= start) & (per_day.due_so_far > credit), per_day.due_on >= per_day.as_of
        )
        & (per_day.amount > 0),
    )
    is_coming = per_day.is_open & (per_day.due_on > per_day.as_of)
    return per_day.group_by(*LOAN).aggregate(
        next_due_on=per_day.due_on.min(where=per_day.is_open),
        next_due_fen=per_day.left.argmin(per_day.due_on, where=per_day.is_open).cast("int64"),
        coming_on=per_day.due_on.min(where=is_coming),
        coming_fen=per_day.left.argmin(per_day.due_on, where=is_coming).cast("int64"),
        has_items=ibis.literal(value=True),
    )


def _paid(book: Book, spine: Spine, like: ir.Table) -> ir.Table:
    """Return LOAN and `paid`, what was received since the payments' extract begins."""
    if not has_schedule(book):
        return _none(like, {"paid": "int64"})
    start, _ = book.covered("payments") or _EVER
    money = known(book, spine, "payments")
    money = money.filter(money.paid_on >= ibis.literal(start), money.paid_on <= money.as_of)
    return money.group_by(*LOAN).aggregate(paid=money.paid_amount.sum())


def _items(book: Book, spine: Spine, loans: ir.Table) -> ir.Table:
    """Return LOAN, _FIRST, item_bits, item_days and item_is_seen, as the items of the schedule tell."""
    if not has_schedule(book):
        return _none(loans, {**_FIRST, **_named("item", _LATE)})
    items = step(items_with_lateness(book, spine))
    is_late = (items.reached > 0) & (items.late_lag < MONTHS)
    is_first = items.is_first.fill_null(False)
    missed = items.late > FIRST_MISSED_ABOVE_DAYS
    return items.group_by(*LOAN).aggregate(
        first_due_missed=missed.any(where=is_first),
        first_missed_lately=(missed & (items.late_lag < MONTHS)).any(where=is_first),
        item_bits=_bit((items.due_on + DAY).cast("date"), items.as_of).bit_or(where=is_late),
        item_days=items.reached.max(where=is_late),
        item_is_seen=(items.lag < MONTHS).any(),
    )


def _statements(book: Book, spine: Spine, loans: ir.Table) -> ir.Table:
    """Return LOAN, stated_bits, stated_days, stated_is_seen and stated_reach, as the ledger tells.

    It reaches far enough back where its first statement came before the window began, or within a month of payout.
    """
    if not book.has("ledger"):
        return _none(loans, {**_named("stated", _LATE), "stated_reach": "boolean"})
    rows = statements_told(book, spine).inner_join(loans.select(*LOAN, "opened_on"), LOAN)
    within = lag_of(rows.stated_on, rows.as_of) < MONTHS
    soon = rows.stated_on <= rows.opened_on + ibis.interval(days=RECENT_DAYS)
    return rows.group_by(*LOAN).aggregate(
        stated_bits=_bit(rows.began_on, rows.as_of).bit_or(where=within & rows.is_late),
        stated_days=rows.dpd.max(where=within & rows.is_late),
        stated_is_seen=within.any(),
        stated_reach=((rows.stated_on <= last_day_before(rows.as_of, months=MONTHS)) | soon.fill_null(False)).any(),
    )


def _bit(day: ir.DateValue, as_of: ir.DateValue) -> ir.IntegerValue:
    """Return the bit of the month in which `day` lies; what lies before the window counts as its first month."""
    lag = lag_of(day, as_of)
    return ibis.cases((lag <= 0, 1), (lag == 1, 2), else_=4).cast("int64")


def _is_whole(book: Book, loans: ir.Table) -> ir.BooleanValue:
    """Return whether a loan was paid out since the payments' extract begins."""
    bounds = book.covered("payments")
    return ibis.literal(value=False) if bounds is None else loans.opened_on >= ibis.literal(bounds[0])


def _named(prefix: str, columns: Mapping[str, str]) -> dict[str, str]:
    return {f"{prefix}_{name}": kind for name, kind in columns.items()}


def _none(loans: ir.Table, columns: Mapping[str, str]) -> ir.Table:
    return loans.select(*LOAN, **{name: ibis.null(kind) for name, kind in columns.items()}).limit(0)
