"""Columns of the day: what is late or due today, what falls due this week, what waits for others; the rest behind them.

Week     the next `WEEK_DAYS` working days
Counts   of whole columns, however few items of them are asked for
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection

from ews.casework.day.my_day import Asked, Band, Item, See, cases_asked, days_on, items_of, terms_today, whose
from ews.casework.desk import Desk
from ews.casework.rights import FIELD, require
from ews.casework.warnings.deadlines import Terms
from ews.domain.people import Actor
from ews.domain.text import Text, sentence
from ews.store.engine import reading
from ews.store.work_pages import Slice, WorkKey, mine, others, whole_counts

WEEK_DAYS = 5


class Column(StrEnum):
    PRESSING = "pressing"
    WEEK = "week"
    OTHERS = "others"
    LATER = "later"
    SNOOZED = "snoozed"

    @property
    def text(self) -> Text:
        return _TEXTS[self]


_TEXTS: Mapping[Column, Text] = {
    Column.PRESSING: Text("Overdue and today", "逾期与今日"),
    Column.WEEK: Text("This week", "本周"),
    Column.OTHERS: Text("Waiting for others", "等待他人"),
    Column.LATER: Text("Later", "本周之后"),
    Column.SNOOZED: Text("Snoozed", "已暂缓"),
}


@dataclass(frozen=True, slots=True)
class DayCounts:
    """How much there is, by band and by column."""

    bands: Mapping[Band, int]
    columns: Mapping[Column, int]


@dataclass(frozen=True, slots=True)
class _Lists:
    """The conditions of what waits for somebody, and of what somebody waits for."""

    own: ColumnElement[bool]
    theirs: ColumnElement[bool]

    def of(self, column: Column) -> ColumnElement[bool]:
        return self.theirs if column is Column.OTHERS else self.own


@dataclass(frozen=True, slots=True)
class WholeDay:
    """Some columns, each as far as it was asked for, and how much there is in all."""

    columns: Mapping[Column, tuple[Item, ...]]
    counts: DayCounts


def whole_day(desk: Desk, actor: Actor, columns: Iterable[Column], *, limit: int, see: See = tuple) -> WholeDay:
    """Return up to `limit` items of each of the columns, with all counts, as one moment of the store has them."""
    require(actor, FIELD, sentence("have a list of work"))
    terms = terms_today(desk)
    lists = _lists(actor, terms)
    with reading(desk.store) as connection:
        found = {
            one: cases_asked(connection, terms, lists.of(one), Asked(_slice(one, terms), None, limit))
            for one in columns
        }
        counts = _counted(connection, lists, terms)
    seen = iter(see([case for page in found.values() for case in page]))
    return WholeDay({one: items_of(actor, [next(seen) for _ in page], terms) for one, page in found.items()}, counts)


def column_items(
    desk: Desk,
    actor: Actor,
    column: Column,
    *,
    limit: int,
    after: WorkKey | None = None,
    case_id: str | None = None,
    see: See = tuple,
) -> tuple[Item, ...]:
    """Return up to `limit` items of a column after `after`, or only the one of a case if it stands there now."""
    require(actor, FIELD, sentence("have a list of work"))
    terms = terms_today(desk)
    asked = Asked(_slice(column, terms), after, limit, case_id)
    with reading(desk.store) as connection:
        page = cases_asked(connection, terms, _lists(actor, terms).of(column), asked)
    return items_of(actor, see(page), terms)


def day_counts(desk: Desk, actor: Actor) -> DayCounts:
    """Count what waits for the actor, and for others."""
    require(actor, FIELD, sentence("have a list of work"))
    terms = terms_today(desk)
    with reading(desk.store) as connection:
        return _counted(connection, _lists(actor, terms), terms)


def _counted(connection: Connection, lists: _Lists, terms: Terms) -> DayCounts:
    days = days_on(terms.calendar, terms.today)
    week = Band.SOON.rank, Band.LATER.rank
    own, theirs = whole_counts(connection, lists.own, lists.theirs, days, _week_end(terms))
    by_band = {band: sum(one.cases for one in own if one.band == band.rank) for band in Band}
    columns = {
        Column.PRESSING: by_band[Band.LATE] + by_band[Band.TODAY],
        Column.WEEK: sum(one.cases for one in own if one.band in week and one.is_due),
        Column.OTHERS: theirs,
        Column.LATER: sum(one.cases for one in own if one.band in week and not one.is_due),
        Column.SNOOZED: by_band[Band.SNOOZED],
    }
    return DayCounts(by_band, columns)


def _lists(actor: Actor, terms: Terms) -> _Lists:
    who = whose(actor)
    return _Lists(mine(who), others(who, terms.today))


def _week_end(terms: Terms) -> date:
    return terms.calendar.after(terms.today, WEEK_DAYS)


def _slice(column: Column, terms: Terms) -> Slice:
    week = _week_end(terms)
    ahead = _ranks(Band.SOON, Band.LATER)
    slices = {
        Column.PRESSING: Slice(_ranks(Band.LATE, Band.TODAY)),
        Column.WEEK: Slice(ahead, due_to=week),
        Column.LATER: Slice(ahead, due_from=week),
        Column.SNOOZED: Slice(_ranks(Band.SNOOZED)),
    }
    return slices.get(column, Slice())


def _ranks(*bands: Band) -> frozenset[int]:
    return frozenset(band.rank for band in bands)
