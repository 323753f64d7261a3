"""Entrance pages: log in, log out, choose the language, and the way home."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from ews.domain.errors import UnauthenticatedError
from ews.domain.text import Language
from ews.serving.api.login import begin, end, require_own_page_if_told, require_own_page_of_session
from ews.serving.credentials import drop_session
from ews.serving.pages.forms import FieldsDep, first
from ews.serving.pages.language import keep_language, own_path
from ews.serving.pages.navigation import home_of
from ews.serving.pages.render import ViewDep, view_of
from ews.serving.services import ServicesDep
from ews.store.entrance import TooManyAttemptsError, entered_by_password

router = APIRouter(include_in_schema=False)

Next = Annotated[str | None, Query(alias="next", max_length=2_000)]
_LONGEST = 1_000


@router.get("/login")
def show_login(request: Request, services: ServicesDep, next_path: Next = None) -> HTMLResponse:
    """Ask who somebody is."""
    view = view_of(request, services, None)
    return view.show(
        "login.html", next_path=own_path(next_path), failed=None, user="", by_bank=services.oidc is not None
    )


@router.post("/login", dependencies=[Depends(require_own_page_if_told)])
def log_in(request: Request, services: ServicesDep, fields: FieldsDep) -> Response:
    """Begin a session and go on to where somebody wanted to."""
    view = view_of(request, services, None)
    user, password = (first(fields, "user") or "")[:200], (fields.get("password") or ("",))[0][:_LONGEST]
    next_path = own_path(first(fields, "next"))
    at, request_id = services.desk.now(), request.state.request_id
    try:
        entered = entered_by_password(services.desk.log, user, password, at=at, request_id=request_id)
        response = RedirectResponse(home_of(entered.actor) if next_path == "/" else next_path, status_code=303)
        begin(entered.actor, request, response, services, password_hash=entered.password_hash)
    except UnauthenticatedError as error:
        wait = error.seconds if isinstance(error, TooManyAttemptsError) else None
        failed = {"wait": wait}
        shown = {"next_path": next_path, "failed": failed, "user": user, "by_bank": services.oidc is not None}
        return view.show("login.html", status=401 if wait is None else 429, **shown)
    return response


@router.post("/logout", dependencies=[Depends(require_own_page_of_session)])
def log_out(request: Request, services: ServicesDep) -> Response:
    """End the session."""
    response = RedirectResponse("/login", status_code=303)
    end(request, services)
    drop_session(request, response)
    return response


@router.get("/language")
def choose_language(request: Request, to: Language, next_path: Next = None) -> Response:
    """Remember the language and go back."""
    response = RedirectResponse(own_path(next_path), status_code=303)
    keep_language(request, response, to)
    return response


@router.get("/")
def go_home(view: ViewDep) -> Response:
    """Lead to where somebody begins."""
    return RedirectResponse("/login" if view.actor is None else home_of(view.actor), status_code=303)
