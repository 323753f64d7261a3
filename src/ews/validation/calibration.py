"""Calibration: whether the pd says how often borrowers default.

Shapes  `pd` in (0, 1); `log_odds` = logit(pd); `outcome` is 0 or 1; one entry per row
Line    outcome ~ sigmoid(intercept + slope x log_odds) by maximum likelihood (Cox 1958); 1 and 0 are perfect, a
        slope below 1 means that the pds are too extreme
Nulls   NaN where there is one class only or the likelihood has no maximum
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from ews.validation.estimates import Floats, Statistic

LEAST_PD = 1e-12
"""A pd is kept this far from 0 and 1 when its logarithm is taken."""
_STEPS = 50
_CLOSE = 1e-10
_HALVINGS = 30
_ROUNDING = 1e-12


def brier(pd: ArrayLike, outcome: ArrayLike) -> float:
    """Return the mean squared distance between pd and outcome."""
    return brier_statistic(pd, outcome)(_ones(outcome))


def log_loss(pd: ArrayLike, outcome: ArrayLike) -> float:
    """Return the mean negative log-likelihood of the outcomes."""
    return log_loss_statistic(pd, outcome)(_ones(outcome))


def brier_statistic(pd: ArrayLike, outcome: ArrayLike) -> Statistic:
    """Return `brier` as a function of row weights."""
    squared = (np.asarray(pd, dtype=np.float64) - np.asarray(outcome, dtype=np.float64)) ** 2
    return lambda weights: float((weights * squared).sum() / weights.sum())


def log_loss_statistic(pd: ArrayLike, outcome: ArrayLike) -> Statistic:
    """Return `log_loss` as a function of row weights."""
    chance = np.clip(np.asarray(pd, dtype=np.float64), LEAST_PD, 1 - LEAST_PD)
    is_bad = np.asarray(outcome, dtype=np.float64)
    surprise = -(is_bad * np.log(chance) + (1 - is_bad) * np.log1p(-chance))
    return lambda weights: float((weights * surprise).sum() / weights.sum())


def slope_statistic(pd: ArrayLike, outcome: ArrayLike) -> Statistic:
    """Return the slope of the calibration line as a function of row weights."""
    margin, target = log_odds(pd), np.asarray(outcome, dtype=np.float64)
    return lambda weights: calibration_line(margin, target, weights)[0]


def intercept_statistic(pd: ArrayLike, outcome: ArrayLike) -> Statistic:
    """Return the intercept at slope 1 as a function of row weights: the log of how far defaults exceed the pds."""
    margin, target = log_odds(pd), np.asarray(outcome, dtype=np.float64)
    return lambda weights: calibration_in_the_large(margin, target, weights)


def log_odds(pd: ArrayLike) -> Floats:
    """Return logit(pd), the pd kept away from 0 and 1."""
    return np.asarray(logit(np.clip(np.asarray(pd, dtype=np.float64), LEAST_PD, 1 - LEAST_PD)))


def calibration_line(margin: Floats, target: Floats, weights: Floats | None = None) -> tuple[float, float]:
    """Return (slope, intercept) that maximise the likelihood; Newton's method, sums in row order.

    `target` may lie between 0 and 1. The same input gives the same bytes, on any number of cores.
    """
    weight = np.ones(len(margin)) if weights is None else weights
    if _one_class(target, weight) or np.ptp(margin[weight > 0]) == 0:
        return float("nan"), float("nan")
    slope, intercept = 0.0, float(logit((weight * target).sum() / weight.sum()))
    likelihood = _log_likelihood(slope, intercept, margin, target, weight)
    for _ in range(_STEPS):
        step_slope, step_intercept = _newton_step(slope, intercept, margin, target, weight)
        if not np.isfinite(step_slope + step_intercept):
            break
        if abs(step_slope) + abs(step_intercept) < _CLOSE * (1 + abs(slope) + abs(intercept)):
            return float(slope + step_slope), float(intercept + step_intercept)
        for _ in range(_HALVINGS):  # a full step can overshoot where few rows lie
            ahead = _log_likelihood(slope + step_slope, intercept + step_intercept, margin, target, weight)
            if ahead >= likelihood - _ROUNDING * abs(likelihood):
                break
            step_slope, step_intercept = step_slope / 2, step_intercept / 2
        slope, intercept, likelihood = slope + step_slope, intercept + step_intercept, ahead
    return float("nan"), float("nan")


def _newton_step(slope: float, intercept: float, margin: Floats, target: Floats, weight: Floats) -> tuple[float, float]:
    chance = expit(slope * margin + intercept)
    miss, curve = weight * (target - chance), weight * chance * (1 - chance)
    one, by_margin, by_square = curve.sum(), (curve * margin).sum(), (curve * margin * margin).sum()
    determinant = one * by_square - by_margin * by_margin
    if not determinant > 0:
        return float("nan"), float("nan")
    up, along = miss.sum(), (miss * margin).sum()
    return (one * along - by_margin * up) / determinant, (by_square * up - by_margin * along) / determinant


def _log_likelihood(slope: float, intercept: float, margin: Floats, target: Floats, weight: Floats) -> float:
    line = slope * margin + intercept
    return float((weight * (target * line - np.logaddexp(0.0, line))).sum())


def calibration_in_the_large(margin: Floats, target: Floats, weights: Floats | None = None) -> float:
    """Return the shift of the log-odds at which expected and observed defaults agree; 0 is perfect."""
    weight = np.ones(len(margin)) if weights is None else weights
    if _one_class(target, weight):
        return float("nan")
    shift = 0.0
    for _ in range(_STEPS):
        chance = expit(margin + shift)
        curve = (weight * chance * (1 - chance)).sum()
        if not curve > 0:
            break
        step = float((weight * (target - chance)).sum() / curve)
        shift += max(-2.0, min(2.0, step))  # far from the maximum a full Newton step can overshoot
        if abs(step) < _CLOSE:
            return shift
    return float("nan")


def _one_class(target: Floats, weight: Floats) -> bool:
    share = float((weight * target).sum() / weight.sum())
    return not 0 < share < 1


def _ones(outcome: ArrayLike) -> Floats:
    return np.ones(len(np.asarray(outcome)))
