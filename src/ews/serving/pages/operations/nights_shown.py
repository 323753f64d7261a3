"""Nights as the operations page tells them: the last one, whether one is due, what was done, what did not succeed.

Done     by the service itself, day by day, as far as the newest acts reach
Waiting  borrowers whose new warnings the last night left in the queue
Failed   approvals that could not be carried out, and deliveries that were given up
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from ews.casework.approvals.proposal import ADOPTION, PROMOTION, Proposal, body_of
from ews.casework.desk import Desk
from ews.casework.dossier.words import VERB_TEXTS
from ews.casework.night_due import STEP, due_now
from ews.casework.words import KIND_TEXTS
from ews.domain.people import SYSTEM
from ews.domain.text import Text
from ews.store.cases import Case, CaseFilter, newest_cases
from ews.store.engine import reading
from ews.store.nights import Done, done_at, done_by, find_mark
from ews.store.receivers import Backlog, Receiver, all_receivers, backlog_of

DAYS = 7
"""Days of nights that are told, the newest of them."""
NEWEST = 100_000
"""Acts that are looked through for what the service did."""
_PROPOSALS = 20


@dataclass(frozen=True, slots=True)
class DayDone:
    """What the service did on a day: kind, verb and how often."""

    day: date
    acts: int
    parts: tuple[tuple[Text, Text, int], ...]


@dataclass(frozen=True, slots=True)
class Nights:
    """`done_at`, `of_day` and `waiting` are of the last night, null where none is known."""

    done_at: datetime | None
    of_day: date | None
    is_due: bool
    waiting: int | None
    days: tuple[DayDone, ...]
    failed: tuple[tuple[Case, Proposal], ...]
    receivers: tuple[tuple[Receiver, Backlog], ...]

    @property
    def given_up(self) -> int:
        """Return how many deliveries were given up."""
        return sum(backlog.given_up for _, backlog in self.receivers)


def nights(desk: Desk) -> Nights:
    """Return how the nights of casework stand."""
    due = due_now(desk)
    with reading(desk.store) as connection:
        mark, at = find_mark(connection, STEP), done_at(connection, STEP)
        done = done_by(connection, SYSTEM.user_id, newest=NEWEST)
        proposals = [
            case
            for kind in (ADOPTION, PROMOTION)
            for case in newest_cases(connection, CaseFilter(kinds=[kind]), limit=_PROPOSALS)
        ]
        told = tuple((one, backlog_of(connection, one.receiver_id)) for one in all_receivers(connection))
    bodies = ((case, body_of(case)) for case in proposals)
    return Nights(
        at,
        None if mark is None else date.fromisoformat(json.loads(mark.due)[0]),
        mark is None or mark.due != due,
        None if mark is None else mark.waiting,
        _days(done),
        tuple((case, body) for case, body in bodies if body.failure is not None),
        told,
    )


def _days(done: tuple[Done, ...]) -> tuple[DayDone, ...]:
    days = [(day, list(rows)) for day, rows in groupby(done, key=lambda one: one.day)]
    return tuple(
        DayDone(
            day,
            sum(one.acts for one in rows),
            tuple((_text(KIND_TEXTS, one.kind), _text(VERB_TEXTS, one.verb), one.acts) for one in rows),
        )
        for day, rows in days[:DAYS]
    )


def _text(texts: Mapping[str, Text], code: str) -> Text:
    return texts.get(code, Text(code, code))
