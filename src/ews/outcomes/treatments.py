"""Treatments (处置) that the book itself tells: what was done about a borrower that may have kept a default away.

Grain   one row per (borrower_id, kind, treated_on)
Reads   loans (restructured_on), outcomes (restructured, distressed_extension), collateral, card_statements
Kinds   restructured; add_security: collateral that came to a loan after its first month; reduce: the limit of an own
        card cut by a fifth or more between two statements. What people did beside the book is in casework
Known   known_on is the day from which the bank knew, `known_by` the last that counts
Nulls   a table that the book lacks tells nothing; nobody is marked untreated by it
"""

from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from ews.events.book import Book, was_known

COLUMNS = ("borrower_id", "kind", "treated_on", "known_on")
RESTRUCTURED, ADD_SECURITY, REDUCE = "restructured", "add_security", "reduce"
NEW_AFTER_DAYS = 31
"""Collateral registered so soon after the payout belongs to the loan as it was agreed."""
CUT_FROM = 0.2
"""Share of a limit: a smaller change is no answer to a risk (to verify)."""


def book_treatments(book: Book, *, known_by: date) -> pd.DataFrame:
    """Return COLUMNS of what the book tells, as known on `known_by`."""
    parts = [*_restructured(book, known_by), *_secured(book, known_by), *_cut(book, known_by)]
    nothing = pd.DataFrame({name: pd.Series(dtype="object") for name in COLUMNS})
    if not parts:
        return nothing
    rows = ibis.union(*parts) if len(parts) > 1 else parts[0]
    rows = rows.filter(rows.treated_on <= known_by, rows.known_on <= known_by)
    first = rows.group_by("borrower_id", "kind", "treated_on").aggregate(known_on=rows.known_on.min())
    told = first.select(*COLUMNS).order_by("borrower_id", "treated_on", "kind").to_pyarrow()
    return pd.DataFrame({name: told[name].to_pylist() for name in COLUMNS}, columns=list(COLUMNS))


def _restructured(book: Book, known_by: date) -> list[ir.Table]:
    found = []
    if book.has("loans"):
        loans = book.table("loans")
        loans = loans.filter(loans.restructured_on.notnull(), was_known(loans, known_by))
        found.append(_rows(loans, RESTRUCTURED, loans.restructured_on, loans.known_on))
    if book.has("outcomes"):
        listed = book.table("outcomes")
        listed = listed.filter(listed["kind"].isin((RESTRUCTURED, "distressed_extension")))
        listed = listed.filter(listed.occurred_on.notnull(), was_known(listed, known_by))
        found.append(_rows(listed, RESTRUCTURED, listed.occurred_on, listed.known_on))
    return found


def _secured(book: Book, known_by: date) -> list[ir.Table]:
    """Return the collateral by the first day on which anything of it was known: later versions value it anew."""
    if not (book.has("collateral") and book.has("loans")):
        return []
    loans = book.table("loans")
    loans = loans.filter(was_known(loans, known_by)).select("loan_id", "borrower_id", "opened_on")
    pieces = book.table("collateral").group_by("collateral_id", "loan_id")
    first = pieces.aggregate(first_on=lambda table: table.known_on.min())
    both = first.inner_join(loans, "loan_id")
    both = both.filter(both.first_on > both.opened_on + ibis.interval(days=NEW_AFTER_DAYS))
    return [_rows(both, ADD_SECURITY, both.first_on, both.first_on)]


def _cut(book: Book, known_by: date) -> list[ir.Table]:
    if not (book.has("card_statements") and book.has("loans")):
        return []
    own = book.table("loans").select("loan_id").distinct()
    rows = book.table("card_statements")
    rows = rows.filter(was_known(rows, known_by)).semi_join(own, [("card_id", "loan_id")])
    before = rows.credit_limit.lag().over(ibis.window(group_by="card_id", order_by="stated_on"))
    rows = rows.mutate(before=before).filter(lambda table: table.credit_limit < table.before * (1 - CUT_FROM))
    return [_rows(rows, REDUCE, rows.stated_on, rows.known_on)]


def _rows(table: ir.Table, kind: str, treated_on: ir.Value, known_on: ir.Value) -> ir.Table:
    return table.select(
        "borrower_id", kind=ibis.literal(kind), treated_on=treated_on.cast("date"), known_on=known_on.cast("date")
    )
