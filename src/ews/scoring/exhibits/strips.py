"""Strips: the loans of the last two years, each with its days past due at every month's end.

Grain   one row per (borrower_id, loan_id) alive at some month's end
Reads   what months.strips_of made; loans; the balances of the live loans decided
Nulls   dpd before payout, after the end and where no feed tells; a balance that no feed tells, 0 of a loan that ended
"""

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from ews.domain.exhibits import MONTHS
from ews.events.book import Book
from ews.features.window import Spine
from ews.scoring.payment_record import LOAN, known

COLUMNS = ("loan_id", "product", "opened_on", "matures_on", "principal_fen", "balance_fen", "dpd")
"""The fields of domain.exhibits.LoanStrip."""
_BALANCES = pa.schema({"loan_id": pa.string(), "balance": pa.int64()})


def loan_strips(book: Book, spine: Spine, strips: ir.Table, loans: pd.DataFrame) -> ir.Table:
    """Return borrower_id and COLUMNS; `loans` are the live ones decided, with loan_id and balance."""
    if not book.has("loans"):
        return strips.select("borrower_id", **{name: ibis.null("string") for name in COLUMNS})
    alive = strips.filter(strips.is_alive)
    each = alive.group_by(*LOAN).aggregate(
        is_alive_now=(alive.lag == 0).any(),
        **{f"dpd_{lag}": alive.dpd.max(where=alive.lag == lag) for lag in range(MONTHS)},
    )
    terms = known(book, spine, "loans").select(*LOAN, "product", "opened_on", "matures_on", "principal")
    table = each.inner_join(terms, LOAN)
    told = loans[list(_BALANCES.names)].astype({"balance": "Int64"})
    balances = book.kept(pa.Table.from_pandas(told, _BALANCES, preserve_index=False))
    table = table.left_join(balances.mutate(is_live=ibis.literal(value=True)), "loan_id", rname="{name}_live")
    has_ended = table.is_live.isnull() & ~table.is_alive_now
    return table.select(
        "borrower_id",
        *COLUMNS[:4],
        principal_fen=table.principal,
        balance_fen=ibis.ifelse(has_ended, 0, table.balance).cast("int64"),
        dpd=ibis.array([table[f"dpd_{lag}"].cast("int64") for lag in reversed(range(MONTHS))]),
    )
