"""Flow sums: whole numbers of the last two years, from which the ratios of account flows are made.

Grain   one row per spine row whose borrower has postings in the window
Reads   the months of turnover
Sums    `<flow>_<window>` in fen, the windows being a number of months or `last_year`, the same three months a year ago
"""

import ibis.expr.types as ir

from ews.events.book import Book
from ews.features.account_flows.months import HALF, MONTH, QUARTER, SINCE_LAST_YEAR, TWO_YEARS, YEAR
from ews.features.account_flows.postings import is_trade, paid_for, received_for
from ews.features.account_flows.turnover import Flows, earned, turnover
from ews.features.window import KEYS, Spine

COSTS = ("wage", "tax", "utility", "rent")
"""What a business that lives must pay, month after month."""
OFF_TRADE = ("securities_in", "securities", "private_in", "private", "related_in", "related_out", "other_in", "other")
"""Flows outside of the trade by kind and direction; without one it is what was paid."""

FLOWS: Flows = {
    "postings": lambda rows: rows.count(),
    "sales": lambda rows: rows.amount.sum(where=(rows.amount > 0) & is_trade(rows, "sales")),
    **{name: paid_for(name) for name in (*COSTS, "purchase", "securities", "other")},
    "private": paid_for("private_person"),
    "securities_in": received_for("securities"),
    "private_in": received_for("private_person"),
    "other_in": received_for("other"),
}
WINDOWS: dict[str, tuple[int, ...]] = {
    "inflow": (MONTH, QUARTER, YEAR, TWO_YEARS),
    "outflow": (QUARTER,),
    "earned": (QUARTER, HALF),
    "spent": (QUARTER, HALF),
    "received": (QUARTER, YEAR),
    "circular_in": (QUARTER,),
    "returned_in": (YEAR,),
    "postings": (YEAR, TWO_YEARS),
    **dict.fromkeys(("sales", "purchase", *COSTS, *OFF_TRADE), (QUARTER, YEAR)),
}
LAST_YEAR = ("inflow", *COSTS)
MONTHS_PAID = ("wage", "utility")

inflow = earned
"""The money received as its category has it, for those who compare borrowers with each other."""


def flow_sums(book: Book, spine: Spine, postings: ir.Table, names: ir.Table) -> ir.Table:
    """Return the sums of WINDOWS and LAST_YEAR, counts of months, and the sums of squared monthly inflows."""
    cells = turnover(book, spine, postings, names, months=TWO_YEARS, flows=FLOWS)
    sums = {
        f"{flow}_{months}": cells[flow].sum(where=cells.lag < months)
        for flow, windows in WINDOWS.items()
        for months in windows
    }
    a_year_ago = (cells.lag >= YEAR) & (cells.lag < SINCE_LAST_YEAR)
    sums |= {f"{flow}_last_year": cells[flow].sum(where=a_year_ago) for flow in LAST_YEAR}
    return cells.group_by(*KEYS).aggregate(**sums, **_counts(cells))


def exact(amount: ir.IntegerValue) -> ir.DecimalValue:
    """Return `amount` as a whole number whose square is still exact."""
    return amount.cast("decimal(38, 0)")


def _counts(cells: ir.Table) -> dict[str, ir.Scalar]:
    counts: dict[str, ir.Scalar] = {"best_month_12": cells.inflow.max(where=cells.lag < YEAR)}
    for months in (YEAR, TWO_YEARS):
        within = cells.lag < months
        counts[f"months_with_inflow_{months}"] = (cells.inflow > 0).sum(where=within)
        counts[f"inflow_squares_{months}"] = (exact(cells.inflow) * exact(cells.inflow)).sum(where=within)
        counts[f"months_of_net_outflow_{months}"] = (cells.outflow > cells.inflow).sum(where=within)
    for cost in MONTHS_PAID:
        is_paid = cells[cost] > 0
        counts[f"{cost}_months_3"] = is_paid.sum(where=cells.lag < QUARTER)
        counts[f"{cost}_months_before"] = is_paid.sum(where=(cells.lag >= QUARTER) & (cells.lag < YEAR))
    counts["tax_lag"] = cells.lag.min(where=cells.tax > 0)
    return counts
