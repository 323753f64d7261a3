"""Measures: the figures by which a pd is judged, each with its interval.

Reads   pd, outcome and borrower per row
Nulls   see estimates.py; a measure without a value could not be told from the rows at hand
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ews.validation.calibration import (
    brier_statistic,
    intercept_statistic,
    log_loss_statistic,
    slope_statistic,
)
from ews.validation.estimates import REPLICATES, Estimate, estimates
from ews.validation.power import auc_statistic, captured_statistic, ks_statistic


@dataclass(frozen=True, slots=True)
class Measures:
    """`estimates` by name: auc, ks, brier, log_loss, calibration_slope and _intercept, captured_5pct and _10pct."""

    rows: int
    defaults: int
    estimates: Mapping[str, Estimate]


def measure(
    pd: ArrayLike, outcome: ArrayLike, borrowers: ArrayLike, *, replicates: int = REPLICATES, seed: int = 0
) -> Measures:
    """Return all measures of `pd` against `outcome`, with intervals clustered by borrower."""
    statistics = {
        "auc": auc_statistic(pd, outcome),
        "ks": ks_statistic(pd, outcome),
        "brier": brier_statistic(pd, outcome),
        "log_loss": log_loss_statistic(pd, outcome),
        "calibration_slope": slope_statistic(pd, outcome),
        "calibration_intercept": intercept_statistic(pd, outcome),
        "captured_5pct": captured_statistic(pd, outcome, share=0.05),
        "captured_10pct": captured_statistic(pd, outcome, share=0.10),
    }
    hits = np.asarray(outcome)
    found = estimates(statistics, borrowers, replicates=replicates, seed=seed)
    return Measures(len(hits), int(hits.sum()), found)
