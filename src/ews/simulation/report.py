"""Report: what a simulation made, and how well the true state foretells default in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from ews.events.report import ImportResult
from ews.simulation.arrays import Flags
from ews.simulation.latent.expected_pd import HORIZON
from ews.simulation.latent.state import Paths
from ews.simulation.months import Months
from ews.simulation.truth import auc


@dataclass(frozen=True, slots=True)
class SimulationReport:
    """`auc` is that of the expected pd at `snapshot`; None where nobody defaulted in the 12 months after."""

    book: ImportResult
    truth: Path
    defaults_per_year: Mapping[int, int]
    snapshot: date | None
    auc: float | None
    auc_not_past_due: float | None

    @property
    def rows(self) -> Mapping[str, int]:
        """Return rows per table."""
        return {table.name: table.accepted for table in self.book.tables}


def middle_snapshot(months: Months) -> int | None:
    """Return the middle one of the months whose next 12 are in the book, None where there is none."""
    mature = months.count - HORIZON
    return mature // 2 if mature > 0 else None


def report(book: ImportResult, truth: Path, paths: Paths, past_due: Flags, months: Months) -> SimulationReport:
    """Return the report; `past_due` says who is in arrears at the middle snapshot."""
    snapshot = middle_snapshot(months)
    per_month = paths.defaults().sum(axis=0)
    per_year: dict[int, int] = {}
    for month, defaults in enumerate(per_month):
        year = months.month_end(month).year
        per_year[year] = per_year.get(year, 0) + int(defaults)
    overall, current = (None, None) if snapshot is None else _aucs(paths, past_due, snapshot)
    as_of = None if snapshot is None else months.month_end(snapshot)
    return SimulationReport(book, truth, per_year, as_of, overall, current)


def _aucs(paths: Paths, past_due: Flags, snapshot: int) -> tuple[float | None, float | None]:
    expected = paths.expected_pd[:, snapshot].astype(np.float64)
    happened = paths.defaulted_within(HORIZON)[:, snapshot]
    counts = ~np.isnan(expected)
    current = counts & ~past_due
    return auc(expected[counts], happened[counts]), auc(expected[current], happened[current])
