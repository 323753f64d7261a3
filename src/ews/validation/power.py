"""Power: how well a score tells borrowers who default from those who do not.

Shapes  `score` rises with risk; `outcome` is 0 or 1; one entry per row
Nulls   NaN where there is one class only
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from ews.validation.estimates import Floats, Statistic


def auc(score: ArrayLike, outcome: ArrayLike) -> float:
    """Return the chance that a defaulter scores above another; ties count half."""
    return auc_statistic(score, outcome)(_ones(outcome))


def ks(score: ArrayLike, outcome: ArrayLike) -> float:
    """Return the largest distance between the two distributions of the score (Kolmogorov-Smirnov)."""
    return ks_statistic(score, outcome)(_ones(outcome))


def captured(score: ArrayLike, outcome: ArrayLike, *, share: float) -> float:
    """Return the share of all defaulters among the riskiest `share` of rows; a tie at the edge counts in part."""
    return captured_statistic(score, outcome, share=share)(_ones(outcome))


def auc_statistic(score: ArrayLike, outcome: ArrayLike) -> Statistic:
    """Return `auc` as a function of row weights."""
    counts = _cumulated(score, outcome)

    def weighted(weights: Floats) -> float:
        bad, good = counts(weights)
        if bad[-1] <= 0 or good[-1] <= 0:
            return float("nan")
        won = np.diff(bad, prepend=0.0) * (good - np.diff(good, prepend=0.0) / 2)
        return float(won.sum() / (bad[-1] * good[-1]))

    return weighted


def ks_statistic(score: ArrayLike, outcome: ArrayLike) -> Statistic:
    """Return `ks` as a function of row weights."""
    counts = _cumulated(score, outcome)

    def weighted(weights: Floats) -> float:
        bad, good = counts(weights)
        if bad[-1] <= 0 or good[-1] <= 0:
            return float("nan")
        return float(np.abs(good / good[-1] - bad / bad[-1]).max())

    return weighted


def captured_statistic(score: ArrayLike, outcome: ArrayLike, *, share: float) -> Statistic:
    """Return `captured` as a function of row weights."""
    counts = _cumulated(score, outcome)

    def weighted(weights: Floats) -> float:
        bad, good = counts(weights)
        if bad[-1] <= 0:
            return float("nan")
        below = np.concatenate([[0.0], bad + good])
        left_out = np.interp((1 - share) * below[-1], below, np.concatenate([[0.0], bad]))
        return float(1 - left_out / bad[-1])

    return weighted


def _cumulated(score: ArrayLike, outcome: ArrayLike) -> Callable[[Floats], tuple[Floats, Floats]]:
    """Return a function from weights to the cumulated weight of defaulters and others, by rising score."""
    levels, place = np.unique(np.asarray(score, dtype=np.float64), return_inverse=True)
    is_bad = np.asarray(outcome, dtype=np.float64)

    def counts(weights: Floats) -> tuple[Floats, Floats]:
        bad = np.bincount(place, weights=weights * is_bad, minlength=len(levels))
        good = np.bincount(place, weights=weights * (1 - is_bad), minlength=len(levels))
        return np.cumsum(bad), np.cumsum(good)

    return counts


def _ones(outcome: ArrayLike) -> Floats:
    return np.ones(len(np.asarray(outcome)))
