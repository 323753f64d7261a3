"""Deadlines of a warning: what is due when, from whom, and who gets it when it is late.

Days     working days of the bank's calendar, from the day on which the warning was handed over; a day counts to its end
Order    officer, branch manager, risk manager, head office, as the policy has it; a report that is missed goes to head
         office at once. Each next role gets days of its own, counted from the day that was missed, so that the steps
         are the same whether or not the sweep ran every night
Late     a warning that is late stays with the role that got it, until what was late is done; nobody loses the right to
         act on it. At head office it stays, overdue and open
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date

from ews.casework.approvers import RANKS
from ews.casework.desk import Work
from ews.casework.warnings.body import (
    ACKNOWLEDGED,
    FALSE,
    LIFTED,
    PLANNED,
    RAISED,
    VERIFIED,
    WarningBody,
    plain_body,
)
from ews.casework.words import HEAD_OFFICE as HEAD_OFFICE_ROLE
from ews.domain.levels import WarningLevel
from ews.domain.people import HEAD_OFFICE, Role
from ews.policy.action import action_for
from ews.policy.calendar import Calendar
from ews.policy.casework import Lifecycle
from ews.policy.playbook import Action
from ews.policy.policy import Policy
from ews.policy.verification import Verification
from ews.store.cases import Case

REPORT = "report"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the policy in force says on `today`."""

    policy: Policy
    lifecycle: Lifecycle
    calendar: Calendar
    today: date

    @property
    def verification(self) -> Verification:
        return self.policy.casework_on(self.today).verification

    def after(self, days: int) -> date:
        return self.calendar.after(self.today, days)


def terms_of(work: Work) -> Terms:
    return terms_on(work.policy, work.today)


def terms_on(policy: Policy, today: date) -> Terms:
    return Terms(policy, policy.casework_on(today).lifecycle, policy.calendar, today)


@dataclass(frozen=True, slots=True)
class Limits:
    """By when what must be done with a warning handed over today, and by whom."""

    acknowledge_by: date
    plan_by: date
    handle_by: date
    report_by: date | None
    action: Action


def limits_for(
    terms: Terms,
    level: WarningLevel,
    codes: Collection[str],
    *,
    dpd: int | None,
    exposure_fen: int | None,
    non_performing: bool,
) -> Limits:
    """Return the limits of a warning of `level`, large where the exposure is; days to handle run from those to plan."""
    action = action_for(
        terms.policy, level, dpd, exposure_fen, terms.today, signals=codes, non_performing=non_performing
    )
    if action is None or action.acknowledge_days is None or action.plan_days is None:
        message = f"The playbook has no response to {level} on {terms.today}, though a policy must have one."
        raise ValueError(message)
    plan_by = terms.after(action.plan_days)
    return Limits(
        terms.after(action.acknowledge_days),
        plan_by,
        terms.calendar.after(plan_by, terms.lifecycle.handle_days[level]),
        None if action.report_days is None else terms.after(action.report_days),
        action,
    )


def tightened(state: str, body: WarningBody, limits: Limits) -> WarningBody:
    """Return the body with the limits; a deadline that still runs is never put off."""
    runs = {
        RAISED: ("acknowledge_by", "plan_by", "handle_by"),
        ACKNOWLEDGED: ("plan_by", "handle_by"),
        VERIFIED: () if body.verdict == FALSE else ("plan_by", "handle_by"),
        PLANNED: ("handle_by",),
    }.get(state, ())
    new = {name: getattr(limits, name) for name in ("acknowledge_by", "plan_by", "handle_by")}
    kept = {name: min(new[name], getattr(body, name)) for name in runs}
    report = [day for day in (body.report_by, limits.report_by) if day is not None]
    return replace(
        body,
        **new | kept,
        report_by=min(report, default=None),
        roles=limits.action.roles,
        who=limits.action.who,
    )


def running(state: str, body: WarningBody) -> Iterator[tuple[date, str]]:
    """Yield each deadline that runs, with its name."""
    if state == LIFTED:
        return
    if not body.is_reported and body.report_by is not None:
        yield body.report_by, REPORT
    if state == RAISED:
        yield body.acknowledge_by, "acknowledge"
    name = _main(state, body)
    day = getattr(body, f"{name}_by")
    if day is not None:
        yield day, name


def _main(state: str, body: WarningBody) -> str:
    if body.lift_asked_by is not None:
        return "lift"
    if state in {RAISED, ACKNOWLEDGED}:
        return "plan"
    if state == VERIFIED and body.verdict == FALSE:
        return "review" if body.awaits_review else "follow_up"
    return {VERIFIED: "plan", PLANNED: "handle"}.get(state, "follow_up")


def settled(case: Case, body: WarningBody, terms: Terms) -> Case:
    """Return the case with this body, with the next deadline and the role that has to meet it.

    What was missed is left for the sweep to escalate. Where the act before was late and the next is late as well, the
    role that has it gets the days of an escalation. Whom it was handed to keeps it, but while a second person decides.
    """
    due = min(running(case.state, body), default=None)
    waits_for_second = body.lift_asked_by is not None or body.awaits_review
    case = replace(case, assignee=None if due is None or waits_for_second else body.handed_to)
    if due is None:
        return replace(case, role=None, due_on=None, body=plain_body(replace(body, late_for=None)))
    day, name = due
    if day >= terms.today:
        return replace(
            case, role=_answerable(name, body, terms), due_on=day, body=plain_body(replace(body, late_for=None))
        )
    if body.late_for == name or case.due_on == day:
        return replace(case, body=plain_body(body))
    role = case.role if body.late_for is not None and case.role else _answerable(name, body, terms)
    until = terms.after(_extra(case, terms.lifecycle))
    return replace(case, role=role, due_on=until, body=plain_body(replace(body, late_for=name)))


def escalations(case: Case, body: WarningBody, terms: Terms) -> Iterator[tuple[Case, WarningBody, str]]:
    """Yield, for each day that was missed, the case as it goes to the next role, its body, and what was late."""
    while case.due_on is not None and case.due_on < terms.today and case.role is not None:
        name = body.late_for or min(running(case.state, body))[1]
        upward = terms.lifecycle.roles[-1] if name == REPORT else terms.lifecycle.after_role(case.role)
        if upward is None or upward == case.role:
            return
        body = replace(body, late_for=name, escalations=(*body.escalations, upward))
        due_on = terms.calendar.after(case.due_on, _extra(case, terms.lifecycle))
        case = replace(case, role=upward, due_on=due_on, body=plain_body(body))
        yield case, body, name
        case = replace(case, version=case.version + 1)


def approving_role(rank: int, lifecycle: Lifecycle) -> str:
    """Return the first role of the order that is senior to `rank`; at the top the last one."""
    above = min(rank, HEAD_OFFICE - 1)
    return next((role for role in lifecycle.roles if RANKS[role] > above), lifecycle.roles[-1])


def reviewing_role(body: WarningBody, lifecycle: Lifecycle) -> str:
    """Return who reviews that it was marked false: of a red one a senior, head office where its route leads there."""
    if body.worst_level is not WarningLevel.RED:
        return Role.BRANCH_MANAGER.value
    return HEAD_OFFICE_ROLE if HEAD_OFFICE_ROLE in body.roles else approving_role(body.verified_rank or 0, lifecycle)


def _answerable(name: str, body: WarningBody, terms: Terms) -> str:
    if name == "lift":
        return approving_role(body.lift_asked_rank, terms.lifecycle)
    return reviewing_role(body, terms.lifecycle) if name == "review" else body.roles[0]


def _extra(case: Case, lifecycle: Lifecycle) -> int:
    return lifecycle.escalation_days[case.level] if case.level is not None else 0


def follow_up(level: WarningLevel, terms: Terms) -> date:
    """Return until when a warning that was handled, or stepped down, has to be looked at again."""
    return terms.after(terms.lifecycle.handle_days[level])
