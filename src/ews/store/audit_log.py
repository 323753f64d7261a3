"""Audit log: where it is written to: the store, the key and the witness, opened together.

Files   key and witness.jsonl in one folder outside the database, unless the key is kept elsewhere
Begin   the first entry takes over what the store holds by then, so that what comes in beside the log shows
Change  rows and the entry that tells of them are stored together or not at all; the answer waits for the witness
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from ews.domain.errors import SettingsError, TamperedError
from ews.domain.people import SYSTEM
from ews.store.audit import BEGINNING, Entry, Head, Touched, append, chained, changing, head_of, merged, touched
from ews.store.audit_key import make_key, read_key
from ews.store.audit_rows import held
from ews.store.engine import Store, reading
from ews.store.tables import audit
from ews.store.witness import Witness

KEY, WITNESS = "key", "witness.jsonl"
BEGIN = "audit.begin"


@dataclass(frozen=True, slots=True)
class Log:
    """`witness` is called with the head after each commit."""

    store: Store
    key: bytes = field(repr=False)
    witness: Callable[[Head], None] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A change under way; what is put into `content` while it is made is told in its entry too."""

    connection: Connection
    rows: list[Touched] = field(default_factory=list)
    content: dict[str, Any] = field(default_factory=dict)

    def touch(self, table: str, key: str, before: str | None = None) -> None:
        """Keep for the log what a row holds now; `before` is what `found` gave before it was changed."""
        self.rows.append(touched(self.connection, table, key, before))

    def found(self, table: str, key: str) -> str:
        """Return the digest of a row that is about to be changed."""
        return touched(self.connection, table, key).digest


@contextmanager
def change(log: Log, entry: Entry) -> Iterator[Change]:
    """Give a transaction; it is stored, with its entry, when the block ends without an error, and witnessed then."""
    with changing(log.store) as connection:
        made = Change(connection)
        yield made
        rows = merged((*entry.rows, *made.rows))
        head = append(connection, log.key, [replace(entry, rows=rows, content={**entry.content, **made.content})])
    witnessed(log, head)


def witnessed(log: Log, head: Head) -> None:
    """Have the head noted outside the database, where there is a witness; called after the commit."""
    if log.witness is not None:
        log.witness(head)


def open_log(store: Store, folder: Path, *, key_file: Path | None = None, at: datetime | None = None) -> Log:
    """Open the log whose witness, and key unless `key_file` is given, lie in `folder`; make them at first use.

    SettingsError where the key is lost or of another log; TamperedError where the log is empty but was not before.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    witness, path = Witness(folder / WITNESS), key_file or folder / KEY
    with reading(store) as connection:
        newest = connection.execute(select(audit).order_by(audit.c.entry.desc()).limit(1)).first()
    if newest is None:
        _check_new(witness)
        log = Log(store, make_key(path), witness)
        begin(log, at)
        return log
    log = Log(store, read_key(path), witness)
    if chained(newest._asdict(), log.key) != newest.hash:
        message = (
            f"The newest entry of the audit log, {newest.entry}, was not written with the key '{path}'. Put the right "
            "key there; if it is the right one, the log was tampered with: see 'ews audit verify'."
        )
        raise SettingsError(message)
    return log


def begin(log: Log, at: datetime | None = None) -> None:
    """Take over what the store holds in a first entry, where the log is empty; `at` defaults to now."""
    when = datetime.now(UTC).astimezone().replace(tzinfo=None) if at is None else at
    with changing(log.store) as connection:
        if head_of(connection) != Head(0, BEGINNING):
            return
        rows = tuple(held(connection))
        head = append(connection, log.key, [Entry(when, SYSTEM.user_id, BEGIN, "audit", rows=rows)])
    witnessed(log, head)


def _check_new(witness: Witness) -> None:
    if not witness.is_empty:
        message = (
            f"The audit log is empty, but '{witness.path}' has noted entries of it: the log was deleted, or this is "
            f"another store. Put the store back from the backup; for a new store move '{witness.path.parent}' away."
        )
        raise TamperedError(message)
