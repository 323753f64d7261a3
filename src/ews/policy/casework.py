"""Casework: the limits of what people do with warnings, checks, contacts, overrides and quarterly sessions.

Reads   casework.toml, by `casework_entries`
Days    working days where a field does not say otherwise; `every_days`, `valid_days` and what precedes a due date count
        days of the calendar
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from ews.domain.errors import PolicyError
from ews.domain.levels import WarningLevel
from ews.domain.text import Text
from ews.policy.dated import Dated
from ews.policy.playbook import ANY
from ews.policy.verification import Verification

RED, ORANGE, YELLOW = WarningLevel.RED, WarningLevel.ORANGE, WarningLevel.YELLOW
LEVELS = (RED, ORANGE, YELLOW)
SEVERAL, WATCHED = "several", "watched"
REPAYMENTS = ("instalment", "bullet", "revolving")
PARTIES = ("debtor", "guarantor")
"""Whom the law lets the bank call: never relatives or colleagues."""
About = Literal["overdue", "trouble"]


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """`gone_observations`: batches in a row without the signal before lifting may be asked for.

    `snooze_days` is the longest rest by level, 0 where none is allowed; `escalation_days` what each next role gets of
    `roles`; `handle_days` run from the plan; `false_review_days` is what the reviewer of a sampled "false" one gets.
    """

    gone_observations: int
    false_sample_share: float
    false_review_days: int
    snooze_days: Mapping[WarningLevel, int]
    escalation_days: Mapping[WarningLevel, int]
    handle_days: Mapping[WarningLevel, int]
    roles: tuple[str, ...]
    source: str
    confidence: str

    def after_role(self, role: str) -> str | None:
        """Return the role that a late warning goes to after `role`, None after the last; the first after a stranger."""
        place = self.roles.index(role) + 1 if role in self.roles else 0
        return self.roles[place] if place < len(self.roles) else None


@dataclass(frozen=True, slots=True)
class Measure:
    """`cuts_credit` needs a verified warning where it is red; `approver` is the least senior role that may approve.

    It is decided on within `decide_days`; its amount is at most `most_of_exposure` times the exposure.
    """

    code: str
    text: Text
    cuts_credit: bool
    gives_credit: bool
    approver: str
    decide_days: int
    most_of_exposure: float
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a payment is late, or why a borrower is in trouble; the codes of one `about` are different."""

    code: str
    text: Text
    about: About


@dataclass(frozen=True, slots=True)
class ContactLimits:
    """Calls are allowed from `from_time` to just before `to_time`; those that reached somebody are counted.

    `calls_a_day` is by person, `calls_a_day_per_case` by borrower over all persons; a contact that was made elsewhere
    is recorded within `record_days` of the calendar.
    """

    from_time: time
    to_time: time
    calls_a_day: int
    calls_a_day_per_case: int
    record_days: int
    parties: tuple[str, ...]
    source: str
    confidence: str

    def is_open(self, at: time) -> bool:
        return self.from_time <= at < self.to_time


@dataclass(frozen=True, slots=True)
class Reminder:
    """Given `days_before` days of the calendar before something is due on a loan repaid so."""

    code: str
    repayment: str
    days_before: int
    text: Text
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class CheckEvery:
    """Borrowers for whom all of it is so get a check by `form` at least every `every_days` days of the calendar.

    `level` null, `size` or `loans` any, `watched` false, `customer_type` null: that does not matter.
    """

    code: str
    form: str
    every_days: int
    level: WarningLevel | None
    size: str
    loans: str
    watched: bool
    customer_type: str | None

    @property
    def is_for_all(self) -> bool:
        return (self.level, self.size, self.loans, self.watched, self.customer_type) == (None, ANY, ANY, False, None)


@dataclass(frozen=True, slots=True)
class CheckPlan:
    """The first check is due `first_from_days` to `first_to_days` of the calendar after payout, for `first_products`.

    `event_days` are those in which all borrowers hit by an event are checked; a check is entered within `entry_days`,
    and not at all once it lies more than `oldest_days` of the calendar back.
    """

    first_form: str
    first_from_days: int
    first_to_days: int
    first_products: tuple[str, ...]
    event_form: str
    event_days: int
    entry_days: int
    oldest_days: int
    rows: tuple[CheckEvery, ...]
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class CustomerType:
    """Who was late in at least `months_late_from` of the last three months, or what else is true of the borrower."""

    code: str
    text: Text
    handling: Text
    months_late_from: int
    if_confirmed: bool
    if_first_missed: bool
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class QualityLimits:
    """`similarity` from which two texts are near-identical, of at least `compare_from` characters.

    A text is compared with those of the `compare_last` checks before; one of whose numbers a share of `own_figures` or
    more is its own is not near-identical, whatever its words. `least_figures` is how many numbers are told;
    `entry_days` is that of the check plan; `tolerance` is the share by which a number may miss the book.
    """

    similarity: float
    compare_from: int
    compare_last: int
    own_figures: float
    least_figures: int
    entry_days: int
    tolerance: float
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class FindingTerms:
    """Findings that take a second person are decided on within `decide_days`, by `approver` or above.

    `also` are fields of findings that take one besides those for which the law asks it (`ews.policy.findings`).
    """

    approver: str
    decide_days: int
    also: tuple[str, ...]
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class SessionTerms:
    """Every `every_months` months; `approvals` are the roles that approve, in parallel, all different people."""

    every_months: int
    prepare_days: int
    approve_days: int
    approvals: tuple[str, ...]
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class OverrideTerms:
    """An override holds for `longest_days` of the calendar or less; `worse_approver` null: a worse tier needs none.

    One that takes approval is decided on within `decide_days`.
    """

    longest_days: int
    better_approver: str
    worse_approver: str | None
    decide_days: int
    watch_review_days: int
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class ApprovalTerms:
    """Within how many days somebody else decides on a policy that is to hold, and on a model to be promoted."""

    adoption_days: int
    promotion_days: int
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Casework:
    lifecycle: Lifecycle
    verification: Verification
    measures: tuple[Measure, ...]
    causes: tuple[Cause, ...]
    contacts: ContactLimits
    reminders: tuple[Reminder, ...]
    checks: CheckPlan
    customer_types: tuple[CustomerType, ...]
    quality: QualityLimits
    findings: FindingTerms
    session: SessionTerms
    overrides: OverrideTerms
    approvals: ApprovalTerms

    def measure(self, code: str) -> Measure | None:
        return next((one for one in self.measures if one.code == code), None)

    def causes_of(self, about: About) -> tuple[Cause, ...]:
        return tuple(one for one in self.causes if one.about == about)


def casework_on(editions: Dated[Casework], day: date) -> Casework:
    """Return the edition for `day`; PolicyError before the first."""
    found = editions.on(day)
    if found is None:
        message = f"The policy has no casework on {day}; its first starts on {editions.first[0]}. Add an earlier one."
        raise PolicyError(message)
    return found


def checks_for(
    plan: CheckPlan, level: WarningLevel, *, large: bool, several: bool, watched: bool, customer_type: str | None
) -> tuple[CheckEvery, ...]:
    """Return the rows that a borrower's regular checks go by, one per form: of those that fit, the shortest interval.

    So nobody is checked less for a risk more. `several` tells of more than one loan, `watched` of the watch list.
    """
    shortest: dict[str, CheckEvery] = {}
    for row in plan.rows:
        fits = (
            row.level in {None, level},
            row.size == ANY or large,
            row.loans == ANY or several,
            not row.watched or watched,
            row.customer_type in {None, customer_type},
        )
        if all(fits) and (row.form not in shortest or row.every_days < shortest[row.form].every_days):
            shortest[row.form] = row
    return tuple(shortest.values())


def customer_type_of(
    types: tuple[CustomerType, ...], months_late: int | None, *, confirmed: bool, first_missed: bool | None
) -> CustomerType | None:
    """Return the worst of `types`, which run from good to bad, that is true; None where nobody knows.

    Without `months_late` only the worst type can be told for certain.
    """
    for one in reversed(types):
        is_late = months_late is not None and months_late >= one.months_late_from
        if is_late or (one.if_confirmed and confirmed) or (one.if_first_missed and first_missed is True):
            return one
        if months_late is None:
            return None
    return None
