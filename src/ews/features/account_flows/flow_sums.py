"""Flow sums: whole numbers of the last two years, from which the ratios of account flows are made.

Grain   one row per spine row whose borrower has postings in the window
Reads   postings with amount and category
"""

from functools import partial
from typing import Any

import ibis.expr.types as ir

from ews.features.window import KEYS, Spine, monthly

QUARTER, YEAR, TWO_YEARS = 3, 12, 24
NOT_EARNED = ("loan_payout", "own_transfer", "related_party")
NOT_SPENT = ("loan_service", "own_transfer", "related_party")
SPENT_ON = {
    "wage": ("wage",),
    "tax_utility": ("tax", "utility"),
    "purchase": ("purchase",),
    "securities": ("securities",),
    "private": ("private_person",),
}


def flow_sums(spine: Spine, postings: ir.Table) -> ir.Table:
    """Return, for 3, 12 and 24 months, `<flow>_<months>` in fen, counts of months and the sum of squared inflows.

    Flows are inflow, outflow and the keys of SPENT_ON; `postings` is a count.
    """
    spent: dict[str, Any] = {name: partial(_spent_on, categories) for name, categories in SPENT_ON.items()}
    cells = monthly(
        spine, postings, day="occurred_at", months=TWO_YEARS,
        inflow=inflow, outflow=_outflow, postings=lambda rows: rows.count(), **spent,
    )  # fmt: skip
    cells = cells.mutate(**{name: cells[name].fill_null(0) for name in ("inflow", "outflow", *spent)})
    sums = {
        f"{name}_{months}": cells[name].sum(where=cells.lag < months)
        for name in ("inflow", "outflow", "postings", *spent)
        for months in (QUARTER, YEAR, TWO_YEARS)
    }
    for months in (YEAR, TWO_YEARS):
        within = cells.lag < months
        sums[f"months_with_inflow_{months}"] = (cells.inflow > 0).sum(where=within)
        sums[f"inflow_squares_{months}"] = (exact(cells.inflow) * exact(cells.inflow)).sum(where=within)
        sums[f"months_of_net_outflow_{months}"] = (cells.outflow > cells.inflow).sum(where=within)
    sums["best_month_12"] = cells.inflow.max(where=cells.lag < YEAR)
    return cells.group_by(*KEYS).aggregate(**sums)


def exact(amount: ir.IntegerValue) -> ir.DecimalValue:
    """Return `amount` as a whole number whose square is still exact."""
    return amount.cast("decimal(38, 0)")


def inflow(rows: ir.Table) -> ir.IntegerScalar:
    """Return the money received; a posting of unknown category is trade."""
    return rows.amount.sum(where=(rows.amount > 0) & ~_is_for(rows, NOT_EARNED))


def _outflow(rows: ir.Table) -> ir.IntegerScalar:
    return -rows.amount.sum(where=(rows.amount < 0) & ~_is_for(rows, NOT_SPENT))


def _spent_on(categories: tuple[str, ...], rows: ir.Table) -> ir.IntegerScalar:
    return -rows.amount.sum(where=(rows.amount < 0) & _is_for(rows, categories))


def _is_for(rows: ir.Table, categories: tuple[str, ...]) -> ir.BooleanValue:
    return rows.category.isin(categories).fill_null(False)
