"""Keeping: what is taken out of the store for good, in one transaction that the audit log tells of and stays whole in.

Dry     the same work is done and undone, so that what is told is what would be done
Pages   what was deleted is written over: on SQLite by secure_delete and VACUUM, on PostgreSQL by VACUUM FULL; copies of
        the server's own log and backups are the bank's to let expire
"""

import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, text

from ews.store.audit import Entry, append, changing
from ews.store.audit_log import Log, witnessed
from ews.store.engine import Store
from ews.store.forgetting import Touch, proven
from ews.store.personal import without
from ews.store.redaction import SEALED, redact
from ews.store.tables import batches, metadata

_TEXTS = ("subject", "borrowers", "content")


class _Dry(Exception):  # noqa: N818 - no error: it ends a transaction that is not to be
    """Undoes what was done."""


def newest_publications(connection: Connection) -> dict[str, int]:
    """Return the publication that holds now, by portfolio."""
    query = select(batches.c.portfolio, batches.c.publication).order_by(batches.c.as_of, batches.c.publication)
    return {row.portfolio: row.publication for row in connection.execute(query)}


def take_out(
    log: Log,
    entry: Entry,
    work: Callable[[Connection, Touch], Mapping[str, Any] | None],
    named: Collection[str] = (),
    *,
    dry: bool,
) -> Touch:
    """Do `work` in the store and enter it; older entries lose `named` texts, and digests of what was touched.

    `work` returns what the entry tells besides its counts, None where there is nothing to do: nothing is entered then.
    """
    touch = Touch()
    head = None
    try:
        with changing(log.store) as connection:
            if connection.dialect.name == "sqlite":
                connection.execute(text("PRAGMA secure_delete = ON"))
            told = work(connection, touch)
            sealed = redact(connection, log.key, _redacted(touch, named))
            touch.note("audit", len(sealed))
            if dry:
                raise _Dry
            if told is not None and (touch.changed or told):
                rows = proven(connection, touch)
                seal = Entry(entry.at, entry.user_id, SEALED, "audit", content={"sealed": sealed})
                content = {**entry.content, **told, "changed": touch.changed}
                act = Entry(entry.at, entry.user_id, entry.action, entry.subject, None, content, rows, entry.borrowers)
                head = append(connection, log.key, [seal, act] if sealed else [act])
    except _Dry:
        return touch
    if head is not None:
        witnessed(log, head)
    return touch


def wipe_pages(store: Store) -> None:
    """Have the database hold nothing of what was deleted; it takes as long, and as much room, as a copy of it."""
    with store.engine.connect() as plain:
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        if store.on_postgresql:
            for table in metadata.sorted_tables:
                connection.exec_driver_sql(f'VACUUM (FULL) "{table.name}"')
            return
        driver: Any = connection.connection.driver_connection
        driver.execute("VACUUM")
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _redacted(touch: Touch, named: Collection[str]) -> Callable[[dict[str, Any]], Mapping[str, Any]]:
    keys = {*touch.rows, *((name, str(number)) for name, number in touch.sets)}

    def changed(row: dict[str, Any]) -> Mapping[str, Any]:
        kept = {name: None if row[name] is None else without(row[name], named) for name in _TEXTS}
        said = [] if row["rows"] == "[]" or not keys else json.loads(row["rows"])
        left = [one for one in said if (one[0], one[1]) not in keys]
        if len(left) != len(said):
            kept["rows"] = json.dumps(left, separators=(",", ":"))
        return kept

    return changed


def day_before(months: int, now: datetime) -> datetime:
    """Return the midnight `months` before the day of `now`, the last day of a month where that has fewer days."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    for day in range(now.day, 27, -1):
        try:
            return datetime(year, month + 1, day)
        except ValueError:
            continue
    return datetime(year, month + 1, now.day)
