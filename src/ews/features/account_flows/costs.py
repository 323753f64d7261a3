"""Costs: wages, taxes, utilities and purchases, which shrink before a business says so.

Window  3 months against the 9 before and against the same 3 a year ago (wages carry a bonus at the Chinese New Year)
Nulls   changes for accounts younger than their window or where the base is 0; months without wages or utility bills
        where such were not the rule: paid in fewer than REGULAR_FROM of the 9 months before; months since taxes where
        none was paid in 24 months
Moved   costs_held_as_inflow_fell tells an account that moved from a business that shrank: where trade goes on, wages,
        taxes and bills are still paid from here at last year's level while the money comes in elsewhere
"""

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.features.account_flows.flow_sums import COSTS, MONTHS_PAID
from ews.features.account_flows.levels import changed, changed_flow
from ews.features.account_flows.months import QUARTER, SINCE_LAST_YEAR, TWO_YEARS, YEAR
from ews.features.account_flows.sight import Sight
from ews.features.ratios import change, only_where, ratio

FEATURES = (
    Feature("wage_change_3m", "change", "lower", ReasonCode.BUSINESS_COSTS_SHRANK,
            "Monthly wages paid, last 3 months against the 9 before", "近3个月月均工资支出较前9个月变化"),
    Feature("tax_utility_change_3m", "change", "lower", ReasonCode.BUSINESS_COSTS_SHRANK,
            "Monthly taxes and utilities paid, last 3 months against the 9 before",
            "近3个月月均税费水电支出较前9个月变化"),
    Feature("purchase_change_3m", "change", "lower", ReasonCode.BUSINESS_COSTS_SHRANK,
            "Monthly purchases paid, last 3 months against the 9 before", "近3个月月均采购支出较前9个月变化"),
    Feature("purchase_to_sales_change_3m", "change", "none", ReasonCode.BUSINESS_COSTS_SHRANK,
            "Purchases paid per sales, last 3 months against the 9 before", "近3个月采购付款与销售之比较前9个月变化"),
    Feature("costs_vs_last_year_3m", "change", "lower", ReasonCode.BUSINESS_COSTS_SHRANK,
            "Wages, taxes, utilities and rent of the last 3 months against the same 3 months a year ago",
            "近3个月工资税费水电租金支出较上年同期变化"),
    Feature("wage_months_missed_3m", "count", "higher", ReasonCode.BUSINESS_COSTS_SHRANK,
            "Months of the last 3 without wages, where wages used to be paid", "近3个月未发工资的月数（原有规律发薪）"),
    Feature("utility_months_missed_3m", "count", "higher", ReasonCode.BUSINESS_COSTS_SHRANK,
            "Months of the last 3 without utility bills, where they used to be paid",
            "近3个月未缴水电费的月数（原有规律缴费）"),
    Feature("months_since_tax", "months", "higher", ReasonCode.BUSINESS_COSTS_SHRANK,
            "Months since taxes were last paid, where any were in 24 months", "距最近一次缴税月数（近24个月内有缴税）"),
    Feature("wage_to_sales_3m", "ratio", "none", ReasonCode.BUSINESS_COSTS_SHRANK,
            "Wages paid per sales of the last 3 months", "近3个月工资支出与销售之比"),
    Feature("costs_held_as_inflow_fell_3m", "ratio", "none", ReasonCode.ACCOUNT_MOVED,
            "Share of last year's costs still paid less share of last year's money still received, 3 months",
            "近3个月支出保持率与入账保持率之差（与上年同期比）"),
)  # fmt: skip

REGULAR_FROM = 6
"""Months of nine: two in three make a rule (practice, to verify)."""
CHANGED = ("wage", "purchase")


def values(sight: Sight) -> dict[str, ir.Value]:
    """Return the columns of FEATURES from the flow sums."""
    table = sight.table
    recent = table.tax_3 + table.utility_3
    bills = changed(recent.fill_null(0), table.tax_12 + table.utility_12, QUARTER, YEAR)
    costs, costs_before = _costs(table, "3"), _costs(table, "last_year")
    held = _kept(costs, costs_before) - _kept(table.inflow_3, table.inflow_last_year)
    return {
        **{f"{name}_change_3m": sight.grown(YEAR, changed_flow(table, name, QUARTER, YEAR)) for name in CHANGED},
        "tax_utility_change_3m": sight.grown(YEAR, bills),
        "purchase_to_sales_change_3m": sight.grown(YEAR, _purchases_per_sales_changed(table)),
        "costs_vs_last_year_3m": sight.grown(SINCE_LAST_YEAR, change(costs, 1, costs_before, 1)),
        **{f"{name}_months_missed_3m": sight.grown(YEAR, _months_missed(table, name)) for name in MONTHS_PAID},
        "months_since_tax": sight.within(TWO_YEARS, table.tax_lag),
        "wage_to_sales_3m": sight.within(QUARTER, ratio(table.wage_3.fill_null(0), table.sales_3)),
        "costs_held_as_inflow_fell_3m": sight.grown(SINCE_LAST_YEAR, held),
    }


def _costs(table: ir.Table, window: str) -> ir.IntegerValue:
    wage, tax, utility, rent = (table[f"{name}_{window}"].fill_null(0) for name in COSTS)
    return wage + tax + utility + rent


def _kept(recent: ir.IntegerValue, before: ir.IntegerValue) -> ir.FloatingValue:
    """Return which share of the level before is kept, at most 1."""
    kept = ratio(recent.fill_null(0), before)
    return ibis.ifelse(kept > 1, 1.0, kept)


def _months_missed(table: ir.Table, cost: str) -> ir.Value:
    return only_where(table[f"{cost}_months_before"] >= REGULAR_FROM, QUARTER - table[f"{cost}_months_3"].fill_null(0))


def _purchases_per_sales_changed(table: ir.Table) -> ir.FloatingValue:
    """Return how purchases per sales changed: they fall where suppliers wait, and rise where margins narrow."""
    now = ratio(table.purchase_3, table.sales_3)
    before = ratio(table.purchase_12 - table.purchase_3, table.sales_12 - table.sales_3)
    return now / ibis.ifelse(before > 0, before, ibis.null("float64")) - 1.0
