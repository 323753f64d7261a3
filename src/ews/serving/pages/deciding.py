"""Deciding: a second person approves or refuses what another proposed, from the form of a page; then the page anew."""

from collections.abc import Mapping

from fastapi.responses import RedirectResponse, Response

from ews.casework.approvals import second_person
from ews.domain.people import Actor
from ews.serving.api.act_requests import NoteRequest, ReasonRequest
from ews.serving.pages.forms import read
from ews.serving.pages.render import View
from ews.store.cases import Case

Fields = Mapping[str, tuple[str, ...]]


def approve(view: View, actor: Actor, case_id: str, kind: str, fields: Fields, request_id: str) -> Case:
    """Approve a proposal of `kind`, which carries it out."""
    asked, services = read(NoteRequest, fields), view.services
    return second_person.approve(
        services.desk,
        actor,
        case_id,
        services.hands,
        kind=kind,
        version=asked.version,
        reason=asked.reason,
        request_id=request_id,
    )


def refuse(view: View, actor: Actor, case_id: str, kind: str, fields: Fields, request_id: str) -> Case:
    """Close a proposal of `kind` with a reason."""
    asked = read(ReasonRequest, fields)
    return second_person.refuse(
        view.services.desk,
        actor,
        case_id,
        kind=kind,
        version=asked.version,
        reason=asked.reason,
        request_id=request_id,
    )


def led_to(view: View, path: str) -> Response:
    """Lead to a page as it is now, also whoever sent a form by htmx."""
    if view.is_part:
        return Response(status_code=204, headers={"hx-redirect": path})
    return RedirectResponse(path, status_code=303)
