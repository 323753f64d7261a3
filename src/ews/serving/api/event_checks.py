"""Event checks: after a disaster or when a market is closed, one task for each borrower hit by it."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from ews.casework.tasks.event_checks import Event, call_event_check
from ews.casework.tasks.event_take_back import take_back
from ews.serving.api.act_requests import ACT_PROBLEMS, SUBJECT_PROBLEMS, Day
from ews.serving.api.casework_warnings import Written
from ews.serving.api.problems import problems
from ews.serving.api.tasks import TAKES_JSON, Code
from ews.serving.identity import ActorDep, RequestIdDep
from ews.serving.services import ServicesDep

router = APIRouter(tags=["tasks"])

_Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")]


class EventIn(BaseModel):
    """What has happened and whom it hit: a region, an industry, both together, and borrowers by name."""

    model_config = ConfigDict(extra="forbid")

    code: Code = Field(
        description="Names the event for good; told again it adds who is new", examples=["FLOOD-2026-07"]
    )
    text: Written = Field(examples=["Flood of the river Xin, shops under water since 5 July"])
    region: _Name | None = Field(default=None, examples=["Hangzhou"])
    industry: _Name | None = Field(default=None, examples=["retail"])
    borrower_ids: list[_Name] = Field(default=[], max_length=5_000)
    portfolio: _Name | None = Field(default=None, examples=["sme"])
    form: Code | None = Field(default=None, description="The policy's form for events where it is not given")
    due_on: Day | None = Field(default=None, description="As many working days as the policy gives, if not given")
    dry_run: bool = Field(
        default=False, strict=True, description="Answer how many are hit, and who, without opening anything"
    )


class EventOut(BaseModel):
    """How many borrowers are hit."""

    code: str
    form: str = Field(examples=["event"])
    due_on: date = Field(description="The working day by which each has to be checked")
    hit: int = Field(description="Borrowers hit, among those that you may see", examples=[37])
    opened: int = Field(description="Of these, how many have got a task just now, or would", examples=[37])
    borrower_ids: list[str] = Field(description="Who has got a task just now, or would", examples=[["B0000001"]])
    dry_run: bool = Field(description="Nothing was opened", examples=[False])


class TakeBackIn(BaseModel):
    """Why the event was called by mistake."""

    model_config = ConfigDict(extra="forbid")

    reason: Written = Field(examples=["The flood was in another region"])


class TakenBackOut(BaseModel):
    """What became of the tasks of an event."""

    code: str = Field(examples=["FLOOD-2026-07"])
    cancelled: int = Field(description="Tasks cancelled just now", examples=[37])
    ended: int = Field(description="Tasks of the event that had ended before, done ones too", examples=[0])


@router.post(
    "/v1/event-checks",
    summary="Check all borrowers hit by an event",
    dependencies=TAKES_JSON,
    responses=problems("bad-form", *SUBJECT_PROBLEMS),
)
def call(given: EventIn, services: ServicesDep, actor: ActorDep, request_id: RequestIdDep) -> EventOut:
    """Give every borrower hit a task. A branch manager does so for the branch, a risk manager for all in sight."""
    content = given.model_dump(exclude={"dry_run"})
    event = Event(**{**content, "borrower_ids": tuple(given.borrower_ids)})
    found = call_event_check(services.desk, actor, event, is_trial=given.dry_run, request_id=request_id)
    return EventOut(
        code=found.code,
        form=found.form,
        due_on=found.due_on,
        hit=found.hit,
        opened=found.opened,
        borrower_ids=list(found.who),
        dry_run=found.is_trial,
    )


@router.post(
    "/v1/event-checks/{code}/take-back",
    summary="Take back an event called by mistake",
    dependencies=TAKES_JSON,
    responses=problems(*ACT_PROBLEMS),
)
def take_event_back(
    code: Annotated[str, Path(description="Code of the event", min_length=1, max_length=100, examples=["FLOOD-2026"])],
    given: TakeBackIn,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
) -> TakenBackOut:
    """Cancel the open tasks of an event, as far as the reader may see them; its code is used up."""
    found = take_back(services.desk, actor, code, given.reason, request_id=request_id)
    return TakenBackOut(code=found.code, cancelled=found.cancelled, ended=found.ended)
