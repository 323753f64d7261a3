"""Months: the calendar of a synthetic book, in days since 1970-01-01."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from ews.domain.errors import SettingsError
from ews.simulation.arrays import Ints

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Months:
    """`count` whole months; month 0 is `start` (months since 1970-01). Months before 0 have dates too."""

    start: int
    count: int

    @classmethod
    def ending(cls, last_month_end: date, count: int) -> Self:
        """Return the `count` months up to `last_month_end`; SettingsError where that is not the end of a month."""
        if (last_month_end + timedelta(days=1)).day != 1:
            length = calendar.monthrange(last_month_end.year, last_month_end.month)[1]
            proposal = last_month_end.replace(day=length)
            message = f"{last_month_end} is not the last day of a month. Ask for {proposal}."
            raise SettingsError(message)
        last = (last_month_end.year - 1970) * 12 + last_month_end.month - 1
        return cls(last - count + 1, count)

    def first_day(self, month: ArrayLike) -> Ints:
        months = (np.asarray(month, dtype=np.int64) + self.start).astype("datetime64[M]")
        return months.astype("datetime64[D]").astype(np.int64)

    def last_day(self, month: ArrayLike) -> Ints:
        return self.first_day(np.asarray(month) + 1) - 1

    def season(self, month: ArrayLike) -> Ints:
        """Return the month of the year, 0 for January."""
        return (np.asarray(month, dtype=np.int64) + self.start) % 12

    @property
    def opens_on(self) -> date:
        return _EPOCH + timedelta(days=int(self.first_day(0)))

    @property
    def ends_on(self) -> date:
        return _EPOCH + timedelta(days=int(self.last_day(self.count - 1)))

    def month_end(self, month: int) -> date:
        return _EPOCH + timedelta(days=int(self.last_day(month)))
