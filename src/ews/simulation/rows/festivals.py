"""Festivals: the Spring Festival, which moves between January and February, and the quiet weeks around it."""

import numpy as np

from ews.simulation.arrays import Flags, Ints
from ews.simulation.months import Months

_FIRST_YEAR = 2010
_MONTH_DAY = (
    214, 203, 123, 210, 131, 219, 208, 128, 216, 205, 125, 212, 201, 122, 210, 129, 217, 206, 126, 213, 203, 123, 211,
    131, 219, 208,
)  # fmt: skip
"""New Year's Day of the lunar calendar, month × 100 + day, from 2010 to 2035."""
_ELSEWHERE = 205
"""Taken for years outside the table."""
QUIET_BEFORE, QUIET_AFTER = 4, 12
"""Days before and after the festival in which most trades rest."""


def spring_festival(year: Ints) -> Ints:
    """Return the day (since 1970-01-01) on which the lunar year begins in each calendar `year`."""
    place = np.asarray(year, np.int64) - _FIRST_YEAR
    known = (place >= 0) & (place < len(_MONTH_DAY))
    code = np.where(known, np.array(_MONTH_DAY)[np.clip(place, 0, len(_MONTH_DAY) - 1)], _ELSEWHERE)
    months = (np.asarray(year, np.int64) - 1970) * 12 + code // 100 - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return np.asarray(first + code % 100 - 1)


def is_quiet(day: Ints) -> Flags:
    """Return whether `day` lies in the quiet weeks of its year."""
    since = np.asarray(day, np.int64) - _festival_of(day)
    return np.asarray((since >= -QUIET_BEFORE) & (since <= QUIET_AFTER))


def bonus_month(months: Months) -> Flags:
    """Return in which months the year's extra wages are paid: two weeks before the festival."""
    every = np.arange(months.count)
    pay_day = _festival_of(months.first_day(every)) - 14
    return np.asarray((pay_day >= months.first_day(every)) & (pay_day <= months.last_day(every)))


def _festival_of(day: Ints) -> Ints:
    year = np.asarray(day, np.int64).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    return spring_festival(year)
