"""History: what the whole system said of each borrower, batch by batch, and what became of the borrower.

Grain   one row per (as_of, borrower_id) decided; batches about a month apart
Level   as decided, with policy, overrides and the memory over batches: 0 none to 3 red. `urgency` orders a level
Days    arrears_on and default_on are the first after as_of on which a loan was found past due, or in default, by what
        is known today; from loan data by day, so that arrears between two batches are seen
Null    arrears_on and default_on where there was none until `known_until`; exposure_fen, dpd and urgency where unknown.
        An unknown dpd is not 0 dpd
Circle  who is drawn together when intervals are made
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ews.domain.errors import ModelError
from ews.outcomes.horizon import months_later
from ews.validation.earliness.capacity import Capacity, Ranks, placed

COLUMNS = (
    "borrower_id",
    "circle_id",
    "as_of",
    "level_rank",
    "urgency",
    "dpd",
    "in_default",
    "exposure_fen",
    "arrears_on",
    "default_on",
)

Days = NDArray[np.datetime64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]
DAY = "datetime64[D]"


@dataclass(frozen=True)
class History:
    """`rows` has COLUMNS; dates are datetime64. Defaults are known up to `known_until`."""

    rows: pd.DataFrame
    known_until: date
    horizon_months: int = 12

    @classmethod
    def of(cls, rows: pd.DataFrame, known_until: date, horizon_months: int = 12) -> "History":
        """Return the history of `rows` in any order; ModelError where they cannot be one."""
        _check(rows)
        ordered = rows[list(COLUMNS)].sort_values(["borrower_id", "as_of"], ignore_index=True)
        dated = ordered.assign(**{name: _days(ordered[name]) for name in ("as_of", "arrears_on", "default_on")})
        return cls(dated, known_until, horizon_months)

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def batches(self) -> Days:
        """The days of the batches, in order."""
        return np.unique(self.day("as_of"))

    @cached_property
    def batch(self) -> Numbers:
        """The number of each row's batch."""
        return np.searchsorted(self.batches, self.day("as_of"))

    @cached_property
    def borrower(self) -> Numbers:
        """The number of each row's borrower, in the order of the borrower_ids."""
        changed = self.rows["borrower_id"].ne(self.rows["borrower_id"].shift()).to_numpy(dtype=bool)
        return np.cumsum(changed) - 1

    @cached_property
    def circles(self) -> NDArray[np.object_]:
        """The circle of each borrower, by its number; the newest told."""
        return self.rows.groupby("borrower_id", sort=True)["circle_id"].last().to_numpy(dtype=object)

    @cached_property
    def ends_on(self) -> Days:
        """The last day of the horizon of each row."""
        ends = [months_later(day, self.horizon_months) for day in self.batches.tolist()]
        return np.array(ends, dtype=DAY)[self.batch]

    @cached_property
    def defaults(self) -> Flags:
        """Which rows are followed by a default within the horizon, as far as is known."""
        on = self.day("default_on")
        return ~np.isnat(on) & (on <= self.ends_on) & (on <= np.datetime64(self.known_until))

    @cached_property
    def mature(self) -> Flags:
        """Of which rows the whole horizon is known."""
        return self.ends_on <= np.datetime64(self.known_until)

    @cached_property
    def sound(self) -> Flags:
        """Which rows are not in default."""
        return ~self.rows["in_default"].to_numpy(dtype=bool)

    @cached_property
    def current(self) -> Flags:
        """Which rows are known to be not a day past due, nor in default."""
        known: Flags = self.number("dpd") == 0
        return self.sound & known

    def day(self, name: str) -> Days:
        return self.rows[name].to_numpy().astype(DAY)

    def number(self, name: str) -> NDArray[np.float64]:
        return self.rows[name].to_numpy(dtype=np.float64, na_value=np.nan)

    def said_by(self, levels: Any, urgency: Any) -> "History":
        """Return what another system would have said of the same borrowers: one level and urgency per row."""
        return replace(self, rows=self.rows.assign(level_rank=levels, urgency=urgency))

    def before(self) -> Numbers:
        """Return the row of the same borrower in the batch before, -1 where there is none."""
        number = np.arange(len(self)) - 1
        same = np.zeros(len(self), dtype=bool)
        same[1:] = (np.diff(self.borrower) == 0) & (np.diff(self.batch) == 1)
        return np.where(same, number, -1)

    def places(self, capacity: Capacity) -> Ranks:
        """Return the rank of the place that each row gets in its batch, 0 where none."""
        given = np.zeros(len(self), dtype=np.int8)
        levels, urgency = self.rows["level_rank"].to_numpy(dtype=np.int8), self.number("urgency")
        for batch in range(len(self.batches)):
            rows = np.flatnonzero((self.batch == batch) & self.sound)
            given[rows] = placed(levels[rows], urgency[rows], self.borrower[rows], capacity)
        return given


def first_after(rows: pd.DataFrame, days: pd.DataFrame, name: str) -> Days:
    """Return, per row (borrower_id, as_of), the first of `days` (borrower_id and the column `name`) after as_of."""
    by_borrower: Mapping[str, Days] = {
        str(borrower): np.sort(_days(found)) for borrower, found in days.groupby("borrower_id")[name]
    }
    none = np.datetime64("NaT", "D")
    asked = zip(rows["borrower_id"], _days(rows["as_of"]), strict=True)
    return np.array([_next(by_borrower.get(str(borrower)), on, none) for borrower, on in asked], dtype=DAY)


def _next(days: Days | None, on: np.datetime64, none: np.datetime64) -> np.datetime64:
    if days is None:
        return none
    place = int(np.searchsorted(days, on, side="right"))
    return days[place] if place < len(days) else none


def _days(column: "pd.Series[Any]") -> Days:
    return pd.to_datetime(column).to_numpy().astype(DAY)


def _check(rows: pd.DataFrame) -> None:
    missing = [name for name in COLUMNS if name not in rows.columns]
    if missing:
        message = f"The history lacks {', '.join(missing)}. Give {', '.join(COLUMNS)}."
        raise ModelError(message)
    if not rows["level_rank"].isin((0, 1, 2, 3)).all():
        message = "A level of the history is not one of 0 (none) to 3 (red). Give the rank of each level."
        raise ModelError(message)
    if rows.duplicated(["borrower_id", "as_of"]).any():
        twice = rows[rows.duplicated(["borrower_id", "as_of"])].iloc[0]
        message = f"Borrower '{twice['borrower_id']}' stands twice on {twice['as_of']:%Y-%m-%d}. Give each batch once."
        raise ModelError(message)
    for name in ("arrears_on", "default_on"):
        early = rows[_days(rows[name]) <= _days(rows["as_of"])]
        if len(early):
            first = early.iloc[0]
            message = (
                f"Borrower '{first['borrower_id']}' has {name} {first[name]:%Y-%m-%d}, which is not after "
                f"{first['as_of']:%Y-%m-%d}. Give the first day after as_of, or none."
            )
            raise ModelError(message)
