"""Act requests: what the bodies and paths of acts on cases have in common, how they can fail, and an example answer."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ews.domain.text import sentence

_TEXT = r"^[^\x00-\x1f]+$"
_ID_LENGTH = 200

ACT_PROBLEMS = (
    "unauthenticated",
    "forbidden",
    "foreign-origin",
    "second-person",
    "log-unavailable",
    "unknown-parameter",
    "malformed-body",
    "unusable-value",
    "unknown-case",
    "stale-version",
    "not-allowed-now",
    "body-too-large",
    "unsupported-media-type",
    "invalid-request",
    "bad-request",
    "store-unavailable",
)
"""How an act on a case can fail."""
SUBJECT_PROBLEMS = ("unknown-borrower", "ambiguous-borrower", *ACT_PROBLEMS)
"""How an act that names a borrower can fail."""


def _iso_day(value: object) -> object:
    """Refuse numbers, which would be read as seconds since 1970."""
    if value is not None and not (isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)):
        message = sentence("give a day like 2026-06-30")
        raise ValueError(message)
    return value


def _whole(value: object) -> object:
    """Return a whole number as one, however it is written: JSON knows no difference between 3 and 3.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Day = Annotated[date, BeforeValidator(_iso_day)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1, strict=True), BeforeValidator(_whole)]
"""The version of a case that was read."""
Name = Annotated[str, Field(min_length=1, max_length=_ID_LENGTH, pattern=_TEXT)]
"""An id of a borrower, a loan, an account, a case, or a code."""
Said = Annotated[str, Field(min_length=1, max_length=10_000)]
"""What a person writes; what is too long is told with its length."""


class ActRequest(BaseModel):
    """An act on a case."""

    model_config = ConfigDict(extra="forbid")

    version: Version = Field(
        description="The version of the case that was read; the act is refused where it has changed since",
        examples=[1],
    )


class ReasonRequest(ActRequest):
    """An act that needs a reason."""

    reason: Said = Field(description="Why", examples=["The two largest customers have paid by now"])


class NoteRequest(ActRequest):
    """An act that may have a reason."""

    reason: Said | None = Field(default=None, description="Why, where there is something to say")


class SubjectRequest(BaseModel):
    """What is about one borrower."""

    model_config = ConfigDict(extra="forbid")

    borrower_id: Name = Field(description="The borrower", examples=["B0000001"])
    portfolio: Name | None = Field(
        default=None, description="Needed where several portfolios have a borrower of this id", examples=["sme"]
    )


def case_example(
    case_id: str, kind: tuple[str, str, str], state: tuple[str, str, str], body: dict[str, Any]
) -> dict[str, Any]:
    """Return a case as the OpenAPI shows it; `kind` and `state` are code, English and Chinese."""
    return {
        "case_id": case_id,
        "kind": _coded(*kind),
        "state": _coded(*state),
        "version": 2,
        "portfolio": "sme",
        "borrower_id": "B0000001",
        "name": "Firm 123",
        "branch_id": "N01",
        "officer_id": "O17",
        "level": _coded("red", "red", "红色预警"),
        "role": _coded("risk_manager", "risk manager", "风险经理"),
        "assignee": "zhang.wei",
        "due_on": "2026-07-09",
        "exposure_fen": 31200000,
        "at_risk_fen": 2730000,
        "opened_at": "2026-07-06T09:10:00",
        "closed_at": "2026-07-08T16:40:00",
        "warning": {
            "kind": _coded("FLOWS_DROP", "money coming in falls", "资金流入下降"),
            "signals": [_coded("INFLOW_HALVED", "Money coming in fell by …", "近3个月入账下降…")],
        },
        "body": body,
        "links": {
            "case": f"/v1/cases/{case_id}",
            "acts": f"/v1/cases/{case_id}/acts",
            "borrower": "/v1/borrowers/B0000001?portfolio=sme",
        },
    }


def answer(content: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI response of a route that succeeds with `content`."""
    return {200: {"description": "As asked", "content": {"application/json": {"example": content}}}}


def _coded(code: str, en: str, zh: str) -> dict[str, Any]:
    return {"code": code, "text": {"en": en, "zh": zh}}
