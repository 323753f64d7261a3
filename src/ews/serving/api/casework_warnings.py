"""Acts on a warning: acknowledge, verify, plan, handle, snooze, wake, hand over, report, review, lift.

Each body names the version that was read; each answer is the warning as it is afterwards.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from ews.casework.desk import Desk
from ews.casework.warnings import false_sample, handing_over, lifting
from ews.casework.warnings import life as warnings
from ews.domain.people import Actor
from ews.domain.text import Language
from ews.serving.api.act_requests import Version
from ews.serving.api.case_out import CaseOut
from ews.serving.api.cases import CaseId
from ews.serving.api.parameters import Lang, Portfolio, languages, require_json
from ews.serving.api.problems import problems
from ews.serving.identity import ActorDep, RequestIdDep, ToldDep
from ews.serving.services import ServicesDep
from ews.store.cases import Case
from ews.store.engine import reading

router = APIRouter(tags=["warnings"])

_LONGEST = 4_000
Written = Annotated[str, Field(max_length=_LONGEST)]


class VersionIn(BaseModel):
    """The version of the case that was read; where it is no longer the newest, nothing is done."""

    model_config = ConfigDict(extra="forbid")
    version: Version = Field(examples=[3])


class ReportIn(VersionIn):
    """How head office was told of a large red warning."""

    how: Written = Field(examples=["Called the duty officer of head office at 10:20"])


class VerifyIn(VersionIn):
    """Whether the warning is true, and how that was found out."""

    verdict: Literal["true", "false"]
    reason: Written = Field(examples=["Half the workshop stands still; the largest buyer has left"])
    how: Literal["visit", "phone", "audit", "documents", "data"] = Field(
        description="A red one takes a check by visit or audit, on a form that the policy names for it"
    )
    check_id: str | None = Field(
        default=None,
        max_length=20,
        description="The submitted check that found it, made since the warning was raised; a red one takes one, and an "
        "orange one that is found false",
        examples=["C0000001"],
    )
    cause: str | None = Field(
        default=None,
        max_length=100,
        description="Code of the cause, as the policy has them",
        examples=["customer_lost"],
    )


class TextIn(VersionIn):
    """A plan, or what was done."""

    text: Written = Field(examples=["Take a second mortgage on the workshop, monthly visits until December"])


class SnoozeIn(VersionIn):
    """Until when, and why, the warning may rest."""

    until: date = Field(examples=["2026-07-13"])
    reason: Written = Field(examples=["The audited statements come on the 12th"])


class HandOverIn(VersionIn):
    """Who has the warning from now on."""

    to: str = Field(
        min_length=1, max_length=64, description="Account of the branch that works with borrowers", examples=["li.na"]
    )
    reason: Written = Field(examples=["On leave until the 20th; knows the trade"])


class AskLiftIn(VersionIn):
    """The evidence that a warning is no longer needed."""

    evidence: Written = Field(examples=["Inflow back to last year's level for three months, statements attached"])
    learnt: Written | None = Field(default=None, description="Kept for the borrower's next application")


class LiftIn(VersionIn):
    """The lifting, with what the second person has to say."""

    reason: Written | None = None


class ReasonIn(VersionIn):
    """Why a lifting is refused."""

    reason: Written


class ReviewIn(ReasonIn):
    """Whether somebody else agrees that a warning is false."""

    review: Literal["agrees", "disagrees"]


class MarkedFalseOut(BaseModel):
    """What became of the warnings that people marked false."""

    marked: int = Field(description="Ever marked false, however they ended", examples=[40])
    sampled: int = Field(description="Among them: given to somebody else", examples=[8])
    reviewed: int = Field(description="Among those: reviewed by now", examples=[7])
    disagreed: int = Field(description="Among those: found true after all", examples=[1])
    defaulted_later: Mapping[str, date] = Field(
        description="Whose borrower is in default in a later batch: case id and day",
        examples=[{"W0000001": "2026-09-30"}],
    )


_FAILS = problems(
    "malformed-body",
    "unknown-parameter",
    "unusable-value",
    "unauthenticated",
    "forbidden",
    "foreign-origin",
    "second-person",
    "unknown-case",
    "stale-version",
    "not-allowed-now",
    "body-too-large",
    "unsupported-media-type",
    "invalid-request",
    "bad-request",
    "log-unavailable",
    "store-unavailable",
)
_TAKES_JSON = [Depends(require_json)]


@dataclass(frozen=True, slots=True)
class Acting:
    """What every act needs."""

    desk: Desk
    actor: Actor
    request_id: str
    languages: tuple[Language, ...]

    def do(self, act: Callable[..., Case], case_id: str, given: VersionIn) -> CaseOut:
        """Do the act with the content of the body, and tell the warning as it is then."""
        case = act(self.desk, self.actor, case_id, request_id=self.request_id, **given.model_dump())
        return CaseOut.of(case, self.languages)


def _acting(services: ServicesDep, actor: ActorDep, request_id: RequestIdDep, lang: Lang = None) -> Acting:
    return Acting(services.desk, actor, request_id, languages(lang))


ActingDep = Annotated[Acting, Depends(_acting)]


@router.post(
    "/v1/warnings/{case_id}/acknowledge", summary="Acknowledge a warning", dependencies=_TAKES_JSON, responses=_FAILS
)
def acknowledge(case_id: CaseId, given: VersionIn, acting: ActingDep) -> CaseOut:
    """Say that somebody has seen the warning and sees to it. Then it is due to be verified and planned."""
    return acting.do(warnings.acknowledge, case_id, given)


@router.post(
    "/v1/warnings/{case_id}/report", summary="Report to head office", dependencies=_TAKES_JSON, responses=_FAILS
)
def report(case_id: CaseId, given: ReportIn, acting: ActingDep) -> CaseOut:
    """Record that head office was told of a large red warning; missed, the warning goes there by itself."""
    return acting.do(warnings.report, case_id, given)


@router.post("/v1/warnings/{case_id}/verify", summary="Verify a warning", dependencies=_TAKES_JSON, responses=_FAILS)
def verify(case_id: CaseId, given: VerifyIn, acting: ActingDep) -> CaseOut:
    """Say whether the warning is true; what the book itself proves is not false.

    Every red one that is marked false, and some of the others, go to somebody else before they can be lifted.
    """
    return acting.do(warnings.verify, case_id, given)


@router.post("/v1/warnings/{case_id}/plan", summary="Plan what to do", dependencies=_TAKES_JSON, responses=_FAILS)
def plan(case_id: CaseId, given: TextIn, acting: ActingDep) -> CaseOut:
    """Write what will be done about a true warning."""
    return acting.do(warnings.plan, case_id, given)


@router.post("/v1/warnings/{case_id}/handle", summary="Tell what was done", dependencies=_TAKES_JSON, responses=_FAILS)
def handle(case_id: CaseId, given: TextIn, acting: ActingDep) -> CaseOut:
    """Write what was done. The warning stays open until it is lifted, and has to be looked at again."""
    return acting.do(warnings.handle, case_id, given)


@router.post("/v1/warnings/{case_id}/snooze", summary="Let it rest", dependencies=_TAKES_JSON, responses=_FAILS)
def snooze(case_id: CaseId, given: SnoozeIn, acting: ActingDep) -> CaseOut:
    """Let the warning rest until a day within the policy's limit for its level; it wakes by itself, or gets worse."""
    return acting.do(warnings.snooze, case_id, given)


@router.post("/v1/warnings/{case_id}/wake", summary="Take a snooze back", dependencies=_TAKES_JSON, responses=_FAILS)
def wake(case_id: CaseId, given: VersionIn, acting: ActingDep) -> CaseOut:
    """Take a snooze back: the days that are left of it may be used again, and its deadlines are what they were."""
    return acting.do(warnings.wake, case_id, given)


@router.post("/v1/warnings/{case_id}/hand-over", summary="Hand it over", dependencies=_TAKES_JSON, responses=_FAILS)
def hand_over(case_id: CaseId, given: HandOverIn, acting: ActingDep) -> CaseOut:
    """Give the warning to somebody of the branch, who has it on the list from then on; one's own name takes it over.

    Deadlines run on, and others may still act on it.
    """
    return acting.do(handing_over.hand_over, case_id, given)


@router.post(
    "/v1/warnings/{case_id}/review-false",
    summary="Review one that was marked false",
    dependencies=_TAKES_JSON,
    responses=_FAILS,
)
def review_false(case_id: CaseId, given: ReviewIn, acting: ActingDep) -> CaseOut:
    """Agree that a warning is false, or disagree: then it counts as true and is due to be planned.

    Of a red one it takes somebody more senior, of head office where the warning's route leads there.
    """
    return acting.do(false_sample.review_false, case_id, given)


@router.post("/v1/warnings/{case_id}/ask-lift", summary="Ask for lifting", dependencies=_TAKES_JSON, responses=_FAILS)
def ask_lift(case_id: CaseId, given: AskLiftIn, acting: ActingDep) -> CaseOut:
    """Ask, with evidence, that a warning be lifted whose signals are gone for long enough, or that is false."""
    return acting.do(lifting.ask_lift, case_id, given)


@router.post("/v1/warnings/{case_id}/lift", summary="Lift a warning", dependencies=_TAKES_JSON, responses=_FAILS)
def lift(case_id: CaseId, given: LiftIn, acting: ActingDep) -> CaseOut:
    """Lift the warning, as another and more senior person.

    One that was ever red goes down one level, and the next step waits for a newer batch.
    """
    return acting.do(lifting.lift, case_id, given)


@router.post("/v1/warnings/{case_id}/refuse-lift", summary="Refuse lifting", dependencies=_TAKES_JSON, responses=_FAILS)
def refuse_lift(case_id: CaseId, given: ReasonIn, acting: ActingDep) -> CaseOut:
    """Refuse the lifting, as another and more senior person, with the reason."""
    return acting.do(lifting.refuse_lift, case_id, given)


@router.get(
    "/v1/warnings/marked-false",
    summary="What became of warnings marked false",
    responses=problems(
        "unknown-parameter",
        "unauthenticated",
        "forbidden",
        "invalid-request",
        "log-unavailable",
        "store-unavailable",
    ),
)
def read_marked_false(
    services: ServicesDep, actor: ActorDep, told: ToldDep, portfolio: Portfolio = None
) -> MarkedFalseOut:
    """Count the warnings of one's own branch that were marked false, and name those whose borrower defaulted later."""
    with reading(services.store) as connection:
        record = false_sample.marked_false(connection, portfolio=portfolio, branch_id=actor.branch_id)
    told(())
    return MarkedFalseOut(
        marked=record.marked,
        sampled=record.sampled,
        reviewed=record.reviewed,
        disagreed=record.disagreed,
        defaulted_later=record.defaulted,
    )
