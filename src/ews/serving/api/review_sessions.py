"""Review sessions: the quarterly session of a branch, opened with prefilled forms, and how far it has got."""

from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from ews.casework.reviews.session import Progress, one_by_one, open_session, progress
from ews.serving.api.act_requests import ACT_PROBLEMS, Name, answer
from ews.serving.api.case_pages import LIST_PROBLEMS
from ews.serving.api.parameters import require_json
from ews.serving.api.problems import problems
from ews.serving.identity import ActorDep, RequestIdDep
from ews.serving.portfolios import require_portfolio
from ews.serving.services import ServicesDep

router = APIRouter(tags=["quarterly session"])

_PROGRESS = {
    "portfolio": "sme",
    "branch_id": "N01",
    "quarter": "2026Q2",
    "batch_id": "5f0c1f6e8a7b4c2d9e3f1a0b6c5d4e3f",
    "as_of": "2026-06-30",
    "borrowers": 120,
    "missing": 0,
    "prepared": 20,
    "returned": 2,
    "determined": 58,
    "approved": 40,
}
_SESSION_PROBLEMS = ("unknown-batch", "unknown-borrower", "record-gone")


class SessionRequest(BaseModel):
    """The branch and the quarter of a session."""

    model_config = ConfigDict(extra="forbid")

    portfolio: Name = Field(examples=["sme"])
    branch_id: Name = Field(description="The branch", examples=["N01"])
    quarter: Name = Field(description="Year and number", examples=["2026Q2"])


class ProgressOut(BaseModel):
    """How far a branch has got."""

    portfolio: str
    branch_id: str
    quarter: str
    batch_id: str = Field(description="The newest batch of the quarter")
    as_of: date
    borrowers: int = Field(description="Borrowers of the branch in the batch")
    missing: int = Field(description="Of these without a form; open the session again to prepare them")
    prepared: int = Field(description="Forms to be determined")
    returned: int = Field(description="Forms sent back, to be determined anew")
    determined: int = Field(description="Forms to be approved")
    approved: int = Field(description="Forms that are done")

    @classmethod
    def of(cls, one: Progress) -> Self:
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


@router.post(
    "/v1/reviews/sessions",
    summary="Open a quarterly session",
    dependencies=[Depends(require_json)],
    responses={**answer(_PROGRESS), **problems(*_SESSION_PROBLEMS, *ACT_PROBLEMS)},
)
def open_forms(
    request: SessionRequest, services: ServicesDep, actor: ActorDep, request_id: RequestIdDep
) -> ProgressOut:
    """Prepare one form per borrower that the branch has in the newest batch of the quarter, prefilled.

    Asked again it prepares what is missing and leaves the rest as it is.
    """
    require_portfolio(services.store, request.portfolio)
    return ProgressOut.of(
        open_session(
            services.desk,
            actor,
            request.portfolio,
            request.branch_id,
            request.quarter,
            services.find_records or one_by_one(services.find_decision),
            request_id=request_id,
        )
    )


@router.get(
    "/v1/reviews/sessions",
    summary="How far a quarterly session has got",
    responses={**answer(_PROGRESS), **problems("unknown-batch", "unknown-borrower", *LIST_PROBLEMS)},
)
def read_progress(
    services: ServicesDep,
    actor: ActorDep,
    portfolio: Annotated[str, Query(description="The portfolio", min_length=1, max_length=200)],
    branch_id: Annotated[str, Query(description="The branch", min_length=1, max_length=200)],
    quarter: Annotated[str, Query(description="Year and number, like 2026Q2", max_length=10)],
) -> ProgressOut:
    """Return how many forms of a branch are prepared, determined and approved."""
    require_portfolio(services.store, portfolio)
    return ProgressOut.of(progress(services.store, actor, portfolio, branch_id, quarter))
