"""Audit check: goes through the log and compares it with the witness and the rows with what the log says of them.

Reads   the witness first, then log and rows as of one moment, so that a busy store has no faults
Chain   numbers without gaps, the hash of each entry under the key, each tied to the one before, as the witness noted
Rows    the newest digest of each protected row and set against the row itself; the worklist against the cases
Memory  what has to be remembered is kept in a scratch file; faults beyond MOST are counted only
"""

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DatabaseError, OperationalError

from ews.domain.errors import TamperedError
from ews.store.audit import BEGINNING
from ews.store.audit_faults import Fault, FaultKind
from ews.store.audit_rows import (
    NOTHING,
    PROTECTED,
    SETS,
    misleading,
    plain_rows,
    publications_in,
    row_digests,
    set_digest,
)
from ews.store.engine import Store, reading
from ews.store.redaction import Allowed, allowed
from ews.store.tables import audit
from ews.store.witness import Damaged, Witness

MOST = 1_000
"""Faults that are told one by one."""

_COLUMNS = [column.name for column in audit.columns]
_SCRATCH = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE heads (entry INTEGER, hash TEXT, PRIMARY KEY (entry, hash)) WITHOUT ROWID;
CREATE TABLE newest (tbl TEXT, key BLOB, digest TEXT, entry INTEGER, sound INTEGER, PRIMARY KEY (tbl, key))
WITHOUT ROWID;
"""
_NOTE = """
INSERT INTO newest VALUES (?, ?, ?, ?, ?) ON CONFLICT (tbl, key) DO UPDATE
SET digest = excluded.digest, entry = excluded.entry, sound = excluded.sound
"""
_TAKE = "DELETE FROM newest WHERE tbl = ? AND key = ? RETURNING digest, entry, sound"


@dataclass(frozen=True, slots=True)
class Verified:
    """`entries` of the log, of which the witness noted up to number `witnessed`; `more` faults are not listed."""

    entries: int
    witnessed: int
    faults: tuple[Fault, ...]
    more: int = 0

    @property
    def is_sound(self) -> bool:
        return not self.faults


def verify(store: Store, key: bytes, witness: Witness | None = None) -> Verified:
    """Return how many entries the log has, and everything that is wrong with it and with the rows that it proves.

    TamperedError where the database file itself is damaged, so that it cannot be read to the end.
    """
    with _scratch() as scratch:
        damaged = [] if witness is None else _note_heads(scratch, witness)
        witnessed: int = scratch.execute("SELECT coalesce(max(entry), 0) FROM heads").fetchone()[0]
        try:
            with reading(store) as connection, _any_text(connection):
                entries: int = connection.execute(select(func.count()).select_from(audit)).scalar_one()
                if witness is not None and entries and not witnessed:
                    damaged.append(Fault(FaultKind.WITNESS_MISSING, "witness", str(witness.path)))
                listed, more = _listed(_faults(connection, key, scratch, damaged))
        except DatabaseError as error:
            if isinstance(error, OperationalError):
                raise
            message = f"The database is damaged and cannot be read to its end: {error.orig}. Put back the backup."
            raise TamperedError(message) from error
    return Verified(entries, witnessed, listed, more)


def _faults(
    connection: Connection, key: bytes, scratch: sqlite3.Connection, damaged: Iterable[Fault]
) -> Iterator[Fault]:
    yield from damaged
    yield from _chain_faults(connection, key, scratch)
    wrong_cases: set[str | None] = set()
    for name in PROTECTED:
        for fault in _row_faults(connection, name, scratch):
            if name == "cases":
                wrong_cases.add(fault.key)
            yield fault
    for name in SETS:
        yield from _set_faults(connection, name, scratch)
    for case_id in map(_shown, misleading(connection)):
        if case_id not in wrong_cases:
            yield Fault(FaultKind.MISLEADING, "worklist", case_id)


def _listed(found: Iterable[Fault]) -> tuple[tuple[Fault, ...], int]:
    """Return the faults, those of one kind on entries that follow one another as one, and how many more there are."""
    listed: list[Fault] = []
    more = 0
    places: dict[FaultKind, int] = {}
    for fault in found:
        place = places.get(fault.kind) if fault.key is None else None
        if place is not None and listed[place].last == (fault.first or 0) - 1:
            listed[place] = replace(listed[place], last=fault.last)
        elif len(listed) < MOST:
            places[fault.kind] = len(listed)
            listed.append(fault)
        else:
            more += 1
    return tuple(listed), more


def _chain_faults(connection: Connection, key: bytes, scratch: sqlite3.Connection) -> Iterator[Fault]:
    """Go through the log; keep in `scratch` what its entries say of rows."""
    permitted = allowed(connection, key, BEGINNING)
    number, before, before_is_sound = permitted.through, permitted.hash, True
    for values in plain_rows(connection, audit, _COLUMNS, [audit.c.entry]):
        row = dict(zip(_COLUMNS, values, strict=True))
        entry = row["entry"]
        if not isinstance(entry, int) or entry <= permitted.through:  # the columns of SQLite hold anything
            yield Fault(FaultKind.INSERTED, "audit", _shown(str(entry)))
            continue
        if entry > number + 1:
            yield _on_entries(FaultKind.MISSING, number + 1, entry - 1)
        is_sound = _is_sound(row, key, permitted)
        if not is_sound:
            yield _on_entries(FaultKind.ALTERED, entry)
        elif before_is_sound and entry == number + 1 and row["previous"] != before:
            yield _on_entries(FaultKind.UNLINKED, entry)
        noted = scratch.execute("DELETE FROM heads WHERE entry = ? RETURNING hash", (entry,)).fetchall()
        if any(one != row["hash"] for (one,) in noted):
            yield _on_entries(FaultKind.REWRITTEN, entry)
        yield from _note_rows(scratch, row["rows"], entry, is_sound=is_sound, is_cut=entry < permitted.cut_by)
        number, before, before_is_sound = entry, row["hash"], is_sound
    (last,) = scratch.execute("SELECT coalesce(max(entry), 0) FROM heads").fetchone()
    if last > number:
        yield _on_entries(FaultKind.CUT_OFF, number + 1, last)


def _row_faults(connection: Connection, name: str, scratch: sqlite3.Connection) -> Iterator[Fault]:
    for key, digest in row_digests(connection, name):
        yield from _compared(scratch, name, key, digest)
    for raw, entry in scratch.execute("SELECT key, entry FROM newest WHERE tbl = ? ORDER BY key", (name,)):
        yield Fault(FaultKind.DELETED, name, raw.decode(), entry, entry)


def _set_faults(connection: Connection, name: str, scratch: sqlite3.Connection) -> Iterator[Fault]:
    for publication in publications_in(connection, name):
        yield from _compared(scratch, name, str(publication), set_digest(connection, name, publication))
    left = "SELECT key, entry FROM newest WHERE tbl = ? AND digest <> ? ORDER BY length(key), key"
    for raw, entry in scratch.execute(left, (name, NOTHING)):
        yield Fault(FaultKind.DELETED, name, raw.decode(), entry, entry)


def _compared(scratch: sqlite3.Connection, name: str, key: str, digest: str | None) -> Iterator[Fault]:
    """Compare a row or set with the newest digest, which is taken away: what is left in the end was deleted."""
    found = scratch.execute(_TAKE, (name, key.encode("utf-8", "surrogateescape"))).fetchall()
    if not found:
        yield Fault(FaultKind.INSERTED, name, _shown(key))
        return
    (said, entry, is_sound) = found[0]
    if digest != said:
        yield Fault(FaultKind.CHANGED, name, _shown(key), entry, entry)
    elif not is_sound:
        yield Fault(FaultKind.UNPROVEN, name, _shown(key), entry, entry)


def _is_sound(row: dict[str, Any], key: bytes, permitted: Allowed) -> bool:
    try:
        return permitted.is_as_written(row, key)
    except (TypeError, ValueError):
        return False


def _note_rows(scratch: sqlite3.Connection, rows: Any, entry: int, *, is_sound: bool, is_cut: bool) -> Iterator[Fault]:
    """Keep what an entry says of rows; a change that did not find a row as the entry before left it is told.

    Of a log that was cut, the entry before may be gone: it was looked at then.
    """
    for name, key, digest, before in _said_of_rows(rows):
        raw = key.encode("utf-8", "surrogateescape")
        known = scratch.execute("SELECT digest, entry FROM newest WHERE tbl = ? AND key = ?", (name, raw)).fetchone()
        found = None if known is None else known[0]
        if is_sound and name not in SETS and found != before and not (is_cut and found is None):
            yield Fault(FaultKind.BENT, name, _shown(key), 0 if known is None else known[1], entry)
        scratch.execute(_NOTE, (name, raw, digest, entry, is_sound))


def _said_of_rows(rows: Any) -> list[tuple[str, str, str, str | None]]:
    """Return what an entry says of rows; an altered one may say anything, of which nothing is taken then."""
    try:
        return [
            (str(name), str(key), str(digest), None if before is None else str(before))
            for name, key, digest, before in json.loads(rows)
        ]
    except (TypeError, ValueError):
        return []


def _note_heads(scratch: sqlite3.Connection, witness: Witness) -> list[Fault]:
    damaged: list[Fault] = []
    for head in witness.heads():
        if isinstance(head, Damaged):
            damaged.append(Fault(FaultKind.WITNESS_DAMAGED, "witness", str(head.number)))
        else:
            scratch.execute("INSERT OR IGNORE INTO heads VALUES (?, ?)", (head.entry, head.hash))
    return damaged


def _on_entries(kind: FaultKind, first: int, last: int | None = None) -> Fault:
    return Fault(kind, "audit", None, first, first if last is None else last)


def _shown(key: str) -> str:
    return key.encode("utf-8", "backslashreplace").decode()


@contextmanager
def _scratch() -> Iterator[sqlite3.Connection]:
    with (
        tempfile.TemporaryDirectory(prefix="ews-audit-") as folder,
        closing(sqlite3.connect(Path(folder) / "scratch.db", isolation_level=None)) as scratch,
    ):
        scratch.executescript(_SCRATCH)
        scratch.execute("BEGIN")
        yield scratch


@contextmanager
def _any_text(connection: Connection) -> Iterator[None]:
    """Have SQLite give text that is no UTF-8 too, which would end the check otherwise."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = str
