"""Arrears: how each loan stood on a day, and the days on which loans went into default.

Grain   loan_states: (borrower_id, as_of, known_by, loan_id); default_days: (borrower_id, loan_id, default_on)
Reads   loans; instalments and payments where the loan has them, else the ledger
DPD     age of the oldest due item that cumulative payments do not cover; from the ledger, aged from stated_on
Nulls   dpd and balance are null where neither feed speaks of the loan
"""

from datetime import date

import ibis
import ibis.expr.types as ir

from ews.events.book import Book, was_known
from ews.events.owners import with_borrower

STALE_DAYS = 92
"""A ledger row older than this says nothing about today; a loan that left a running ledger is closed."""

_KEYS = ("borrower_id", "as_of", "known_by")
_LOAN = (
    "product",
    "principal",
    "opened_on",
    "matures_on",
    "repayment",
    "security",
    "replaces_loan_id",
    "restructured_on",
)


def loan_states(book: Book, days: ir.Table) -> ir.Table:
    """Return the state of every loan known for each row of `days` (borrower_id, as_of, known_by).

    Adds the loan's terms, `balance` (fen), `stated_on`, `dpd` (days) and `live`: whether anything is or may be
    drawn. Loans paid out after as_of are not there.
    """
    loans = book.table("loans")
    states = days.inner_join(loans, "borrower_id")
    states = states.filter(
        was_known(states, states.known_by), states.opened_on.isnull() | (states.opened_on <= states.as_of)
    ).select(*_KEYS, "loan_id", *_LOAN)
    tape = _newest_ledger(book, days)
    schedule = _schedule_dpd(book, days)
    states = states.left_join(tape, [*_KEYS, "loan_id"], rname="{name}_tape").drop(
        *(f"{name}_tape" for name in (*_KEYS, "loan_id"))
    )
    states = states.left_join(schedule, [*_KEYS, "loan_id"], rname="{name}_due").drop(
        *(f"{name}_due" for name in (*_KEYS, "loan_id"))
    )
    states = states.mutate(dpd=ibis.coalesce(states.schedule_dpd, states.tape_dpd))
    return states.mutate(live=_is_live(book, states)).drop("schedule_dpd", "tape_dpd")


def default_days(book: Book, *, above_dpd: int, known_by: date) -> ir.Table:
    """Return every day up to `known_by` on which a loan was found more than `above_dpd` days past due.

    With instalments that is the day on which an uncovered item became too old; with a ledger the day stated.
    A lasting default gives a day for each further item or statement.
    """
    by = ibis.literal(known_by)
    found = [
        part
        for part in (_schedule_defaults(book, above_dpd, by), _ledger_defaults(book, above_dpd, by))
        if part is not None
    ]
    if not found:
        return ibis.memtable([], schema={"borrower_id": "string", "loan_id": "string", "default_on": "date"})
    return ibis.union(*found) if len(found) > 1 else found[0]


def _is_live(book: Book, states: ir.Table) -> ir.BooleanValue:
    revolving = (states.repayment == "revolving").fill_null(False) | (states.product == "card").fill_null(False)
    owed = (states.balance > 0) | (states.dpd > 0) | revolving
    stated = states.stated_on.notnull()
    fresh = (states.opened_on > states.as_of - ibis.interval(days=STALE_DAYS)).fill_null(False)
    unmatured = states.matures_on.isnull() | (states.matures_on >= states.as_of)
    ledger = book.covered("ledger")
    if ledger is None:
        return unmatured
    runs = states.as_of <= ibis.literal(ledger[1]) + ibis.interval(days=STALE_DAYS)
    return ibis.cases(
        (stated & states.balance.isnull(), True),
        (stated, owed.fill_null(False)),
        (runs, fresh),
        else_=unmatured,
    )


def _newest_ledger(book: Book, days: ir.Table) -> ir.Table:
    """Return the newest ledger row per loan that is not stale, its dpd aged to as_of."""
    if not book.has("ledger"):
        return _empty("stated_on", "date", balance="int64", tape_dpd="int64")
    rows = with_borrower(book, "ledger")
    joined = days.inner_join(rows, "borrower_id")
    joined = joined.filter(
        joined.stated_on <= joined.as_of,
        joined.stated_on > joined.as_of - ibis.interval(days=STALE_DAYS),
        was_known(joined, joined.known_by),
    )
    order = ibis.window(group_by=[*_KEYS, "loan_id"], order_by=ibis.desc(joined.stated_on))
    newest = joined.mutate(rank=ibis.row_number().over(order))
    newest = newest.filter(newest["rank"] == 0)
    age = newest.as_of.delta(newest.stated_on, unit="day")
    aged = ibis.ifelse(newest.dpd > 0, newest.dpd + age, newest.dpd)
    return newest.select(*_KEYS, "loan_id", "stated_on", "balance", tape_dpd=aged)


def _schedule_dpd(book: Book, days: ir.Table) -> ir.Table:
    """Return dpd per loan that has instalments, 0 where all that was due is covered."""
    if not _has_schedule(book):
        return _empty("schedule_dpd", "int64")
    covered_to = book.covered("payments")
    reach = days if covered_to is None else days.filter(days.as_of <= ibis.literal(covered_to[1]))
    due = reach.inner_join(with_borrower(book, "instalments"), "borrower_id")
    due = due.filter(was_known(due, due.known_by))
    per_day = due.group_by(*_KEYS, "loan_id", "due_on").aggregate(due_amount=due.due_amount.sum())
    running = ibis.window(group_by=[*_KEYS, "loan_id"], order_by="due_on", preceding=None, following=0)
    per_day = per_day.mutate(due_so_far=per_day.due_amount.sum().over(running))
    paid = reach.inner_join(with_borrower(book, "payments"), "borrower_id")
    paid = paid.filter(paid.paid_on <= paid.as_of, was_known(paid, paid.known_by))
    paid = paid.group_by(*_KEYS, "loan_id").aggregate(paid=paid.paid_amount.sum())
    both = per_day.left_join(paid, [*_KEYS, "loan_id"], rname="{name}_paid")
    open_ = (both.due_on <= both.as_of) & (both.due_so_far > both.paid.fill_null(0))
    oldest = both.group_by(*_KEYS, "loan_id").aggregate(oldest=both.due_on.min(where=open_))
    return oldest.select(*_KEYS, "loan_id", schedule_dpd=oldest.as_of.delta(oldest.oldest, unit="day").fill_null(0))


def _schedule_defaults(book: Book, above_dpd: int, by: ir.DateValue) -> ir.Table | None:
    """Return the day on which each due item became older than `above_dpd`, where payments had not covered it."""
    if not _has_schedule(book):
        return None
    due = with_borrower(book, "instalments")
    due = due.filter(was_known(due, by))
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
    payments = payments.filter(was_known(payments, by)).select(
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
    missed = events.filter(events.is_probe == 1, events.due_so_far > events.paid_so_far, events.day <= by)
    return missed.select("borrower_id", "loan_id", default_on="day")


def _ledger_defaults(book: Book, above_dpd: int, by: ir.DateValue) -> ir.Table | None:
    if not book.has("ledger"):
        return None
    rows = with_borrower(book, "ledger")
    rows = rows.filter(was_known(rows, by), rows.dpd > above_dpd, rows.stated_on <= by)
    if _has_schedule(book):
        rows = rows.anti_join(book.table("instalments"), "loan_id")
    return rows.select("borrower_id", "loan_id", default_on="stated_on")


def _has_schedule(book: Book) -> bool:
    return book.has("instalments") and book.has("payments")


def _empty(first: str, kind: str, **others: str) -> ir.Table:
    schema = {
        "borrower_id": "string",
        "as_of": "date",
        "known_by": "date",
        "loan_id": "string",
        first: kind,
        **others,
    }
    return ibis.memtable([], schema=schema)
