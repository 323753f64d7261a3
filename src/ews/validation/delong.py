"""DeLong: how sure an AUC is, and the difference of several on the same rows, without drawing anything.

Method   DeLong, DeLong and Clarke-Pearson 1988 (Biometrics 44); with groups Obuchowski 1997 (Biometrics 53), which is
         the same where every row is a group of its own
Shapes   each score rises with risk; `outcome` is 0 or 1; one entry per row; `groups` names who belongs together
Nulls    NaN where there are fewer than two groups with a defaulter, or fewer than two with another row
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm, rankdata

from ews.validation.estimates import Estimate, Floats

NINETY_FIVE = 1.959963984540054
"""Standard errors on either side that make a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Aucs:
    """One value per score, and the covariances between them."""

    values: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True)
class Difference:
    """`value` with its 95 % interval; `p` is two-sided, that no difference gives one as large."""

    value: float
    standard_error: float
    p: float

    @property
    def estimate(self) -> Estimate:
        return interval(self.value, self.standard_error)


def aucs(scores: Sequence[ArrayLike], outcome: ArrayLike, groups: ArrayLike | None = None) -> Aucs:
    """Return the AUC of each score and how they vary together."""
    is_bad = np.asarray(outcome) == 1
    bad, good = int(is_bad.sum()), int((~is_bad).sum())
    if not bad or not good:
        empty = np.full(len(scores), np.nan)
        return Aucs(empty, np.full((len(scores), len(scores)), np.nan))
    placed = np.stack([_placements(np.asarray(score, dtype=np.float64), is_bad) for score in scores])
    values = placed[:, is_bad].mean(axis=1)
    labels = np.arange(len(is_bad)) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    return Aucs(values, _covariance(placed - values[:, None], is_bad, labels))


def auc_estimate(score: ArrayLike, outcome: ArrayLike, groups: ArrayLike | None = None) -> Estimate:
    """Return the AUC with its 95 % interval, which is kept within 0 and 1."""
    found = aucs([score], outcome, groups)
    known = interval(float(found.values[0]), float(np.sqrt(found.covariance[0, 0])))
    if known.low is None or known.high is None:
        return known
    return Estimate(known.value, max(known.low, 0.0), min(known.high, 1.0))


def auc_difference(
    ours: ArrayLike, other: ArrayLike, outcome: ArrayLike, groups: ArrayLike | None = None
) -> Difference:
    """Return AUC(ours) - AUC(other) on the same rows."""
    found = aucs([ours, other], outcome, groups)
    spread = found.covariance[0, 0] + found.covariance[1, 1] - 2 * found.covariance[0, 1]
    error = float(np.sqrt(max(float(spread), 0.0))) if np.isfinite(spread) else float("nan")
    value = float(found.values[0] - found.values[1])
    p = 2 * float(norm.sf(abs(value) / error)) if error > 0 else (1.0 if value == 0 else float("nan"))
    return Difference(value, error, p)


def influence(score: ArrayLike, outcome: ArrayLike) -> tuple[float, Floats]:
    """Return the AUC and how much each row moves it: the standard error of any mix of AUCs follows from their sums.

    NaN and zeros where there is one class only.
    """
    is_bad = np.asarray(outcome) == 1
    if is_bad.all() or not is_bad.any():
        return float("nan"), np.zeros(len(is_bad))
    placed = _placements(np.asarray(score, dtype=np.float64), is_bad)
    value = float(placed[is_bad].mean())
    return value, (placed - value) / np.where(is_bad, is_bad.sum(), (~is_bad).sum())


def interval(value: float, standard_error: float) -> Estimate:
    """Return `value` within 95 %; an end is None where the standard error is not known."""
    if not np.isfinite(value):
        return Estimate(None, None, None)
    if not np.isfinite(standard_error):
        return Estimate(value, None, None)
    return Estimate(value, value - NINETY_FIVE * standard_error, value + NINETY_FIVE * standard_error)


def hanley_mcneil(auc: float, defaults: int, others: int) -> float:
    """Return the standard error that an AUC will have, from the numbers alone (Hanley and McNeil 1982).

    It serves to say before a test how many defaults are needed; `aucs` says how sure a measured one is.
    """
    both_bad, both_good = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (defaults - 1) * (both_bad - auc**2) + (others - 1) * (both_good - auc**2)
    return float(np.sqrt(spread / (defaults * others)))


def _placements(score: Floats, is_bad: NDArray[np.bool_]) -> Floats:
    """Return per defaulter the share of others below it, per other row the share of defaulters above it."""
    whole = rankdata(score)
    placed = np.empty(len(score))
    placed[is_bad] = (whole[is_bad] - rankdata(score[is_bad])) / (~is_bad).sum()
    placed[~is_bad] = 1 - (whole[~is_bad] - rankdata(score[~is_bad])) / is_bad.sum()
    return placed


def _covariance(away: Floats, is_bad: NDArray[np.bool_], labels: NDArray[np.intp]) -> Floats:
    groups = int(labels.max()) + 1
    bad, good = is_bad.sum(), (~is_bad).sum()
    with_bad = int((np.bincount(labels, weights=is_bad, minlength=groups) > 0).sum())
    with_good = int((np.bincount(labels, weights=~is_bad, minlength=groups) > 0).sum())
    if with_bad < 2 or with_good < 2:
        return np.full((len(away), len(away)), np.nan)
    of_bad, of_good = (
        np.stack([np.bincount(labels, weights=row * chosen, minlength=groups) for row in away])
        for chosen in (is_bad, ~is_bad)
    )
    within_bad = with_bad / (with_bad - 1) / bad * (of_bad @ of_bad.T)
    within_good = with_good / (with_good - 1) / good * (of_good @ of_good.T)
    between = groups / (groups - 1) * (of_bad @ of_good.T)
    total: Floats = within_bad / bad + within_good / good + (between + between.T) / (bad * good)
    return total
