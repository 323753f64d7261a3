"""Columns of the day: what is late or due today, what falls due this week, what waits for others; the rest behind them.

Week     the next `WEEK_DAYS` working days
Counts   of whole columns, however few items of them are asked for
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ews.casework.day.my_day import Asked, Band, Item, See, days_on, my_items, waiting_items, whose
from ews.casework.desk import Desk
from ews.casework.rights import FIELD, require
from ews.domain.people import Actor
from ews.domain.text import Text
from ews.store.engine import reading
from ews.store.work_pages import Slice, WorkKey, whole_counts

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
    part = _slice(column, desk)
    read = waiting_items if column is Column.OTHERS else my_items
    return read(desk, actor, Asked(part, after, limit, case_id), see=see)


def day_counts(desk: Desk, actor: Actor) -> DayCounts:
    """Count what waits for the actor, and for others."""
    require(actor, FIELD, "have a list of work")
    today = desk.now().date()
    days = days_on(desk.policy_on(today).calendar, today)
    week = Band.SOON.rank, Band.LATER.rank
    with reading(desk.store) as connection:
        own, theirs = whole_counts(connection, whose(actor), days, _week_end(desk))
    by_band = {band: sum(one.cases for one in own if one.band == band.rank) for band in Band}
    columns = {
        Column.PRESSING: by_band[Band.LATE] + by_band[Band.TODAY],
        Column.WEEK: sum(one.cases for one in own if one.band in week and one.is_due),
        Column.OTHERS: theirs,
        Column.LATER: sum(one.cases for one in own if one.band in week and not one.is_due),
        Column.SNOOZED: by_band[Band.SNOOZED],
    }
    return DayCounts(by_band, columns)


def _week_end(desk: Desk) -> date:
    today = desk.now().date()
    return desk.policy_on(today).calendar.after(today, WEEK_DAYS)


def _slice(column: Column, desk: Desk) -> Slice:
    week = _week_end(desk)
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
