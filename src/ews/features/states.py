"""States: how each loan stands on the days of a spine, worked out once for all families that ask."""

import ibis.expr.types as ir

from ews.events.arrears import loan_states
from ews.events.book import Book
from ews.features.steps import step


def states_on(book: Book, days: ir.Table) -> ir.Table:
    """Return the state of every loan known for each row of `days`, as events/arrears.py tells it."""
    return step(loan_states(book, days))
