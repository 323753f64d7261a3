"""Whose event it is: rows that name an account or a loan, with the borrower it belongs to.

Both sides have versions; a joined row stands while both of its sides stand, so that its interval of knowledge
is the intersection of theirs.
"""

import ibis
import ibis.expr.types as ir

from ews.events.book import Book

_OWNER = {"transactions": ("accounts", "account_id")}
_BY_LOAN = ("loans", "loan_id")


def with_borrower(book: Book, name: str) -> ir.Table:
    """Return table `name` with a `borrower_id`, joined over its account or loan where it has none of its own."""
    rows = book.table(name)
    if "borrower_id" in rows.columns:
        return rows
    owner_table, key = _OWNER.get(name, _BY_LOAN)
    owners = book.table(owner_table).select(key, "borrower_id", owner_on="known_on", owner_until="known_until")
    joined = rows.inner_join(owners, key)
    both = joined.mutate(
        known_on=ibis.greatest(joined.known_on, joined.owner_on),
        known_until=ibis.least(joined.known_until, joined.owner_until),  # nulls are passed over
    ).drop("owner_on", "owner_until")
    return both.filter(both.known_until.isnull() | (both.known_on < both.known_until))
