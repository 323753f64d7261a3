"""Adoptions: which policy holds from which day; told once, never changed.

Order   of two adoptions that hold from one day the later one counts
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import OperationalError

from ews.domain.errors import PolicyError
from ews.domain.text import sentence
from ews.store.audit import Entry, Head, append, hold, touched
from ews.store.audit_log import Log, witnessed
from ews.store.engine import Store, reading, writing
from ews.store.tables import adoptions, batches

ADOPT = "policy.adopt"
"""Action of the entry in the audit log."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """`number` counts adoptions upwards; `adopted_by` is who decided, by name."""

    number: int
    policy_hash: str
    holds_from: date
    adopted_at: datetime
    adopted_by: str
    note: str | None


def adopt(
    store: Store,
    policy_hash: str,
    holds_from: date,
    *,
    adopted_by: str,
    note: str | None = None,
    adopted_at: datetime | None = None,
    audit: Log | None = None,
) -> Adoption:
    """Let a policy hold from a day; `adopted_at` defaults to now. With `audit` the log tells of it, and proves it.

    PolicyError where batches of that day or later are published, since their decisions would be rewritten.
    """
    when = datetime.now(UTC).astimezone().replace(tzinfo=None) if adopted_at is None else adopted_at
    with writing(store) as connection:
        if store.on_postgresql:
            connection.execute(text("LOCK TABLE adoptions, batches IN SHARE ROW EXCLUSIVE MODE"))
        made = _add(connection, policy_hash, holds_from, adopted_by=adopted_by, note=note, adopted_at=when)
        head = None if audit is None else _log(connection, audit, made)
    if audit is not None and head is not None:
        witnessed(audit, head)
    return made


def adopt_within(
    connection: Connection,
    policy_hash: str,
    holds_from: date,
    *,
    adopted_by: str,
    note: str | None,
    adopted_at: datetime,
) -> Adoption:
    """Let a policy hold from a day, within a transaction of the caller's, who tells the log of the row of adoptions.

    PolicyError as in `adopt`, and while a batch is being published: who holds the log must not wait for that.
    """
    if connection.dialect.name == "postgresql":
        try:
            connection.execute(text("LOCK TABLE adoptions, batches IN SHARE ROW EXCLUSIVE MODE NOWAIT"))
        except OperationalError:
            message = sentence(
                "A batch is being published; no policy can be adopted from {holds_from} meanwhile. Try again.",
                holds_from=holds_from,
            )
            raise PolicyError(message) from None
    return _add(connection, policy_hash, holds_from, adopted_by=adopted_by, note=note, adopted_at=adopted_at)


def refuse_past(store: Store, holds_from: date) -> None:
    """Raise PolicyError where a policy could not be adopted from that day, because batches of it are published."""
    with reading(store) as connection:
        _refused(connection, holds_from)


def newest_published(store: Store) -> date | None:
    """Return the last day of which a batch is published: policies are adopted for later days."""
    with reading(store) as connection:
        return _newest(connection)


def in_force(store: Store, day: date) -> str | None:
    """Return the hash of the policy that holds on `day`, None where none was adopted for it."""
    held = [adoption for adoption in adopted(store) if adoption.holds_from <= day]
    return max(held, key=lambda one: (one.holds_from, one.number)).policy_hash if held else None


def adopted(store: Store) -> tuple[Adoption, ...]:
    """Return all adoptions, the first one first."""
    with reading(store) as connection:
        rows = connection.execute(select(adoptions).order_by(adoptions.c.adoption)).all()
    return tuple(
        Adoption(row.adoption, row.policy_hash, row.holds_from, row.adopted_at, row.adopted_by, row.note)
        for row in rows
    )


def _add(
    connection: Connection,
    policy_hash: str,
    holds_from: date,
    *,
    adopted_by: str,
    note: str | None,
    adopted_at: datetime,
) -> Adoption:
    made = Adoption(_refused(connection, holds_from) + 1, policy_hash, holds_from, adopted_at, adopted_by, note)
    row = {name: getattr(made, name) for name in Adoption.__dataclass_fields__ if name != "number"}
    connection.execute(insert(adoptions), [{"adoption": made.number, **row}])
    return made


def _log(connection: Connection, audit: Log, made: Adoption) -> Head:
    hold(connection)
    rows = (touched(connection, "adoptions", str(made.number)),)
    content = {"holds_from": made.holds_from, "note": made.note}
    entry = Entry(made.adopted_at, made.adopted_by, ADOPT, made.policy_hash, content=content, rows=rows)
    return append(connection, audit.key, [entry])


def _newest(connection: Connection) -> date | None:
    newest: date | None = connection.execute(select(func.max(batches.c.as_of))).scalar()
    return newest


def _refused(connection: Connection, holds_from: date) -> int:
    """Return the number of the newest adoption, 0 where there is none: the first may hold from any day."""
    newest, earlier = _newest(connection), connection.execute(select(func.max(adoptions.c.adoption))).scalar()
    if newest is not None and holds_from <= newest and earlier is not None:
        message = sentence(
            "Batches up to {newest} are published; a policy from {holds_from} would rewrite them. Give a day "
            "after {newest}.",
            newest=newest,
            holds_from=holds_from,
        )
        raise PolicyError(message)
    return earlier or 0
