"""Sweep: what the days bring about on warnings: snoozes end, deadlines that were missed send them upward.

Again    the same day does nothing more; days without a sweep are made up for, step by step
Never    is a warning closed
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ews.casework.chunk import do_steps, in_chunks
from ews.casework.desk import Desk, Work
from ews.casework.warnings.body import KIND, body_of
from ews.casework.warnings.deadlines import Terms, escalations, settled, terms_of
from ews.store.case_chunks import Step, cases_of
from ews.store.cases import Case, CaseFilter, find_cases
from ews.store.engine import reading


@dataclass(frozen=True, slots=True)
class Swept:
    escalated: int
    woken: int


def sweep(desk: Desk) -> Swept:
    """End the snoozes whose day has come, and escalate what is late, as of the desk's day."""
    with reading(desk.store) as connection:
        found = find_cases(connection, CaseFilter(kinds={KIND}, is_open=True))
    verbs = [
        act.verb
        for chunk in in_chunks([case.case_id for case in found if _may_be_due(case, desk)])
        for _, act in do_steps(desk, partial(_steps, chunk))
    ]
    return Swept(verbs.count("escalate"), verbs.count("wake"))


def _may_be_due(case: Case, desk: Desk) -> bool:
    late = case.due_on is not None and case.due_on < desk.now().date()
    return late or case.body.get("snoozed_until") is not None


def _steps(case_ids: tuple[str, ...], work: Work) -> list[Step]:
    terms = terms_of(work)
    return [step for case in cases_of(work.connection, case_ids) if case.is_open for step in _of(case, terms)]


def _of(case: Case, terms: Terms) -> Iterator[Step]:
    body = body_of(case)
    if body.snoozed_until is not None and body.snoozed_until <= terms.today:
        content: dict[str, Any] = {"snoozed_until": body.snoozed_until}
        body = replace(body, snoozed_until=None, snoozed_by=None)
        case = settled(case, body, terms)
        yield Step(case, "wake", content)
        case = replace(case, version=case.version + 1)
    for moved, _, late in escalations(case, body_of(case), terms):
        content = {"deadline": late, "missed_on": case.due_on, "from": case.role, "to": moved.role}
        yield Step(moved, "escalate", {**content, "due_on": moved.due_on})
        case = moved
