"""Proposal: what takes a second person at head office, the adoption of a policy or the promotion of a model; pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NoReturn, Protocol

from pydantic import TypeAdapter

from ews.domain.errors import SettingsError
from ews.store.cases import Case

ADOPTION, PROMOTION = "adoption", "promotion"
"""Kinds of cases that hold a proposal."""


class Adopting(Protocol):
    def __call__(
        self, policy_hash: str, holds_from: date, *, adopted_by: str, note: str | None, adopted_at: datetime
    ) -> object:
        """Let a kept policy hold from a day; PolicyError where it cannot."""


@dataclass(frozen=True, slots=True)
class Approval:
    """Who made a model champion and why; `comparison` is the digest of what the gate saw, null in an emergency."""

    by: tuple[str, ...]
    note: str
    comparison: str | None
    is_emergency: bool


class Promoting(Protocol):
    def __call__(
        self, portfolio: str, model_id: str, run_id: str | None, since: datetime, approval: Approval
    ) -> object:
        """Make a stored model the champion; ModelError where it cannot."""


def _nothing(policy_hash: str, holds_from: date) -> None:
    """Find fault with no date."""


def _open(portfolio: str, model_id: str) -> str | None:
    """Let every model through the gate."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What carries proposals out. `check_policy` and `check_model` raise where there is no such policy or model.

    `check_dates` raises where a policy that is to hold from a day says otherwise of days before it than the one before.
    `check_gate` raises where a model did not pass the gate, and returns the digest of what the gate saw.
    """

    check_policy: Callable[[str], object]
    check_model: Callable[[str, str], object]
    adopting: Adopting
    promoting: Promoting
    check_dates: Callable[[str, date], object] = _nothing
    check_gate: Callable[[str, str], str | None] = _open


def _cannot(*_: object, **__: object) -> NoReturn:
    message = "This service was put together without what adopts policies and promotes models. Use 'ews serve'."
    raise SettingsError(message)


NO_HANDS = Hands(_cannot, _cannot, _cannot, _cannot)
"""For a service that only tells."""


@dataclass(frozen=True, slots=True)
class AdoptionDraft:
    policy_hash: str
    holds_from: date
    note: str


@dataclass(frozen=True, slots=True)
class PromotionDraft:
    """`run_id` is the MLflow run that made the model; an emergency passes by the gate, and says so for ever."""

    portfolio: str
    model_id: str
    note: str
    run_id: str | None = None
    is_emergency: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """The body of either kind; the fields of the other are null. `approved_at` is the time that is carried out.

    `comparison` is the digest of what the gate saw; `is_emergency` is told of promotions only.

    `escalations` are the roles that it went to while it waits too long, `late_since` the first day that was missed.
    """

    note: str
    proposed_by: str
    policy_hash: str | None = None
    holds_from: date | None = None
    portfolio: str | None = None
    model_id: str | None = None
    run_id: str | None = None
    comparison: str | None = None
    is_emergency: bool | None = None
    decided_by: str | None = None
    decision_reason: str | None = None
    approved_at: datetime | None = None
    is_done: bool = False
    failure: str | None = None
    escalations: tuple[str, ...] = ()
    late_since: date | None = None


_BODY = TypeAdapter(Proposal)


def body_of(case: Case) -> Proposal:
    return _BODY.validate_python(case.body)


def plain(body: Proposal) -> dict[str, Any]:
    """Return the body as plain JSON data."""
    content: dict[str, Any] = _BODY.dump_python(body, mode="json")
    return content
