"""Facts of a day: what policy asks besides features, about each loan and its borrower.

Grain   loan_facts: (borrower_id, loan_id); borrowers_known: borrower_id
Reads   loans, ledger or instalments and payments, borrowers
Nulls   a balance, dpd or age that no feed tells stays null
"""

import ibis
import ibis.expr.types as ir

from ews.domain.facts import LOAN_FACTS
from ews.events.arrears import loan_states
from ews.events.book import Book, was_known

IDENTITY = ("name", "kind", "industry", "region", "branch_id", "officer_id")


def borrowers_known(book: Book, days: ir.Table) -> ir.Table:
    """Return who each borrower of `days` was known to be, null where its row is not known yet.

    Adds `retail` and `months_as_customer` to IDENTITY.
    """
    keys = ["borrower_id", "as_of", "known_by"]
    known = days.inner_join(book.table("borrowers"), "borrower_id")
    known = known.filter(was_known(known, known.known_by)).select(*keys, *IDENTITY, "retail", "customer_since")
    joined = days.select(*keys).left_join(known, keys)
    return joined.select(
        *keys,
        *IDENTITY,
        "retail",
        months_as_customer=_whole_months(joined.customer_since, joined.as_of),
    )


def loan_facts(book: Book, days: ir.Table, default: ir.Table) -> ir.Table:
    """Return every loan paid out by as_of with LOAN_FACTS and `live`; `default` says whose borrower is listed."""
    states = loan_states(book, days)
    keys = ["borrower_id", "as_of"]
    states = states.inner_join(borrowers_known(book, days).select(*keys, "retail"), keys)
    states = states.left_join(default.select(*keys, "listed_default"), keys).drop("borrower_id_right", "as_of_right")
    states = states.mutate(
        is_card=(states["product"] == "card").fill_null(False),
        days_to_maturity=states.matures_on.delta(states.as_of, unit="day"),
        restructured=(states.restructured_on <= states.as_of).fill_null(False),
        listed_default=states.listed_default.fill_null(False),
        months_on_book=_whole_months(states.opened_on, states.as_of),
    )
    names = [fact.name for fact in LOAN_FACTS]
    return states.select("borrower_id", "loan_id", "as_of", "known_by", "live", *names)


def _whole_months(start: ir.DateValue, end: ir.DateValue) -> ir.IntegerValue:
    months = 12 * (end.year() - start.year()) + (end.month() - start.month())
    return (months - ibis.ifelse(start.day() > end.day(), 1, 0)).cast("int64")
