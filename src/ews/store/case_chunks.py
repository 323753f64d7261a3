"""Chunks of cases: many opened or changed in one transaction, with as many statements as for a few.

For nightly work over the whole book; what one person does goes through `open_case` and `change_case`.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, false, func, insert, select, update

from ews.domain.errors import StaleVersionError
from ews.domain.text import sentence
from ews.store.cases import Act, Case, case_id_of, case_row, plain_json, to_case, work_of
from ews.store.receivers import tell_receivers_of
from ews.store.tables import acts, cases
from ews.store.worklist import keep


@dataclass(frozen=True, slots=True)
class Step:
    """One act of a chunk. `case` is a draft without an id, or changed and with the version that it was based on.

    Several steps on one case follow each other, each based on the version that the one before makes.
    """

    case: Case
    verb: str
    content: Mapping[str, Any] = field(default_factory=dict)


def store_steps(
    connection: Connection, steps: Sequence[Step], *, user_id: str, at: datetime
) -> tuple[tuple[Case, Act], ...]:
    """Do the steps in their order; a draft is left out where a case of the same `same_as` was opened before.

    The caller holds the lock of `ews.store.audit.changing`. StaleVersionError where a case has another version by now.
    """
    opened_before = _names_taken(connection, [one.case.same_as for one in steps if not one.case.case_id])
    wanted = [one for one in steps if one.case.case_id or one.case.same_as not in opened_before]
    _check_versions(connection, [one.case for one in wanted if one.case.case_id])
    numbers = _last_numbers(connection, {one.case.kind for one in wanted})
    last_act = connection.execute(select(func.max(acts.c.act))).scalar() or 0
    stored = []
    for act, one in enumerate(wanted, start=last_act + 1):
        case = replace(one.case, version=one.case.version + 1)
        if not case.case_id:
            numbers[case.kind] += 1
            case = replace(case, case_id=case_id_of(case.kind, numbers[case.kind]), version=1, opened_at=at)
        content = json.loads(plain_json(one.content))
        made = Act(act, case.case_id, case.version, one.verb, at, user_id, case.state, content, case.due_on)
        stored.append((case, made))
    _write(connection, stored)
    return tuple(stored)


def cases_about(
    connection: Connection, kind: str, portfolio: str, borrower_ids: Collection[str], *, is_open: bool | None = None
) -> Mapping[str, tuple[Case, ...]]:
    """Return the cases of `kind` about each of the borrowers, by number: open and closed, or as `is_open` says.

    The store finds them by the borrowers; by the kind, or in the order of numbers, it would read all cases of the bank.
    """
    query = select(cases).where(
        cases.c.portfolio == portfolio,
        cases.c.borrower_id.in_(sorted(borrower_ids)),
        func.coalesce(cases.c.kind == kind, false()),
    )
    if is_open is not None:
        query = query.where(cases.c.closed_at.is_(None) if is_open else cases.c.closed_at.is_not(None))
    found: dict[str, tuple[Case, ...]] = {}
    for row in sorted(connection.execute(query), key=lambda one: int(one.number)):
        found[row.borrower_id] = (*found.get(row.borrower_id, ()), to_case(row))
    return found


def cases_of(connection: Connection, case_ids: Collection[str]) -> tuple[Case, ...]:
    """Return the cases of these ids, by id; ids of no case are left out."""
    query = select(cases).where(cases.c.case_id.in_(sorted(case_ids))).order_by(cases.c.case_id)
    return tuple(to_case(row) for row in connection.execute(query))


def _names_taken(connection: Connection, names: Collection[str | None]) -> frozenset[str]:
    wanted = sorted(name for name in names if name is not None)
    query = select(cases.c.same_as).where(cases.c.same_as.in_(wanted))
    return frozenset(connection.execute(query).scalars()) if wanted else frozenset()


def _check_versions(connection: Connection, changed: Sequence[Case]) -> None:
    query = select(cases.c.case_id, cases.c.version).where(
        cases.c.case_id.in_(sorted({case.case_id for case in changed}))
    )
    now = {row.case_id: row.version for row in connection.execute(query)} if changed else {}
    for case in changed:
        if now.get(case.case_id) != case.version:
            message = sentence(
                "Case '{case_id}' is at version {newest} by now, not {version}: it has been changed since. Run the "
                "work again; it goes on from what the case says now.",
                case_id=case.case_id,
                newest=now.get(case.case_id),
                version=case.version,
            )
            raise StaleVersionError(message)
        now[case.case_id] += 1


def _last_numbers(connection: Connection, kinds: Collection[str]) -> dict[str, int]:
    query = select(cases.c.kind, func.max(cases.c.number)).where(cases.c.kind.in_(sorted(kinds))).group_by(cases.c.kind)
    return dict.fromkeys(kinds, 0) | {row[0]: row[1] for row in connection.execute(query)}


def _write(connection: Connection, stored: Sequence[tuple[Case, Act]]) -> None:
    opened = {act.case_id for _, act in stored if act.version == 1}
    newest = {case.case_id: case for case, _ in stored}
    new = [{**case_row(newest[one]), "number": _number(one)} for one in sorted(opened)]
    old = [{**case_row(case), "changed_id": case_id} for case_id, case in newest.items() if case_id not in opened]
    if new:
        connection.execute(insert(cases), new)
    if old:
        connection.execute(update(cases).where(cases.c.case_id == bindparam("changed_id")), old)
    if stored:
        rows = [
            {**{name: getattr(act, name) for name in Act.__dataclass_fields__}, "content": plain_json(act.content)}
            for _, act in stored
        ]
        connection.execute(insert(acts), rows)
        keep(connection, [work_of(case) for case in newest.values()])
        tell_receivers_of(connection, stored)


def _number(case_id: str) -> int:
    return int(case_id[1:])
