"""Approvals: the adoption of a policy and the promotion of a model, each by two people."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from ews.casework.approvals import second_person
from ews.casework.approvals.proposal import ADOPTION, PROMOTION, AdoptionDraft, PromotionDraft
from ews.serving.api.act_requests import (
    ACT_PROBLEMS,
    Day,
    Name,
    NoteRequest,
    ReasonRequest,
    Said,
    answer,
    case_example,
)
from ews.serving.api.case_out import CaseOut
from ews.serving.api.case_pages import LIST_PROBLEMS, OpenOnly, cases_page
from ews.serving.api.cases import CaseId, CasesOut
from ews.serving.api.parameters import Cursor, Lang, Limit, languages, require_json
from ews.serving.api.problems import problems
from ews.serving.identity import ActorDep, RequestIdDep, ToldDep
from ews.serving.services import ServicesDep
from ews.store.cases import CaseFilter

router = APIRouter(tags=["approvals"])

_HASH = "77aa0c1f6e8a7b4c2d9e3f1a0b6c5d4e3f5f0c1f6e8a7b4c2d9e3f1a0b6c5d4e"
_ADOPTION = case_example(
    "P0000001",
    ("adoption", "adoption of a policy", "政策启用"),
    ("approved", "approved", "已批准"),
    {
        "policy_hash": _HASH,
        "holds_from": "2026-10-01",
        "note": "Tighter on inquiries, see minutes of 2026-09-14",
        "proposed_by": "wang.fang",
        "decided_by": "chen.jie",
        "is_done": True,
    },
)
_PROMOTION = case_example(
    "Q0000001",
    ("promotion", "promotion of a model", "模型上线"),
    ("approved", "approved", "已批准"),
    {
        "portfolio": "sme",
        "model_id": "3c1f",
        "run_id": "9b7d",
        "note": "Yearly retraining",
        "proposed_by": "zhao.lei",
        "decided_by": "sun.yan",
        "is_done": True,
    },
)
_PAGE = {"next_cursor": "eyJsaXN0Ijoi…"}


class AdoptionRequest(BaseModel):
    """A policy that shall hold from a day."""

    model_config = ConfigDict(extra="forbid")

    policy_hash: str = Field(description="Of a policy that is kept", pattern=r"^[0-9a-f]{64}$", examples=[_HASH])
    holds_from: Day = Field(description="First day; later than the newest published batch")
    note: Said = Field(description="Why, and what was decided where", examples=["Minutes of 2026-09-14"])


class PromotionRequest(BaseModel):
    """A stored model that shall decide."""

    model_config = ConfigDict(extra="forbid")

    portfolio: Name = Field(examples=["sme"])
    model_id: Name = Field(description="Id of a stored model of the portfolio", examples=["3c1f"])
    run_id: Name | None = Field(default=None, description="The run that made it", examples=["9b7d"])
    note: Said = Field(description="Why", examples=["Yearly retraining"])
    is_emergency: bool = Field(
        default=False, description="Past the gate: recorded with the names of both people and the reason"
    )


Id = Annotated[CaseId, Path(description="The id of the proposal")]


@router.get(
    "/v1/adoptions",
    summary="Proposals to adopt a policy",
    responses={**answer({"items": [_ADOPTION], **_PAGE}), **problems(*LIST_PROBLEMS)},
)
def list_adoptions(
    services: ServicesDep,
    actor: ActorDep,
    told: ToldDep,
    is_open: OpenOnly = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    lang: Lang = None,
) -> CasesOut:
    """Return who proposed which policy, who decided, and whether it was carried out; for head office."""
    wanted = CaseFilter([ADOPTION], is_open=is_open)
    return cases_page(services, actor, told, wanted, limit=limit, cursor=cursor, lang=lang)


@router.get(
    "/v1/promotions",
    summary="Proposals to promote a model",
    responses={**answer({"items": [_PROMOTION], **_PAGE}), **problems(*LIST_PROBLEMS)},
)
def list_promotions(
    services: ServicesDep,
    actor: ActorDep,
    told: ToldDep,
    is_open: OpenOnly = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    lang: Lang = None,
) -> CasesOut:
    """Return who proposed which model, who decided, and whether it was carried out; for head office."""
    wanted = CaseFilter([PROMOTION], is_open=is_open)
    return cases_page(services, actor, told, wanted, limit=limit, cursor=cursor, lang=lang)


@router.post(
    "/v1/adoptions",
    summary="Propose to adopt a policy",
    dependencies=[Depends(require_json)],
    responses={**answer(_ADOPTION), **problems(*ACT_PROBLEMS)},
)
def propose_adoption(
    request: AdoptionRequest, services: ServicesDep, actor: ActorDep, request_id: RequestIdDep, lang: Lang = None
) -> CaseOut:
    """Propose, as a risk manager, that a policy holds from a day; another one of head office approves it.

    Refused where batches of that day or later are published, since their decisions would be rewritten.
    """
    draft = AdoptionDraft(request.policy_hash, request.holds_from, request.note)
    case = second_person.propose_adoption(services.desk, actor, draft, services.hands, request_id=request_id)
    return CaseOut.of(case, languages(lang))


@router.post(
    "/v1/promotions",
    summary="Propose to promote a model",
    dependencies=[Depends(require_json)],
    responses={**answer(_PROMOTION), **problems(*ACT_PROBLEMS)},
)
def propose_promotion(
    request: PromotionRequest, services: ServicesDep, actor: ActorDep, request_id: RequestIdDep, lang: Lang = None
) -> CaseOut:
    """Propose, as a model owner, that a stored model becomes champion of its portfolio; a validator approves it."""
    draft = PromotionDraft(
        request.portfolio, request.model_id, request.note, request.run_id, is_emergency=request.is_emergency
    )
    case = second_person.propose_promotion(services.desk, actor, draft, services.hands, request_id=request_id)
    return CaseOut.of(case, languages(lang))


@router.post(
    "/v1/adoptions/{case_id}/approve",
    summary="Approve the adoption of a policy",
    dependencies=[Depends(require_json)],
    responses={**answer(_ADOPTION), **problems(*ACT_PROBLEMS)},
)
def approve_adoption(
    case_id: Id,
    request: NoteRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Approve a proposed adoption, as another risk manager, of head office; it is carried out at once."""
    case = second_person.approve(
        services.desk,
        actor,
        case_id,
        services.hands,
        kind=ADOPTION,
        version=request.version,
        reason=request.reason,
        request_id=request_id,
    )
    return CaseOut.of(case, languages(lang))


@router.post(
    "/v1/promotions/{case_id}/approve",
    summary="Approve the promotion of a model",
    dependencies=[Depends(require_json)],
    responses={**answer(_PROMOTION), **problems(*ACT_PROBLEMS)},
)
def approve_promotion(
    case_id: Id,
    request: NoteRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Approve a proposed promotion, as a validator; it is carried out at once."""
    case = second_person.approve(
        services.desk,
        actor,
        case_id,
        services.hands,
        kind=PROMOTION,
        version=request.version,
        reason=request.reason,
        request_id=request_id,
    )
    return CaseOut.of(case, languages(lang))


@router.post(
    "/v1/adoptions/{case_id}/refuse",
    summary="Refuse the adoption of a policy",
    dependencies=[Depends(require_json)],
    responses={**answer(_ADOPTION), **problems(*ACT_PROBLEMS)},
)
def refuse_adoption(
    case_id: Id,
    request: ReasonRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Close a proposed adoption; by the same people who may approve it."""
    case = second_person.refuse(
        services.desk,
        actor,
        case_id,
        kind=ADOPTION,
        version=request.version,
        reason=request.reason,
        request_id=request_id,
    )
    return CaseOut.of(case, languages(lang))


@router.post(
    "/v1/promotions/{case_id}/refuse",
    summary="Refuse the promotion of a model",
    dependencies=[Depends(require_json)],
    responses={**answer(_PROMOTION), **problems(*ACT_PROBLEMS)},
)
def refuse_promotion(
    case_id: Id,
    request: ReasonRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Close a proposed promotion; by the same people who may approve it."""
    case = second_person.refuse(
        services.desk,
        actor,
        case_id,
        kind=PROMOTION,
        version=request.version,
        reason=request.reason,
        request_id=request_id,
    )
    return CaseOut.of(case, languages(lang))
