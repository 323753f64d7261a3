"""Redaction: what the audit log no longer says, with the log still whole and provable.

Entry    its number, hash and link stay as they are; the body is exchanged, and a later entry of the log seals what lies
         there now by the log's own key: neither the old body nor any other can be put there without it
Prefix   the oldest entries may go together; a later entry says up to which, and the hash that the rest is chained to
Digests  of rows that were redacted go from older entries: who knows the rest of a row could guess a name by them
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from ews.domain.errors import TamperedError
from ews.store.audit import chained
from ews.store.tables import audit, cases

SEALED = "audit.redact"
"""Action of an entry whose content seals redacted ones: {"sealed": {number: its hash:hash of the row as it lies}}."""
CUT = "audit.purge"
"""Action of an entry whose content says where the log begins since: {"through": number, "hash": of that entry}."""
_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Allowed:
    """What sound entries of the log allow: bodies other than those written, by entry, and the oldest entries gone.

    `cut_by` is the entry that says so, 0 where none does.
    """

    sealed: Mapping[int, str]
    through: int
    hash: str
    cut_by: int

    def is_as_written(self, row: Mapping[str, Any], key: bytes) -> bool:
        """Tell whether the row of an entry is as it was written, or as a later entry sealed it: then in no other way.

        It may raise where the row is no plain data.
        """
        said = self.sealed.get(row["entry"])
        return bool(chained(row, key) == row["hash"] if said is None else said == _seal(row, key))


def allowed(connection: Connection, key: bytes, beginning: str) -> Allowed:
    """Return what the log allows; `beginning` is what a whole log is chained to."""
    sealed: dict[int, str] = {}
    through, head, cut_by = 0, beginning, 0
    query = select(audit).where(audit.c.action.in_((SEALED, CUT))).order_by(audit.c.entry)
    for row in connection.execute(query).mappings():
        if chained(dict(row), key) != row["hash"]:
            continue
        content = json.loads(row["content"])
        if row["action"] == SEALED:
            sealed |= {int(number): str(said) for number, said in content["sealed"].items()}
        else:
            through, head, cut_by = int(content["through"]), str(content["hash"]), row["entry"]
    return Allowed(sealed, through, head, cut_by)


def redact(
    connection: Connection, key: bytes, changed: Callable[[dict[str, Any]], Mapping[str, Any]]
) -> Mapping[str, str]:
    """Exchange columns of entries for those that `changed` returns; return what a sealing entry has to say.

    TamperedError where an entry to be exchanged is not as it was written: nothing would tell afterwards.
    """
    known = allowed(connection, key, "")
    rows: list[dict[str, Any]] = []
    for row in _entries(connection):
        differing = {name: value for name, value in changed(row).items() if value != row[name]}
        if not differing:
            continue
        if not known.is_as_written(row, key):
            message = f"Entry {row['entry']} of the audit log is not as it was written. See 'ews audit verify' first."
            raise TamperedError(message)
        rows.append({**row, **differing})
    if rows:
        statement = update(audit).where(audit.c.entry == bindparam("at_entry"))
        columns = ("subject", "borrowers", "content", "rows")
        values = statement.values({name: bindparam(f"new_{name}") for name in columns})
        new = [{"at_entry": row["entry"], **{f"new_{name}": row[name] for name in columns}} for row in rows]
        connection.execute(values, new)
    return {str(row["entry"]): _seal(row, key) for row in rows}


@dataclass(frozen=True, slots=True)
class Cut:
    """The oldest entries that may go: `rows` are the digests that none of those after them tells."""

    through: int
    hash: str
    entries: int
    rows: tuple[tuple[str, str, str], ...]


def cut_before(connection: Connection, day: datetime) -> Cut | None:
    """Return what may go of entries older than `day`, None where nothing may.

    What tells of a case that is still open stays, and everything after it.
    """
    newest = connection.execute(select(func.max(audit.c.entry)).where(audit.c.at < day)).scalar() or 0
    younger = connection.execute(select(func.min(audit.c.entry)).where(audit.c.at >= day)).scalar()
    is_open = select(cases.c.case_id).where(cases.c.closed_at.is_(None))
    needed = connection.execute(select(func.min(audit.c.entry)).where(audit.c.subject.in_(is_open))).scalar()
    head = connection.execute(select(func.max(audit.c.entry))).scalar() or 0
    through = min(one - 1 for one in (newest + 1, younger or newest + 1, needed or newest + 1, head))
    first = connection.execute(select(func.min(audit.c.entry))).scalar() or 0
    if through < first or not first:
        return None
    told: dict[tuple[str, str], str] = {}
    last = ""
    for row in _entries(connection):
        said = json.loads(row["rows"])
        if row["entry"] <= through:
            told |= {(table, key): digest for table, key, digest, _ in said}
            last = row["hash"] if row["entry"] == through else last
        else:
            for table, key, _, _ in said:
                told.pop((table, key), None)
    return Cut(through, last, through - first + 1, tuple((*where, digest) for where, digest in sorted(told.items())))


def take_away(connection: Connection, cut: Cut) -> None:
    """Delete the entries of a cut; the caller appends the entry that says so in the same transaction."""
    connection.execute(delete(audit).where(audit.c.entry <= cut.through))


def _seal(row: Mapping[str, Any], key: bytes) -> str:
    """Return what seals the row of an entry: the hash that it was written with, and that of what lies there now."""
    return f"{row['hash']}:{chained(row, key)}"


def _entries(connection: Connection) -> Iterator[dict[str, Any]]:
    """Go through the log a part at a time, so that it may be written meanwhile and need not fit into memory."""
    last = 0
    while rows := (
        connection.execute(select(audit).where(audit.c.entry > last).order_by(audit.c.entry).limit(_CHUNK))
        .mappings()
        .all()
    ):
        yield from (dict(row) for row in rows)
        last = rows[-1]["entry"]
