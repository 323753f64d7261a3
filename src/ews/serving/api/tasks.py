"""Tasks: done with what they ask for, or cancelled with the reason. They are listed and read as cases."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from ews.casework.tasks.tasks import Told, cancel_task, do_task
from ews.serving.api.act_requests import ACT_PROBLEMS
from ews.serving.api.case_out import CaseOut
from ews.serving.api.cases import CaseId
from ews.serving.api.casework_warnings import VersionIn, Written
from ews.serving.api.parameters import Lang, languages, require_json
from ews.serving.api.problems import problems
from ews.serving.api.told_cases import told_cases
from ews.serving.identity import ActorDep, RequestIdDep
from ews.serving.services import ServicesDep

router = APIRouter(tags=["tasks"])

Code = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")]
CaseRef = Annotated[str, Field(max_length=20, pattern=r"^[A-Z][0-9]+$")]

FAILS = problems(*ACT_PROBLEMS)
TAKES_JSON = [Depends(require_json)]


class DoneIn(VersionIn):
    """What is told of a task that is done. A task says in `asks` what it is not done without."""

    note: Written = Field(examples=["Called at ten; the buyer pays on Thursday"])
    cause: Code | None = Field(
        default=None, description="Why payment is late, a code of the policy", examples=["business"]
    )
    paid_from: Code | None = Field(
        default=None, description="own_money, other_lenders or not_known", examples=["own_money"]
    )
    check_id: CaseRef | None = Field(default=None, description="The submitted check", examples=["C0000001"])
    contact_id: CaseRef | None = Field(
        default=None, description="The contact by which it was done", examples=["K0000001"]
    )


class CancelIn(VersionIn):
    """Why a task shall not be done."""

    reason: Written = Field(examples=["The borrower is visited with its group next week"])


@router.post("/v1/tasks/{case_id}/done", summary="Do a task", dependencies=TAKES_JSON, responses=FAILS)
def do(
    case_id: CaseId,
    given: DoneIn,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Close a task as done: with the cause of the delay, the source of payment or the check, where it asks for it."""
    told = Told(**given.model_dump(exclude={"version"}))
    case = do_task(services.desk, actor, case_id, told, version=given.version, request_id=request_id)
    return told_cases(services, actor, [case], languages(lang))[0]


@router.post("/v1/tasks/{case_id}/cancel", summary="Cancel a task", dependencies=TAKES_JSON, responses=FAILS)
def cancel(
    case_id: CaseId,
    given: CancelIn,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Close a task that shall not be done, by somebody more senior than whose it was."""
    case = cancel_task(services.desk, actor, case_id, given.reason, version=given.version, request_id=request_id)
    return told_cases(services, actor, [case], languages(lang))[0]
