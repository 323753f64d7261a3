"""Off trade: money from and to what is not the borrower's trade, and securities.

Window  3 months; a kind of flow is new if it appears in the last 3 months and did not in the 9 before
Nulls   shares where nothing moved their way; new kinds for accounts younger than 12 months
"""

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.features.account_flows.flow_sums import OFF_TRADE
from ews.features.account_flows.months import QUARTER, YEAR
from ews.features.account_flows.sight import Sight
from ews.features.ratios import ratio

FEATURES = (
    Feature("off_trade_income_share_3m", "share", "higher", ReasonCode.FLOWS_OFF_TRADE,
            "Share of other income and securities sold in the money received over 3 months",
            "近3个月入账中其他收入与证券转入的占比"),
    Feature("new_flow_kinds_3m", "count", "higher", ReasonCode.FLOWS_OFF_TRADE,
            "Kinds of flow outside the trade that are new in the last 3 months (securities, private persons, related "
            "parties, other; in and out)",
            "近3个月新出现的主营以外资金往来种类数（证券、个人、关联方、其他，收付分计）"),
    Feature("related_drain_3m", "ratio", "higher", ReasonCode.FLOWS_OFF_TRADE,
            "Money to related parties less money from them, as a share of the money received over 3 months",
            "近3个月向关联方净转出与入账之比"),
    Feature("securities_out_share_3m", "share", "higher", ReasonCode.SECURITIES,
            "Share of money paid out that went to securities accounts, last 3 months", "近3个月流向证券账户的出账占比"),
    Feature("securities_drain_12m", "ratio", "higher", ReasonCode.SECURITIES,
            "Money to securities accounts less money from them, as a share of the money received over 12 months",
            "近12个月证券账户净转出与入账之比"),
)  # fmt: skip


def values(sight: Sight) -> dict[str, ir.Value]:
    """Return the columns of FEATURES from the flow sums."""
    table = sight.table
    off_trade = table.other_in_3 + table.securities_in_3
    return {
        "off_trade_income_share_3m": sight.within(QUARTER, ratio(off_trade, table.earned_3)),
        "new_flow_kinds_3m": sight.grown(YEAR, _new_kinds(table)),
        "related_drain_3m": sight.within(QUARTER, ratio(table.related_out_3 - table.related_in_3, table.received_3)),
        "securities_out_share_3m": sight.within(QUARTER, ratio(table.securities_3, table.spent_3)),
        "securities_drain_12m": sight.within(
            YEAR, ratio(table.securities_12 - table.securities_in_12, table.received_12)
        ),
    }


def _new_kinds(table: ir.Table) -> ir.IntegerValue:
    count = ibis.literal(0, "int64")
    for kind in OFF_TRADE:
        recent, year = table[f"{kind}_3"].fill_null(0), table[f"{kind}_12"].fill_null(0)
        count = count + ((recent > 0) & (year == recent)).cast("int64")
    return count
