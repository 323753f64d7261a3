"""Cases: the panel of a case, every act on one, and the forms that open one about a borrower.

Panel    `GET /cases/{case_id}`, beside a list where a page asks for a part, else as a page of its own
Acts     `POST /cases/{case_id}/{verb}` does what the route of the API does and answers the panel as it is then; the
         event `case-changed` tells lists which row to read again. Without scripts one is led back to the case
Refused  the form stays with what was written; where somebody else was faster, with what they did and the new version
"""

import json
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from ews.casework.dossier.words import VERB_TEXTS
from ews.casework.words import KIND_TEXTS
from ews.domain.errors import EwsError
from ews.domain.people import Actor
from ews.domain.text import Text
from ews.serving.api.cases import CaseId
from ews.serving.api.parameters import BorrowerId, Portfolio
from ews.serving.api.problems import KINDS
from ews.serving.identity import ActorDep, RequestIdDep, ToldDep
from ews.serving.pages.cases.fields import Field, given
from ews.serving.pages.cases.opening import Opening, Opens
from ews.serving.pages.cases.openings import OPENINGS
from ews.serving.pages.cases.panel import Form, Trouble, content_of, trouble_of
from ews.serving.pages.cases.scene import scene_of
from ews.serving.pages.cases.stage import Stage, stage_of
from ews.serving.pages.cases.verb import Doing
from ews.serving.pages.cases.verbs import verb_of
from ews.serving.pages.forms import FieldsDep, read
from ews.serving.pages.render import View, ViewDep, link
from ews.serving.portfolios import require_portfolio
from ews.serving.services import ServicesDep
from ews.store.cases import Case

router = APIRouter(include_in_schema=False)

Word = Annotated[str, Path(max_length=40, pattern=r"^[a-z-]+$")]
FORBIDDEN, CONFLICT, UNUSABLE = 403, 409, 422


class Kind(StrEnum):
    """What is opened about a borrower."""

    MEASURE = "measure"
    OVERRIDE = "override"
    WATCH = "watch"
    CONTACT = "contact"
    RECORDED = "contact-recorded"


KindQuery = Annotated[Kind, Query()]


@router.get("/cases/{case_id}")
def show_case(case_id: CaseId, view: ViewDep, services: ServicesDep, actor: ActorDep, told: ToldDep) -> Response:
    """Show a case with what may be done now; one of another branch is told like one that does not exist."""
    scene = scene_of(services, actor, case_id)
    told([] if scene.case.borrower_id is None else [scene.case.borrower_id])
    return _shown(view, content_of(scene))


@router.post("/cases/{case_id}/{verb}")
def act(
    case_id: CaseId,
    verb: Word,
    view: ViewDep,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    fields: FieldsDep,
) -> Response:
    """Do what a form of the panel asks for."""
    scene = scene_of(services, actor, case_id)
    found = verb_of(scene.case.kind, verb)
    if found is None:
        raise HTTPException(404)
    asked: tuple[Field, ...] = ()
    try:
        asked = found.fields(scene)
        request = read(found.model, fields, **given(asked, fields))
        found.do(Doing(services.desk, actor, scene.acted_on, request, request_id))
    except (RequestValidationError, EwsError) as error:
        trouble = trouble_of(view, verb, fields, asked, error)
        return _refused(view, error, trouble, lambda: content_of(scene_of(services, actor, case_id), trouble=trouble))
    if not view.is_part:
        return RedirectResponse(f"/cases/{case_id}", status_code=303)
    return _changed(_shown(view, content_of(scene_of(services, actor, case_id), VERB_TEXTS.get(verb))), case_id)


@router.get("/borrowers/{borrower_id:path}/act")
def show_openings(
    borrower_id: BorrowerId,
    kind: KindQuery,
    view: ViewDep,
    services: ServicesDep,
    actor: ActorDep,
    portfolio: Portfolio = None,
) -> Response:
    """Show the form that opens a case about a borrower."""
    require_portfolio(services.store, portfolio)
    stage = stage_of(services, actor, borrower_id, portfolio)
    return _shown(view, _of_stage(stage, kind), "open")


@router.post("/borrowers/{borrower_id:path}/act")
def open_about(
    borrower_id: BorrowerId,
    kind: KindQuery,
    view: ViewDep,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    fields: FieldsDep,
    portfolio: Portfolio = None,
) -> Response:
    """Open a case about a borrower, and show it."""
    require_portfolio(services.store, portfolio)
    stage, opening = stage_of(services, actor, borrower_id, portfolio), OPENINGS[kind]
    own = stage.standing.portfolio
    asked: tuple[Field, ...] = ()
    try:
        asked = opening.fields(stage)
        whole = {**given(asked, fields), "borrower_id": borrower_id, "portfolio": own}
        request = read(opening.model, fields, **whole)
        case = opening.do(Opens(services, actor, borrower_id, own, request, request_id))
    except (RequestValidationError, EwsError) as error:
        trouble = trouble_of(view, kind.value, fields, asked, error)
        return _refused(view, error, trouble, lambda: _of_stage(stage, kind, trouble), "open")
    if not view.is_part:
        return RedirectResponse(f"/cases/{case.case_id}", status_code=303)
    return _changed(_shown(view, _opened(services, actor, case)), case.case_id)


def _opened(services: ServicesDep, actor: Actor, case: Case) -> dict[str, Any]:
    return content_of(scene_of(services, actor, case.case_id), Text("opened", "新建"))


def _of_stage(stage: Stage, kind: Kind, trouble: Trouble | None = None) -> dict[str, Any]:
    """Return what the template of an opening shows; a contact is begun, or recorded where it was made elsewhere."""
    kinds = (Kind.CONTACT, Kind.RECORDED) if kind in {Kind.CONTACT, Kind.RECORDED} else (kind,)
    own = stage.standing
    return {
        "standing": own,
        "title": KIND_TEXTS["contact"] if len(kinds) > 1 else OPENINGS[kind].title,
        "forms": tuple(_form(stage, one, OPENINGS[one]) for one in kinds),
        "trouble": trouble,
    }


def _form(stage: Stage, kind: Kind, opening: Opening) -> Form:
    blocked = opening.blocked(stage)
    fields = () if blocked is not None else opening.fields(stage)
    path = link(f"{stage_path(stage)}/act", kind=kind.value, portfolio=stage.standing.portfolio)
    return Form(kind.value, path, opening, fields, opening.notes(stage), blocked, None)


def stage_path(stage: Stage) -> str:
    return f"/borrowers/{quote(stage.standing.borrower_id, safe='')}"


def _shown(view: View, content: dict[str, Any], name: str = "case", status: int = 200) -> HTMLResponse:
    return view.show(f"cases/{name}.html" if view.is_part else f"cases/{name}_page.html", status=status, **content)


def _changed(answer: HTMLResponse, case_id: str) -> HTMLResponse:
    """Return the answer with the event that tells lists; it is raised at the body, since the form is gone by then."""
    answer.headers["hx-trigger"] = json.dumps({"case-changed": {"case_id": case_id, "target": "body"}})
    return answer


def _refused(
    view: View, error: Exception, trouble: Trouble, content: Callable[[], dict[str, Any]], name: str = "case"
) -> Response:
    """Return the answer to an act that was refused; what is told elsewhere is raised again."""
    code = "invalid-request" if isinstance(error, RequestValidationError) else str(getattr(error, "code", "error"))
    status = KINDS[code].status
    whole = {CONFLICT} if view.is_part else {CONFLICT, UNUSABLE, FORBIDDEN}
    if status in whole:
        view.request.state.problem = code
        return _shown(view, content(), name, status)
    if status == UNUSABLE:
        view.request.state.problem = code
        return view.show("cases/trouble.html", status=status, trouble=trouble, meanwhile=())
    raise error
