"""Reviews: the forms of a quarterly session, determined and approved one by one or for a branch in one sitting."""

from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from ews.casework.reviews import reviews
from ews.casework.reviews.form import KIND
from ews.casework.reviews.reviews import Outcome, ToApprove, ToDetermine
from ews.domain.levels import Tier
from ews.domain.text import Language
from ews.serving.api.act_requests import (
    ACT_PROBLEMS,
    ActRequest,
    Name,
    ReasonRequest,
    Said,
    answer,
    case_example,
)
from ews.serving.api.case_out import CaseOut
from ews.serving.api.case_pages import LIST_PROBLEMS, OpenOnly, cases_page
from ews.serving.api.cases import CaseId, CasesOut
from ews.serving.api.parameters import Cursor, Filter, Lang, Limit, Portfolio, languages, require_json
from ews.serving.api.problems import problems
from ews.serving.identity import ActorDep, RequestIdDep, ToldDep
from ews.serving.portfolios import require_portfolio
from ews.serving.services import ServicesDep
from ews.store.cases import CaseFilter

router = APIRouter(tags=["quarterly session"])

MOST = 500
"""Forms in one request."""

_EXAMPLE = case_example(
    "R0000001",
    ("review", "quarterly review", "季度评审"),
    ("determined", "determined", "已认定"),
    {
        "quarter": "2026Q2",
        "batch_id": "5f0c1f6e8a7b4c2d9e3f1a0b6c5d4e3f",
        "as_of": "2026-06-30",
        "tier": "special_mention",
        "determination": {"by": "zhang.wei", "on": "2026-07-06", "tiers": {"L0000001": "special_mention"}},
        "approvals": [{"role": "branch_manager", "by": "li.na", "on": "2026-07-07"}],
    },
)
_OUTCOMES = {
    "done": 1,
    "failed": 1,
    "items": [{"case_id": "R0000001", "case": _EXAMPLE, "code": "stale-version", "detail": "Read it again."}],
}


class DetermineRequest(ActRequest):
    """The tiers of a borrower's loans."""

    tiers: dict[Name, Tier] = Field(
        default={},
        description="By loan; loans that are left out keep the initial tier",
        examples=[{"L0000001": "pass"}],
    )
    reason: Said | None = Field(default=None, description="Needed where a tier is not the initial one")


class DetermineItem(DetermineRequest):
    """One form of many."""

    case_id: Name = Field(examples=["R0000001"])


class DetermineMany(BaseModel):
    """Forms to be determined in one sitting."""

    model_config = ConfigDict(extra="forbid")

    items: list[DetermineItem] = Field(min_length=1, max_length=MOST)


class ApproveItem(ActRequest):
    """One form of many."""

    case_id: Name = Field(examples=["R0000001"])


class ApproveMany(BaseModel):
    """Forms to be approved in one sitting."""

    model_config = ConfigDict(extra="forbid")

    items: list[ApproveItem] = Field(min_length=1, max_length=MOST)


class OutcomeOut(BaseModel):
    """What came of one form: the case as it is now, or code and detail of the problem that left it as it was."""

    case_id: str
    case: CaseOut | None
    code: str | None = Field(description="As in a problem", examples=["stale-version"])
    detail: str | None

    @classmethod
    def of(cls, one: Outcome, languages: tuple[Language, ...]) -> Self:
        return cls(
            case_id=one.case_id,
            case=None if one.case is None else CaseOut.of(one.case, languages),
            code=None if one.error is None else one.error.code,
            detail=None if one.error is None else str(one.error),
        )


class OutcomesOut(BaseModel):
    """What came of each form, in the order of the request."""

    done: int
    failed: int
    items: list[OutcomeOut]

    @classmethod
    def of(cls, outcomes: tuple[Outcome, ...], languages: tuple[Language, ...]) -> Self:
        failed = sum(one.error is not None for one in outcomes)
        items = [OutcomeOut.of(one, languages) for one in outcomes]
        return cls(done=len(outcomes) - failed, failed=failed, items=items)


@router.get(
    "/v1/reviews",
    summary="Quarterly forms",
    responses={**answer({"items": [_EXAMPLE], "next_cursor": "eyJsaXN0Ijoi…"}), **problems(*LIST_PROBLEMS)},
)
def list_reviews(  # noqa: PLR0913, PLR0917 - each is a parameter of the query
    services: ServicesDep,
    actor: ActorDep,
    told: ToldDep,
    borrower_id: Annotated[Filter, Query(description="Only about this borrower")] = None,
    state: Annotated[Filter, Query(description="Only prepared, returned, determined or approved ones")] = None,
    portfolio: Portfolio = None,
    is_open: OpenOnly = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    lang: Lang = None,
) -> CasesOut:
    """Return the forms of the reader's branches, page by page."""
    require_portfolio(services.store, portfolio)
    states = [] if state is None else [state]
    wanted = CaseFilter([KIND], states, portfolio=portfolio, borrower_id=borrower_id, is_open=is_open)
    return cases_page(services, actor, told, wanted, limit=limit, cursor=cursor, lang=lang)


@router.post(
    "/v1/reviews/determine",
    summary="Determine many forms",
    dependencies=[Depends(require_json)],
    responses={**answer(_OUTCOMES), **problems(*ACT_PROBLEMS)},
)
def determine_many(
    request: DetermineMany, services: ServicesDep, actor: ActorDep, request_id: RequestIdDep, lang: Lang = None
) -> OutcomesOut:
    """Determine the forms of a branch in one sitting; each is done wholly or not at all, and the answer tells which."""
    asked = [ToDetermine(one.case_id, one.version, one.tiers, one.reason) for one in request.items]
    return OutcomesOut.of(reviews.determine_all(services.desk, actor, asked, request_id=request_id), languages(lang))


@router.post(
    "/v1/reviews/approve",
    summary="Approve many forms",
    dependencies=[Depends(require_json)],
    responses={**answer(_OUTCOMES), **problems(*ACT_PROBLEMS)},
)
def approve_many(
    request: ApproveMany, services: ServicesDep, actor: ActorDep, request_id: RequestIdDep, lang: Lang = None
) -> OutcomesOut:
    """Approve the forms of a branch in one sitting; each is done wholly or not at all, and the answer tells which."""
    asked = [ToApprove(one.case_id, one.version) for one in request.items]
    return OutcomesOut.of(reviews.approve_all(services.desk, actor, asked, request_id=request_id), languages(lang))


@router.post(
    "/v1/reviews/{case_id}/determine",
    summary="Determine a form",
    dependencies=[Depends(require_json)],
    responses={**answer(_EXAMPLE), **problems(*ACT_PROBLEMS)},
)
def determine(
    case_id: CaseId,
    request: DetermineRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Determine the tiers of a borrower's loans: accept the initial ones, or state others with a reason."""
    asked = ToDetermine(case_id, request.version, request.tiers, request.reason)
    return CaseOut.of(reviews.determine(services.desk, actor, asked, request_id=request_id), languages(lang))


@router.post(
    "/v1/reviews/{case_id}/approve",
    summary="Approve a form",
    dependencies=[Depends(require_json)],
    responses={**answer(_EXAMPLE), **problems(*ACT_PROBLEMS)},
)
def approve(
    case_id: CaseId,
    request: ActRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Give one of the approvals that the policy asks for; who determined may not, and nobody gives two."""
    case = reviews.approve(services.desk, actor, ToApprove(case_id, request.version), request_id=request_id)
    return CaseOut.of(case, languages(lang))


@router.post(
    "/v1/reviews/{case_id}/withdraw",
    summary="Withdraw a determination",
    dependencies=[Depends(require_json)],
    responses={**answer(_EXAMPLE), **problems(*ACT_PROBLEMS)},
)
def withdraw(
    case_id: CaseId,
    request: ActRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Take back what one determined, until the last approval; approvals that were given are void."""
    case = reviews.withdraw(services.desk, actor, case_id, version=request.version, request_id=request_id)
    return CaseOut.of(case, languages(lang))


@router.post(
    "/v1/reviews/{case_id}/return",
    summary="Return a form",
    dependencies=[Depends(require_json)],
    responses={**answer(_EXAMPLE), **problems(*ACT_PROBLEMS)},
)
def send_back(
    case_id: CaseId,
    request: ReasonRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Return a determined form with a reason, to be determined anew; approvals that were given are void."""
    case = reviews.send_back(
        services.desk, actor, case_id, version=request.version, reason=request.reason, request_id=request_id
    )
    return CaseOut.of(case, languages(lang))
