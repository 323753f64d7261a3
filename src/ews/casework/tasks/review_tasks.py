"""Review tasks: somebody has to look again before an override expires, and when a name on the watch list falls due.

Reads   open cases of kind override (approved) and watch, by the day on which they are due
Opens   so many working days before that day as a review may take to prepare
Ends    when the case is closed, or its day has moved because it was reviewed
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date

from ews.casework.tasks.task import KIND, OPEN, REVIEW, Duty, TaskBody, on_or_before, plain, task_name
from ews.domain.people import Role
from ews.domain.text import Text
from ews.policy.casework import casework_on
from ews.policy.policy import Policy
from ews.store.cases import Case

STATES: Mapping[str, str] = {"override": "approved", "watch": "on"}
"""Kinds that are looked at again, in the state in which they are in force."""

_TEXTS: Mapping[str, Text] = {
    "override": Text(
        "The override expires: decide whether a new one is to be proposed", "人工调整即将到期：决定是否重新提出"
    ),
    "watch": Text("Review the name on the watch list", "复审监察名单客户"),
}


def review_duty(case: Case, policy: Policy, today: date) -> Duty | None:
    """Return the task to look again at a case, None where it is not in force or its day is far."""
    if not case.is_open or case.due_on is None or STATES.get(case.kind) != case.state:
        return None
    day = on_or_before(policy.calendar, case.due_on)
    days = casework_on(policy.casework, today).session.prepare_days
    if policy.calendar.after(today, days) < day:
        return None
    why = Text(f"Case {case.case_id} is due on {case.due_on}", f"{case.case_id}将于{case.due_on}到期")
    body = TaskBody(
        REVIEW,
        f"{case.kind.upper()}_DUE",
        Role.OFFICER.value,
        plain(_TEXTS[case.kind]),
        plain(why),
        terms={"case_id": case.case_id, "due_on": case.due_on.isoformat()},
    )
    return Duty(task_name(REVIEW, case.case_id, case.due_on.isoformat()), day, body)


def review_draft(case: Case, duty: Duty) -> Case:
    """Return the task about the same borrower; a name on the watch list is its owner's to review."""
    return replace(
        case,
        kind=KIND,
        state=OPEN,
        case_id="",
        version=0,
        opened_at=None,
        closed_at=None,
        role=duty.body.role,
        due_on=duty.due_on,
        same_as=duty.name,
        body=asdict(duty.body),
    )


def review_over(body: TaskBody, case: Case | None) -> Text | None:
    """Return why a review task is moot, None where its case still waits for it."""
    case_id, due_on = body.terms["case_id"], date.fromisoformat(body.terms["due_on"])
    if case is None or not case.is_open or STATES.get(case.kind) != case.state:
        return Text(f"Case {case_id} is closed", f"{case_id}已关闭")
    if case.due_on != due_on:
        return Text(
            f"Case {case_id} was reviewed: it is due on {case.due_on} now", f"{case_id}已复审，下次为{case.due_on}"
        )
    return None
