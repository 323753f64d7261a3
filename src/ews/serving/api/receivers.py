"""Receivers of webhooks: who is told of acts, how far that has got, and what is to be sent again; for operators."""

from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from ews.casework.neighbours import webhooks
from ews.serving.api.act_requests import ACT_PROBLEMS, answer
from ews.serving.api.parameters import require_json
from ews.serving.api.problems import problems
from ews.serving.identity import ActorDep, RequestIdDep
from ews.serving.services import Services, ServicesDep
from ews.store.engine import reading
from ews.store.receivers import Backlog, Receiver, all_receivers, backlog_of, find_receiver

router = APIRouter(tags=["receivers"])

_LONGEST_URL = 2_000
_RECEIVER: dict[str, Any] = {
    "receiver_id": "workflow",
    "url": "https://workflow.bank.example/ews",
    "events": ["warning.*", "measure.approve"],
    "is_active": True,
    "created_at": "2026-07-06T09:10:00",
    "backlog": {"delivered": 120, "pending": 2, "given_up": 1, "error": "answered 500"},
}
_READ_PROBLEMS = ("unauthenticated", "forbidden", "log-unavailable", "unknown-parameter", "store-unavailable")
_ACT_PROBLEMS = tuple(code for code in ACT_PROBLEMS if code not in {"unknown-case", "stale-version", "second-person"})

ReceiverId = Annotated[
    str,
    Path(description="The id of the receiver", max_length=40, pattern=r"^[a-z0-9][a-z0-9-]*$", examples=["workflow"]),
]


class AddRequest(BaseModel):
    """Somebody who is to be told of acts."""

    model_config = ConfigDict(extra="forbid")

    receiver_id: str = Field(
        description="Lower-case letters, digits and dashes", min_length=1, max_length=100, examples=["workflow"]
    )
    url: str = Field(
        description="Where messages are sent to", min_length=1, max_length=_LONGEST_URL, examples=[_RECEIVER["url"]]
    )
    events: list[Annotated[str, Field(min_length=1, max_length=100)]] = Field(
        description="Kind and verb like warning.raise, warning.* for all of a kind, * for all",
        min_length=1,
        max_length=100,
        examples=[_RECEIVER["events"]],
    )


class BacklogOut(BaseModel):
    """How the deliveries of a receiver stand."""

    delivered: int
    pending: int = Field(description="To be sent, or to be tried again")
    given_up: int = Field(description="Tried for days in vain; they stay until they are asked for again")
    error: str | None = Field(description="The newest error of what is not delivered")

    @classmethod
    def of(cls, backlog: Backlog) -> Self:
        return cls(**{name: getattr(backlog, name) for name in cls.model_fields})


class ReceiverOut(BaseModel):
    """A receiver; its secret is never told again."""

    receiver_id: str
    url: str
    events: list[str]
    is_active: bool = Field(description="Whether new acts are noted for it")
    created_at: datetime = Field(description="Local time")
    backlog: BacklogOut

    @classmethod
    def of(cls, one: Receiver, backlog: Backlog) -> Self:
        return cls(
            receiver_id=one.receiver_id,
            url=one.url,
            events=list(one.events),
            is_active=one.is_active,
            created_at=one.created_at,
            backlog=BacklogOut.of(backlog),
        )


class AddedOut(BaseModel):
    """A new receiver with what its messages are signed with."""

    receiver: ReceiverOut
    secret: str = Field(description="Shown this once; Standard Webhooks, HMAC-SHA256", examples=["whsec_…"])


class ReceiversOut(BaseModel):
    """All receivers, by id."""

    items: list[ReceiverOut]


class AgainOut(BaseModel):
    """What will be sent again."""

    receiver: ReceiverOut
    again: int = Field(description="Acts that had been given up")


@router.get(
    "/v1/receivers",
    summary="Receivers of webhooks",
    responses={**answer({"items": [_RECEIVER]}), **problems(*_READ_PROBLEMS)},
)
def list_receivers(services: ServicesDep) -> ReceiversOut:
    """Return all receivers with what is delivered, to come and given up; never a secret."""
    with reading(services.store) as connection:
        found = [(one, backlog_of(connection, one.receiver_id)) for one in all_receivers(connection)]
    return ReceiversOut(items=[ReceiverOut.of(*one) for one in found])


@router.post(
    "/v1/receivers",
    summary="Add a receiver",
    dependencies=[Depends(require_json)],
    responses={**answer({"receiver": _RECEIVER, "secret": "whsec_…"}), **problems(*_ACT_PROBLEMS)},
)
def add(request: AddRequest, services: ServicesDep, actor: ActorDep, request_id: RequestIdDep) -> AddedOut:
    """Tell acts to somebody from now on; the secret that messages are signed with is in this answer only."""
    made = webhooks.register(
        services.desk,
        actor,
        request.receiver_id,
        request.url,
        request.events,
        hosts=services.receivers,
        request_id=request_id,
    )
    return AddedOut(receiver=_now(services, made.receiver_id), secret=made.secret)


@router.post(
    "/v1/receivers/{receiver_id}/on",
    summary="Switch a receiver on",
    responses={**answer(_RECEIVER), **problems(*_ACT_PROBLEMS)},
)
def switch_on(receiver_id: ReceiverId, services: ServicesDep, actor: ActorDep, request_id: RequestIdDep) -> ReceiverOut:
    """Note acts for the receiver again, from now on, and send what was noted before."""
    webhooks.switch(services.desk, actor, receiver_id, is_active=True, request_id=request_id)
    return _now(services, receiver_id)


@router.post(
    "/v1/receivers/{receiver_id}/off",
    summary="Switch a receiver off",
    responses={**answer({**_RECEIVER, "is_active": False}), **problems(*_ACT_PROBLEMS)},
)
def switch_off(
    receiver_id: ReceiverId, services: ServicesDep, actor: ActorDep, request_id: RequestIdDep
) -> ReceiverOut:
    """Note no more acts for the receiver; what is noted is kept."""
    webhooks.switch(services.desk, actor, receiver_id, is_active=False, request_id=request_id)
    return _now(services, receiver_id)


@router.post(
    "/v1/receivers/{receiver_id}/again",
    summary="Send again what was given up",
    responses={**answer({"receiver": _RECEIVER, "again": 1}), **problems(*_ACT_PROBLEMS)},
)
def send_again(receiver_id: ReceiverId, services: ServicesDep, actor: ActorDep, request_id: RequestIdDep) -> AgainOut:
    """Let what was given up be sent again; receivers tell by the id of a message what they had before."""
    again = webhooks.send_again(services.desk, actor, receiver_id, request_id=request_id)
    return AgainOut(receiver=_now(services, receiver_id), again=again)


def _now(services: Services, receiver_id: str) -> ReceiverOut:
    with reading(services.store) as connection:
        found = find_receiver(connection, receiver_id)
        return ReceiverOut.of(found, backlog_of(connection, receiver_id))
