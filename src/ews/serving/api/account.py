"""Account: one's own open sessions, and one's own password. Those of others nobody sees or ends here."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from ews.domain.people import Actor
from ews.serving.api.act_requests import answer
from ews.serving.api.login import begin
from ews.serving.api.parameters import require_json
from ews.serving.api.problems import problems
from ews.serving.credentials import drop_session, session_of
from ews.serving.identity import ActorDep, RequestIdDep
from ews.serving.services import Services, ServicesDep
from ews.store.entrance import change_own_password
from ews.store.sessions import end_other_sessions, end_own_session, open_sessions, session_id_of

router = APIRouter(tags=["login"])

_THIS: dict[str, Any] = {
    "session_id": "5f0c1f6e8a7b",
    "started_at": "2026-07-06T08:55:00",
    "last_used_at": "2026-07-06T10:41:00",
    "ends_at": "2026-07-06T11:41:00",
    "is_this_one": True,
}
_OTHER = {**_THIS, "session_id": "c2d9e3f1a0b6", "last_used_at": "2026-07-06T10:02:00", "is_this_one": False}
_READ_PROBLEMS = ("unauthenticated", "forbidden", "log-unavailable", "unknown-parameter", "store-unavailable")
_ACT_PROBLEMS = (*_READ_PROBLEMS, "foreign-origin")
_PASSWORD_PROBLEMS = (
    *("wrong-password", "weak-password", "bad-account", "too-many-attempts"),
    *("malformed-body", "body-too-large", "unsupported-media-type", "invalid-request"),
)

SessionId = Annotated[
    str,
    Path(
        description="The id of one of one's own sessions, as the list tells it; it logs nobody in",
        min_length=1,
        max_length=40,
        pattern=r"^[^\x00-\x1f]+$",
        examples=[_OTHER["session_id"]],
    ),
]


class PasswordRequest(BaseModel):
    """The password before, and the new one."""

    model_config = ConfigDict(extra="forbid")

    password: str = Field(
        description="The password before", min_length=1, max_length=1_000, examples=["right horse battery"]
    )
    new_password: str = Field(
        description="The new password, of 12 to 512 characters, which is not guessed easily",
        min_length=1,
        max_length=1_000,
        examples=["seven geese and a violin"],
    )


class SessionOut(BaseModel):
    """An open session. Times are local."""

    session_id: str = Field(description="Names the session and logs nobody in")
    started_at: datetime = Field(description="When somebody logged in")
    last_used_at: datetime = Field(description="To the minute")
    ends_at: datetime = Field(description="When it ends if nothing more is done in it")
    is_this_one: bool = Field(description="Whether the request comes from it")


class SessionsOut(BaseModel):
    """One's own open sessions, the one used last first."""

    items: list[SessionOut]


class ChangedOut(BaseModel):
    """The password is another one."""

    status: str = Field(examples=["changed"])


@router.get(
    "/v1/sessions",
    summary="My open sessions",
    responses={**answer({"items": [_THIS, _OTHER]}), **problems(*_READ_PROBLEMS)},
)
def list_sessions(request: Request, services: ServicesDep, actor: ActorDep) -> SessionsOut:
    """Return where one is logged in; machines, which hold a token, have no session."""
    return SessionsOut(items=sessions_of(request, actor, services))


@router.delete(
    "/v1/sessions/{session_id}",
    summary="End one of my sessions",
    responses={**answer({"items": [_THIS]}), **problems(*_ACT_PROBLEMS, "unknown-session", "invalid-request")},
)
def end_session(
    session_id: SessionId, request: Request, response: Response, services: ServicesDep, actor: ActorDep
) -> SessionsOut:
    """Log whoever uses that session out, and return the sessions that are left.

    A session of somebody else is told as one that there is not.
    """
    end_one(session_id, request, response, actor, services)
    return SessionsOut(items=sessions_of(request, actor, services))


@router.delete(
    "/v1/sessions",
    summary="End all my sessions but this one",
    responses={**answer({"items": [_THIS]}), **problems(*_ACT_PROBLEMS)},
)
def end_others(request: Request, services: ServicesDep, actor: ActorDep, request_id: RequestIdDep) -> SessionsOut:
    """Log oneself out everywhere else."""
    end_other_sessions(
        services.desk.log, actor.user_id, session_of(request), at=services.desk.now(), request_id=request_id
    )
    return SessionsOut(items=sessions_of(request, actor, services))


@router.post(
    "/v1/me/password",
    summary="Change my password",
    dependencies=[Depends(require_json)],
    responses={
        **answer({"status": "changed"}),
        **problems(*_ACT_PROBLEMS, *_PASSWORD_PROBLEMS),
    },
)
def change_password(
    asked: PasswordRequest, request: Request, response: Response, services: ServicesDep, actor: ActorDep
) -> ChangedOut:
    """Set the new password, end all sessions, and set the cookie of a new one.

    Wrong passwords count as failed logins and delay the next attempt like them. An account without a password, which
    the bank's provider vouches for, has none to change.
    """
    change(asked.password, asked.new_password, request, response, actor, services)
    return ChangedOut(status="changed")


def sessions_of(request: Request, actor: Actor, services: Services) -> list[SessionOut]:
    """Return the open sessions of whoever asks."""
    secret = session_of(request)
    this = None if secret is None else session_id_of(services.desk.log, secret)
    found = open_sessions(services.store, actor.user_id, at=services.desk.now(), idle=services.idle)
    plain = ("session_id", "started_at", "last_used_at", "ends_at")
    return [
        SessionOut(**{name: getattr(one, name) for name in plain}, is_this_one=one.session_id == this) for one in found
    ]


def end_one(session_id: str, request: Request, response: Response, actor: Actor, services: Services) -> None:
    """End a session of whoever asks, and take the cookie back where it was this one."""
    log, at, secret = services.desk.log, services.desk.now(), session_of(request)
    end_own_session(log, actor.user_id, session_id, at=at, idle=services.idle, request_id=request.state.request_id)
    if secret is not None and session_id == session_id_of(log, secret):
        drop_session(request, response)


def change(before: str, new: str, request: Request, response: Response, actor: Actor, services: Services) -> None:
    """Change the password of whoever asks, who goes on in a new session; all others end."""
    change_own_password(
        services.desk.log,
        actor,
        before,
        new,
        at=services.desk.now(),
        bank_words=services.bank_words,
        request_id=request.state.request_id,
    )
    begin(actor, request, response, services)
