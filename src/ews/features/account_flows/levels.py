"""Levels: how much money comes in and goes out, how steadily, and how that compares with before.

Window  3, 12 and 24 months; a change over 1 month sets it against the 11 before, over 3 against the 9 before, over 12
        against the 12 before; `vs_last_year` sets 3 months against the same 3 a year ago, so that neither a season nor
        the Chinese New Year looks like a drop
Inflow  turnover: net of what only goes round (see turnover.py)
Nulls   patterns and changes for accounts younger than their window, changes also where the base is 0; the circular
        shares where nothing came in
"""

import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.features.account_flows.flow_sums import exact
from ews.features.account_flows.months import MONTH, QUARTER, SINCE_LAST_YEAR, TWO_YEARS, YEAR
from ews.features.account_flows.sight import Sight
from ews.features.ratios import change, ratio

FEATURES = (
    Feature("inflow_3m", "fen", "lower", ReasonCode.INFLOW_FELL,
            "Money received in the last 3 months", "近3个月入账金额"),
    Feature("inflow_12m", "fen", "lower", ReasonCode.INFLOW_FELL,
            "Money received in the last 12 months", "近12个月入账金额"),
    Feature("inflow_24m", "fen", "lower", ReasonCode.INFLOW_FELL,
            "Money received in the last 24 months", "近24个月入账金额"),
    Feature("inflow_change_1m", "change", "lower", ReasonCode.INFLOW_FELL,
            "Money received in the last month against the monthly mean of the 11 before",
            "近1个月入账较前11个月月均变化"),
    Feature("inflow_change_3m", "change", "lower", ReasonCode.INFLOW_FELL,
            "Monthly money received, last 3 months against the 9 before", "近3个月月均入账较前9个月变化"),
    Feature("inflow_change_12m", "change", "lower", ReasonCode.INFLOW_FELL,
            "Money received, last 12 months against the 12 before", "近12个月入账较前12个月变化"),
    Feature("inflow_vs_last_year_3m", "change", "lower", ReasonCode.INFLOW_FELL,
            "Money received in the last 3 months against the same 3 months a year ago", "近3个月入账较上年同期变化"),
    Feature("outflow_3m", "fen", "none", ReasonCode.FLOWS_UNSTEADY,
            "Money paid out in the last 3 months", "近3个月出账金额"),
    Feature("net_flow_3m", "fen", "lower", ReasonCode.FLOWS_UNSTEADY,
            "Money received less money paid out in the last 3 months", "近3个月净流入金额"),
    Feature("inflow_months_12m", "count", "lower", ReasonCode.FLOWS_UNSTEADY,
            "Months of the last 12 in which money was received", "近12个月有入账的月数"),
    Feature("inflow_months_24m", "count", "lower", ReasonCode.FLOWS_UNSTEADY,
            "Months of the last 24 in which money was received", "近24个月有入账的月数"),
    Feature("inflow_volatility_12m", "ratio", "higher", ReasonCode.FLOWS_UNSTEADY,
            "Variation of monthly money received over 12 months (standard deviation / mean)",
            "近12个月月入账波动系数（标准差/均值）"),
    Feature("inflow_volatility_24m", "ratio", "higher", ReasonCode.FLOWS_UNSTEADY,
            "Variation of monthly money received over 24 months (standard deviation / mean)",
            "近24个月月入账波动系数（标准差/均值）"),
    Feature("inflow_top_month_share_12m", "share", "higher", ReasonCode.FLOWS_UNSTEADY,
            "Share of the best month in the money received over 12 months", "近12个月最高月入账占比"),
    Feature("net_outflow_months_12m", "count", "higher", ReasonCode.FLOWS_UNSTEADY,
            "Months of the last 12 in which more was paid out than received", "近12个月净流出月数"),
    Feature("net_outflow_months_24m", "count", "higher", ReasonCode.FLOWS_UNSTEADY,
            "Months of the last 24 in which more was paid out than received", "近24个月净流出月数"),
    Feature("postings_12m", "count", "lower", ReasonCode.INFLOW_FELL,
            "Postings of the last 12 months", "近12个月账户交易笔数"),
    Feature("postings_24m", "count", "lower", ReasonCode.INFLOW_FELL,
            "Postings of the last 24 months", "近24个月账户交易笔数"),
    Feature("circular_inflow_share_3m", "share", "higher", ReasonCode.FLOWS_INFLATED,
            "Share of the money that came in over 3 months that came from related parties or went back within days",
            "近3个月入账中关联方转入或数日内原路转回的占比"),
    Feature("returned_inflow_share_12m", "share", "higher", ReasonCode.FLOWS_INFLATED,
            "Share of the money that came in over 12 months that moved to and fro with the same party within days",
            "近12个月入账中与同一对手数日内往返的占比"),
)  # fmt: skip


def values(sight: Sight) -> dict[str, ir.Value]:
    """Return the columns of FEATURES from the flow sums."""
    table = sight.table
    received, paid = table.inflow_3.fill_null(0), table.outflow_3.fill_null(0)
    a_year_ago = change(received, 1, table.inflow_last_year, 1)
    return {
        "inflow_3m": sight.within(QUARTER, received),
        "outflow_3m": sight.within(QUARTER, paid),
        "net_flow_3m": sight.within(QUARTER, received - paid),
        "circular_inflow_share_3m": sight.within(QUARTER, ratio(table.circular_in_3, table.received_3)),
        "returned_inflow_share_12m": sight.within(YEAR, ratio(table.returned_in_12, table.received_12)),
        "inflow_change_1m": sight.grown(YEAR, changed_flow(table, "inflow", MONTH, YEAR)),
        "inflow_change_3m": sight.grown(YEAR, changed_flow(table, "inflow", QUARTER, YEAR)),
        "inflow_change_12m": sight.grown(TWO_YEARS, changed_flow(table, "inflow", YEAR, TWO_YEARS)),
        "inflow_vs_last_year_3m": sight.grown(SINCE_LAST_YEAR, a_year_ago),
        "inflow_top_month_share_12m": sight.grown(YEAR, ratio(table.best_month_12, table.inflow_12)),
        **_over(sight, YEAR),
        **_over(sight, TWO_YEARS),
    }


def changed_flow(table: ir.Table, flow: str, recent_months: int, months: int) -> ir.FloatingValue:
    """Return the change of the sums of `flow` in the recent months against the rest of `months`."""
    return changed(table[f"{flow}_{recent_months}"].fill_null(0), table[f"{flow}_{months}"], recent_months, months)


def changed(recent: ir.IntegerValue, whole: ir.IntegerValue, recent_months: int, months: int) -> ir.FloatingValue:
    """Return the change of `recent` against the rest of `whole`, per month."""
    return change(recent, recent_months, whole - recent, months - recent_months)


def _over(sight: Sight, months: int) -> dict[str, ir.Value]:
    table = sight.table
    return {
        f"inflow_{months}m": sight.within(months, table[f"inflow_{months}"].fill_null(0)),
        f"postings_{months}m": sight.within(months, table[f"postings_{months}"].fill_null(0)),
        f"inflow_months_{months}m": sight.grown(months, table[f"months_with_inflow_{months}"].fill_null(0)),
        f"net_outflow_months_{months}m": sight.grown(months, table[f"months_of_net_outflow_{months}"].fill_null(0)),
        f"inflow_volatility_{months}m": sight.grown(months, _volatility(table, months)),
    }


def _volatility(table: ir.Table, months: int) -> ir.FloatingValue:
    """Return standard deviation / mean of the n monthly inflows x: sqrt(n * sum x^2 - (sum x)^2) / sum x."""
    total = table[f"inflow_{months}"]
    spread = table[f"inflow_squares_{months}"] * months - exact(total) * exact(total)
    return ratio(spread.cast("float64").sqrt(), total)
