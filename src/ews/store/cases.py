"""Cases: the things that people work on, and the acts that made them what they are.

Grain   a case is one warning, check, task, measure, override, ... as it is now; an act is one version of it
Locking an act names the version it was based on; of two acts on the same version the second is refused
Never   an act is changed or deleted; a case is closed, never deleted
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, tuple_, update

from ews.domain.errors import StaleVersionError, UnknownCaseError
from ews.domain.levels import WarningLevel
from ews.domain.text import sentence
from ews.store.tables import acts, cases
from ews.store.worklist import keep

PREFIXES: Mapping[str, str] = {
    "warning": "W",
    "task": "T",
    "check": "C",
    "contact": "K",
    "measure": "M",
    "override": "O",
    "watch": "L",
    "review": "R",
    "adoption": "P",
    "promotion": "Q",
}
"""Kinds of case, with the letter that their ids begin with."""

_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Case:
    """`version` counts the acts. `role` must act next, by the end of `due_on`; `assignee` if it is one person's.

    `name` is the borrower's. `at_risk_fen` is the money at risk by which work is ranked. `same_as` names what the case
    is about: no second case of the same is ever opened. `body` is what its kind adds, as plain JSON data. Closed cases
    have `closed_at`.
    """

    kind: str
    state: str
    portfolio: str | None = None
    borrower_id: str | None = None
    name: str | None = None
    branch_id: str | None = None
    officer_id: str | None = None
    level: WarningLevel | None = None
    role: str | None = None
    assignee: str | None = None
    due_on: date | None = None
    exposure_fen: int | None = None
    at_risk_fen: int | None = None
    same_as: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    case_id: str = ""
    version: int = 0
    opened_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class Act:
    """What `user_id` did to a case, which made its `version`; `state` is the one it left, `due_on` the deadline."""

    act: int
    case_id: str
    version: int
    verb: str
    at: datetime
    user_id: str
    state: str
    content: Mapping[str, Any]
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """None stands for all; `kinds` and `states` empty for every one. `branch_id` is what the reader may see."""

    kinds: Collection[str] = ()
    states: Collection[str] = ()
    portfolio: str | None = None
    borrower_id: str | None = None
    branch_id: str | None = None
    officer_id: str | None = None
    role: str | None = None
    assignee: str | None = None
    is_open: bool | None = None
    due_by: date | None = None
    opened_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseKey:
    """The place of a case in a list, which goes by id of kind and number."""

    kind: str
    number: int


def open_case(
    connection: Connection, draft: Case, *, verb: str, user_id: str, at: datetime, content: Mapping[str, Any]
) -> tuple[Case, Act] | None:
    """Store a new case with its first act; None where one of the same `same_as` was opened before.

    The caller holds the lock of `ews.store.audit.changing`, so that numbers have no gaps.
    """
    if draft.same_as is not None and _exists(connection, draft.same_as):
        return None
    last = connection.execute(select(func.max(cases.c.number)).where(cases.c.kind == draft.kind)).scalar()
    number = (last or 0) + 1
    case_id = case_id_of(draft.kind, number)
    opened = replace(draft, case_id=case_id, version=1, opened_at=at)
    connection.execute(insert(cases), [{**case_row(opened), "number": number}])
    keep(connection, [work_of(opened)])
    return opened, _add_act(connection, opened, verb, user_id, at, content)


def case_id_of(kind: str, number: int) -> str:
    return f"{PREFIXES[kind]}{number:0{_DIGITS}d}"


def change_case(
    connection: Connection, changed: Case, *, verb: str, user_id: str, at: datetime, content: Mapping[str, Any]
) -> tuple[Case, Act]:
    """Store the next version of a case, `changed` holding the version it was based on, with the act that made it.

    StaleVersionError where the case has another version by now.
    """
    newer = replace(changed, version=changed.version + 1)
    done = connection.execute(
        update(cases)
        .where(cases.c.case_id == changed.case_id, cases.c.version == changed.version)
        .values(case_row(newer))
    )
    if done.rowcount != 1:
        now = find_case(connection, changed.case_id)
        message = sentence(
            "Case '{case_id}' is at version {newest} by now, not {version}: it has been changed since, by you or "
            "somebody else. Read it again, then act on what it says.",
            case_id=changed.case_id,
            newest=now.version,
            version=changed.version,
        )
        raise StaleVersionError(message)
    keep(connection, [work_of(newer)])
    return newer, _add_act(connection, newer, verb, user_id, at, content)


def find_case(connection: Connection, case_id: str) -> Case:
    """Return the case as it is now; UnknownCaseError where there is none."""
    row = connection.execute(select(cases).where(cases.c.case_id == case_id)).first()
    if row is None:
        raise unknown_case(case_id)
    return to_case(row)


def unknown_case(case_id: str) -> UnknownCaseError:
    """Return the error for a case that is not there, or not to be told of: both read the same."""
    return UnknownCaseError(
        sentence("There is no case '{case_id}' among those you may see. Check the id.", case_id=case_id)
    )


def find_cases(connection: Connection, wanted: CaseFilter) -> tuple[Case, ...]:
    """Return all cases wanted, by kind and number."""
    query = select(cases).where(*_conditions(wanted)).order_by(cases.c.kind, cases.c.number)
    return tuple(to_case(row) for row in connection.execute(query))


def case_page(
    connection: Connection, wanted: CaseFilter, *, limit: int, after: CaseKey | None = None
) -> tuple[tuple[Case, ...], CaseKey | None]:
    """Return up to `limit` cases after `after`, by kind and number, and where the next page starts."""
    query = select(cases).where(*_conditions(wanted)).order_by(cases.c.kind, cases.c.number).limit(limit + 1)
    if after is not None:
        query = query.where(tuple_(cases.c.kind, cases.c.number) > tuple_(after.kind, after.number))
    rows = connection.execute(query).all()
    page = rows[:limit]
    key = CaseKey(page[-1].kind, page[-1].number) if len(rows) > limit else None
    return tuple(to_case(row) for row in page), key


def newest_cases(
    connection: Connection, wanted: CaseFilter, *, limit: int, below: int | None = None
) -> tuple[Case, ...]:
    """Return the `limit` cases of the highest numbers (under `below`) among those wanted, newest first, of one kind."""
    query = select(cases).where(*_conditions(wanted)).order_by(cases.c.number.desc()).limit(limit)
    if below is not None:
        query = query.where(cases.c.number < below)
    return tuple(to_case(row) for row in connection.execute(query))


def acts_of(connection: Connection, case_ids: Collection[str]) -> tuple[Act, ...]:
    """Return the acts on these cases, in the order in which they were done."""
    query = select(acts).where(acts.c.case_id.in_(sorted(case_ids))).order_by(acts.c.act)
    return tuple(_act(row) for row in connection.execute(query))


def acts_since(connection: Connection, act: int, *, limit: int | None = None) -> tuple[Act, ...]:
    """Return the acts after number `act`, in the order in which they were done."""
    query = select(acts).where(acts.c.act > act).order_by(acts.c.act)
    return tuple(_act(row) for row in connection.execute(query if limit is None else query.limit(limit)))


def plain_json(content: Any) -> str:
    """Return canonical JSON: sorted keys, no spaces, days and times in ISO."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=iso)


def _exists(connection: Connection, same_as: str) -> bool:
    return connection.execute(select(cases.c.case_id).where(cases.c.same_as == same_as)).first() is not None


def _add_act(
    connection: Connection, case: Case, verb: str, user_id: str, at: datetime, content: Mapping[str, Any]
) -> Act:
    number = 1 + (connection.execute(select(func.max(acts.c.act))).scalar() or 0)
    row = {
        "act": number,
        "case_id": case.case_id,
        "version": case.version,
        "verb": verb,
        "at": at,
        "user_id": user_id,
        "state": case.state,
        "due_on": case.due_on,
        "content": plain_json(content),
    }
    connection.execute(insert(acts), [row])
    return Act(**{**row, "content": json.loads(plain_json(content))})


def case_row(case: Case) -> dict[str, Any]:
    """Return the columns of `cases` but `number`, which the id holds."""
    content = {name: getattr(case, name) for name in Case.__dataclass_fields__}
    level = None if case.level is None else case.level.value
    return {**content, "level": level, "body": plain_json(case.body)}


def work_of(case: Case) -> dict[str, Any]:
    """Return the columns of `cases` with the body as plain data, as the worklist takes them."""
    return {**case_row(case), "body": case.body}


def to_case(row: Row[Any]) -> Case:
    """Return the case that a row of `cases` holds."""
    content = {name: getattr(row, name) for name in Case.__dataclass_fields__}
    level = None if row.level is None else WarningLevel(row.level)
    return Case(**{**content, "level": level, "body": json.loads(row.body)})


def _act(row: Row[Any]) -> Act:
    content = {name: getattr(row, name) for name in Act.__dataclass_fields__}
    return Act(**{**content, "content": json.loads(row.content)})


def _conditions(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for name in ("portfolio", "borrower_id", "branch_id", "officer_id", "role", "assignee"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(cases.c[name] == value)
    if wanted.kinds:
        conditions.append(cases.c.kind.in_(sorted(wanted.kinds)))
    if wanted.states:
        conditions.append(cases.c.state.in_(sorted(wanted.states)))
    if wanted.is_open is not None:
        conditions.append(cases.c.closed_at.is_(None) if wanted.is_open else cases.c.closed_at.is_not(None))
    if wanted.due_by is not None:
        conditions.append(cases.c.due_on <= wanted.due_by)
    if wanted.opened_from is not None:
        conditions.append(cases.c.opened_at >= wanted.opened_from)
    return conditions


def iso(value: Any) -> str:
    """Return a day or time as plain JSON has it; TypeError for anything else."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    message = f"{type(value).__name__} is no plain data"
    raise TypeError(message)
