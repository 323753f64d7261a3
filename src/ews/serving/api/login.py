"""Login: a person shows a password and gets a session; who somebody is; the end of a session."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Self

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from ews.domain.people import Actor, Role
from ews.domain.text import Language
from ews.serving.api.examples import example
from ews.serving.api.parameters import Lang, languages, require_json
from ews.serving.api.problems import problems
from ews.serving.api.words import Words, words
from ews.serving.credentials import drop_session, keep_session, require_own_page, session_of
from ews.serving.identity import ActorDep
from ews.serving.services import Services, ServicesDep
from ews.store.entrance import entered_by_password
from ews.store.sessions import end_session, start_session

router = APIRouter(tags=["login"])

LASTS = timedelta(hours=12)
"""A session ends after a working day, whatever is done in it."""


class LoginRequest(BaseModel):
    """A person and a password."""

    model_config = ConfigDict(extra="forbid")

    user: str = Field(description="The account", min_length=1, max_length=200, examples=["zhang.wei"])
    password: str = Field(description="The password", min_length=1, max_length=1_000, examples=["correct horse"])


class RoleOut(BaseModel):
    """A role and what it is called."""

    code: Role = Field(description="Stable code, to be read by programs")
    text: Words


class MeOut(BaseModel):
    """Who asks, as the service knows it."""

    user_id: str = Field(examples=["zhang.wei"])
    name: str = Field(examples=["Zhang Wei"])
    roles: list[RoleOut] = Field(description="By code")
    branch_id: str | None = Field(description="The branch whose borrowers are seen, null for all", examples=["N01"])
    officer_id: str | None = Field(description="As the book calls the person, null if it does not", examples=["O17"])
    is_machine: bool

    @classmethod
    def of(cls, actor: Actor, languages: Iterable[Language]) -> Self:
        roles = [RoleOut(code=role, text=words(role.text, languages)) for role in sorted(actor.roles)]
        plain = ("user_id", "name", "branch_id", "officer_id", "is_machine")
        return cls(roles=roles, **{name: getattr(actor, name) for name in plain})


class GoneOut(BaseModel):
    """Nobody is logged in any more."""

    status: str = Field(examples=["logged out"])


def require_own_page_if_told(request: Request) -> None:
    """Raise ForeignOriginError where the browser says that another site's page asks."""
    if {"origin", "sec-fetch-site"} & set(request.headers.keys()):
        require_own_page(request)


def require_own_page_of_session(request: Request) -> None:
    """Raise ForeignOriginError where a session would end and the browser does not say that an own page asks."""
    if session_of(request) is not None:
        require_own_page(request)
    else:
        require_own_page_if_told(request)


_OwnPage = Depends(require_own_page_if_told)
_PROBLEMS = ("unknown-parameter", "foreign-origin", "store-unavailable", "log-unavailable")


@router.post(
    "/v1/login",
    summary="Log in with a password",
    dependencies=[_OwnPage, Depends(require_json)],
    responses={
        **example("me"),
        **problems("malformed-body", "unauthenticated", "unsupported-media-type", "invalid-request", *_PROBLEMS),
        **problems("too-many-attempts"),
    },
)
def log_in_with_password(
    asked: LoginRequest, request: Request, response: Response, services: ServicesDep, lang: Lang = None
) -> MeOut:
    """Set the cookie of a new session; a session that the browser still had ends.

    A wrong password, an account that does not exist, is closed or is locked for a while are all told alike.
    """
    at, request_id = services.desk.now(), request.state.request_id
    entered = entered_by_password(services.desk.log, asked.user, asked.password, at=at, request_id=request_id)
    begin(entered.actor, request, response, services, password_hash=entered.password_hash)
    return MeOut.of(entered.actor, languages(lang))


@router.post(
    "/v1/logout",
    summary="Log out",
    dependencies=[Depends(require_own_page_of_session)],
    responses={**example("logged_out"), **problems(*_PROBLEMS)},
)
def log_out_of_session(request: Request, response: Response, services: ServicesDep) -> GoneOut:
    """End the session of the cookie, if there is one, and take the cookie back."""
    end(request, services)
    drop_session(request, response)
    return GoneOut(status="logged out")


@router.get(
    "/v1/me",
    summary="Who is logged in",
    responses={
        **example("me"),
        **problems("unauthenticated", "log-unavailable", "unknown-parameter", "invalid-request"),
    },
)
def read_me(actor: ActorDep, lang: Lang = None) -> MeOut:
    """Return who asks: name, roles, branch."""
    return MeOut.of(actor, languages(lang))


def begin(
    actor: Actor, request: Request, response: Response, services: Services, *, password_hash: str | None = None
) -> None:
    """Hand out a new session and end the one that the browser still had: nobody can know it beforehand.

    UnauthenticatedError where the password of `password_hash`, if one was shown, was changed meanwhile.
    """
    end(request, services)
    at, request_id = services.desk.now(), request.state.request_id
    session = start_session(
        services.desk.log, actor, at=at, lasts=LASTS, password_hash=password_hash, request_id=request_id
    )
    keep_session(request, response, session, LASTS)


def end(request: Request, services: Services) -> None:
    former = session_of(request)
    if former is not None:
        end_session(services.desk.log, former, at=services.desk.now(), request_id=request.state.request_id)
