"""Arrears: how each loan stood at the end of each month, by what is known today.

Grain   loan_months: (borrower_id, as_of, known_by, lag, loan_id), from the month of payout on
Reads   what events/arrears.py reads
Method  `loan_states` of a month's end is the only word on days past due; it is asked where an item was open then or a
        statement spoke of arrears. Where neither is so it could only say 0, if a feed tells of the loan, or null
Alive   something was or may have been drawn, or is past due
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce

import ibis
import ibis.expr.types as ir

from ews.domain.exhibits import MONTHS
from ews.events.arrears import LEFT_ABOVE_DPD, STALE_DAYS, loan_states
from ews.events.book import Book
from ews.events.schedule import has_schedule
from ews.features.steps import step
from ews.features.window import KEYS, Spine, lag_of
from ews.scoring.exhibits.lags import DAY, carried
from ews.scoring.exhibits.repayments import money_received
from ews.scoring.payment_record import LOAN, known

_PLACE = (*LOAN, "lag")
STALE_MONTHS = 3
"""A statement is younger than STALE_DAYS at three ends of a month after its own at most."""
_TERMS = ("product", "repayment", "opened_on", "matures_on")


def loan_months(book: Book, spine: Spine, ends: ir.Table, items: ir.Table | None) -> ir.Table:
    """Return CELL, loan_id, ends_on, dpd and is_alive; `items` are the due_items of the spine, None without any."""
    loans = known(book, spine, "loans")
    loans = loans.filter(loans.opened_on.isnull() | (loans.opened_on <= loans.as_of)).select(*LOAN, *_TERMS)
    places = loans.inner_join(ends, list(DAY))
    places = step(places.filter(places.opened_on.isnull() | (places.opened_on <= places.ends_on)))
    doubtful = step(places.semi_join(_doubtful(book, spine, items), _PLACE).select(*_PLACE, "ends_on"))
    plain = _plain(book, spine, places.anti_join(doubtful, _PLACE), ends)
    asked = _asked(book, doubtful)
    return step(ibis.union(plain, asked.select(plain.columns).cast(plain.schema())))


def _doubtful(book: Book, spine: Spine, items: ir.Table | None) -> ir.Table:
    """Return _PLACE of the months at whose end an item was open or a statement spoke of arrears, and some more."""
    found = []
    if items is not None:
        found.append(_left_open(book, spine, items))
    if book.has("ledger"):
        found.append(_stated_late(book, spine))
    if not found:
        return spine.table.select(*KEYS, lag=ibis.null("int32"), loan_id=ibis.null("string")).limit(0)
    return reduce(ibis.union, found).distinct()


def _left_open(book: Book, spine: Spine, items: ir.Table) -> ir.Table:
    """Return the months at whose end an item that was not paid on time was still open, or nobody can tell."""
    late = items.filter((items.on_time < items.amount).fill_null(True))
    late = late.select(*LOAN, "due_on", "lag", open_fen=late.begins + late.amount)
    if not has_schedule(book):
        return _months_between(late, 0, late.lag)
    paid = money_received(book, spine)
    so_far = ibis.window(group_by=list(LOAN), order_by="day", preceding=None, following=0)
    paid = paid.semi_join(late, LOAN).group_by(*LOAN, "day").aggregate(paid=lambda rows: rows.paid.sum())
    paid = paid.mutate(paid=paid.paid.sum().over(so_far))
    both = late.left_join(paid, LOAN, rname="{name}_paid")
    covered = both.group_by(*LOAN, "due_on", "lag").aggregate(on=both.day.min(where=both.paid >= both.open_fen))
    return _months_between(covered, lag_of(covered.on, covered.as_of).fill_null(-1) + 1, covered.lag)


def _stated_late(book: Book, spine: Spine) -> ir.Table:
    """Return the months at whose end a statement may speak of arrears; those of a loan in default last."""
    rows = known(book, spine, "ledger")
    rows = rows.filter(rows.dpd > 0, rows.stated_on <= rows.as_of)
    rows = rows.mutate(lag=lag_of(rows.stated_on, rows.as_of))
    lasting = rows.dpd > LEFT_ABOVE_DPD
    return _months_between(rows, ibis.ifelse(lasting, 0, ibis.greatest(rows.lag - STALE_MONTHS, 0)), rows.lag)


def _months_between(rows: ir.Table, newest: ir.Value | int, oldest: ir.IntegerValue) -> ir.Table:
    first = newest if isinstance(newest, int) else newest.cast("int64")
    last = ibis.least(oldest, MONTHS - 1).cast("int64")
    rows = rows.select(*LOAN, lag=ibis.range(first, last + 1).unnest())
    return rows.select(*LOAN, lag=rows.lag.cast("int32"))


def _asked(book: Book, places: ir.Table) -> ir.Table:
    """Return `places` with what `loan_states` says of the loan on the month's last day."""
    loans = book.table("loans")
    of_these = replace(book, tables={**book.tables, "loans": loans.semi_join(places, "loan_id")})
    days = places.select("borrower_id", "known_by", as_of="ends_on").distinct()
    states = step(loan_states(of_these, step(days)))
    both = places.inner_join(states, ["borrower_id", "known_by", ("ends_on", "as_of"), "loan_id"])
    return both.select(*_PLACE, "ends_on", "dpd", is_alive=both.live | (both.dpd > 0).fill_null(False))


def _plain(book: Book, spine: Spine, places: ir.Table, ends: ir.Table) -> ir.Table:
    """Return `places` at which nothing was past due, as `loan_states` would have them."""
    table = places
    for part, keys in ((_stated(book, spine, ends), _PLACE), (_scheduled(book, spine), LOAN)):
        table = table.left_join(part, list(keys), rname="{name}_part").drop(*(f"{name}_part" for name in keys))
    stated = table.is_stated.fill_null(False)
    bounds = book.covered("payments") if has_schedule(book) else None
    within = table.ends_on.between(*map(ibis.literal, bounds)) if bounds else ibis.literal(value=True)
    told = (stated & table.tells_dpd.fill_null(False)) | (within & table.is_scheduled.fill_null(False))
    return table.select(
        *_PLACE,
        "ends_on",
        dpd=ibis.ifelse(told, 0, ibis.null("int64")).cast("int64"),
        is_alive=_is_alive(book, table, stated),
    )


def _is_alive(book: Book, table: ir.Table, stated: ir.BooleanValue) -> ir.BooleanValue:
    revolving = (table.repayment == "revolving").fill_null(False) | (table["product"] == "card").fill_null(False)
    fresh = (table.opened_on > table.ends_on - ibis.interval(days=STALE_DAYS)).fill_null(False)
    unmatured = table.matures_on.isnull() | (table.matures_on >= table.ends_on)
    ledger = book.covered("ledger")
    if ledger is None:
        return unmatured
    runs = table.ends_on <= ibis.literal(ledger[1]) + ibis.interval(days=STALE_DAYS)
    owed = table.balance.isnull() | (table.balance > 0) | revolving
    return ibis.cases((stated, owed), (runs, fresh), else_=unmatured)


def _stated(book: Book, spine: Spine, ends: ir.Table) -> ir.Table:
    """Return _PLACE, balance and tells_dpd of the newest statement at each month's end, unless it is too old."""
    if not book.has("ledger"):
        return _none(spine, {"balance": "int64", "tells_dpd": "boolean", "is_stated": "boolean"})
    rows = known(book, spine, "ledger")
    rows = rows.filter(rows.stated_on <= rows.as_of).select(*LOAN, "stated_on", "balance", "dpd")
    rows = rows.mutate(lag=lag_of(rows.stated_on, rows.as_of))
    rows = rows.filter(rows.lag < MONTHS + STALE_MONTHS)
    newest = ibis.window(group_by=list(_PLACE), order_by=ibis.desc("stated_on"))
    rows = rows.mutate(number=ibis.row_number().over(newest)).filter(lambda table: table.number == 0)
    rows = carried(rows, "loan_id").inner_join(ends, [*DAY, "lag"])
    rows = rows.filter(rows.stated_on > rows.ends_on - ibis.interval(days=STALE_DAYS))
    return rows.select(*_PLACE, "balance", tells_dpd=rows.dpd.notnull(), is_stated=ibis.literal(value=True))


def _scheduled(book: Book, spine: Spine) -> ir.Table:
    """Return the loans of which something is due from the day on which the payments' extract begins."""
    if not has_schedule(book):
        return _none(spine, {"is_scheduled": "boolean"})
    bounds = book.covered("payments")
    rows = known(book, spine, "instalments")
    rows = rows if bounds is None else rows.filter(rows.due_on >= ibis.literal(bounds[0]))
    return rows.select(*LOAN).distinct().mutate(is_scheduled=ibis.literal(value=True))


def _none(spine: Spine, columns: Mapping[str, str]) -> ir.Table:
    keys = {"lag": "int32", "loan_id": "string"}
    nulls = {name: ibis.null(kind) for name, kind in (keys | dict(columns)).items()}
    return spine.table.select(*KEYS, **nulls).limit(0)
