"""Faces: who the parties of a circle are and how each stands, as the batch decided and the network facts see it.

Grain   one row per (borrower_id, party_id)
Reads   what surroundings made; borrowers for names; the borrowers decided
Money   the exposure decided; of a party that was not decided the balances of its loans, as the rules count them
Nulls   a name, kind or branch that the book does not know; what was not decided
"""

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from ews.domain.levels import WarningLevel
from ews.events.book import Book
from ews.features.guarantee_exposure.trouble import sees_arrears
from ews.features.window import KEYS
from ews.scoring.exhibits.lags import DAY
from ews.scoring.facts import borrowers_known

COLUMNS = (
    "party_id",
    "name",
    "kind",
    "branch_id",
    "is_borrower",
    "exposure_fen",
    "dpd",
    "in_default",
    "in_trouble",
    "grade",
    "level",
    "hops",
)
"""The fields of domain.exhibits.Party."""
_DECIDED = pa.schema({"borrower_id": pa.string(), "exposure": pa.int64(), "grade": pa.string(), "level": pa.string()})
_KINDS = {"firm": "firm", "individual": "person"}


def faces(book: Book, around: ir.Table, borrowers: pd.DataFrame) -> ir.Table:
    """Return borrower_id, COLUMNS, place and left_out of the parties `around` (see surroundings.parties_around)."""
    levels = [tuple(WarningLevel)[rank].value for rank in borrowers["level_rank"]]
    told = borrowers[["borrower_id", "exposure", "grade"]].assign(level=levels).astype({"exposure": "Int64"})
    decided = book.kept(pa.Table.from_pandas(told, _DECIDED, preserve_index=False))
    parties = around.select(*DAY, borrower_id="party_id").select(*KEYS).distinct()
    who = borrowers_known(book, parties).select("borrower_id", "name", "kind", "branch_id")
    table = around.left_join(who.rename(party_id="borrower_id"), "party_id", rname="{name}_who")
    decided = decided.mutate(is_borrower=ibis.literal(value=True)).rename(party_id="borrower_id")
    table = table.left_join(decided, "party_id", rname="{name}_decided")
    is_known = ibis.literal(sees_arrears(book)) & table.kind.notnull()
    debt = ibis.ifelse(is_known, table.debt, ibis.null("int64"))
    values = {
        "kind": table.kind.substitute(_KINDS, else_="unknown").fill_null("unknown"),
        "is_borrower": table.is_borrower.fill_null(False),
        "exposure_fen": ibis.ifelse(table.is_borrower.fill_null(False), table.exposure, debt),
        "in_default": table.is_in_default,
        "in_trouble": table.is_troubled,
    }
    columns = {name: values[name] if name in values else table[name] for name in COLUMNS}
    return table.select("borrower_id", "place", "left_out", **columns)
