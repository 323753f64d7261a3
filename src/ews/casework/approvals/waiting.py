"""Waiting: what waits for a second person has a day, and goes up a role for each day that is missed.

Kinds    measures, overrides that take approval, adoptions of policies, promotions of models
Up       as tasks do: the next role of the order gets days of its own, counted from the day that was missed; whoever
         could decide before still may. At head office it stays, overdue; so does what only a validator approves
Again    the same day does nothing more; days without a run are made up for
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

from ews.casework.chunk import do_steps, in_chunks
from ews.casework.desk import Desk, Work
from ews.domain.levels import WarningLevel
from ews.policy.casework import Lifecycle
from ews.store.case_chunks import Step, cases_of
from ews.store.cases import Case, CaseFilter, find_cases
from ews.store.engine import reading

KINDS = ("measure", "override", "adoption", "promotion")
PROPOSED = "proposed"


def escalate_waiting(desk: Desk) -> int:
    """Send what waits too long for a decision one role up, as of the desk's day, and say how many steps that took."""
    yesterday = desk.now().date() - timedelta(days=1)
    with reading(desk.store) as connection:
        wanted = CaseFilter(kinds=KINDS, states=(PROPOSED,), is_open=True, due_by=yesterday)
        late = [case.case_id for case in find_cases(connection, wanted)]
    return sum(len(do_steps(desk, partial(_steps, chunk))) for chunk in in_chunks(late))


def _steps(case_ids: tuple[str, ...], work: Work) -> list[Step]:
    lifecycle = work.policy.casework_on(work.today).lifecycle
    waiting = [case for case in cases_of(work.connection, case_ids) if case.state == PROPOSED]
    return [step for case in waiting for step in _up(case, lifecycle, work)]


def _up(case: Case, lifecycle: Lifecycle, work: Work) -> Iterator[Step]:
    level = case.level if case.level in lifecycle.escalation_days else WarningLevel.YELLOW
    days = lifecycle.escalation_days[level or WarningLevel.YELLOW]
    while case.role in lifecycle.roles and case.due_on is not None and case.due_on < work.today:
        missed, upward = case.due_on, lifecycle.after_role(case.role)
        if upward is None:
            return
        body = {
            **case.body,
            "escalations": [*(case.body.get("escalations") or ()), upward],
            "late_since": case.body.get("late_since") or missed.isoformat(),
        }
        due_on = work.calendar.after(missed, max(days, 1))
        case = replace(case, role=upward, due_on=due_on, body=body)
        yield Step(case, "escalate", {"to": upward, "missed": missed, "due_on": due_on})
        case = replace(case, version=case.version + 1)
