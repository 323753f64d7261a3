"""Nights: what the nightly work was last gone through for, so that a service that starts again need not begin anew.

Grain    one row per kind of work, replaced when that work has come to its end
Derived  only cases and acts are proven by the log; without the row everything is gone through
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, func, insert, or_, select

from ews.store.tables import acts, cases, nights

About = frozenset[tuple[str, str]]
"""Borrowers, each by portfolio and borrower_id."""


@dataclass(frozen=True, slots=True)
class Mark:
    """`due` names the day, and all else that the work was done for.

    The work began after act `begun` and had done its own by act `ended`. `waiting` is how many borrowers it left
    waiting.
    """

    due: str
    begun: int
    ended: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Done:
    """How many acts of a verb were done on a day, on cases of a kind."""

    day: date
    kind: str
    verb: str
    acts: int


def last_act(connection: Connection) -> int:
    return connection.execute(select(func.max(acts.c.act))).scalar() or 0


def find_mark(connection: Connection, work: str) -> Mark | None:
    """Return what the work was last done for, None where that is not known."""
    row = connection.execute(select(nights).where(nights.c.work == work)).first()
    return None if row is None else Mark(row.due, row.begun, row.ended, row.waiting)


def done_at(connection: Connection, work: str) -> datetime | None:
    """Return when the work was last done, None where that is not known."""
    return connection.execute(select(nights.c.done_at).where(nights.c.work == work)).scalar()


def done_by(connection: Connection, user_id: str, *, newest: int) -> tuple[Done, ...]:
    """Return what somebody did, by day, kind and verb, the last day first; looks at the `newest` acts of all only."""
    day = func.date(acts.c.at)
    query = (
        select(day.label("day"), cases.c.kind, acts.c.verb, func.count().label("acts"))
        .join_from(acts, cases, acts.c.case_id == cases.c.case_id)
        .where(acts.c.user_id == user_id, acts.c.act > last_act(connection) - newest)
        .group_by(day, cases.c.kind, acts.c.verb)
    )
    rows = connection.execute(query).all()
    found = [Done(date.fromisoformat(str(row.day)), row.kind, row.verb, row.acts) for row in rows]
    return tuple(sorted(found, key=lambda one: (-one.day.toordinal(), one.kind, -one.acts, one.verb)))


def keep_mark(connection: Connection, work: str, mark: Mark, at: datetime) -> None:
    """Note that the work was done to its end."""
    connection.execute(delete(nights).where(nights.c.work == work))
    connection.execute(insert(nights), [{"work": work, **asdict(mark), "done_at": at}])


def touched_since(connection: Connection, mark: Mark, *, but_by: Collection[str], most: int) -> About | None:
    """Return whose cases were acted on since the work began, by others than `but_by` as long as it lasted.

    None where these are more than `most`.
    """
    told = or_(acts.c.act > mark.ended, acts.c.user_id.not_in(sorted(but_by)))
    query = (
        select(cases.c.portfolio, cases.c.borrower_id)
        .join_from(acts, cases, acts.c.case_id == cases.c.case_id)
        .where(acts.c.act > mark.begun, told, cases.c.portfolio.is_not(None), cases.c.borrower_id.is_not(None))
        .distinct()
        .limit(most + 1)
    )
    found = frozenset((row.portfolio, row.borrower_id) for row in connection.execute(query))
    return found if len(found) <= most else None
