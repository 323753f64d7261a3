"""Contacts with debtors and guarantors: begun now, ended with what came of it, or recorded afterwards.

Limits of law are kept when one begins: hours, effective calls a day over the whole bank, and who may be contacted.
"""

import re
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ews.casework.contacts import contacts
from ews.casework.contacts.contact import Result, Wanted
from ews.domain.text import sentence
from ews.serving.api.act_requests import SUBJECT_PROBLEMS, Day
from ews.serving.api.case_out import CaseOut
from ews.serving.api.cases import CaseId
from ews.serving.api.casework_warnings import VersionIn, Written
from ews.serving.api.parameters import Lang, languages
from ews.serving.api.problems import problems
from ews.serving.api.tasks import FAILS, TAKES_JSON, CaseRef, Code
from ews.serving.identity import ActorDep, RequestIdDep
from ews.serving.services import ServicesDep

router = APIRouter(tags=["contacts"])

_Id = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")]


def _local(value: object) -> object:
    """Refuse numbers, which would be read as seconds since 1970, and times of other zones."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", value, re.ASCII):
        message = sentence("give a local time like 2026-07-06T10:30:00, without an offset")
        raise ValueError(message)
    return value


class ContactIn(BaseModel):
    """Who is contacted, about whose debt, and how. A relative or colleague is refused, however it is asked."""

    model_config = ConfigDict(extra="forbid")

    borrower_id: _Id = Field(examples=["B0000001"])
    portfolio: _Id | None = Field(default=None, examples=["sme"])
    party: Literal["debtor", "guarantor", "relative", "colleague", "other"] = "debtor"
    party_id: _Id | None = Field(
        default=None,
        description="Id of the person; may be left out for the debtor. A guarantor whom the book does not know as one "
        "is noted as breach `guarantor`, and the branch manager reviews the contact",
        examples=["B0000002"],
    )
    channel: Literal["call", "message", "visit"]
    about: CaseRef | None = Field(default=None, description="The warning or task that it serves", examples=["T0000001"])

    def wanted(self) -> Wanted:
        return Wanted(**{name: getattr(self, name) for name in ContactIn.model_fields})


class ResultIn(BaseModel):
    """What came of a contact."""

    model_config = ConfigDict(extra="forbid")

    is_effective: bool = Field(description="Whether the person was reached and spoken to", strict=True)
    note: Written | None = Field(default=None, examples=["Pays on Wednesday when the buyer has paid"])
    promised_on: Day | None = Field(default=None, description="Day on which payment is promised")
    promised_half_day: Literal["morning", "afternoon"] | None = None
    cause: Code | None = Field(
        default=None, description="Why payment is late, a code of the policy", examples=["business"]
    )

    def result(self) -> Result:
        return Result(**{name: getattr(self, name) for name in ResultIn.model_fields})


class EndIn(VersionIn, ResultIn):
    """What came of a contact that was begun."""


class RecordIn(ContactIn, ResultIn):
    """A contact that was made outside the system."""

    begun_at: Annotated[datetime, BeforeValidator(_local)] = Field(
        description="Local time", examples=["2026-07-06T10:30:00"]
    )


class ReviewContactIn(VersionIn):
    """What was done about a contact that broke a limit."""

    note: Written = Field(examples=["Spoke with the officer; the rules were gone through again"])
    is_guarantor: bool | None = Field(
        default=None,
        description="Whether it was a guarantor, where the book does not know; who is one is known afterwards",
        strict=True,
    )


_BEGIN = problems("contact-not-allowed", *SUBJECT_PROBLEMS)


@router.post("/v1/contacts", summary="Begin a contact", status_code=201, dependencies=TAKES_JSON, responses=_BEGIN)
def begin(
    given: ContactIn, services: ServicesDep, actor: ActorDep, request_id: RequestIdDep, lang: Lang = None
) -> CaseOut:
    """Begin a contact now, or be refused with the limit that forbids it and when it is allowed again."""
    case = contacts.begin(services.desk, actor, given.wanted(), request_id=request_id)
    return CaseOut.of(case, languages(lang))


@router.post(
    "/v1/contacts/recorded",
    summary="Record a contact made outside the system",
    status_code=201,
    dependencies=TAKES_JSON,
    responses=_BEGIN,
)
def record(
    given: RecordIn, services: ServicesDep, actor: ActorDep, request_id: RequestIdDep, lang: Lang = None
) -> CaseOut:
    """Store a contact as a fact, whatever it broke; one that broke a limit goes to the branch manager."""
    case = contacts.record(services.desk, actor, given.wanted(), given.begun_at, given.result(), request_id=request_id)
    return CaseOut.of(case, languages(lang))


@router.post("/v1/contacts/{case_id}/end", summary="End a contact", dependencies=TAKES_JSON, responses=FAILS)
def end(
    case_id: CaseId,
    given: EndIn,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Tell what came of a contact: whether the person was reached, what was promised, and why payment is late."""
    case = contacts.end(services.desk, actor, case_id, given.result(), version=given.version, request_id=request_id)
    return CaseOut.of(case, languages(lang))


@router.post(
    "/v1/contacts/{case_id}/review",
    summary="Review a contact that broke a limit",
    dependencies=TAKES_JSON,
    responses=FAILS,
)
def review(
    case_id: CaseId,
    given: ReviewContactIn,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Close a recorded contact that broke a limit, as a senior who did not make it."""
    case = contacts.review(
        services.desk,
        actor,
        case_id,
        given.note,
        version=given.version,
        is_guarantor=given.is_guarantor,
        request_id=request_id,
    )
    return CaseOut.of(case, languages(lang))
