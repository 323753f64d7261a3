"""Upkeep: what operators watch of a store: work that waits and is late, deliveries that fail, the head of the log.

Late  a case whose deadline is over, or has been since it was sent a role up
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Integer, Select, cast, func, or_, select

from ews.store.audit import chained
from ews.store.engine import Store, reading
from ews.store.tables import audit, deliveries, worklist


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many open cases of a kind are in a state, and how many of them are late."""

    kind: str
    state: str
    cases: int
    late: int


def waiting(store: Store, today: date) -> tuple[Waiting, ...]:
    """Return the open cases by kind and state, sorted."""
    with reading(store) as connection:
        rows = connection.execute(_by_state(today)).all()
    return tuple(Waiting(kind, state, count, late) for kind, state, count, late in rows)


def deliveries_failing(store: Store) -> int:
    """Return how many acts a receiver was tried to be told of at least once, in vain so far."""
    query = select(func.count()).select_from(deliveries)
    with reading(store) as connection:
        return connection.execute(
            query.where(deliveries.c.delivered_at.is_(None), deliveries.c.attempts > 0)
        ).scalar_one()


def head_is_of_key(store: Store, key: bytes) -> bool:
    """Tell whether the newest entry of the audit log was written with `key`; an empty log was with any."""
    with reading(store) as connection:
        newest = connection.execute(select(audit).order_by(audit.c.entry.desc()).limit(1)).first()
    return newest is None or chained(newest._asdict(), key) == newest.hash


def _by_state(today: date) -> Select[str, str, int, int]:
    is_late = or_(worklist.c.late_on.is_not(None), worklist.c.due_on < today)
    late = func.coalesce(func.sum(cast(func.coalesce(is_late, False), Integer)), 0)
    return (
        select(worklist.c.kind, worklist.c.state, func.count(), late)
        .group_by(worklist.c.kind, worklist.c.state)
        .order_by(worklist.c.kind, worklist.c.state)
    )
