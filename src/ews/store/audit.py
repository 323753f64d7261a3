"""Audit: the log of look-ups and changes; each entry is chained to the one before, by a key that the store lacks.

Grain   an entry is one look-up or one change; `rows` are digests of the rows that a change left behind
Order   entries are numbered without gaps, under one lock, so that a missing one shows
Check   `ews.store.audit_check` goes through the chain and compares the rows with their newest digests
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select, text

from ews.store.cases import plain_json
from ews.store.engine import Store, writing
from ews.store.tables import audit, metadata

BEGINNING = "0" * 64
"""What the first entry is chained to."""

LOOK_UP = "look-up"
"""Action of an entry that tells who read what; changes have an action of their own."""
REFUSED = "refused"
"""Action of an entry that tells who was refused a change."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A row that a change left behind: its table, its primary key as text, and the digest of its content.

    `before` is the digest that the change found, null for a new row: what was bent beside the log shows for good,
    however rightly it was changed afterwards.
    """

    table: str
    key: str
    digest: str
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """`subject` is what was read or changed, a path or the id of a case; `content` tells more, as plain JSON data.

    `borrowers` are whom it is about, as far as that is known.
    """

    at: datetime
    user_id: str
    action: str
    subject: str
    request_id: str | None = None
    content: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[Touched, ...] = ()
    borrowers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of the chain; number 0 where there is none."""

    entry: int
    hash: str


@contextmanager
def changing(store: Store) -> Iterator[Connection]:
    """Give a connection that may append to the chain: one at a time, done wholly or not at all."""
    with writing(store) as connection:
        hold(connection)
        yield connection


def hold(connection: Connection) -> None:
    """Let nobody else append to the chain until the transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE audit IN EXCLUSIVE MODE"))


def append(connection: Connection, key: bytes, entries: Sequence[Entry]) -> Head:
    """Append `entries` within the transaction of `changing` and return the new head."""
    head = head_of(connection)
    rows = []
    for number, one in enumerate(entries, start=head.entry + 1):
        row = _row(one, number, head.hash)
        row["hash"] = chained(row, key)
        head = Head(number, row["hash"])
        rows.append(row)
    if rows:
        connection.execute(insert(audit), rows)
    return head


def head_of(connection: Connection) -> Head:
    row = connection.execute(select(audit.c.entry, audit.c.hash).order_by(audit.c.entry.desc()).limit(1)).first()
    return Head(0, BEGINNING) if row is None else Head(row.entry, row.hash)


def chained(row: Mapping[str, Any], key: bytes) -> str:
    """Return the hash of a row of `audit`: HMAC-SHA256 over all of it, the hash of the entry before included."""
    content = {column.name: row[column.name] for column in audit.columns if column.name != "hash"}
    return hmac.new(key, plain_json(content).encode(), hashlib.sha256).hexdigest()


def touched(connection: Connection, table: str, key: str, before: str | None = None) -> Touched:
    """Return the digest of a row as it is in the store now, with the one that was found `before`."""
    source = metadata.tables[table]
    (column,) = source.primary_key.columns
    row = connection.execute(select(source).where(column == column.type.python_type(key))).one()
    return Touched(table, key, digest_of(source, row._mapping), before)  # noqa: SLF001 - SQLAlchemy's public name


def merged(rows: Iterable[Touched]) -> tuple[Touched, ...]:
    """Return each row once: as it was found first, and as it is in the end."""
    whole: dict[tuple[str, str], Touched] = {}
    for row in rows:
        first = whole.get((row.table, row.key), row)
        whole[row.table, row.key] = replace(row, before=first.before)
    return tuple(whole.values())


def is_entered(connection: Connection, key: bytes, action: str, subject: str) -> bool:
    """Tell whether the log has a sound entry of `action` on `subject`."""
    found = connection.execute(select(audit).where(audit.c.subject == subject, audit.c.action == action))
    return any(chained(dict(row), key) == row["hash"] for row in found.mappings())


def digest_of(table: Table, row: Mapping[Any, Any]) -> str:
    """Return the SHA-256 of a row's columns in the order of their names."""
    content = {column.name: row[column.name] for column in table.columns}
    return hashlib.sha256(plain_json(content).encode()).hexdigest()


def _row(one: Entry, number: int, previous: str) -> dict[str, Any]:
    return {
        "entry": number,
        "at": one.at,
        "user_id": one.user_id,
        "action": one.action,
        "subject": one.subject,
        "request_id": one.request_id,
        "borrowers": plain_json(sorted(one.borrowers)) if one.borrowers else None,
        "content": plain_json(one.content),
        "rows": json.dumps([[row.table, row.key, row.digest, row.before] for row in one.rows], separators=(",", ":")),
        "previous": previous,
    }
