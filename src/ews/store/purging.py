"""Purging: what the store holds longer than it has to.

Batches  decisions and records of batches that are over; what a batch counted stays. The newest of each portfolio, and
         what the kept ones were compared with, stay
Cases    names and texts of closed ones; that there was one, and what was decided when, stays
Persons  who owes, or has an open case, keeps decisions and cases
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, and_, delete, or_, select, true

from ews.store.forgetting import Touch, redact_cases
from ews.store.keeping import newest_publications
from ews.store.tables import acts, batches, cases, decisions, packed_records, records


@dataclass(frozen=True, slots=True)
class Old:
    """A batch whose term is over; `directory` lies below the home."""

    publication: int
    directory: str


def old_batches(connection: Connection, before: datetime) -> list[Old]:
    """Return the batches of days before `before` that no kept one needs, oldest first."""
    rows = connection.execute(select(batches).order_by(batches.c.as_of, batches.c.publication)).all()
    newest = set(newest_publications(connection).values())
    kept = [row for row in rows if row.as_of >= before.date() or row.publication in newest]
    needed = {one for row in kept for one in (row.batch_id, row.predecessor_id, row.compared_id)}
    return [Old(row.publication, row.directory) for row in rows if row.batch_id not in needed]


def purge_decisions(connection: Connection, old: Collection[Old], touch: Touch, *, of_all: bool) -> None:
    """Delete the decisions of batches, but those on persons with whom something goes on unless `of_all`."""
    for batch in old:
        for table in (decisions, packed_records, records):
            at = table.c.publication == batch.publication
            if table is decisions and not of_all:
                at = and_(at, decisions.c.borrower_id.not_in(_going_on(connection)))
            gone = connection.execute(delete(table).where(at)).rowcount
            touch.note(table.name, gone)
            if gone:
                touch.sets.add((table.name, batch.publication))


def purge_cases(connection: Connection, before: datetime, touch: Touch, *, of_all: bool) -> None:
    """Take names and texts out of cases that were closed before `before`."""
    over = select(cases.c.case_id).where(cases.c.closed_at < before).order_by(cases.c.case_id)
    if not of_all:
        goes_on = cases.c.borrower_id.in_(_going_on(connection))
        over = over.where(or_(cases.c.borrower_id.is_(None), ~goes_on))
    redact_cases(connection, list(connection.execute(over).scalars()), (), touch)


def needed_texts(connection: Connection, before: datetime | None, *, of_all: bool) -> list[str]:
    """Return what the cases say that are kept, all of them without `before`: what none of these names may go."""
    kept = or_(cases.c.closed_at.is_(None), cases.c.closed_at >= before) if before is not None else true()
    if not of_all:
        kept = or_(kept, cases.c.borrower_id.in_(_going_on(connection)))
    bodies = connection.execute(select(cases.c.body).where(kept)).scalars()
    told = select(acts.c.content).join(cases, cases.c.case_id == acts.c.case_id).where(kept)
    return [text for text in (*bodies, *connection.execute(told).scalars()) if "sha256" in text or "evidence" in text]


def _going_on(connection: Connection) -> Select[str]:
    """Return the borrowers that owe as far as the newest batches know, or have an open case."""
    newest = newest_publications(connection).values()
    owing = select(decisions.c.borrower_id).where(
        decisions.c.publication.in_(newest),
        or_(decisions.c.exposure_fen.is_(None), decisions.c.exposure_fen > 0),
    )
    is_open = select(cases.c.borrower_id).where(cases.c.closed_at.is_(None), cases.c.borrower_id.is_not(None))
    return select(owing.union(is_open).subquery().c.borrower_id)
