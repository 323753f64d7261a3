"""Calendar: which days are working days, by the kept holidays of a country and what the bank does otherwise.

Reads   calendar.toml
Source  the `holidays` library: public holidays, and weekends that are worked to make up for them (调休)
Nulls   days of make-up are announced a year at a time: after `known_until` the calendar knows holidays of law only
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import holidays

from ews.domain.errors import PolicyError
from ews.policy.entries import Entry

TABLE = "calendar"
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """`off` and `working` are days on which the bank rests or works otherwise than its country."""

    country: str
    off: tuple[date, ...]
    working: tuple[date, ...]
    source: str
    confidence: str

    def is_working(self, day: date) -> bool:
        if day in self.off or day in self.working:
            return day in self.working
        return day in _working_days(self.country, day.year)

    def after(self, day: date, days: int) -> date:
        """Return the `days`-th working day after `day`; with 0 `day` itself if it is one, else the next."""
        if days < 0:
            message = f"{days} working days after {day} is asked for; give 0 or more."
            raise ValueError(message)
        left = days if days else int(not self.is_working(day))
        while left:
            day += _DAY
            left -= self.is_working(day)
        return day

    def between(self, first: date, last: date) -> int:
        """Return how many working days lie after `first`, up to and including `last`; negative where it is earlier."""
        if last < first:
            return -self.between(last, first)
        return sum(self.is_working(first + _DAY * number) for number in range(1, (last - first).days + 1))

    @property
    def known_until(self) -> int | None:
        """Return the last year whose worked weekends are known, None for a country that has none."""
        years = (_last_made_up(self.country), *(day.year for day in self.working if day.weekday() in _weekend(self)))
        return max((year for year in years if year is not None), default=None)


def read_calendar(content: Mapping[str, object], file: str) -> Calendar:
    """Return the calendar of the one table; PolicyError for a country that is not known or a day told twice."""
    fields = content.get(TABLE)
    if not isinstance(fields, Mapping):
        message = f"{file}: there is no [{TABLE}] in the file. Give one, with country, off, working and source."
        raise PolicyError(message)
    entry = Entry(file, TABLE, fields).only("country", "off", "working", "source", "confidence")
    country = entry.string("country")
    try:
        holidays.country_holidays(country)
    except NotImplementedError:
        message = f"'country' is '{country}', whose holidays are not known. Give a code like CN."
        raise entry.fault(message, "country") from None
    off, working = entry.days("off"), entry.days("working")
    both = sorted(set(off) & set(working))
    if both:
        message = f"{both[0]} is given under 'off' and under 'working'. Take it out of one."
        raise entry.fault(message, "working")
    return Calendar(country, off, working, entry.string("source"), entry.confidence())


@cache
def _working_days(country: str, year: int) -> frozenset[date]:
    """Return the working days of a year; made anew for each year, so that threads share nothing that changes."""
    known = holidays.country_holidays(country, years=year)
    first = date(year, 1, 1)
    days = (first + _DAY * number for number in range((date(year, 12, 31) - first).days + 1))
    return frozenset(day for day in days if known.is_working_day(day))


@cache
def _last_made_up(country: str) -> int | None:
    known = holidays.country_holidays(country, years=range(_FIRST_YEAR, _LAST_YEAR))
    return max((day.year for day in known.weekend_workdays), default=None)


def _weekend(calendar: Calendar) -> set[int]:
    return set(holidays.country_holidays(calendar.country).weekend)
