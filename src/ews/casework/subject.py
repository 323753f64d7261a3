"""Subject: the borrower that a case is about, as the newest decision shows it.

Branch  a borrower of another branch reads like one that does not exist
"""

from datetime import date

from ews.domain.errors import UnknownBorrowerError
from ews.domain.people import Actor
from ews.domain.text import sentence
from ews.store.batches import latest_batches
from ews.store.cases import Case
from ews.store.engine import Store
from ews.store.publications import Standing
from ews.store.standings import AmbiguousBorrowerError, Found, borrower_decision


def subject_of(store: Store, actor: Actor, borrower_id: str, portfolio: str | None = None) -> Found:
    """Return the newest decision on a borrower that the actor may know of, with its record if the batch is newest.

    UnknownBorrowerError where there is none; AmbiguousBorrowerError where several portfolios have one of that id.
    """
    asked = [one.batch.portfolio for one in latest_batches(store)] if portfolio is None else [portfolio]
    found = [one for name in asked if (one := _in_portfolio(store, actor, borrower_id, name)) is not None]
    if not found:
        where = "" if portfolio is None else sentence(" in portfolio '{portfolio}'", portfolio=portfolio)
        message = sentence(
            "Borrower '{borrower_id}' has no published decision{where}. Check the id, or score a book with it.",
            borrower_id=borrower_id,
            where=where,
        )
        raise UnknownBorrowerError(message)
    if len(found) > 1:
        listed = tuple(f"'{one.standing.portfolio}'" for one in found)
        message = sentence(
            "Borrower '{borrower_id}' is in {count} portfolios: {listed}. Name the portfolio.",
            borrower_id=borrower_id,
            count=len(found),
            listed=listed,
        )
        raise AmbiguousBorrowerError(message)
    return found[0]


def at_risk_fen(standing: Standing) -> int | None:
    """Return the money at risk: expected loss, else pd of the exposure, all of it in default; null where unknown."""
    if standing.expected_loss_fen is not None or standing.exposure_fen is None:
        return standing.expected_loss_fen
    if standing.in_default:
        return standing.exposure_fen
    return None if standing.pd is None else int(standing.pd * standing.exposure_fen + 0.5)


def draft_about(
    standing: Standing,
    kind: str,
    state: str,
    *,
    role: str | None = None,
    assignee: str | None = None,
    due_on: date | None = None,
    same_as: str | None = None,
) -> Case:
    """Return the draft of a case about the borrower, without a body."""
    return Case(
        kind,
        state,
        portfolio=standing.portfolio,
        borrower_id=standing.borrower_id,
        name=standing.name,
        branch_id=standing.branch_id,
        officer_id=standing.officer_id,
        role=role,
        assignee=assignee,
        due_on=due_on,
        exposure_fen=standing.exposure_fen,
        at_risk_fen=at_risk_fen(standing),
        same_as=same_as,
    )


def _in_portfolio(store: Store, actor: Actor, borrower_id: str, portfolio: str) -> Found | None:
    try:
        found = borrower_decision(store, borrower_id, portfolio=portfolio)
    except UnknownBorrowerError:
        return None
    return found if actor.sees(found.standing.branch_id) else None
