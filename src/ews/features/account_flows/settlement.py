"""Settlement share (结算归行率): how much of what the borrower sells is settled here.

Grain   one row per spine row whose borrower has declared its sales
Reads   findings of field `declared_sales_12m`, the value in fen: the latest of the last 24 months
Nulls   nothing declared, or not as a number above 0. Sales are not guessed from taxes paid: rates differ by trade, size
        and year of relief, so that the guess would say more of the rate than of the account
"""

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.events.book import Book
from ews.features.account_flows.months import TWO_YEARS, YEAR
from ews.features.account_flows.sight import Sight
from ews.features.ratios import ratio
from ews.features.window import KEYS, Spine, rows_within

FEATURES = (
    Feature("settlement_share_12m", "ratio", "lower", ReasonCode.ACCOUNT_MOVED,
            "Money received in 12 months as a share of the sales declared",
            "近12个月入账与申报销售额之比（结算归行率）"),
)  # fmt: skip

DECLARED_SALES = "declared_sales_12m"


def settlement(book: Book, spine: Spine) -> ir.Table:
    """Return the latest `declared_sales` (fen) known on the day."""
    if not book.has("findings"):
        return spine.table.select(*KEYS, declared_sales=ibis.null("int64"))
    rows = book.table("findings")
    rows = rows.filter(rows.field == DECLARED_SALES).mutate(sales=rows["value"].try_cast("int64"))
    rows = rows_within(spine, rows.filter(rows.sales > 0), day="found_on", months=TWO_YEARS)
    newest = ibis.struct({"on": rows.found_on, "finding": rows.finding_id})
    return rows.group_by(*KEYS).aggregate(declared_sales=rows.sales.argmax(newest))


def values(sight: Sight) -> dict[str, ir.Value]:
    """Return the columns of FEATURES from the flow sums and `settlement`."""
    received = sight.table.inflow_12.fill_null(0)
    return {"settlement_share_12m": sight.within(YEAR, ratio(received, sight.table.declared_sales))}
