"""Audit search: entries of the log by who, what, which subject, about whom and when.

Order   the newest first
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from ews.store.audit import Entry, Touched
from ews.store.cases import plain_json
from ews.store.engine import Store, reading
from ews.store.tables import audit

EVERY = "*"


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """None stands for all. `action` and `subject` may end with * for whatever begins so; `to` is not included."""

    user_id: str | None = None
    subject: str | None = None
    action: str | None = None
    from_: datetime | None = None
    to: datetime | None = None
    borrower_id: str | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry of the log with its number and hash."""

    number: int
    hash: str
    entry: Entry


def entry_page(
    store: Store, wanted: EntryFilter, *, limit: int, before: int | None = None
) -> tuple[Sequence[Logged], int | None]:
    """Return up to `limit` entries with numbers below `before`, and below which number the next page begins."""
    query = select(audit).where(*_conditions(wanted)).order_by(audit.c.entry.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(audit.c.entry < before)
    with reading(store) as connection:
        rows = connection.execute(query).all()
    found = [_logged(row) for row in rows[:limit]]
    return found, found[-1].number if len(rows) > limit else None


def is_about(borrower_id: str) -> ColumnElement[bool]:
    """Return what is true of entries that are about a borrower."""
    # A quote within another id is escaped, so that it follows neither bracket nor comma.
    first, later = (
        audit.c.borrowers.contains(before + plain_json(borrower_id), autoescape=True) for before in ("[", ",")
    )
    return first | later


def has_entries_of(store: Store, user_id: str) -> bool:
    """Tell whether the log names somebody, with an account or without."""
    with reading(store) as connection:
        return connection.execute(select(audit.c.entry).where(audit.c.user_id == user_id).limit(1)).first() is not None


def _conditions(wanted: EntryFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.user_id is not None:
        conditions.append(audit.c.user_id == wanted.user_id)
    for column, value in ((audit.c.subject, wanted.subject), (audit.c.action, wanted.action)):
        if value is not None and value.endswith(EVERY):
            conditions.append(column.startswith(value.removesuffix(EVERY), autoescape=True))
        elif value is not None:
            conditions.append(column == value)
    if wanted.borrower_id is not None:
        conditions.append(is_about(wanted.borrower_id))
    if wanted.from_ is not None:
        conditions.append(audit.c.at >= wanted.from_)
    if wanted.to is not None:
        conditions.append(audit.c.at < wanted.to)
    return conditions


def _logged(row: Any) -> Logged:
    rows = tuple(Touched(*one) for one in json.loads(row.rows))
    content = json.loads(row.content)
    borrowers = () if row.borrowers is None else tuple(json.loads(row.borrowers))
    entry = Entry(row.at, row.user_id, row.action, row.subject, row.request_id, content, rows, borrowers)
    return Logged(row.entry, row.hash, entry)
