"""Acts beside filling in: a draft given up or taken over, and what a check found approved or refused."""

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from ews.casework.checks.body import KIND
from ews.casework.checks.draft import cancel_check, take_over
from ews.casework.checks.proposed_findings import approve_findings, refuse_findings
from ews.serving.api.act_requests import ReasonRequest
from ews.serving.api.cases import CaseId
from ews.serving.api.findings import ApproveRequest, RefuseRequest
from ews.serving.identity import ActorDep, RequestIdDep
from ews.serving.pages.forms import FieldsDep, read
from ews.serving.pages.render import ViewDep

router = APIRouter(include_in_schema=False)


@router.post("/checks/{case_id}/cancel")
def cancel(case_id: CaseId, fields: FieldsDep, view: ViewDep, actor: ActorDep, request_id: RequestIdDep) -> Response:
    """Give up a draft."""
    asked = read(ReasonRequest, fields)
    desk = view.services.desk
    cancel_check(desk, actor, case_id, version=asked.version, reason=asked.reason, request_id=request_id)
    return _back(view.is_part, case_id)


@router.post("/checks/{case_id}/take-over")
def take_over_draft(
    case_id: CaseId, fields: FieldsDep, view: ViewDep, actor: ActorDep, request_id: RequestIdDep
) -> Response:
    """Make a draft one's own."""
    asked = read(ReasonRequest, fields)
    desk = view.services.desk
    take_over(desk, actor, case_id, version=asked.version, reason=asked.reason, request_id=request_id)
    return _back(view.is_part, case_id)


@router.post("/checks/{case_id}/findings/approve")
def approve(case_id: CaseId, fields: FieldsDep, view: ViewDep, actor: ActorDep, request_id: RequestIdDep) -> Response:
    """Let the ticked findings count."""
    asked = read(ApproveRequest, _of_form(fields), fields=_ticked(fields))
    approve_findings(view.services.desk, actor, KIND, case_id, **asked.model_dump(), request_id=request_id)
    return _back(view.is_part, case_id)


@router.post("/checks/{case_id}/findings/refuse")
def refuse(case_id: CaseId, fields: FieldsDep, view: ViewDep, actor: ActorDep, request_id: RequestIdDep) -> Response:
    """Let the ticked findings never count."""
    asked = read(RefuseRequest, _of_form(fields), fields=_ticked(fields))
    refuse_findings(view.services.desk, actor, KIND, case_id, **asked.model_dump(), request_id=request_id)
    return _back(view.is_part, case_id)


def _of_form(fields: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    return {name: values for name, values in fields.items() if name != "finding"}


def _ticked(fields: Mapping[str, tuple[str, ...]]) -> list[str]:
    return list(fields.get("finding", ()))


def _back(is_part: bool, case_id: str) -> Response:  # noqa: FBT001 - told by the request
    """Lead back to the check; a page that is open loads it anew."""
    address = f"/checks/{case_id}"
    return Response(headers={"hx-redirect": address}) if is_part else RedirectResponse(address, status_code=303)
