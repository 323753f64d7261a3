"""Outcome of a check: what its answers would become, and what is doubted about it, if it were submitted.

Submit   `ews.casework.checks.checks.submit_check` keeps it
Ahead    the author is told before anything counts; nothing is stored or locked
"""

from dataclasses import dataclass
from datetime import date

from ews.casework.checks.body import KIND, SUBMITTED, CheckBody, body_of, earlier_of, entered_of
from ews.casework.checks.lifted import would_lift
from ews.casework.checks.links import findings_of_check, standing_before
from ews.casework.checks.proposed import ProposedFinding, labels_of, parted
from ews.casework.checks.proposed_findings import finding_terms
from ews.casework.checks.quality import Flag, flags_of
from ews.casework.desk import Desk, Work
from ews.domain.people import Actor
from ews.policy.casework import QualityLimits
from ews.policy.forms import Form
from ews.store.cases import Case, CaseFilter, newest_cases
from ews.store.engine import reading
from ews.store.findings import Finding


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """`findings` count at once, `proposed` once somebody more senior has approved them."""

    flags: tuple[Flag, ...]
    findings: tuple[Finding, ...]
    proposed: tuple[ProposedFinding, ...]

    @property
    def is_plain(self) -> bool:
        """Tell whether nothing is doubted and nothing waits for a second person."""
        return not (self.flags or self.proposed)


def outcome_of(work: Work, case: Case, form: Form, body: CheckBody, done_on: date) -> CheckOutcome:
    """Return what comes of a complete draft that the actor submits today."""
    flags = _flags(work, case, form, body, done_on)
    before = standing_before(work, body.corrects)
    found = findings_of_check(work, case, form, body, done_on, before)
    labels = labels_of(form, {one.field: one.value for one in found})
    also, lifts = finding_terms(work).also, would_lift(work, case, found)
    findings, proposed = parted(found, before, labels, rank=work.actor.seniority, also=also, lifts=lifts)
    return CheckOutcome(flags, tuple(findings), proposed)


def outcome_ahead(desk: Desk, actor: Actor, case: Case, form: Form) -> CheckOutcome:
    """Return what would come of a draft as it is kept; the day of the check counts as today where it is not told."""
    at, body = desk.now(), body_of(case)
    with reading(desk.store) as connection:
        work = Work(connection, actor, at, desk.policy_on(at.date()))
        return outcome_of(work, case, form, body, body.done_on or work.today)


def quality_limits(work: Work) -> QualityLimits:
    return work.policy.casework_on(work.today).quality


def _flags(work: Work, case: Case, form: Form, body: CheckBody, done_on: date) -> tuple[Flag, ...]:
    limits = quality_limits(work)
    about = CaseFilter(kinds=(KIND,), states=(SUBMITTED,), portfolio=case.portfolio, borrower_id=case.borrower_id)
    by = CaseFilter(kinds=(KIND,), states=(SUBMITTED,), assignee=case.assignee)
    found = {
        one.case_id: one
        for wanted in (about, by)
        for one in newest_cases(work.connection, wanted, limit=limits.compare_last)
    }
    earlier = [earlier_of(one) for _, one in sorted(found.items())]
    return flags_of(form, entered_of(case.case_id, body, done_on, work.today), earlier, limits, work.calendar)
