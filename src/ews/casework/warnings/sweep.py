"""Sweep: what the days bring about on warnings: snoozes end, deadlines that were missed send them upward.

Again    the same day does nothing more; days without a sweep are made up for, step by step
Never    is a warning closed
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Connection, or_, select

from ews.casework.chunk import do_steps, in_chunks
from ews.casework.desk import Desk, Work
from ews.casework.warnings.body import KIND, body_of
from ews.casework.warnings.deadlines import Terms, escalations, settled, terms_of
from ews.store.case_chunks import Step, cases_of
from ews.store.cases import Case
from ews.store.engine import reading
from ews.store.tables import cases

_RESTS = '"snoozed_until":"'
"""How a body says that a warning rests: bodies are canonical JSON."""


@dataclass(frozen=True, slots=True)
class Swept:
    escalated: int
    woken: int


def sweep(desk: Desk) -> Swept:
    """End the snoozes whose day has come, and escalate what is late, as of the desk's day."""
    with reading(desk.store) as connection:
        found = _may_be_due(connection, desk.now().date())
    verbs = [act.verb for chunk in in_chunks(found) for _, act in do_steps(desk, partial(_steps, chunk))]
    return Swept(verbs.count("escalate"), verbs.count("wake"))


def _may_be_due(connection: Connection, today: date) -> Sequence[str]:
    """Return the open warnings that are late, or rest: found by the store, since most are neither."""
    rests = cases.c.body.contains(_RESTS, autoescape=True)
    query = select(cases.c.case_id).where(
        cases.c.kind == KIND, cases.c.closed_at.is_(None), or_(cases.c.due_on < today, rests)
    )
    return connection.execute(query).scalars().all()


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
