"""Seen: a borrower as somebody may see it on the page: decision, exhibit and standing, with others masked alike in all.

Newest   the page shows the newest decision there is; where the borrower is not in the newest batch, it says so
Exhibit  null where the batch was published without, or its folder is not in the home
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ews.domain.decisions import Decision
from ews.domain.errors import UnauthenticatedError, UnknownBatchError, UnknownBorrowerError
from ews.domain.exhibits import Circle, Exhibit
from ews.domain.people import Actor
from ews.serving.pages.render import View
from ews.serving.services import Services
from ews.serving.sight import circle_in_sight, portfolio_in_sight
from ews.store.branches import branches_of
from ews.store.cases import Case, CaseFilter, find_cases
from ews.store.engine import Store, reading
from ews.store.publications import Standing
from ews.store.standings import borrower_history

MOST_BATCHES = 60
"""Decisions that the page goes back; more than 24 months of monthly batches, some of them run twice."""


@dataclass(frozen=True, slots=True)
class Seen:
    """`history` is newest first, superseded decisions among it; `own` are ids that the actor may follow."""

    decision: Decision
    exhibit: Exhibit | None
    history: Sequence[Standing]
    own: frozenset[str]

    @property
    def newest(self) -> Standing:
        return self.history[0]


def looker(view: View) -> Actor:
    """Return who looks; the guard lets nobody else come here."""
    if view.actor is None:
        message = "Nobody is logged in. Log in, then ask again."
        raise UnauthenticatedError(message)
    return view.actor


def seen(services: Services, actor: Actor, borrower_id: str, portfolio: str | None) -> Seen:
    """Return the borrower with the newest decision.

    UnknownBorrowerError where there is none that the actor may know of, AmbiguousBorrowerError where there are several.
    """
    place = portfolio_in_sight(services.store, actor, borrower_id, portfolio)
    history, _ = borrower_history(services.store, borrower_id, limit=MOST_BATCHES, portfolio=place)
    newest = history[0]
    raw = services.find_decision(borrower_id, batch_id=newest.batch_id, portfolio=newest.portfolio)
    exhibit = _exhibit(services, newest.batch_id, borrower_id)
    circle = Circle() if exhibit is None else exhibit.circle
    decision, circle = circle_in_sight(services, actor, raw, circle)
    shown = None if exhibit is None else replace(exhibit, circle=circle)
    return Seen(decision, shown, history, _followed(services.store, newest.portfolio, circle, actor))


def decision_of_batch(services: Services, actor: Actor, borrower_id: str, portfolio: str, batch_id: str) -> Decision:
    """Return the decision of one batch with others masked, called as in the newest decision of that batch."""
    raw = services.find_decision(borrower_id, batch_id=batch_id, portfolio=portfolio)
    return circle_in_sight(services, actor, raw, Circle())[0]


def cases_about(store: Store, actor: Actor, decision: Decision) -> tuple[Case, ...]:
    """Return all cases about the borrower that the actor may see, by kind and number."""
    wanted = CaseFilter(
        portfolio=decision.portfolio, borrower_id=decision.borrower_id, branch_id=actor.branch_id, kinds=()
    )
    with reading(store) as connection:
        return find_cases(connection, wanted)


def portfolios_in_sight(store: Store, actor: Actor, borrower_id: str) -> tuple[str, ...]:
    """Return the portfolios that have a borrower of this id whom the actor may see."""
    known = branches_of(store, {borrower_id})
    return tuple(sorted(place for (place, _), branch_id in known.items() if actor.sees(branch_id)))


def _exhibit(services: Services, batch_id: str, borrower_id: str) -> Exhibit | None:
    try:
        return services.find_exhibit(batch_id, borrower_id)
    except (UnknownBatchError, UnknownBorrowerError):
        return None


def _followed(store: Store, portfolio: str, circle: Circle, actor: Actor) -> frozenset[str]:
    """Return the parties of the circle that have a page of their own for the actor."""
    others = {one.party_id for one in circle.parties if one.hops > 0 and one.grade is not None}
    if not others:
        return frozenset()
    known = branches_of(store, others)
    return frozenset(one for (place, one), branch in known.items() if place == portfolio and actor.sees(branch))
