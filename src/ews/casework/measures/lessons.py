"""Lessons: what was learnt about a borrower over time, there for the next application.

Grain   one line per cause, measure, verdict on a warning, lesson drawn, or finding; the oldest first
Reads   acts and findings, which are never changed; what was corrected later stays, beside its correction, and says by
        which check and when
Causes  of measures and of late payments alike: whatever act names a `cause`
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection

from ews.casework.subject import subject_of
from ews.domain.people import Actor
from ews.domain.text import Text
from ews.store.cases import Act, CaseFilter, acts_of, find_cases
from ews.store.engine import Store, reading
from ews.store.findings import Finding, findings_of_borrower


class Standing(StrEnum):
    """Whether a finding still stands."""

    STANDS = "stands"
    REPLACED = "replaced"
    TAKEN_BACK = "taken_back"

    @property
    def text(self) -> Text:
        return _STANDING[self]


_STANDING = {
    Standing.STANDS: Text("stands", "有效"),
    Standing.REPLACED: Text("replaced by a correction", "已被更正"),
    Standing.TAKEN_BACK: Text("taken back by a correction", "已撤回"),
}


class About(StrEnum):
    """What a line tells."""

    CAUSE = "cause"
    MEASURE = "measure"
    VERDICT = "verdict"
    LEARNT = "learnt"
    FINDING = "finding"


@dataclass(frozen=True, slots=True)
class Lesson:
    """`code` is the cause, the measure, the verdict, or the field of a finding; null for a lesson drawn.

    `outcome` is the state that an act left its case in, or the value found. `text` is what the person wrote. `standing`
    is that of a finding, null for all else; `until` and `corrected_by` are day and check of what no longer stands.
    """

    on: date
    about: About
    code: str | None
    outcome: str | None
    text: str | None
    by: str
    case_id: str
    standing: Standing | None = None
    until: date | None = None
    corrected_by: str | None = None


@dataclass(frozen=True, slots=True)
class Lessons:
    portfolio: str
    borrower_id: str
    lines: tuple[Lesson, ...]


def lessons_of(store: Store, actor: Actor, borrower_id: str, portfolio: str | None = None) -> Lessons:
    """Return what was learnt about a borrower that the actor may know of; errors as in `subject_of`."""
    standing = subject_of(store, actor, borrower_id, portfolio).standing
    with reading(store) as connection:
        return Lessons(
            standing.portfolio, borrower_id, lessons_in(connection, standing.portfolio, standing.borrower_id)
        )


def lessons_in(connection: Connection, portfolio: str, borrower_id: str) -> tuple[Lesson, ...]:
    """Return what was learnt about any borrower, the oldest first."""
    cases = find_cases(connection, CaseFilter(portfolio=portfolio, borrower_id=borrower_id))
    kinds = {case.case_id: case.kind for case in cases}
    measures = {case.case_id: str(case.body["measure"]) for case in cases if case.kind == "measure"}
    lines = [line for act in acts_of(connection, kinds) for line in _of_act(act, kinds[act.case_id], measures)]
    found = findings_of_borrower(connection, portfolio, borrower_id)
    after = {one.corrects: one for one in found if one.corrects is not None}
    # A row without a value tells nothing but that another no longer stands, which that one says.
    lines += [_of_finding(one, after.get(one.finding_id)) for one in found if one.value is not None]
    return tuple(sorted(lines, key=lambda line: line.on))


def _of_act(act: Act, kind: str, measures: dict[str, str]) -> Iterator[Lesson]:
    """Yield the lines of one act; most have none."""
    said, on = act.content, act.at.date()
    reason = said.get("reason")
    if said.get("cause") is not None:
        yield Lesson(on, About.CAUSE, str(said["cause"]), None, reason, act.user_id, act.case_id)
    if kind == "measure":
        told = reason if reason is not None else said.get("evidence")
        yield Lesson(on, About.MEASURE, measures[act.case_id], act.state, told, act.user_id, act.case_id)
    if kind == "warning" and said.get("verdict") is not None:
        yield Lesson(on, About.VERDICT, str(said["verdict"]), act.state, reason, act.user_id, act.case_id)
    if said.get("learnt") is not None:
        yield Lesson(on, About.LEARNT, None, act.state, said["learnt"], act.user_id, act.case_id)


def _of_finding(found: Finding, after: Finding | None) -> Lesson:
    """Return the line of what was found, `after` being the row that took its place or took it back."""
    line = Lesson(found.known_on, About.FINDING, found.field, found.value, None, found.author, found.case_id)
    if after is None:
        return replace(line, standing=Standing.STANDS)
    standing = Standing.TAKEN_BACK if after.value is None else Standing.REPLACED
    return replace(line, standing=standing, until=after.known_on, corrected_by=after.case_id)
