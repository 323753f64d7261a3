"""Checkups: what was found when a batch's model was looked at, one row per batch, replaced by a later look.

Derived  from batch, book and model; nothing of it is proven by the log, and a look can be made again
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from ews.store.batches import ranked
from ews.store.engine import Store, reading, writing
from ews.store.tables import checkups

MOST = 36


@dataclass(frozen=True, slots=True)
class Checkup:
    """`body` is what monitoring wrote of it, `alarms` and `watched` how many it counts."""

    publication: int
    made_at: datetime
    alarms: int
    watched: int
    body: str


def keep_checkup(store: Store, checkup: Checkup) -> None:
    """Keep what was found, in place of an earlier look at the same batch."""
    with writing(store) as connection:
        connection.execute(delete(checkups).where(checkups.c.publication == checkup.publication))
        values = {name: getattr(checkup, name) for name in Checkup.__dataclass_fields__}
        connection.execute(insert(checkups), [values])


def newest_checkup(store: Store, portfolio: str) -> Checkup | None:
    """Return the look at the newest batch of the portfolio that was looked at, None without any."""
    found = checkup_history(store, portfolio, limit=1)
    return found[0] if found else None


def checkup_history(
    store: Store, portfolio: str, *, before: int | None = None, limit: int = MOST
) -> tuple[Checkup, ...]:
    """Return looks at batches that are not superseded, newest first; with `before` only older ones than that batch."""
    with reading(store) as connection:
        return _found(connection, portfolio, before, limit)


def _found(connection: Connection, portfolio: str, before: int | None, limit: int) -> tuple[Checkup, ...]:
    view = ranked()
    query = (
        select(checkups)
        .join(view, view.c.publication == checkups.c.publication)
        .where(view.c.portfolio == portfolio, view.c.edition == 1)
        .order_by(view.c.as_of.desc())
    )
    if before is not None:
        day = select(view.c.as_of).where(view.c.publication == before).scalar_subquery()
        query = query.where(view.c.as_of < day)
    return tuple(_checkup(row) for row in connection.execute(query.limit(limit)))


def _checkup(row: Row[Any]) -> Checkup:
    return Checkup(**{name: getattr(row, name) for name in Checkup.__dataclass_fields__})
