"""Worklist: what lists of work find and rank open cases by, so that no list has to read what the cases say.

Grain   one row per open case, derived from it in the same transaction; the log proves the case, and `ews audit verify`
        compares the row with it
Again   `rebuild` derives all rows anew, whenever the schema is brought up to date, or an operator says so
Days    `late_on` is the day that was missed of a case that has gone up since; `rests_until` the last day of a snooze
Gone    `is_gone` where every signal of a warning no longer holds in the newest batch that was gone through
People  `waits_for` are the roles that may all decide now, `taken_by` those who took part and so may not decide; one a
        line, with a line end before the first and after the last
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from ews.domain.levels import WarningLevel
from ews.store.tables import cases, worklist

_SAME = tuple(
    column.name
    for column in worklist.columns
    if column.name in cases.columns  # told by the case as they are
)
_TOPICS = {"warning": "kind", "task": "type", "review": "quarter"}
_APPROVAL, _REVIEW, _DETERMINED = "approval", "review", "determined"
_CHUNK = 500


def keep(connection: Connection, changed: Iterable[Mapping[str, Any]]) -> None:
    """Bring the worklist up to date with cases, told by their columns, `body` as plain data; closed ones leave it."""
    listed = list(changed)
    for start in range(0, len(listed), _CHUNK):
        chunk = listed[start : start + _CHUNK]
        ids = [one["case_id"] for one in chunk]
        connection.execute(delete(worklist).where(worklist.c.case_id.in_(ids)))
        rows = [row_of(one) for one in chunk if one["closed_at"] is None]
        if rows:
            connection.execute(insert(worklist), rows)


def rebuild(connection: Connection) -> None:
    """Derive the whole worklist anew."""
    connection.execute(delete(worklist))
    found = connection.execute(select(cases).where(cases.c.closed_at.is_(None)).order_by(cases.c.case_id))
    keep(connection, [{**row, "body": json.loads(row["body"])} for row in found.mappings()])


def lines(names: Iterable[str]) -> str | None:
    """Return names as a column holds several, null where there are none."""
    found = sorted(set(names))
    return "\n" + "".join(f"{name}\n" for name in found) if found else None


def row_of(case: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the worklist holds of a case, told by its columns, `body` as plain data."""
    body: Mapping[str, Any] = case["body"]
    level = None if case["level"] is None else WarningLevel(case["level"]).rank
    topic = _TOPICS.get(case["kind"])
    return {
        **{name: case[name] for name in _SAME},
        "level_rank": level,
        "topic": None if topic is None else body.get(topic),
        "late_on": _day(_late_on(body)),
        "rests_until": _day(body.get("snoozed_until")),
        "is_escalated": bool(body.get("escalations")),
        "waits_for": lines(body.get("waits_for") or ()),
        "taken_by": lines(_taken_by(case, body)),
        "is_gone": _is_gone(body),
    }


def _is_gone(body: Mapping[str, Any]) -> bool:
    notes = body.get("signals") or ()
    return bool(notes) and all(note.get("gone_observations") for note in notes)


def _late_on(body: Mapping[str, Any]) -> Any:
    late_for = body.get("late_for")
    return body.get("late_since") if late_for is None else body.get(f"{late_for}_by")


def _taken_by(case: Mapping[str, Any], body: Mapping[str, Any]) -> list[str]:
    """Return who asked for the lifting, found what awaits approval, or determined and approved a quarterly form."""
    told: list[Any] = []
    if case["kind"] == _REVIEW and case["state"] == _DETERMINED:
        acts = (body.get("determination"), *(body.get("approvals") or ()))
        told = [one["by"] for one in acts if one is not None]
    elif case["kind"] == "warning":
        told = [body.get("lift_asked_by")]
    elif case["kind"] == "task" and body.get("type") == _APPROVAL:
        told = [(body.get("terms") or {}).get("found_by")]
    return [str(one) for one in told if one is not None]


def _day(told: Any) -> date | None:
    return date.fromisoformat(told) if isinstance(told, str) else told
