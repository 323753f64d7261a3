"""Dpd steps: what the playbook asks for once a payment is late, each step once per arrears episode.

Episode   as long as the same item stays unpaid: from the day on which the oldest unpaid item was due
Asked     the newest step that days past due have reached, and those reached since the batch that the decision is
          compared with; who comes into the book deep in arrears is not asked for calls of months ago
Due       the last working day before the next step is reached
Cause     told with each step that needs it; where none of those asked for does, with the newest
"""

from collections.abc import Mapping
from datetime import date, timedelta

from ews.casework.tasks.task import CAUSE, DPD_STEP, Duty, TaskBody, plain, task_name, working_day
from ews.domain.decisions import Decision, LoanDecision
from ews.domain.text import Text
from ews.policy.calendar import Calendar
from ews.policy.playbook import Step


def late_since(decision: Decision, loan: LoanDecision) -> date | None:
    """Return the day on which the oldest unpaid item was due, None where nothing is known to be late."""
    return decision.as_of - timedelta(days=loan.dpd) if loan.dpd else None


def step_duties(
    decision: Decision, loan: LoanDecision, steps: tuple[Step, ...], calendar: Calendar, published_on: date
) -> tuple[Duty, ...]:
    """Return the steps that the loan asks for; `steps` ascend by days past due."""
    since, dpd = late_since(decision, loan), loan.dpd or 0
    reached = [step for step in steps if step.from_dpd <= dpd]
    if since is None or not reached:
        return ()
    seen_before = 0 if decision.before is None else (decision.as_of - decision.before.as_of).days
    asked = [step for step in reached if step is reached[-1] or dpd - step.from_dpd < seen_before]
    told = any(step.needs_cause for step in asked) or not any(step.needs_cause for step in reached)
    found = []
    for step in asked:
        needs_cause = step.needs_cause or (not told and step is reached[-1])
        due = working_day(calendar, _last_day(step, steps, since), published_on)
        found.append(_duty(decision, loan, step, since, due, needs_cause=needs_cause))
    return tuple(found)


def _last_day(step: Step, steps: tuple[Step, ...], since: date) -> date:
    """Return the day before the next step is reached; the last step has as long as the one before it."""
    place = steps.index(step)
    if place + 1 < len(steps):
        return since + timedelta(days=steps[place + 1].from_dpd - 1)
    length = step.from_dpd - steps[place - 1].from_dpd if place else 1
    return since + timedelta(days=step.from_dpd + length - 1)


def _duty(decision: Decision, loan: LoanDecision, step: Step, since: date, due_on: date, *, needs_cause: bool) -> Duty:
    days = "1 day" if loan.dpd == 1 else f"{loan.dpd} days"
    why = Text(
        f"Loan {loan.loan_id} was {days} past due on {decision.as_of}, unpaid since {since}",
        f"借据{loan.loan_id}截至{decision.as_of}已逾期{loan.dpd}天（自{since}起欠款）",
    )
    terms: Mapping[str, object] = {"late_since": since.isoformat(), "from_dpd": step.from_dpd, "kind": step.kind}
    body = TaskBody(
        DPD_STEP,
        step.code,
        step.role,
        plain(step.action),
        plain(why),
        loan.loan_id,
        asks=(CAUSE,) if needs_cause else (),
        terms=terms,
    )
    name = task_name(DPD_STEP, decision.portfolio, decision.borrower_id, loan.loan_id, since.isoformat(), step.code)
    return Duty(name, due_on, body)
