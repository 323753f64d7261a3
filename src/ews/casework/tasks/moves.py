"""Task moves: what the system does to a task by itself; each move is an act that tells why.

Done     by a submitted check that does what the task asks
Moot     its ground is gone; where the ground comes back, as when a payment is reversed, it is open again
Move     to the borrower's new officer or branch, or to an earlier day; never to a later one
Escalate one role up for each day missed; each next role gets days of its own, counted from the day that was missed, so
         that the roles are the same whether or not the agenda ran every night
"""

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from ews.casework.subject import at_risk_fen
from ews.casework.tasks.duties import CheckMade
from ews.casework.tasks.task import DONE, MOOT, OPEN, Duty, TaskBody, plain
from ews.domain.levels import WarningLevel
from ews.domain.text import Text
from ews.policy.calendar import Calendar
from ews.policy.casework import Lifecycle
from ews.store.case_chunks import Step
from ews.store.cases import Case
from ews.store.publications import Standing

_FOLLOWED = ("branch_id", "officer_id", "level")


def done_by(case: Case, check: CheckMade, at: datetime) -> Step:
    """Return the step that closes a task by the check that did it."""
    body = replace(TaskBody.of(case), check_id=check.case_id)
    closed = replace(case, state=DONE, role=None, due_on=None, closed_at=at, body=asdict(body))
    return Step(closed, "done", {"check_id": check.case_id, "done_on": check.done_on})


def moot(case: Case, why: Text, at: datetime) -> Step:
    """Return the step that closes a task whose ground is gone."""
    body = replace(TaskBody.of(case), moot=plain(why))
    closed = replace(case, state=MOOT, role=None, due_on=None, closed_at=at, body=asdict(body))
    return Step(closed, "moot", {"why": plain(why)})


def again(case: Case, duty: Duty, standing: Standing) -> Step:
    """Return the step that opens a moot task again, as it would be opened today."""
    body = duty.body
    case = replace(_followed(case, standing), state=OPEN, role=body.role, due_on=duty.due_on, closed_at=None)
    return Step(replace(case, body=asdict(body)), "reopen", {"why": dict(body.why)})


def moved(case: Case, standing: Standing, duty: Duty | None) -> Step | None:
    """Return the step by which a task follows its borrower or is due sooner, None where nothing has changed."""
    followed = _followed(case, standing)
    told: dict[str, Any] = {
        name: getattr(followed, name) for name in _FOLLOWED if getattr(followed, name) != getattr(case, name)
    }
    sooner = duty is not None and case.due_on is not None and duty.due_on < case.due_on
    if duty is not None and sooner and TaskBody.of(case).late_since is None:
        told["due_on"] = duty.due_on
        followed = replace(followed, due_on=duty.due_on, body=asdict(duty.body))
    return Step(followed, "move", told) if told else None


def escalated(case: Case, lifecycle: Lifecycle, calendar: Calendar, today: date) -> Iterator[Step]:
    """Yield a step up for each day that was missed, until the last role has the task."""
    level = case.level if case.level in lifecycle.escalation_days else WarningLevel.YELLOW
    days = lifecycle.escalation_days[level or WarningLevel.YELLOW]
    while case.role is not None and case.due_on is not None and case.due_on < today:
        upward = lifecycle.after_role(case.role)
        if upward is None or upward == case.role:
            return
        body, missed = TaskBody.of(case), case.due_on
        late_since = body.late_since or missed.isoformat()
        body = replace(body, escalations=(*body.escalations, upward), late_since=late_since)
        # At least a day, or all roles would have it at once.
        due_on = calendar.after(missed, max(days, 1))
        case = replace(case, role=upward, assignee=None, due_on=due_on, body=asdict(body))
        yield Step(case, "escalate", {"to": upward, "missed": missed, "due_on": due_on})
        case = replace(case, version=case.version + 1)


def _followed(case: Case, standing: Standing) -> Case:
    """Return the case with the borrower's officer, branch and level of now, and the money at risk that goes with it."""
    now = replace(case, branch_id=standing.branch_id, officer_id=standing.officer_id, level=standing.level)
    if all(getattr(now, name) == getattr(case, name) for name in _FOLLOWED):
        return case
    return replace(now, exposure_fen=standing.exposure_fen, at_risk_fen=at_risk_fen(standing))
