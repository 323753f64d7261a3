"""Collateral known: what stands behind each loan, for its loss given default.

Grain   (loan_id, collateral_id)
Reads   collateral: the newest version known on the day
Nulls   a piece without a kind counts as `other`; one without a value, and one that others have seized, is left out
"""

import ibis
import ibis.expr.types as ir

from ews.events.book import Book, was_known

SCHEMA = {"loan_id": "string", "kind": "string", "value": "int64"}


def collateral_of(book: Book, days: ir.Table) -> ir.Table:
    """Return SCHEMA for the loans of the borrowers of `days`: value in fen of what is known and not seized."""
    if not (book.has("collateral") and book.has("loans")):
        return days.select(**{name: ibis.null(kind) for name, kind in SCHEMA.items()}).limit(0)
    loans = book.table("loans")
    owned = days.inner_join(loans, "borrower_id")
    owned = owned.filter(was_known(owned, owned.known_by)).select("loan_id", "as_of", "known_by")
    rows = owned.inner_join(book.table("collateral"), "loan_id")
    rows = rows.filter(
        was_known(rows, rows.known_by),
        rows.valued_on.isnull() | (rows.valued_on <= rows.as_of),
        rows.seized_on.isnull() | (rows.seized_on > rows.as_of),
        rows["value"] > 0,
    )
    return rows.select("loan_id", kind=rows["kind"].fill_null("other"), value="value")
