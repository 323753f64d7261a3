"""Time left: how long there is for a case, in words: working days ahead of a deadline, days of the calendar after it.

Late     counted from the first deadline that was missed, also where the case has gone up since
Far      beyond `FAR_DAYS` of the calendar the day itself says more than a count
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ews.casework.day.my_day import missed_on
from ews.casework.warnings.deadlines import Terms
from ews.domain.text import Text
from ews.store.cases import Case

FAR_DAYS = 60


class Urgency(StrEnum):
    LATE = "late"
    TODAY = "today"
    AHEAD = "ahead"
    RESTING = "resting"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """`short` is for narrow lists. `due_on` is the deadline that runs, or was missed first; null for none."""

    urgency: Urgency
    text: Text
    short: Text
    due_on: date | None


def time_left(case: Case, terms: Terms) -> TimeLeft:
    """Return how long there is until the deadline of a case."""
    today, missed = terms.today, missed_on(case, terms.today)
    rests = case.body.get("snoozed_until")
    if isinstance(rests, str) and date.fromisoformat(rests) >= today:
        return TimeLeft(Urgency.RESTING, Text(f"rests until {rests}", f"暂缓至{rests}"), _day(rests), case.due_on)
    if missed is not None:
        days = (today - missed).days
        late = Text(f"{days} {_days(days)} late", f"逾期 {days} 天")
        return TimeLeft(Urgency.LATE, late, late, missed)
    if case.due_on is None:
        none = Text("no day set", "未设期限")
        return TimeLeft(Urgency.OPEN, none, none, None)
    return _ahead(case.due_on, terms)


def _ahead(due_on: date, terms: Terms) -> TimeLeft:
    if due_on == terms.today:
        return TimeLeft(Urgency.TODAY, Text("today", "今日到期"), Text("today", "今日"), due_on)
    left = 0 if (due_on - terms.today).days > FAR_DAYS else terms.calendar.between(terms.today, due_on)
    if left == 0:  # far away, or only days of rest until then
        return TimeLeft(Urgency.AHEAD, Text(f"by {due_on}", f"{due_on} 前"), _day(str(due_on)), due_on)
    text = Text(f"{left} working {_days(left)} left", f"还剩 {left} 个工作日")
    return TimeLeft(Urgency.AHEAD, text, Text(f"{left} {_days(left)}", f"剩 {left} 天"), due_on)


def _day(day: str) -> Text:
    return Text(day, day)


def _days(number: int) -> str:
    return "day" if number == 1 else "days"
