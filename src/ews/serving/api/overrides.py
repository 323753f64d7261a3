"""Overrides: tiers that people state, with reason and expiry; a better one needs a second person."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from ews.casework.overrides import overrides
from ews.casework.overrides.body import KIND, OverrideDraft
from ews.domain.levels import Tier
from ews.serving.api.act_requests import (
    ACT_PROBLEMS,
    SUBJECT_PROBLEMS,
    ActRequest,
    Day,
    Name,
    NoteRequest,
    ReasonRequest,
    Said,
    SubjectRequest,
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

router = APIRouter(tags=["overrides"])

_EXAMPLE = case_example(
    "O0000001",
    ("override", "override", "人工调整"),
    ("approved", "approved", "已批准"),
    {
        "tier": "pass",
        "reason": "The late payment was an error of the bank",
        "expires_on": "2026-10-31",
        "loan_id": "L0000001",
        "is_better": True,
        "original": [
            {
                "loan_id": "L0000001",
                "batch_id": "5f0c1f6e8a7b4c2d9e3f1a0b6c5d4e3f",
                "as_of": "2026-06-30",
                "floor": "pass",
                "proposal": "special_mention",
                "tier": "special_mention",
                "grounds": [],
            }
        ],
        "author": "zhang.wei",
        "approved_by": "wang.fang",
        "approved_on": "2026-07-07",
    },
)
_ACT: dict[str, Any] = {"dependencies": [Depends(require_json)]}


class OverrideRequest(SubjectRequest):
    """A tier that a person states."""

    tier: Tier = Field(description="The tier; not better than the floor of law and practice")
    reason: Said = Field(description="Why", examples=["The late payment was an error of the bank"])
    expires_on: Day = Field(description="Last day on which it counts, within what the policy allows")
    loan_id: Name | None = Field(default=None, description="One loan; all of the borrower where it is not given")


@router.get(
    "/v1/overrides",
    summary="Overrides",
    responses={**answer({"items": [_EXAMPLE], "next_cursor": "eyJsaXN0Ijoi…"}), **problems(*LIST_PROBLEMS)},
)
def list_overrides(  # noqa: PLR0913, PLR0917 - each is a parameter of the query
    services: ServicesDep,
    actor: ActorDep,
    told: ToldDep,
    borrower_id: Annotated[Filter, Query(description="Only about this borrower")] = None,
    portfolio: Portfolio = None,
    is_open: OpenOnly = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    lang: Lang = None,
) -> CasesOut:
    """Return the overrides of the reader's branches, page by page; those that count are open and approved."""
    require_portfolio(services.store, portfolio)
    wanted = CaseFilter([KIND], portfolio=portfolio, borrower_id=borrower_id, is_open=is_open)
    return cases_page(services, actor, told, wanted, limit=limit, cursor=cursor, lang=lang)


@router.post(
    "/v1/overrides",
    summary="State a tier",
    responses={**answer(_EXAMPLE), **problems(*SUBJECT_PROBLEMS)},
    **_ACT,
)
def propose(
    request: OverrideRequest, services: ServicesDep, actor: ActorDep, request_id: RequestIdDep, lang: Lang = None
) -> CaseOut:
    """State a tier: a worse one counts at once and a senior is told, a better one has to be approved.

    Refused at once where it is better than the floor of a loan, with the rules that hold it.
    """
    require_portfolio(services.store, request.portfolio)
    draft = OverrideDraft(request.tier, request.reason, request.expires_on, request.loan_id)
    case = overrides.propose(
        services.desk, actor, request.borrower_id, draft, portfolio=request.portfolio, request_id=request_id
    )
    return CaseOut.of(case, languages(lang))


@router.post(
    "/v1/overrides/{case_id}/approve",
    summary="Approve an override",
    responses={**answer(_EXAMPLE), **problems(*SUBJECT_PROBLEMS)},
    **_ACT,
)
def approve(
    case_id: CaseId,
    request: NoteRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Let a proposed tier count, as another person of the role that the policy names, or above."""
    case = overrides.approve(
        services.desk, actor, case_id, version=request.version, reason=request.reason, request_id=request_id
    )
    return CaseOut.of(case, languages(lang))


@router.post(
    "/v1/overrides/{case_id}/refuse",
    summary="Refuse an override",
    responses={**answer(_EXAMPLE), **problems(*ACT_PROBLEMS)},
    **_ACT,
)
def refuse(
    case_id: CaseId,
    request: ReasonRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Close a proposed override that shall not count; by the same people who may approve it."""
    case = overrides.refuse(
        services.desk, actor, case_id, version=request.version, reason=request.reason, request_id=request_id
    )
    return CaseOut.of(case, languages(lang))


@router.post(
    "/v1/overrides/{case_id}/note",
    summary="Take note of a worse tier",
    responses={**answer(_EXAMPLE), **problems(*ACT_PROBLEMS)},
    **_ACT,
)
def note(
    case_id: CaseId,
    request: ActRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Take note, as a senior, of a worse tier that counts already."""
    case = overrides.take_note(services.desk, actor, case_id, version=request.version, request_id=request_id)
    return CaseOut.of(case, languages(lang))


@router.post(
    "/v1/overrides/{case_id}/end",
    summary="End an override early",
    responses={**answer(_EXAMPLE), **problems(*SUBJECT_PROBLEMS)},
    **_ACT,
)
def end(
    case_id: CaseId,
    request: ReasonRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """End an override before its day. Where that makes the tier better, it takes who may approve a better one."""
    case = overrides.end(
        services.desk, actor, case_id, version=request.version, reason=request.reason, request_id=request_id
    )
    return CaseOut.of(case, languages(lang))
