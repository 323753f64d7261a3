"""The newest decision on a borrower in full: what other systems ask all day."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from ews.serving.api.answers import answer
from ews.serving.api.borrowers import PROBLEMS
from ews.serving.api.decision_out import DecisionOut
from ews.serving.api.examples import example
from ews.serving.api.parameters import BorrowerId, Lang, Portfolio, languages
from ews.serving.api.problems import problems
from ews.serving.identity import ActorDep
from ews.serving.portfolios import require_portfolio
from ews.serving.services import ServicesDep
from ews.serving.sight import decision_in_sight, portfolio_in_sight

router = APIRouter(tags=["borrowers"])


@router.get(
    "/v1/borrowers/{borrower_id:path}/decision",
    summary="The newest decision on a borrower",
    response_model=DecisionOut,
    responses={**example("decision"), **problems("unknown-batch", *PROBLEMS)},
)
def read_decision(
    borrower_id: BorrowerId,
    services: ServicesDep,
    actor: ActorDep,
    portfolio: Portfolio = None,
    batch_id: Annotated[str | None, Query(description="Of this batch instead of the newest", max_length=200)] = None,
    lang: Lang = None,
) -> Response:
    """Return the newest published decision in full: pd, reasons, tier of each loan, level, and what to do."""
    require_portfolio(services.store, portfolio)
    seen = portfolio_in_sight(services.store, actor, borrower_id, portfolio)
    decision = services.find_decision(borrower_id, batch_id=batch_id, portfolio=seen)
    return answer(DecisionOut.of(decision_in_sight(services, actor, decision), services, languages(lang)))
