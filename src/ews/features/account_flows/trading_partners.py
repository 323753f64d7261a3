"""Trading partners: who paid and was paid for trade, and who no longer does.

Grain   one row per spine row whose borrower has trade postings in the last 12 months
Reads   postings for sales, for purchases and of unknown category, by counterparty; members of the economic unit are
        no partners
Window  12 months; who traded in the 9 months before the last 3 and not in these is lost
Nulls   counts where postings name no partner; lost shares where none was named before, or accounts are younger
"""

import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.features.account_flows.months import QUARTER, YEAR
from ews.features.account_flows.postings import is_trade, within_reach
from ews.features.account_flows.sight import Sight
from ews.features.ratios import only_where, ratio
from ews.features.window import KEYS, Spine, monthly

FEATURES = (
    Feature("counterparties_3m", "count", "lower", ReasonCode.PARTNERS_LOST,
            "Customers and suppliers of the last 3 months", "近3个月交易对手数"),
    Feature("customers_12m", "count", "lower", ReasonCode.PARTNERS_LOST,
            "Customers of the last 12 months", "近12个月客户数"),
    Feature("top_counterparty_share_12m", "share", "none", ReasonCode.PARTNERS_LOST,
            "Share of the largest customer in the sales of 12 months", "近12个月最大客户销售占比"),
    Feature("customers_lost_share", "share", "higher", ReasonCode.PARTNERS_LOST,
            "Share of earlier sales (4 to 12 months ago) to customers who paid nothing in the last 3 months",
            "前4至12个月销售中近3个月无回款客户的占比"),
    Feature("suppliers_lost_share", "share", "higher", ReasonCode.PARTNERS_LOST,
            "Share of earlier purchases (4 to 12 months ago) from suppliers not paid in the last 3 months",
            "前4至12个月采购中近3个月未付款供应商的占比"),
)  # fmt: skip


def trading_partners(spine: Spine, postings: ir.Table, names: ir.Table) -> ir.Table:
    """Return counts of partners named and unnamed, and what they paid and were paid before and of late (fen)."""
    postings = within_reach(spine, postings, months=YEAR)
    cells = monthly(
        spine, postings.filter(is_trade(postings, "sales", "purchase")), day="occurred_at", months=YEAR,
        by=("counterparty_id",),
        received=lambda rows: rows.amount.sum(where=rows.amount > 0),
        paid=lambda rows: -rows.amount.sum(where=rows.amount < 0),
    )  # fmt: skip
    is_recent = cells.lag < QUARTER
    each = cells.group_by(*KEYS, "counterparty_id").aggregate(
        received=cells.received.sum(),
        is_recent=is_recent.any(),
        **{f"{way}_recent": cells[way].sum(where=is_recent) for way in ("received", "paid")},
        **{f"{way}_before": cells[way].sum(where=~is_recent) for way in ("received", "paid")},
    )
    each = each.anti_join(names, [*KEYS, "counterparty_id"])
    is_named = each.counterparty_id.notnull()
    return each.group_by(*KEYS).aggregate(
        named_partners=is_named.sum(),
        unnamed_partners=(~is_named).sum(),
        partners_3m=(is_named & each.is_recent).sum(),
        customers_12m=(is_named & (each.received > 0)).sum(),
        customers_sum=each.received.sum(where=is_named),
        top_customer=each.received.max(where=is_named),
        **{f"{way}_before": each[f"{way}_before"].sum(where=is_named) for way in ("received", "paid")},
        **{
            f"{way}_lost": each[f"{way}_before"].sum(where=is_named & (each[f"{way}_recent"].fill_null(0) == 0))
            for way in ("received", "paid")
        },
    )


def values(sight: Sight) -> dict[str, ir.Value]:
    """Return the columns of FEATURES from the sums of `trading_partners`."""
    table = sight.table
    names_partners = ((table.named_partners > 0) | (table.unnamed_partners == 0)).fill_null(True)
    return {
        "counterparties_3m": sight.within(QUARTER, only_where(names_partners, table.partners_3m.fill_null(0))),
        "customers_12m": sight.within(YEAR, only_where(names_partners, table.customers_12m.fill_null(0))),
        "top_counterparty_share_12m": sight.within(YEAR, ratio(table.top_customer, table.customers_sum)),
        "customers_lost_share": sight.within(YEAR, ratio(table.received_lost.fill_null(0), table.received_before)),
        "suppliers_lost_share": sight.within(YEAR, ratio(table.paid_lost.fill_null(0), table.paid_before)),
    }
