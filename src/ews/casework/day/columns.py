"""Columns of the day: what is late or due today, what falls due this week, what waits for others; the rest behind them.

Lines    one per borrower, in the column of its most pressing case, and one per quarterly session of a branch
Week     the next `WEEK_DAYS` working days
Counts   of whole columns, however few lines of them are asked for; of bands, each case by itself
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection

from ews.casework.day.my_day import Band, Item, See, days_on, items_of, terms_today, whose
from ews.casework.desk import Desk
from ews.casework.rights import FIELD, require
from ews.casework.warnings.deadlines import Terms
from ews.domain.levels import WarningLevel
from ews.domain.people import Actor
from ews.domain.text import Text, sentence
from ews.store import work_lines
from ews.store.cases import Case
from ews.store.engine import reading
from ews.store.work_lines import About, ByColumn, LineFound, LineKey
from ews.store.work_pages import WorkKey, band_counts, in_order, mine, others

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

_OWN = {
    Column.PRESSING: work_lines.PRESSING,
    Column.WEEK: work_lines.WEEK,
    Column.LATER: work_lines.AFTER,
    Column.SNOOZED: work_lines.ALL_REST,
}


@dataclass(frozen=True, slots=True)
class DayCounts:
    """How many cases there are in each band, and how many lines in each column."""

    bands: Mapping[Band, int]
    columns: Mapping[Column, int]


@dataclass(frozen=True, slots=True)
class Line:
    """All that waits about one borrower, or in one session; `item` is the most pressing of it, of a session any form.

    `case_ids` are the cases of the line, the most pressing first; of a session none.
    """

    found: LineFound
    item: Item
    case_ids: tuple[str, ...]

    @property
    def case(self) -> Case:
        return self.item.case

    @property
    def is_session(self) -> bool:
        return self.found.key.about is About.SESSION

    @property
    def to_determine(self) -> int:
        return self.found.items - self.found.to_approve

    @property
    def level(self) -> WarningLevel | None:
        """Return the highest level of any of its cases."""
        rank = self.found.level_rank
        return None if rank is None else next(one for one in WarningLevel if one.rank == rank)


@dataclass(frozen=True, slots=True)
class WholeDay:
    """Some columns, each as far as it was asked for, and how much there is in all."""

    columns: Mapping[Column, tuple[Line, ...]]
    counts: DayCounts


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line with each of its cases, the most pressing first; of a session none."""

    line: Line
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class _Lists:
    """The conditions of what waits for somebody, and of what somebody waits for, with how each has columns."""

    own: ColumnElement[bool]
    theirs: ColumnElement[bool]
    by: ByColumn

    def of(self, column: Column) -> tuple[ColumnElement[bool], ByColumn]:
        return (self.theirs, ByColumn(self.by.days)) if column is Column.OTHERS else (self.own, self.by)


def whole_day(desk: Desk, actor: Actor, columns: Iterable[Column], *, limit: int, see: See = tuple) -> WholeDay:
    """Return up to `limit` lines of each of the columns, with all counts, as one moment of the store has them."""
    terms, lists = _asked(desk, actor)
    asked = {_OWN[one]: one for one in columns if one in _OWN}
    with reading(desk.store) as connection:
        own, number = work_lines.first_lines(connection, lists.own, lists.by, limit=limit)
        theirs, waiting = work_lines.first_lines(connection, *lists.of(Column.OTHERS), limit=limit)
        counts = DayCounts(_bands(connection, lists), _by_column(number, waiting))
        lines = _lines(connection, actor, terms, (lists.own, [one for one in own if one.column in asked]), see)
        those = _lines(connection, actor, terms, (lists.theirs, theirs), see)
    shown = {column: tuple(one for one in lines if one.found.column == number) for number, column in asked.items()}
    return WholeDay({**shown, Column.OTHERS: those}, counts)


def column_lines(
    desk: Desk, actor: Actor, column: Column, *, limit: int, after: WorkKey | None = None, see: See = tuple
) -> tuple[Line, ...]:
    """Return up to `limit` lines of a column after `after`."""
    terms, lists = _asked(desk, actor)
    wanted, by = lists.of(column)
    number = _OWN.get(column, work_lines.PRESSING)
    with reading(desk.store) as connection:
        found = work_lines.lines_page(connection, wanted, by, number, limit=limit, after=after)
        return _lines(connection, actor, terms, (wanted, found), see)


def open_line(desk: Desk, actor: Actor, column: Column, key: LineKey, *, see: See = tuple) -> OpenLine | None:
    """Return a line as it is now, in whichever column of the same list it stands; None where nothing of it waits."""
    terms, lists = _asked(desk, actor)
    wanted, by = lists.of(column)
    with reading(desk.store) as connection:
        found = work_lines.line_found(connection, wanted, by, key)
        if found is None:
            return None
        (line,) = _lines(connection, actor, terms, (wanted, [found]), see)
        cases = in_order(connection, line.case_ids)
    return OpenLine(line, items_of(actor, see(cases), terms))


def day_counts(desk: Desk, actor: Actor) -> DayCounts:
    """Count what waits for the actor, and for others."""
    _, lists = _asked(desk, actor)
    with reading(desk.store) as connection:
        own = work_lines.line_counts(connection, lists.own, lists.by)
        theirs = work_lines.line_counts(connection, *lists.of(Column.OTHERS))
        return DayCounts(_bands(connection, lists), _by_column(own, theirs))


def _asked(desk: Desk, actor: Actor) -> tuple[Terms, _Lists]:
    require(actor, FIELD, sentence("have a list of work"))
    terms, who = terms_today(desk), whose(actor)
    by = ByColumn(days_on(terms.calendar, terms.today), _week_end(terms))
    return terms, _Lists(mine(who), others(who, terms.today), by)


def _lines(
    connection: Connection,
    actor: Actor,
    terms: Terms,
    listed: tuple[ColumnElement[bool], Iterable[LineFound]],
    see: See,
) -> tuple[Line, ...]:
    """Return lines with what is most pressing in each."""
    wanted, lines = listed[0], tuple(listed[1])
    days = days_on(terms.calendar, terms.today)
    ids = work_lines.cases_of_lines(connection, wanted, days, [one.key for one in lines])
    first = in_order(connection, [next(iter(ids.get(one.key, ())), one.place.case_id) for one in lines])
    items = items_of(actor, see(first), terms)
    return tuple(Line(one, item, tuple(ids.get(one.key, ()))) for one, item in zip(lines, items, strict=True))


def _bands(connection: Connection, lists: _Lists) -> Mapping[Band, int]:
    counted = band_counts(connection, lists.own, lists.by.days)
    return {band: counted.get(band.rank, 0) for band in Band}


def _by_column(own: Mapping[int, int], theirs: Mapping[int, int]) -> Mapping[Column, int]:
    columns = {column: own.get(number, 0) for column, number in _OWN.items()}
    return {one: columns.get(one, sum(theirs.values())) for one in Column}


def _week_end(terms: Terms) -> date:
    return terms.calendar.after(terms.today, WEEK_DAYS)
