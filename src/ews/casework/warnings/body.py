"""Body of a warning: what a case of kind `warning` adds.

Grain    one warning per borrower and kind of signal while it is open; `kind` is the pattern that its signals look for
Episode  a code with its first day; it belongs to one warning for good, so that it is never raised twice
Ready    to be lifted: every signal gone, or the borrower unseen, for long enough, or the warning is not true; what
         may be done now, `ews.casework.warnings.allowed` tells
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import TypeAdapter

from ews.domain.levels import WarningLevel
from ews.domain.text import Text
from ews.store.cases import Case

KIND = "warning"
RAISED, ACKNOWLEDGED, VERIFIED = "raised", "acknowledged", "verified"
PLANNED, HANDLED, LIFTED = "planned", "handled", "lifted"
TRUE: Literal["true"] = "true"
FALSE: Literal["false"] = "false"
AGREES: Literal["agrees"] = "agrees"
DISAGREES: Literal["disagrees"] = "disagrees"
Verdict = Literal["true", "false"]
Review = Literal["agrees", "disagrees"]


@dataclass(frozen=True, slots=True)
class Note:
    """A signal of a warning. `gone_observations` counts the batches in a row without it, `counted_on` is the last's."""

    code: str
    since: date
    level: WarningLevel
    gone_observations: int = 0
    counted_on: date | None = None


@dataclass(frozen=True, slots=True)
class WarningBody:
    """Days are deadlines where they end in `_by`; `roles` is the route that the playbook gives, the first answers.

    `batch_id`, `as_of` and `policy_hash` are those that raised it. `worst_level` never falls. `absent_since` is the
    first batch without the borrower. `snoozed_days` are working days used up. `escalations` are the roles that it went
    to for lateness, `late_for` the deadline for which the present role has it. `marked_false_on` stays when the
    verdict changes, and with it whether the borrower was in default then. `verified_rank` is the seniority of who gave
    the verdict. `seen_since_step` counts the newer batches since the last step down, `step_counted_on` is the last's.
    `again_after` is the warning of the same signal that was lifted as false. `handed_to` is the account that it was
    given to, null where whoever has the role sees to it. What is not done yet is null.
    """

    kind: str
    signals: tuple[Note, ...]
    episodes: tuple[tuple[str, date], ...]
    first_level: WarningLevel
    worst_level: WarningLevel
    batch_id: str
    policy_hash: str
    as_of: date
    handed_over_on: date
    roles: tuple[str, ...]
    who: Text
    acknowledge_by: date
    plan_by: date
    handle_by: date
    report_by: date | None = None
    in_default: bool = False
    non_performing: bool = False
    absent_since: date | None = None
    absent_observations: int = 0
    absent_counted_on: date | None = None
    acknowledged_by: str | None = None
    reported_on: date | None = None
    verdict: Verdict | None = None
    verdict_reason: str | None = None
    verified_how: str | None = None
    verified_by: str | None = None
    verified_rank: int | None = None
    verified_on: date | None = None
    check_id: str | None = None
    cause: str | None = None
    marked_false_on: date | None = None
    marked_in_default: bool | None = None
    sampled: bool | None = None
    review_by: date | None = None
    sample_review: Review | None = None
    sample_by: str | None = None
    plan: str | None = None
    planned_by: str | None = None
    handled_by: str | None = None
    follow_up_by: date | None = None
    snoozed_until: date | None = None
    snoozed_by: str | None = None
    snoozed_days: int = 0
    lift_asked_by: str | None = None
    lift_asked_rank: int = 0
    lift_evidence: str | None = None
    lift_by: date | None = None
    escalations: tuple[str, ...] = ()
    late_for: str | None = None
    seen_since_step: int | None = None
    step_counted_on: date | None = None
    again_after: str | None = None
    handed_to: str | None = None

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(note.code for note in self.signals)

    @property
    def awaits_review(self) -> bool:
        """Tell whether somebody else still has to say whether it was rightly marked false."""
        return self.verdict == FALSE and bool(self.sampled) and self.sample_review is None

    @property
    def is_reported(self) -> bool:
        return self.report_by is None or self.reported_on is not None


_BODY: TypeAdapter[WarningBody] = TypeAdapter(WarningBody)


def body_of(case: Case) -> WarningBody:
    """Return the body of a warning as it was stored."""
    return _BODY.validate_python(case.body)


def plain_body(body: WarningBody) -> Mapping[str, Any]:
    """Return the body as plain JSON data."""
    plain: Mapping[str, Any] = _BODY.dump_python(body, mode="json")
    return plain


def standing_in_the_way(body: WarningBody, observations: int) -> tuple[str, ...]:
    """Return the signals that have not been gone for `observations` batches; none where lifting may be asked for."""
    if body.verdict == FALSE or body.absent_observations >= observations:
        return ()
    return tuple(note.code for note in body.signals if note.gone_observations < observations)
