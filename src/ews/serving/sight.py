"""Sight: whose borrowers an actor sees, and a decision as the actor may read it.

Whoever is tied to a branch sees the borrowers that the branch has now, with all that was decided on them; the others
are told like borrowers that do not exist, word for word.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

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

_POSTINGS, _PARTNER = "transactions", "counterparty_id"
_OF_ACCOUNTS = ("accounts", _POSTINGS)

Tables = Mapping[str, Sequence[Mapping[str, Any]]]
"""Event rows by table."""


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
    return masked_with(decision, circle, visible=_known(services.store, actor, decision, parties))


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


def tables_in_sight(
    services: Services, actor: Actor, borrower_id: str, portfolio: str | None, tables: Tables
) -> Tables:
    """Return rows on the spot about a borrower in which whoever the actor may not know is a stranger to the book.

    Postings with them as counterparty would else tell, by what comes out, whether a masked party is the one guessed.
    Who is the same stays the same, so that partners are still counted.
    """
    postings = tables.get(_POSTINGS)
    if actor.branch_id is None or not postings:
        return tables
    decision = services.find_decision(borrower_id, portfolio=portfolio)
    own = {decision.borrower_id, *(row.get("account_id") for name in _OF_ACCOUNTS for row in tables.get(name, ()))}
    named = {one: None for row in postings if (one := row.get(_PARTNER)) is not None and one not in own}
    known = _known(services.store, actor, decision, [one for one in named if isinstance(one, str)])
    strangers = {one: f"not-in-sight:{number}" for number, one in enumerate(named, start=1) if one not in known}
    veiled = [
        {**row, _PARTNER: strangers.get(row[_PARTNER], row[_PARTNER])} if _PARTNER in row else row for row in postings
    ]
    return {**tables, _POSTINGS: veiled}


def _known(store: Store, actor: Actor, decision: Decision, parties: Collection[str]) -> set[str]:
    """Return those of `parties` whom an actor of a branch may know: its own borrowers, and owners of this one."""
    branches = branches_of(store, parties)
    owners = {one.member_id for one in decision.unit if one.role in OWNERS}
    return {
        one
        for one in parties
        if branches.get((decision.portfolio, one), actor.branch_id if one in owners else None) == actor.branch_id
    }
