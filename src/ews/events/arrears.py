"""Arrears: how each loan stood on a day, and the days on which loans went into default.

Grain   loan_states: (borrower_id, as_of, known_by, loan_id); default_days: (borrower_id, loan_id, default_on)
Reads   loans; instalments and payments where they speak of the loan (see events/schedule.py), else the ledger;
        outcomes: a closing
DPD     age of the oldest due item that cumulative payments do not cover; from the ledger, aged from stated_on;
        the worse of both where the schedule is thin
Left    a loan that left the ledger more than 90 days past due, still owing, stays live with an unknown balance and
        its dpd ages on, until a row, payments of the last balance or a listed closing say otherwise: a default is
        not cured by silence. One that left with fewer days past due counts as closed
Nulls   dpd and balance are null where neither feed speaks of the loan
"""

from collections.abc import Callable
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from ews.events.book import Book, was_known
from ews.events.owners import with_borrower
from ews.events.schedule import RECENT_DAYS, has_schedule, missed_items, schedule_states, told_by_ledger

STALE_DAYS = 92
"""A ledger row older than this says nothing about today; a loan that left a running ledger is closed."""
ENDED = ("closed", "repaid")
"""Outcomes after which nothing is owed: of the loan that they name, or of the borrower."""
LEFT_ABOVE_DPD = 90
"""A loan whose last row says more days past due than this did not leave the ledger because it was repaid."""

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
    tape = _tape(book, days)
    schedule = schedule_states(book, days) if has_schedule(book) else _empty(schedule_dpd="int64", is_thin="boolean")
    states = states.left_join(tape, [*_KEYS, "loan_id"], rname="{name}_tape").drop(
        *(f"{name}_tape" for name in (*_KEYS, "loan_id"))
    )
    states = states.left_join(schedule, [*_KEYS, "loan_id"], rname="{name}_due").drop(
        *(f"{name}_due" for name in (*_KEYS, "loan_id"))
    )
    worse = states.is_thin & (states.tape_dpd > states.schedule_dpd)
    dpd = ibis.ifelse(worse.fill_null(False), states.tape_dpd, ibis.coalesce(states.schedule_dpd, states.tape_dpd))
    states = states.mutate(dpd=dpd)
    return states.mutate(live=_is_live(book, states)).drop("schedule_dpd", "is_thin", "tape_dpd")


def default_days(book: Book, *, above_dpd: int, known_by: date) -> ir.Table:
    """Return every day up to `known_by` on which a loan was found more than `above_dpd` days past due.

    With instalments that is the day on which an uncovered item became too old; with a ledger the day stated, also
    where payments end before the ledger does or the schedule is thin. A lasting default gives a day for each
    further item or statement.
    """
    found = [missed_items(book, above_dpd, known_by)] if has_schedule(book) else []
    if book.has("ledger"):
        found.append(_ledger_defaults(book, above_dpd, known_by))
    if not found:
        return _empty(default_on="date").select("borrower_id", "loan_id", "default_on")
    return ibis.union(*found) if len(found) > 1 else found[0]


def arrears_reach(book: Book, *, known_by: date) -> date | None:
    """Return the last day of which the feeds, as known on `known_by`, tell all running loans' arrears.

    Where one feed outlives the other it carries on alone only if it speaks of every loan that ran when the other
    ended. None where there is no feed.
    """
    payments, ledger = book.covered("payments") if has_schedule(book) else None, book.covered("ledger")
    if payments is None or ledger is None:
        only = payments or ledger
        return only[1] if only else None
    shorter, longer = sorted((payments[1], ledger[1]))
    if shorter == longer:
        return longer
    items, rows = book.table("instalments"), book.table("ledger")
    items = items.filter(was_known(items, known_by))
    rows = rows.filter(was_known(rows, known_by), rows.dpd.notnull(), rows.stated_on > shorter - timedelta(STALE_DAYS))
    if ledger[1] == longer:
        soon = shorter + timedelta(RECENT_DAYS)
        orphans = items.filter(items.due_on > shorter, items.due_on <= soon).anti_join(rows, "loan_id")
    else:
        orphans = rows.filter(rows.balance.isnull() | (rows.balance > 0)).anti_join(items, "loan_id")
    return shorter if orphans.count().to_pyarrow().as_py() else longer


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


def _tape(book: Book, days: ir.Table) -> ir.Table:
    """Return what the ledger says per loan, dpd aged to as_of; balance is null for a loan that left in default."""
    if not book.has("ledger"):
        return _empty(stated_on="date", balance="int64", tape_dpd="int64")
    rows = with_borrower(book, "ledger")
    stale_on = ibis.interval(days=STALE_DAYS)
    bad = rows.filter(rows.dpd > LEFT_ABOVE_DPD).select("loan_id").distinct()
    fresh = _newest(days, rows, lambda joined: joined.stated_on > joined.as_of - stale_on)
    left = _newest(days, rows.semi_join(bad, "loan_id"), lambda _: ibis.literal(True))
    owing = left.balance.isnull() | (left.balance > 0)
    left = left.filter(left.stated_on <= left.as_of - stale_on, left.dpd > LEFT_ABOVE_DPD, owing)
    left = _not_closed(book, left).mutate(balance=ibis.null("int64"))
    both = ibis.union(fresh, left.select(fresh.columns).cast(fresh.schema()))
    aged = ibis.ifelse(both.dpd > 0, both.dpd + both.as_of.delta(both.stated_on, unit="day"), both.dpd)
    return both.select(*_KEYS, "loan_id", "stated_on", "balance", tape_dpd=aged)


def _newest(days: ir.Table, rows: ir.Table, counts: Callable[[ir.Table], ir.BooleanValue]) -> ir.Table:
    """Return the newest row per loan known for each row of `days`, among those that count."""
    joined = days.inner_join(rows, "borrower_id")
    joined = joined.filter(joined.stated_on <= joined.as_of, was_known(joined, joined.known_by), counts(joined))
    order = ibis.window(group_by=[*_KEYS, "loan_id"], order_by=ibis.desc(joined.stated_on))
    newest = joined.mutate(rank=ibis.row_number().over(order))
    return newest.filter(newest["rank"] == 0).select(*_KEYS, "loan_id", "stated_on", "balance", "dpd")


def _not_closed(book: Book, left: ir.Table) -> ir.Table:
    """Return the loans of `left` but those paid off, or whose borrower was listed as closed, since their last row."""
    keys = [*_KEYS, "loan_id"]
    if book.has("payments"):
        payments = book.table("payments").select("loan_id", "paid_on", "paid_amount", "known_on", "known_until")
        paid = left.inner_join(payments, "loan_id")
        paid = paid.filter(paid.paid_on > paid.stated_on, paid.paid_on <= paid.as_of, was_known(paid, paid.known_by))
        total = paid.group_by(*keys, "balance").aggregate(paid=paid.paid_amount.sum())
        left = left.anti_join(total.filter(total.paid >= total.balance), keys)
    if book.has("outcomes"):
        outcomes = book.table("outcomes").filter(lambda table: table["kind"].isin(ENDED))
        outcomes = outcomes.select("borrower_id", "occurred_on", "known_on", "known_until", ended_id="loan_id")
        closed = left.inner_join(outcomes, "borrower_id")
        closed = closed.filter(closed.ended_id.isnull() | (closed.ended_id == closed.loan_id))
        since = (closed.occurred_on > closed.stated_on) & (closed.occurred_on <= closed.as_of)
        left = left.anti_join(closed.filter(since, was_known(closed, closed.known_by)), keys)
    return left


def _ledger_defaults(book: Book, above_dpd: int, by: date) -> ir.Table:
    rows = with_borrower(book, "ledger")
    rows = rows.filter(was_known(rows, by), rows.dpd > above_dpd, rows.stated_on <= by)
    if has_schedule(book):
        rows = told_by_ledger(book, rows, by)
    return rows.select("borrower_id", "loan_id", default_on="stated_on")


def _empty(**columns: str) -> ir.Table:
    keys = {"borrower_id": "string", "as_of": "date", "known_by": "date", "loan_id": "string"}
    one = ibis.literal(0).name("row").as_table()
    return one.select(**{name: ibis.null(kind) for name, kind in (keys | columns).items()}).limit(0)
