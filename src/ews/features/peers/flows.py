"""Flows of peers: how each one's money moved, in the figures that are compared with those of its trade.

Grain   one row per member with postings in the last 15 months
Reads   accounts, transactions; what counts as money received is said by account flows
Window  the last 3 months against the same 3 a year before, so that neither a season nor the Chinese New Year counts
        as decline; variation and costs over 12 months
Nulls   time not covered; a change where nothing came in a year before; variation and costs where no posting lies
        before their window, for then the account is young
"""

import ibis.expr.types as ir

from ews.events.book import Book
from ews.features.account_flows.flow_sums import exact, inflow
from ews.features.account_flows.postings import paid_for, within_reach
from ews.features.ratios import only_where, ratio
from ews.features.window import KEYS, Spine, is_covered, monthly

QUARTER, YEAR = 3, 12
REACH = YEAR + QUARTER


def flows(book: Book, members: Spine, postings: ir.Table) -> ir.Table:
    """Return `change`, `volatility`, `wage_share` and `tax_share` per member from the recent postings."""
    postings = within_reach(members, postings, months=REACH)
    cells = monthly(
        members, postings, day="occurred_at", months=REACH,
        inflow=inflow, wage=paid_for("wage"), tax=paid_for("tax"),
    )  # fmt: skip
    cells = cells.mutate(**{name: cells[name].fill_null(0) for name in ("inflow", "wage", "tax")})
    in_year = cells.lag < YEAR
    sums = cells.group_by(*KEYS).aggregate(
        recent=cells.inflow.sum(where=cells.lag < QUARTER),
        before=cells.inflow.sum(where=cells.lag >= YEAR),
        year=cells.inflow.sum(where=in_year),
        squares=(exact(cells.inflow) * exact(cells.inflow)).sum(where=in_year),
        wage=cells.wage.sum(where=in_year),
        tax=cells.tax.sum(where=in_year),
        oldest_lag=cells.lag.max(),
    )
    return _figures(book, sums)


def _figures(book: Book, sums: ir.Table) -> ir.Table:
    seen = is_covered(book, "transactions", sums.as_of, months=REACH)
    is_grown = is_covered(book, "transactions", sums.as_of, months=YEAR) & (sums.oldest_lag >= YEAR)
    year = sums.year.fill_null(0)
    spread = sums.squares * YEAR - exact(year) * exact(year)
    change = ratio(sums.recent.fill_null(0), sums.before) - 1.0
    return sums.select(
        *KEYS,
        change=only_where(seen, change),
        volatility=only_where(is_grown, ratio(spread.cast("float64").sqrt(), year)),
        wage_share=only_where(is_grown, ratio(sums.wage, year)),
        tax_share=only_where(is_grown, ratio(sums.tax, year)),
    )
