"""Findings that take a second person: approved or refused by somebody more senior; drafts of checks taken over."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from ews.casework.checks.body import KIND as CHECK
from ews.casework.checks.draft import take_over
from ews.casework.checks.proposed_findings import approve_findings, refuse_findings
from ews.casework.tasks.task import KIND as TASK
from ews.serving.api.act_requests import ACT_PROBLEMS, Name, NoteRequest, ReasonRequest, answer
from ews.serving.api.case_out import CaseOut
from ews.serving.api.cases import CaseId
from ews.serving.api.check_out import EXAMPLE, CheckOut
from ews.serving.api.parameters import Lang, languages, require_json
from ews.serving.api.problems import problems
from ews.serving.identity import ActorDep, RequestIdDep
from ews.serving.services import ServicesDep

router = APIRouter(tags=["findings"])

_MOST_FIELDS = 100

Fields = Annotated[
    list[Name] | None,
    Field(
        description="Fields of the findings to decide on; all that wait where it is left out",
        max_length=_MOST_FIELDS,
        examples=[["impaired"]],
    ),
]

TAKES_JSON = [Depends(require_json)]
CHECK_ANSWERS = {**answer(EXAMPLE), **problems(*ACT_PROBLEMS)}
TASK_ANSWERS = problems(*ACT_PROBLEMS)


class ApproveRequest(NoteRequest):
    """Let findings count from today."""

    fields: Fields = None


class RefuseRequest(ReasonRequest):
    """Let findings never count."""

    fields: Fields = None


@router.post(
    "/v1/checks/{case_id}/findings/approve",
    summary="Approve findings of a check",
    dependencies=TAKES_JSON,
    responses=CHECK_ANSWERS,
)
def approve_of_check(
    case_id: CaseId,
    request: ApproveRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CheckOut:
    """Let findings of a submitted check count from today, as another person, more senior than who found them."""
    asked = request.model_dump()
    case = approve_findings(services.desk, actor, CHECK, case_id, **asked, request_id=request_id)
    return CheckOut.of(case, services.desk, languages(lang))


@router.post(
    "/v1/checks/{case_id}/findings/refuse",
    summary="Refuse findings of a check",
    dependencies=TAKES_JSON,
    responses=CHECK_ANSWERS,
)
def refuse_of_check(
    case_id: CaseId,
    request: RefuseRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CheckOut:
    """Refuse findings of a submitted check, saying why; by the same people who may approve them."""
    asked = request.model_dump()
    case = refuse_findings(services.desk, actor, CHECK, case_id, **asked, request_id=request_id)
    return CheckOut.of(case, services.desk, languages(lang))


@router.post(
    "/v1/tasks/{case_id}/findings/approve",
    summary="Approve the cause that a task was done with",
    dependencies=TAKES_JSON,
    responses=TASK_ANSWERS,
)
def approve_of_task(
    case_id: CaseId,
    request: ApproveRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Let a cause of delay that excuses the arrears count from today; as for checks."""
    case = approve_findings(services.desk, actor, TASK, case_id, **request.model_dump(), request_id=request_id)
    return CaseOut.of(case, languages(lang))


@router.post(
    "/v1/tasks/{case_id}/findings/refuse",
    summary="Refuse the cause that a task was done with",
    dependencies=TAKES_JSON,
    responses=TASK_ANSWERS,
)
def refuse_of_task(
    case_id: CaseId,
    request: RefuseRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Refuse a cause of delay, saying why; the task stays done."""
    case = refuse_findings(services.desk, actor, TASK, case_id, **request.model_dump(), request_id=request_id)
    return CaseOut.of(case, languages(lang))


@router.post(
    "/v1/checks/{case_id}/take-over",
    summary="Take over a draft",
    dependencies=TAKES_JSON,
    responses=CHECK_ANSWERS,
)
def take_over_draft(
    case_id: CaseId,
    request: ReasonRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CheckOut:
    """Make one's own a draft of somebody less senior, who has left, say; it is cancelled with `/cancel`."""
    case = take_over(
        services.desk, actor, case_id, version=request.version, reason=request.reason, request_id=request_id
    )
    return CheckOut.of(case, services.desk, languages(lang))
