"""Feeds (数据供给): which tables of the book are missing, late or thin on the day of a batch.

Reads     the book's manifest and the days of its rows, up to the batch's as_of and by what was known then
Days      `behind` counts from the last row to as_of. `usual` is how far behind it may be: the widest gap between two
          days with rows in the year before, or what it was behind 30, 60 … 360 days ago by what was known then, if that
          is more; null with fewer than LEAST_DAYS days. A monthly statement is 31 days behind and on time
MISSING   the book has no such table, though the model learnt from what is read of it; or what it covers ended more than
          SILENT_DAYS before
LATE      more days behind than is usual; told of feeds that bring rows all the time (events/coverage.py). Another
          feed is late where what it covers ends before as_of
THIN      the last 30 days brought less than half of what the leanest of the 12 times 30 days before did, each by what
          was known at its end, and those a row a day at least: part of a feed is missing. A season that comes every
          year has been among the twelve
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import ibis
import numpy as np
from numpy.typing import NDArray

from ews.events.book import Book, was_known
from ews.events.coverage import SILENT_DAYS, STEADY
from ews.events.schemas import TABLES, EventTable
from ews.features.catalogue import FAMILIES, family_name, family_of, feature

LEAST_DAYS = 6
"""Days with rows from which a rhythm can be told."""
_YEAR, _MONTH = 365, 30
_LEAN = 0.5


class FeedState(StrEnum):
    ON_TIME = "on_time"
    LATE = "late"
    THIN = "thin"
    MISSING = "missing"
    ABSENT = "absent"
    """Not there, and no model missed it."""


@dataclass(frozen=True, slots=True)
class Feed:
    """`covered_to` is the last day that the table speaks of, as_of at most; `rows` of the last 30 days.

    `lean` are the rows of the leanest 30 days among the 12 times 30 before; null where the table brings none, or the
    book does not reach back so far. `families` of features read the table; others may look into it where it is there.
    """

    table: str
    state: FeedState
    families: tuple[str, ...]
    covered_to: date | None
    last_row: date | None
    behind: int | None
    usual: int | None
    rows: int | None
    lean: int | None


def feeds(book: Book, as_of: date, known_by: date, learnt_from: Collection[str]) -> tuple[Feed, ...]:
    """Return the state of every table that features read, and of all that bring rows all the time.

    `learnt_from` are the features that the model uses.
    """
    needed = {family_of(feature(name)) for name in learnt_from if _is_known(name)}
    found = []
    for schema in TABLES:
        families = tuple(family_name(one) for one in FAMILIES if any(schema.name in reads for reads in one.READS))
        if families or schema.name in STEADY:
            found.append(_feed(book, schema, as_of, known_by, families, is_missed=_is_missed(book, families, needed)))
    return tuple(found)


def _is_missed(book: Book, families: Sequence[str], needed: Collection[str]) -> bool:
    """Tell whether a family that the model learnt from can be made of no set of tables that the book has."""
    by_name = {family_name(one): one for one in FAMILIES}
    return any(
        name in needed and not any(all(map(book.has, reads)) for reads in by_name[name].READS) for name in families
    )


def _feed(
    book: Book, schema: EventTable, as_of: date, known_by: date, families: tuple[str, ...], *, is_missed: bool
) -> Feed:
    name = schema.name
    if not book.has(name):
        state = FeedState.MISSING if is_missed else FeedState.ABSENT
        return Feed(name, state, families, None, None, None, None, None, None)
    covered = book.covered(name)
    covered_to = None if covered is None else min(covered[1], as_of)
    if schema.happened is None or name not in STEADY:
        state = _covered_state(covered_to, as_of, steady=False)
        return Feed(name, state, families, covered_to, None, None, None, None, None)
    days = _days(book, schema, as_of, known_by)
    if not len(days.day):
        return Feed(name, FeedState.MISSING, families, covered_to, None, None, None, 0, None)
    behind, usual, now, lean = int(days.ago[-1]), _usual(days), *_volumes(days)
    state = _covered_state(covered_to, as_of, steady=True)
    if state is FeedState.ON_TIME and usual is not None and behind > usual:
        state = FeedState.LATE
    if state is FeedState.ON_TIME and lean is not None and lean >= _MONTH and now < _LEAN * lean:
        state = FeedState.THIN
    return Feed(name, state, families, covered_to, days.day[-1].item(), behind, usual, now, lean)


def _covered_state(covered_to: date | None, as_of: date, *, steady: bool) -> FeedState:
    if covered_to is None or covered_to >= as_of:
        return FeedState.ON_TIME
    silent = (as_of - covered_to).days > SILENT_DAYS
    return FeedState.MISSING if silent else FeedState.ON_TIME if steady else FeedState.LATE


@dataclass(frozen=True, slots=True, eq=False)
class _Days:
    """Days with rows, in order; `ago` before as_of, `in_time` the rows known by the end of their 30 days."""

    day: NDArray[np.datetime64]
    ago: NDArray[np.int64]
    in_time: NDArray[np.int64]


def _days(book: Book, schema: EventTable, as_of: date, known_by: date) -> _Days:
    """Return the days with rows within two years."""
    table, until = book.table(schema.name), ibis.date(as_of)
    day = table[str(schema.happened)].cast("date")
    told = table.filter(day <= until, day > ibis.date(as_of - timedelta(days=2 * _YEAR)))
    told = told.filter(was_known(told, ibis.date(known_by))).select(day=day, known_on="known_on")
    ago = until.delta(told.day, unit="day")
    in_time = until.delta(told.known_on, unit="day") >= ago - ago % _MONTH
    counted = told.group_by("day").aggregate(in_time=in_time.sum()).order_by("day").to_pyarrow()
    days = counted["day"].to_numpy().astype("datetime64[D]")
    return _Days(days, (np.datetime64(as_of) - days).astype(np.int64), counted["in_time"].to_numpy().astype(np.int64))


def _usual(days: _Days) -> int | None:
    year = days.ago[days.ago < days.ago[-1] + _YEAR]
    if len(year) < LEAST_DAYS:
        return None
    known = days.ago[(days.in_time > 0) & (days.ago >= _MONTH) & (days.ago < _MONTH + _YEAR)]
    last = {int(ago) // _MONTH: int(ago) % _MONTH for ago in known}  # days lie in order: the last of each 30 stays
    return max(int(-np.diff(year).min()), *last.values(), 0)


def _volumes(days: _Days) -> tuple[int, int | None]:
    """Return the rows of the last 30 days, and of the leanest of the 12 times 30 before where all are within reach."""
    by_month = np.bincount(days.ago // _MONTH, weights=days.in_time, minlength=13)[:13].astype(np.int64)
    reaches = int(days.ago[0]) >= 12 * _MONTH
    return int(by_month[0]), int(by_month[1:].min()) if reaches else None


def _is_known(name: str) -> bool:
    try:
        feature(name)
    except KeyError:
        return False
    return True
