"""States: how each loan stands on the days of a spine, worked out once for all families that ask.

Shared   the loans of the spine's borrowers, of their economic units and of their peers, these on a day before too; who
         else is asked about is worked out apart, so that nobody is missing
"""

import ibis
import ibis.expr.types as ir

from ews.events.arrears import loan_states
from ews.events.book import Book
from ews.features.economic_unit.members import DAY, members
from ews.features.peers.groups import looked_at, members_on
from ews.features.steps import step
from ews.features.window import KEYS, Spine, last_day_before

BACK_MONTHS = 3
"""How far back peers are compared with themselves."""


def states_on(book: Book, spine: Spine) -> ir.Table:
    """Return the state of every loan known for each row of `spine`, as events/arrears.py tells it."""
    return step(_shared(book, spine).semi_join(spine.table, KEYS))


def states_of(book: Book, spine: Spine, parties: ir.Table) -> ir.Table:
    """Return the states for each row of `parties` (keyed as a spine), most of whom belong to the borrowers of `spine`.

    That is `states_on` for others: whoever is not among those worked out together is worked out here.
    """
    asked = step(parties.select(*KEYS).distinct())
    shared = _shared(book, spine).semi_join(asked, KEYS)
    rest = loan_states(book, step(asked.anti_join(_everyone(book, spine), KEYS)))
    return step(ibis.union(shared, rest.select(shared.columns).cast(shared.schema())))


def days_before(peers: ir.Table) -> ir.Table:
    """Return as_of and known_by of `peers` with the day BACK_MONTHS before and what was known on it."""
    days = peers.select(*DAY).distinct()
    then = days.mutate(day=last_day_before(days.as_of, months=BACK_MONTHS))
    return then.mutate(day_known=ibis.least(then.day, then.known_by))


def on_days_before(peers: ir.Table) -> ir.Table:
    """Return `peers` on the days before, keyed as a spine."""
    back = peers.select(*KEYS).inner_join(days_before(peers), [*DAY])
    return back.select("borrower_id", as_of="day", known_by="day_known").distinct()


def _shared(book: Book, spine: Spine) -> ir.Table:
    return step(loan_states(book, _everyone(book, spine)))


def _everyone(book: Book, spine: Spine) -> ir.Table:
    unit = members(book, spine).select(*DAY, borrower_id="member_id").select(*KEYS)
    parts = [spine.table.select(*KEYS), unit]
    if book.has("borrowers"):
        peers = looked_at(book, spine, members_on(book, spine)).table
        parts += [peers, on_days_before(peers)]
    return step(ibis.union(*parts, distinct=True))
