"""Accounts: turnover and balances month by month, as the features of account flows see them.

Grain   one row per (borrower_id, as_of, known_by, lag)
Reads   accounts, transactions; relations for the economic unit
Flows   `turnover`, so that the last three months add up to inflow_3m and outflow_3m
Balance the last balance told on or before the month's end, of all accounts added up; 0 of one closed by then
Nulls   flows where the extract does not speak of the whole month, or no account was open in it or the year before and
        nothing was posted; balances where no account told one
"""

import ibis
import ibis.expr.types as ir

from ews.domain.exhibits import MONTHS
from ews.events.book import Book, was_known
from ews.events.owners import with_borrower
from ews.features.account_flows.family import READS
from ews.features.account_flows.months import YEAR
from ews.features.account_flows.postings import POSTING, within_reach
from ews.features.account_flows.turnover import turnover
from ews.features.account_flows.unit_money import unit_names
from ews.features.economic_unit.members import members
from ews.features.ratios import only_where
from ews.features.steps import step
from ews.features.window import KEYS, Spine, lag_of, last_day
from ews.scoring.exhibits.lags import CELL, carried, grid, tells

COLUMNS = ("inflow_fen", "outflow_fen", "balance_fen")


def account_months(book: Book, spine: Spine, ends: ir.Table) -> ir.Table:
    """Return CELL and COLUMNS of every month of the spine."""
    cells = grid(spine, ends)
    if not all(book.has(name) for name in READS[0]):
        return cells.select(*CELL, **{name: ibis.null("int64") for name in COLUMNS})
    accounts = step(_accounts(book, spine))
    table = cells
    for part in (_flows(book, spine), _open_months(accounts), _balances(book, spine, accounts)):
        table = table.left_join(step(part), CELL, rname="{name}_of_part").drop(*(f"{key}_of_part" for key in CELL))
    seen = tells(book, "transactions", table)
    flows_seen = seen & (table.is_open.fill_null(False) | table.inflow.notnull())
    bounds = book.covered("transactions")
    told = (table.ends_on <= ibis.literal(bounds[1])) if bounds else ibis.literal(value=False)
    return table.select(
        *CELL,
        inflow_fen=only_where(flows_seen, table.inflow.fill_null(0)),
        outflow_fen=only_where(flows_seen, table.outflow.fill_null(0)),
        balance_fen=only_where(told, table.balance),
    )


def _flows(book: Book, spine: Spine) -> ir.Table:
    postings = step(within_reach(spine, with_borrower(book, "transactions"), months=MONTHS + 1).select(*POSTING))
    names = unit_names(book, members(book, spine))
    cells = turnover(book, spine, postings, names, months=MONTHS)
    return cells.select(*CELL, inflow=cells.inflow.cast("int64"), outflow=cells.outflow.cast("int64"))


def _accounts(book: Book, spine: Spine) -> ir.Table:
    """Return the accounts opened by as_of with the months in which they were opened and closed, counted back."""
    rows = spine.table.inner_join(book.table("accounts"), "borrower_id")
    was_opened = rows.opened_on.isnull() | (rows.opened_on <= rows.as_of)
    rows = rows.filter(was_known(rows, rows.known_by), was_opened)
    closed_on = only_where(rows.closed_on <= rows.as_of, rows.closed_on)
    return rows.select(
        *KEYS, "account_id", opened_lag=lag_of(rows.opened_on, rows.as_of), closed_lag=lag_of(closed_on, rows.as_of)
    )


def _open_months(accounts: ir.Table) -> ir.Table:
    """Return the months in which some account was open, be it for a day, and up to a year after it was closed.

    So long the features take what did not come in any more for 0.
    """
    first = ibis.greatest(accounts.closed_lag - (YEAR - 1), 0).fill_null(0).cast("int64")
    last = ibis.least(accounts.opened_lag.fill_null(MONTHS), MONTHS - 1).cast("int64")
    rows = accounts.select(*KEYS, lag=ibis.range(first, last + 1).unnest())
    return rows.select(*KEYS, lag=rows.lag.cast("int32")).distinct().mutate(is_open=ibis.literal(value=True))


def _balances(book: Book, spine: Spine, accounts: ir.Table) -> ir.Table:
    """Return the balances at the months' ends; an account that is closed holds 0, as long as flows are 0."""
    stands = carried(_closings(book, spine, accounts), "account_id", down_to=lambda rows: rows.closed_lag - (YEAR - 1))
    held = ibis.ifelse((stands.closed_lag >= stands.lag).fill_null(False), 0, stands.closing)
    return stands.group_by(*CELL).aggregate(balance=held.sum().cast("int64"))


def _closings(book: Book, spine: Spine, accounts: ir.Table) -> ir.Table:
    """Return the last balance that a posting told per account and month, as `account_flows.balances` takes it.

    Months are added up by account before anybody asks whose it is: there are many postings.
    """
    as_of, known_by = last_day(spine), spine.table.known_by.max().as_scalar()
    rows = book.table("transactions")
    rows = rows.filter(rows.balance_after.notnull(), rows.occurred_at.date() <= as_of, was_known(rows, known_by))
    rows = rows.mutate(lag=lag_of(rows.occurred_at.date(), as_of))
    newest = ibis.struct({"at": rows.occurred_at, "posting": rows.posting_id})
    cells = rows.group_by("account_id", "lag").aggregate(closing=rows.balance_after.argmax(newest))
    both = accounts.inner_join(cells, "account_id")
    return both.select(*CELL, "account_id", "closing", "closed_lag")
