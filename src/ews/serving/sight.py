"""Sight: whose borrowers an actor sees, and a decision as the actor may read it.

Whoever is tied to a branch sees the borrowers that the branch has now, with all that was decided on them; the others
are told like borrowers that do not exist, word for word.
"""

from collections.abc import Collection

from ews.domain.decisions import Decision
from ews.domain.errors import ForbiddenError, UnknownBorrowerError
from ews.domain.exhibits import Circle
from ews.domain.people import Actor
from ews.domain.text import sentence
from ews.domain.unit import OWNERS
from ews.serving.masking import masked_with, parties_of, parties_of_circle
from ews.serving.services import Services
from ews.store.branches import branches_of
from ews.store.engine import Store
from ews.store.standings import AmbiguousBorrowerError

NAMES_OTHERS = frozenset({"borrowers", "relations", "guarantees"})
"""Event tables that bind a borrower to others: with made-up rows anybody's state could be asked."""


def portfolio_in_sight(store: Store, actor: Actor, borrower_id: str, portfolio: str | None) -> str | None:
    """Return the portfolio to look in, which is the one asked for where the actor sees all branches.

    UnknownBorrowerError where there is no such borrower, or none for the actor to see; AmbiguousBorrowerError where
    several portfolios have one that is.
    """
    if actor.branch_id is None:
        return portfolio
    seen = sorted(
        own
        for (own, _), branch_id in branches_of(store, {borrower_id}).items()
        if actor.sees(branch_id) and portfolio in {None, own}
    )
    if not seen:
        where = "" if portfolio is None else sentence(" in portfolio '{portfolio}'", portfolio=portfolio)
        message = sentence(
            "Borrower '{borrower_id}' has no published decision{where}. Check the id, or score a book with it.",
            borrower_id=borrower_id,
            where=where,
        )
        raise UnknownBorrowerError(message)
    if len(seen) > 1:
        listed = tuple(f"'{one}'" for one in seen)
        message = sentence(
            "Borrower '{borrower_id}' is in {count} portfolios: {listed}. Name the portfolio.",
            borrower_id=borrower_id,
            count=len(seen),
            listed=listed,
        )
        raise AmbiguousBorrowerError(message)
    return seen[0]


def decision_in_sight(services: Services, actor: Actor, decision: Decision) -> Decision:
    """Return the decision with whoever the actor may not know masked.

    Who owns the borrower, or is married to that person, is known to who looks after it, unless another branch has them
    as a borrower of its own.
    """
    return circle_in_sight(services, actor, decision, Circle())[0]


def circle_in_sight(services: Services, actor: Actor, decision: Decision, circle: Circle) -> tuple[Decision, Circle]:
    """Return the decision and the circle around the borrower with whoever the actor may not know masked in both."""
    if actor.branch_id is None:
        return decision, circle
    parties = parties_of(decision) | parties_of_circle(circle)
    known = branches_of(services.store, parties)
    owners = {one.member_id for one in decision.unit if one.role in OWNERS}
    own = {
        one
        for one in parties
        if known.get((decision.portfolio, one), actor.branch_id if one in owners else None) == actor.branch_id
    }
    return masked_with(decision, circle, visible=own)


def check_tables(actor: Actor, names: Collection[str]) -> None:
    """Raise ForbiddenError where rows on the spot would bind a borrower of a branch to others."""
    refused = sorted(NAMES_OTHERS & set(names))
    if actor.branch_id is not None and refused:
        message = sentence(
            "'{user_id}' may not give rows of {tables}: they bind the borrower to others, whose state would be "
            "told. Leave these tables out, or ask somebody at head office.",
            user_id=actor.user_id,
            tables=tuple(refused),
        )
        raise ForbiddenError(message)
