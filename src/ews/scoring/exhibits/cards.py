"""Cards: limits and balances of the borrower's cards month by month, as the features of card overdraft see them.

Grain   one row per (borrower_id, as_of, known_by, lag) with a card
Reads   card_statements
Value   the newest statement of each card on or before the month's end, of all cards added up
Nulls   no row without a card, or where the newest statement of every card is older than STALE_MONTHS
"""

import ibis
import ibis.expr.types as ir

from ews.domain.exhibits import MONTHS
from ews.events.book import Book
from ews.features.window import KEYS, STALE_MONTHS, Spine, rows_within
from ews.scoring.exhibits.lags import CELL, carried

COLUMNS = ("card_limit_fen", "card_balance_fen")


def card_months(book: Book, spine: Spine) -> ir.Table:
    """Return CELL and COLUMNS."""
    if not book.has("card_statements"):
        nothing = {name: ibis.null("int64") for name in COLUMNS}
        return spine.table.select(*KEYS, lag=ibis.null("int32"), **nothing).limit(0)
    rows = rows_within(spine, book.table("card_statements"), day="stated_on", months=MONTHS + STALE_MONTHS)
    newest = ibis.window(group_by=[*CELL, "card_id"], order_by=ibis.desc("stated_on"))
    rows = rows.mutate(number=ibis.row_number().over(newest))
    rows = rows.filter(rows.number == 0).select(*CELL, "card_id", "credit_limit", "balance")
    rows = carried(rows, "card_id")
    rows = rows.filter(rows.told_lag - rows.lag < STALE_MONTHS)
    owed = ibis.ifelse(rows.balance.notnull(), ibis.greatest(rows.balance, 0), ibis.null("int64"))
    return rows.group_by(*CELL).aggregate(
        card_limit_fen=rows.credit_limit.sum().cast("int64"), card_balance_fen=owed.sum().cast("int64")
    )
