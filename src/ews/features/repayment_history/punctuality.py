"""Punctuality: how what fell due was paid.

Grain   one row per spine row whose borrower had something fall due
Reads   instalments, payments; loans for the day of payout; ledger for which loans it speaks of
Window  the last 3, 6 and 12 months, by the month in which an item fell due; days past due of items open in the window
Late    days from due to covered in full, or to as_of; before the due day they are negative where a drift is measured
Nulls   payments are not covered up to as_of, or nothing fell due in the window. first_instalment_missed is null where
        the extract does not show the beginning of any loan with items in the year
"""

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.features.ratios import ratio
from ews.features.repayment_history.nulls import nulls
from ews.features.window import KEYS, Spine

FEATURES = (
    Feature("late_days_mean_6m", "days", "higher", ReasonCode.PAYS_LATE,
            "Mean days late of what fell due in the last 6 months", "近6个月到期款项平均迟还天数"),
    Feature("late_days_max_6m", "days", "higher", ReasonCode.PAYS_LATE,
            "Most days late of what fell due in the last 6 months", "近6个月到期款项最长迟还天数"),
    Feature("late_items_share_12m", "share", "higher", ReasonCode.PAYS_LATE,
            "Share of what fell due in the last 12 months that was paid late", "近12个月到期款项迟还笔数占比"),
    Feature("late_days_drift_3m", "days", "higher", ReasonCode.PAYS_LATE,
            "Mean days paid after the due day, last 3 months less the 9 before; early payment counts negative",
            "近3个月平均还款滞后天数较前9个月增减（提前为负）"),
    Feature("partial_payments_6m", "count", "higher", ReasonCode.PAYS_LATE,
            "Items of the last 6 months paid late and in parts", "近6个月分次迟还笔数"),
    Feature("first_instalment_missed", "flag", "higher", ReasonCode.PAYS_LATE,
            "A first instalment of the last 12 months came more than 7 days late", "近12个月内首期还款逾期超过7天"),
    Feature("interest_overdue_days", "days", "higher", ReasonCode.ARREARS,
            "Days past due of the oldest interest or fee unpaid; 0 where only principal is, or nothing",
            "最早欠息天数（仅欠本金或无逾期为0）"),
)  # fmt: skip

YEAR, HALF, QUARTER = 12, 6, 3
FIRST_MISSED_ABOVE_DAYS = 7
"""Up to 7 days late can be a technical matter (Order [2023] No. 1)."""
MOST_EARLY_DAYS = 30
"""Paying off early says nothing about punctuality: no item counts as paid more than a month ahead."""


def punctuality(spine: Spine, items: ir.Table | None) -> ir.Table:
    """Return FEATURES, item_dpd_3, item_dpd_6 and item_dpd_12, items_told, item_late_lag and item_late30_lag."""
    if items is None:
        columns = {f"item_dpd_{months}": "int64" for months in (QUARTER, HALF, YEAR)}
        columns |= dict.fromkeys(("items_told", "item_late_lag", "item_late30_lag"), "int64")
        return nulls(spine, columns | {each.name: "int64" for each in FEATURES})
    table = items.group_by(*KEYS).aggregate(**_sums(items), **_ever(items))
    recent, before = ratio(table.shift_3, table.items_3), ratio(table.shift_before, table.items_before)
    values = {
        "late_days_mean_6m": ratio(table.late_days, table.items_6m),
        "late_items_share_12m": ratio(table.late_items, table.items_12),
        "late_days_drift_3m": recent - before,
    }
    told = ("items_told", "item_late_lag", "item_late30_lag", *(f"item_dpd_{each}" for each in (QUARTER, HALF, YEAR)))
    plain = [each.name for each in FEATURES if each.name not in values]
    return table.select(*KEYS, *told, *plain, **values)


def _sums(items: ir.Table) -> dict[str, ir.Scalar]:
    in_quarter, in_half, in_year = items.lag < QUARTER, items.lag < HALF, items.lag < YEAR
    before = in_year & ~in_quarter
    in_parts = items.begun_on.notnull() & (items.covered_on.isnull() | (items.covered_on > items.begun_on))
    first_missed = items.is_first & (items.late > FIRST_MISSED_ABOVE_DAYS)
    paid = ibis.coalesce(items.covered_on, items.as_of)
    shift = ibis.greatest(paid.delta(items.due_on, unit="day"), -MOST_EARLY_DAYS)
    interest_open = items.has_interest & items.interest_on.isnull()
    return {
        "items_3": in_quarter.sum(),
        "items_6m": in_half.sum(),
        "items_12": in_year.sum(),
        "items_before": before.sum(),
        "shift_3": shift.sum(where=in_quarter),
        "shift_before": shift.sum(where=before),
        "late_days": items.late.sum(where=in_half),
        "late_days_max_6m": items.late.max(where=in_half),
        "late_items": (items.late > 0).sum(where=in_year),
        "partial_payments_6m": ((items.late > 0) & in_parts).sum(where=in_half),
        "first_instalment_missed": first_missed.any(where=in_year & items.is_first.notnull()),
        "interest_overdue_days": ibis.ifelse(interest_open, items.late, 0).max(),
    }


def _ever(items: ir.Table) -> dict[str, ir.Scalar]:
    in_two_years = items.lag < 2 * YEAR
    return {
        "items_told": items.is_alone.sum(),
        "item_late_lag": items.late_lag.min(where=items.is_alone & (items.reached > 0)),
        "item_late30_lag": items.late_lag.min(where=items.is_alone & (items.reached >= 30)),
        **{
            f"item_dpd_{months}": items.reached.max(where=in_two_years & (items.open_lag < months))
            for months in (QUARTER, HALF, YEAR)
        },
    }
