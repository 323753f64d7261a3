"""Trading partners: who paid and was paid for trade.

Grain   one row per spine row whose borrower has trade postings in the last 12 months
Reads   postings for sales, for purchases and of unknown category, by counterparty
Window  12 months; `partners_3m` the last 3
"""

import ibis.expr.types as ir

from ews.features.window import KEYS, Spine, monthly

TRADE = ("sales", "purchase")


def trading_partners(spine: Spine, postings: ir.Table) -> ir.Table:
    """Return counts of partners named and unnamed, and what all and the largest named customer paid (fen)."""
    trade = postings.filter(postings.category.isnull() | postings.category.isin(TRADE))
    cells = monthly(
        spine, trade, day="occurred_at", months=12, by=("counterparty_id",),
        received=lambda rows: rows.amount.sum(where=rows.amount > 0),
    )  # fmt: skip
    each = cells.group_by(*KEYS, "counterparty_id").aggregate(
        received=cells.received.sum(), is_recent=(cells.lag < 3).any()
    )
    is_named = each.counterparty_id.notnull()
    return each.group_by(*KEYS).aggregate(
        named_partners=is_named.sum(),
        unnamed_partners=(~is_named).sum(),
        partners_3m=(is_named & each.is_recent).sum(),
        customers_12m=(is_named & (each.received > 0)).sum(),
        customers_sum=each.received.sum(where=is_named),
        top_customer=each.received.max(where=is_named),
    )
