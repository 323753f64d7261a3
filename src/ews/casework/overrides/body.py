"""Body of an override: what was stated, by whom, instead of what, and until when it counts."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pydantic import TypeAdapter

from ews.casework.overrides.originals import Original
from ews.casework.written import not_past
from ews.domain.errors import RequestError
from ews.domain.levels import Tier
from ews.domain.text import sentence
from ews.policy.casework import OverrideTerms
from ews.store.cases import Case

KIND = "override"


@dataclass(frozen=True, slots=True)
class OverrideDraft:
    """What somebody proposes; without `loan_id` it is for all loans of the borrower. `expires_on` still counts."""

    tier: Tier
    reason: str
    expires_on: date
    loan_id: str | None = None


@dataclass(frozen=True, slots=True)
class OverrideBody:
    """`original` is what the override replaces, of the newest decision when it was proposed.

    `approver` must approve, null where it counts at once; then `approved_by` is null as well. It counts from
    `approved_on` until `expires_on`, and no longer on `ended_on`. `review_id` names the session that brought it about.
    `escalations` are the roles that it went to while it waits too long, `late_since` the first day that was missed.
    """

    tier: Tier
    reason: str
    expires_on: date
    loan_id: str | None
    is_better: bool
    original: tuple[Original, ...]
    approver: str | None
    author: str
    author_rank: int
    approved_by: str | None = None
    approved_on: date | None = None
    decision_reason: str | None = None
    noted_by: str | None = None
    ended_by: str | None = None
    ended_on: date | None = None
    end_reason: str | None = None
    review_id: str | None = None
    escalations: tuple[str, ...] = ()
    late_since: date | None = None


_BODY = TypeAdapter(OverrideBody)


def body_of(case: Case) -> OverrideBody:
    return _BODY.validate_python(case.body)


def plain(body: OverrideBody) -> dict[str, Any]:
    """Return the body as plain JSON data."""
    content: dict[str, Any] = _BODY.dump_python(body, mode="json")
    return content


def last_day(today: date, terms: OverrideTerms) -> date:
    """Return the last day until which an override of today may hold."""
    return today + timedelta(days=terms.longest_days)


def check_expiry(expires_on: date, today: date, terms: OverrideTerms) -> None:
    """Raise RequestError where an override of today may not hold until that day."""
    not_past(expires_on, today, sentence("expiry"))
    last = last_day(today, terms)
    if expires_on > last:
        message = sentence(
            "The expiry is {expires_on}; the policy lets an override hold for {longest_days} days at most. Give "
            "{last} or an earlier day.",
            expires_on=expires_on,
            longest_days=terms.longest_days,
            last=last,
        )
        raise RequestError(message)
