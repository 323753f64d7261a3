"""My account: who I am, where I am logged in, and my password."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from ews.domain.people import Actor
from ews.serving.api.account import SessionId, change, end_one, sessions_of
from ews.serving.api.login import LASTS
from ews.serving.credentials import session_of
from ews.serving.identity import LOCAL, ActorDep, RequestIdDep
from ews.serving.pages.forms import FieldsDep
from ews.serving.pages.render import View, ViewDep, link
from ews.serving.services import ServicesDep
from ews.store.accounts import find_user
from ews.store.entrance import TooManyAttemptsError, WrongPasswordError
from ews.store.passwords import LEAST_PASSWORD, LONGEST_PASSWORD, WeakPasswordError
from ews.store.sessions import end_other_sessions

router = APIRouter(include_in_schema=False)

_PAGE = "/account"
_LONGEST = 1_000
_WRONG, _WAIT, _WEAK = 403, 429, 422


class Done(StrEnum):
    """What was done a moment ago, told once above the page."""

    PASSWORD = "password"  # noqa: S105 - the word, not one
    SESSION = "session"
    OTHERS = "others"


class Fault(NamedTuple):
    """What is wrong with a field of the form, in the language of the page."""

    field: str
    text: str


@router.get(_PAGE)
def show_account(view: ViewDep, actor: ActorDep, done: Done | None = None) -> HTMLResponse:
    """Show who asks, the open sessions, and the form for another password."""
    return _page(view, actor, done=done)


@router.post(f"{_PAGE}/password")
def change_password(view: ViewDep, actor: ActorDep, fields: FieldsDep) -> Response:
    """Change the password and end all other sessions; what is wrong is told at its field."""
    before, new, again = (_typed(fields, name) for name in ("password", "new_password", "new_password_again"))
    if new != again:
        fault = Fault("new_password_again", view._("The two new passwords differ. Type the same one twice."))
        return _page(view, actor, fault=fault, status=_WEAK)
    response = RedirectResponse(link(_PAGE, done=Done.PASSWORD.value), status_code=303)
    try:
        change(before, new, view.request, response, actor, view.services)
    except TooManyAttemptsError as error:
        text = view._("Too many attempts. Wait %(seconds)s seconds, then try again.", seconds=error.seconds)
        return _page(view, actor, fault=Fault("password", text), status=_WAIT)
    except WrongPasswordError as error:
        return _page(view, actor, fault=Fault("password", view.told(error)), status=_WRONG)
    except WeakPasswordError as error:
        return _page(view, actor, fault=Fault("new_password", view.told(error)), status=_WEAK)
    return response


@router.post(f"{_PAGE}/sessions/end-others")
def end_others(request: Request, services: ServicesDep, actor: ActorDep, request_id: RequestIdDep) -> Response:
    """End all sessions but the one that asks."""
    end_other_sessions(
        services.desk.log, actor.user_id, session_of(request), at=services.desk.now(), request_id=request_id
    )
    return RedirectResponse(link(_PAGE, done=Done.OTHERS.value), status_code=303)


@router.post(f"{_PAGE}/sessions/{{session_id}}/end")
def end_session(session_id: SessionId, request: Request, services: ServicesDep, actor: ActorDep) -> Response:
    """End one of one's own sessions."""
    response = RedirectResponse(link(_PAGE, done=Done.SESSION.value), status_code=303)
    end_one(session_id, request, response, actor, services)
    return response


def _typed(fields: Mapping[str, tuple[str, ...]], name: str) -> str:
    """Return a password as it was typed, spaces too."""
    return fields.get(name, ("",))[0][:_LONGEST]


def _page(
    view: View, actor: Actor, *, done: Done | None = None, fault: Fault | None = None, status: int = 200
) -> HTMLResponse:
    services = view.services
    return view.show(
        "account.html",
        status=status,
        user=None if actor is LOCAL else find_user(services.store, actor.user_id),
        sessions=sessions_of(view.request, actor, services),
        idle_minutes=services.idle // timedelta(minutes=1),
        longest_hours=LASTS // timedelta(hours=1),
        lengths=(LEAST_PASSWORD, LONGEST_PASSWORD),
        done=done,
        fault=fault,
    )
