"""Report: what a simulation made, and how well the true state foretells default in it.

At `snapshot`   the AUC of the expected pd, of all and of those without arrears, with the number of defaults behind it
By pattern      each cause's defaults against those who did not default, pooled over snapshots a year apart, so that no
                default counts twice
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from ews.events.report import ImportResult
from ews.simulation.arrays import Flags, Floats, Ints
from ews.simulation.latent.course import DEFAULT_AT, Cause, Course
from ews.simulation.latent.horizon import HORIZON, months_told
from ews.simulation.latent.shape import NetworkShape
from ews.simulation.months import Months
from ews.simulation.truth import auc, causes_within


@dataclass(frozen=True, slots=True)
class Power:
    """`auc` is None where nobody defaulted, or everybody did, in the 12 months after; it rests on `defaults`."""

    borrowers: int = 0
    defaults: int = 0
    auc: float | None = None


@dataclass(frozen=True, slots=True)
class CauseFound:
    """`defaults` of the whole book and their share of all; `judged` of them lie behind `auc`."""

    cause: Cause
    defaults: int
    share: float
    judged: int
    auc: float | None


@dataclass(frozen=True, slots=True)
class SimulationReport:
    """`rate_per_year` is defaults per borrower with loans and not in default, None where there are none of them."""

    world: str
    book: ImportResult
    truth: Path
    defaults_per_year: Mapping[int, int]
    rate_per_year: Mapping[int, float | None]
    snapshot: date | None
    overall: Power
    not_past_due: Power
    causes: tuple[CauseFound, ...]
    network: NetworkShape

    @property
    def auc(self) -> float | None:
        return self.overall.auc

    @property
    def auc_not_past_due(self) -> float | None:
        return self.not_past_due.auc

    @property
    def rows(self) -> Mapping[str, int]:
        """Return rows per table."""
        return {table.name: table.accepted for table in self.book.tables}

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON takes it."""
        return {
            "book": self.book.as_dict(),
            "world": self.world,
            "truth": str(self.truth),
            "defaults_per_year": self.defaults_per_year,
            "rate_per_year": self.rate_per_year,
            "snapshot": self.snapshot,
            "auc": self.auc,
            "auc_not_past_due": self.auc_not_past_due,
            "overall": asdict(self.overall),
            "not_past_due": asdict(self.not_past_due),
            "causes": [{**asdict(found), "cause": found.cause.name} for found in self.causes],
            "network": asdict(self.network),
        }


def middle_snapshot(months: Months, borrowers: int = 1) -> int | None:
    """Return the middle one of the months whose next 12 are in the book, None where there is none.

    Where a book of so many borrowers has no expected pd for it, the nearest one before that has.
    """
    mature = months.count - HORIZON
    if mature <= 0:
        return None
    told = np.flatnonzero(months_told(borrowers, months)[:mature])
    earlier = told[told <= mature // 2]
    return int(earlier[-1]) if len(earlier) else (int(told[0]) if len(told) else None)


def report(
    made: tuple[str, ImportResult, Path], course: Course, borrows: Flags, past_due: Flags, months: Months,
    network: NetworkShape,
) -> SimulationReport:  # fmt: skip
    """Return the report of the world, book and truth `made`; `past_due` says who is at the middle snapshot."""
    snapshot = middle_snapshot(months, len(course.arrears))
    world, book, truth = made
    defaults, rates = _per_year(course, borrows, months)
    overall, current = Power(), Power()
    if snapshot is not None:
        expected = course.expected_pd[:, snapshot].astype(np.float64)
        happened = course.defaulted_within(HORIZON)[:, snapshot]
        there = ~np.isnan(expected)
        overall, current = (_power(expected, happened, among) for among in (there, there & ~past_due))
    return SimulationReport(
        world=world,
        book=book,
        truth=truth,
        defaults_per_year=defaults,
        rate_per_year=rates,
        snapshot=None if snapshot is None else months.month_end(snapshot),
        overall=overall,
        not_past_due=current,
        causes=_causes(course, snapshot, months),
        network=network,
    )


def _power(expected: Floats, happened: Flags, among: Flags) -> Power:
    return Power(int(among.sum()), int(happened[among].sum()), auc(expected[among], happened[among]))


def _per_year(course: Course, borrows: Flags, months: Months) -> tuple[dict[int, int], dict[int, float | None]]:
    """Return defaults, and defaults per borrower-year at risk, by calendar year; a year may be there in part only."""
    at_risk = (course.arrears >= 0) & (course.arrears < DEFAULT_AT) & borrows[:, None]
    years = np.array([months.month_end(month).year for month in range(months.count)])
    defaults, rates = {}, {}
    for year in np.unique(years).tolist():
        defaults[year] = int(course.defaults()[:, years == year].sum())
        exposed = int(at_risk[:, years == year].sum())
        rates[year] = defaults[year] * 12 / exposed if exposed else None
    return defaults, rates


def _causes(course: Course, snapshot: int | None, months: Months) -> tuple[CauseFound, ...]:
    """Return the causes found, the most frequent first."""
    counts = np.bincount(course.cause[course.cause != Cause.NONE].astype(np.int64), minlength=max(Cause) + 1)
    expected, cause = _yearly(course, snapshot, months)
    found = []
    for each in sorted(Cause, key=lambda cause: -counts[cause]):
        if counts[each]:
            among = (cause == each) | (cause == Cause.NONE)
            judged = cause[among] == each
            share = float(counts[each] / counts.sum())
            power = auc(expected[among], judged)
            found.append(CauseFound(each, int(counts[each]), share, int(judged.sum()), power))
    return tuple(found)


def _yearly(course: Course, snapshot: int | None, months: Months) -> tuple[Floats, Ints]:
    """Return expected pd and cause of default within a year, pooled over snapshots a year apart."""
    if snapshot is None:
        return np.zeros(0), np.zeros(0, np.int64)
    chosen = np.arange(snapshot % 12, months.count - HORIZON, 12)
    expected = course.expected_pd[:, chosen].astype(np.float64)
    there = ~np.isnan(expected)
    return expected[there], causes_within(course.cause, HORIZON)[:, chosen][there]
