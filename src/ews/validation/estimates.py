"""Estimates: a statistic with the interval in which it may well lie.

Method  percentile bootstrap that draws whole groups (borrowers), because the rows of one borrower are alike;
        a draw is a weight per row, so that a statistic sorts its scores once
Nulls   a value is None where the statistic is undefined (one class only), an interval where too few draws are
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], float]
"""From one weight per row to the value, NaN where it is undefined."""

REPLICATES = 200
LEAST_DEFINED = 0.9
"""Share of the draws that must give a value, else there is too little data for an interval."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """`low` and `high` bound the 95 % interval."""

    value: float | None
    low: float | None
    high: float | None

    def __str__(self) -> str:
        if self.value is None:
            return "undefined"
        if self.low is None or self.high is None:
            return f"{self.value:.4f}"
        return f"{self.value:.4f} [{self.low:.4f}, {self.high:.4f}]"


def estimates(
    statistics: dict[str, Statistic], groups: ArrayLike, *, replicates: int = REPLICATES, seed: int = 0
) -> dict[str, Estimate]:
    """Return each statistic with its interval; all see the same draws of `groups`, one label per row."""
    labels = np.asarray(groups)
    whole = np.ones(len(labels))
    values = {name: _value(statistic, whole) for name, statistic in statistics.items()}
    drawn: dict[str, list[float]] = {name: [] for name in statistics}
    if len(labels):
        for weights in draws(labels, replicates=replicates, seed=seed):
            for name, statistic in statistics.items():
                drawn[name].append(_value(statistic, weights))
    return {name: _estimate(values[name], np.asarray(drawn[name])) for name in statistics}


def draws(groups: NDArray[Any], *, replicates: int, seed: int) -> Iterator[Floats]:
    """Yield weights per row: how often the row's group was drawn, groups drawn with replacement."""
    _, member = np.unique(groups, return_inverse=True)
    count = int(member.max()) + 1
    rng = np.random.default_rng(seed)
    for _ in range(replicates):
        times = np.bincount(rng.integers(0, count, count), minlength=count)
        yield times[member].astype(np.float64)


def _value(statistic: Statistic, weights: Floats) -> float:
    return float(statistic(weights)) if weights.sum() > 0 else float("nan")


def _estimate(value: float, drawn: Floats) -> Estimate:
    if not np.isfinite(value):
        return Estimate(None, None, None)
    defined = drawn[np.isfinite(drawn)]
    if len(defined) < LEAST_DEFINED * len(drawn) or not len(defined):
        return Estimate(value, None, None)
    low, high = np.quantile(defined, [0.025, 0.975])
    return Estimate(value, float(low), float(high))
