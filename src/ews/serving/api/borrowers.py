"""Borrowers: who one is, and how what was decided went over time."""

from urllib.parse import quote

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ews.serving.api.cursors import read_cursor, write_cursor
from ews.serving.api.examples import example
from ews.serving.api.parameters import BorrowerId, Cursor, Lang, Limit, Portfolio, languages
from ews.serving.api.problems import problems
from ews.serving.api.standing_out import StandingOut
from ews.serving.identity import ActorDep
from ews.serving.portfolios import require_portfolio
from ews.serving.services import ServicesDep
from ews.serving.sight import portfolio_in_sight
from ews.store.batches import BatchKey
from ews.store.standings import borrower_decision, borrower_history

router = APIRouter(tags=["borrowers"])

PROBLEMS = (
    "unauthenticated",
    "forbidden",
    "log-unavailable",
    "unknown-parameter",
    "unusable-value",
    "unknown-borrower",
    "ambiguous-borrower",
    "invalid-request",
    "bad-request",
    "store-unavailable",
)


class Links(BaseModel):
    """Where to go on."""

    decision: str = Field(examples=["/v1/borrowers/B0000001/decision?portfolio=sme"])
    decisions: str = Field(examples=["/v1/borrowers/B0000001/decisions?portfolio=sme"])


class BorrowerOut(BaseModel):
    """Who a borrower is, as of the newest decision."""

    borrower_id: str
    name: str | None
    industry: str | None
    region: str | None
    branch_id: str | None
    officer_id: str | None
    newest_decision: StandingOut
    links: Links


class HistoryOut(BaseModel):
    """A page of a borrower's decisions."""

    items: list[StandingOut] = Field(description="Newest first; superseded ones stay and are marked")
    next_cursor: str | None = Field(description="For the next page, null on the last")


@router.get(
    "/v1/borrowers/{borrower_id:path}/decisions",
    summary="All decisions on a borrower",
    responses={**example("history"), **problems("bad-cursor", *PROBLEMS)},
)
def list_decisions(
    borrower_id: BorrowerId,
    services: ServicesDep,
    actor: ActorDep,
    portfolio: Portfolio = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    lang: Lang = None,
) -> HistoryOut:
    """Return the published decisions on a borrower, newest first, page by page."""
    require_portfolio(services.store, portfolio)
    filters = {"borrower_id": borrower_id, "portfolio": portfolio}
    after = read_cursor(cursor, BatchKey, filters)
    seen = portfolio_in_sight(services.store, actor, borrower_id, portfolio)
    rows, key = borrower_history(services.store, borrower_id, limit=limit, after=after, portfolio=seen)
    return HistoryOut(
        items=[StandingOut.of(row, languages(lang)) for row in rows],
        next_cursor=None if key is None else write_cursor(key, filters),
    )


@router.get(
    "/v1/borrowers/{borrower_id:path}",
    summary="Who a borrower is",
    responses={**example("borrower"), **problems(*PROBLEMS)},
)
def read_borrower(
    borrower_id: BorrowerId, services: ServicesDep, actor: ActorDep, portfolio: Portfolio = None, lang: Lang = None
) -> BorrowerOut:
    """Return who the borrower is, the newest decision in one line, and where to read more."""
    require_portfolio(services.store, portfolio)
    seen = portfolio_in_sight(services.store, actor, borrower_id, portfolio)
    standing = borrower_decision(services.store, borrower_id, portfolio=seen).standing
    path = f"/v1/borrowers/{quote(borrower_id, safe='')}"
    asked = f"?portfolio={quote(standing.portfolio, safe='')}"
    return BorrowerOut(
        borrower_id=standing.borrower_id,
        name=standing.name,
        industry=standing.industry,
        region=standing.region,
        branch_id=standing.branch_id,
        officer_id=standing.officer_id,
        newest_decision=StandingOut.of(standing, languages(lang)),
        links=Links(decision=f"{path}/decision{asked}", decisions=f"{path}/decisions{asked}"),
    )
