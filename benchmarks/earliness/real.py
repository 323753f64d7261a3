"""credit_record: who defaults within six months, out of time, as far as its data can tell of earliness.

Tested   the product's pd on the rows of benchmarks/accuracy/credit_record.py. The data have no money, no days and no
         feed but the monthly status: exposure, first arrears and a year of warnings cannot be told
Parts    all accounts, those below 30 days past due, and the active ones (status 0); always all three, for no account
         that is paid off (C) goes bad
Captured the share of the defaulters among the riskiest 5 % of the rows of the part; by months ahead among the riskiest
         7 %, which is what officers have places for
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.accuracy.credit_record import HORIZON, tested_rows
from benchmarks.accuracy.paired import Part, subset
from ews.validation.earliness.capacity import Capacity
from ews.validation.estimates import REPLICATES, Statistic, estimates
from ews.validation.power import auc_statistic, captured_statistic

SHARE = 0.05
PLACES = sum((Capacity().red, Capacity().orange, Capacity().yellow))


def measure(data: Path, directory: Path, *, replicates: int = REPLICATES) -> dict[str, Any]:
    """Return the figures of the product, with intervals over whole accounts."""
    part, rows = tested_rows(data, directory, {})
    return figures(part, rows, replicates=replicates)


def figures(part: Part, rows: pd.DataFrame, *, replicates: int = REPLICATES) -> dict[str, Any]:
    """Return auc and what is captured of each part; `rows` has status_0 and months_ahead (null: no default)."""
    status = rows["status_0"].to_numpy()
    ahead = rows["months_ahead"].to_numpy(np.float64)
    segments = {"": np.ones(len(status), dtype=bool), "_below_30dpd": status <= 0, "_active": status == 0}
    found: dict[str, Any] = {}
    intervals: dict[str, Any] = {}
    for end, chosen in segments.items():
        told = subset(part, chosen)
        statistics = {f"{name}{end}": one for name, one in _statistics(told, ahead[chosen]).items()}
        for name, estimate in estimates(statistics, told.groups, replicates=replicates).items():
            found[name], intervals[name] = estimate.value, [estimate.low, estimate.high]
        found[f"rows{end}"], found[f"defaults{end}"] = len(told.outcome), int(told.outcome.sum())
    return {**found, "intervals": intervals}


def _statistics(part: Part, ahead: "np.ndarray[Any, Any]") -> Mapping[str, Statistic]:
    score, outcome = part.scores["ews"], part.outcome
    by_month = {
        f"captured_7pct_{months}_months_ahead": _captured_at(score, ahead, months) for months in range(1, HORIZON + 1)
    }
    return {
        "auc": auc_statistic(score, outcome),
        "captured_5pct": captured_statistic(score, outcome, share=SHARE),
        **by_month,
    }


def _captured_at(score: "np.ndarray[Any, Any]", ahead: "np.ndarray[Any, Any]", months: int) -> Statistic:
    """Return the share of those who default after so many months that the riskiest PLACES of all rows hold."""
    return captured_statistic(score, (ahead == months).astype(np.int8), share=PLACES)
