"""Chunk: many acts of the system in one transaction, each with its own entry in the log; for nightly work.

A chunk is stored whole or not at all, so that work that is killed goes on where it was when it is run again. People
work meanwhile: what has nothing to do never asks for the right to write, and on SQLite, where one has it at a time and
whoever waits looks ten times a second, there is a pause after each chunk that wrote. A desk that yields pauses after
each chunk for twice as long as it took, so that pages that the same process serves meanwhile stay quick.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from ews.casework.desk import Desk, Work
from ews.domain.people import SYSTEM
from ews.store.audit import Entry, Touched, append, changing, digest_of
from ews.store.audit_log import witnessed
from ews.store.case_chunks import Step, store_steps
from ews.store.cases import Act, Case
from ews.store.engine import reading
from ews.store.tables import metadata

CHUNK = 200
"""Borrowers or cases of one transaction."""
PAUSE = 0.12
"""Seconds that others have at most on SQLite until the next chunk; as many as the chunk took, if that is less."""


YIELD = 2.0
"""How long a desk that yields leaves to others, as a multiple of what it took to look through a chunk."""


def in_chunks(names: Collection[str]) -> Iterator[tuple[str, ...]]:
    """Yield the names in their order, so many at a time as one transaction takes."""
    ordered = sorted(names)
    for start in range(0, len(ordered), CHUNK):
        yield tuple(ordered[start : start + CHUNK])


def do_steps(desk: Desk, steps_of: Callable[[Work], Sequence[Step]]) -> tuple[tuple[Case, Act], ...]:
    """Do in one transaction, as the system, what `steps_of` finds to be done in it; each act gets an entry."""
    looked = time.perf_counter()
    with reading(desk.store) as connection:
        found_nothing = not steps_of(_work(desk, connection))
    if desk.yields:
        time.sleep(YIELD * (time.perf_counter() - looked))
    if found_nothing:
        return ()
    started = time.perf_counter()
    with changing(desk.store) as connection:
        work = _work(desk, connection)
        at, steps = work.at, steps_of(work)
        found = _digests(connection, "cases", {step.case.case_id for step in steps if step.case.case_id})
        done = store_steps(connection, steps, user_id=SYSTEM.user_id, at=at)
        head = append(connection, desk.audit_key, _entries(connection, done, found)) if done else None
    if head is not None:
        witnessed(desk.log, head)
    if done and not desk.store.on_postgresql:
        time.sleep(min(PAUSE, time.perf_counter() - started))
    return done


def _work(desk: Desk, connection: Connection) -> Work:
    at = desk.now()
    return Work(connection, SYSTEM, at, desk.policy_on(at.date()))


def _entries(connection: Connection, done: Sequence[tuple[Case, Act]], found: Mapping[str, Touched]) -> list[Entry]:
    """Return an entry for each act; of several on one case the last tells what the case is in the end.

    `found` has what the cases were before.
    """
    cases = {
        case_id: replace(row, before=found[case_id].digest if case_id in found else None)
        for case_id, row in _digests(connection, "cases", {act.case_id for _, act in done}).items()
    }
    acts = _digests(connection, "acts", {act.act for _, act in done})
    last = {act.case_id: act.act for _, act in done}
    return [
        Entry(
            act.at,
            act.user_id,
            f"{case.kind}.{act.verb}",
            act.case_id,
            rows=(*([cases[act.case_id]] if last[act.case_id] == act.act else []), acts[str(act.act)]),
            borrowers=() if case.borrower_id is None else (case.borrower_id,),
        )
        for case, act in done
    ]


def _digests(connection: Connection, name: str, keys: Collection[str | int]) -> dict[str, Touched]:
    table = metadata.tables[name]
    (column,) = table.primary_key.columns
    rows = connection.execute(select(table).where(column.in_(sorted(keys, key=str))))
    return {
        str(row[column.name]): Touched(name, str(row[column.name]), digest_of(table, row)) for row in rows.mappings()
    }
