"""Gaps: how much worse a score orders some borrowers than all others, or than its own pds promise.

Rest     AUC inside less AUC outside; its standard error from the influence of each row, added up by circle, so that
         it holds where a circle has rows on both sides (Obuchowski 1997)
Promise  AUC less the AUC there would be, were the pds true. Borrowers alike in risk are hard to order for anybody;
         that alone is no weakness. The standard error is that of the AUC, a little too large, as the promise moves
         with the same borrowers
Nulls    an estimate without a value where a side has one class only
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from ews.validation.delong import influence, interval
from ews.validation.estimates import Estimate, Floats
from ews.validation.power import auc_statistic
from ews.validation.tested import Labels, Mask, Outcomes

LEAST_DEFAULTS = 2
"""Below that many defaulters on a side there is no standard error."""


@dataclass(frozen=True, slots=True)
class Gap:
    """`inside` is the AUC, `difference` its distance to `other`."""

    inside: Estimate
    difference: Estimate
    standard_error: float
    other: float

    def p_inside(self, floor: float) -> float | None:
        """Return the p-value that the AUC is not below `floor`; None where it is not known."""
        if self.inside.low is None or self.inside.value is None or not self.standard_error > 0:
            return None
        return float(norm.cdf((self.inside.value - floor) / self.standard_error))

    def p_below(self, limit: float) -> float | None:
        """Return the p-value that the difference is not below `limit`; None where it is not known."""
        if self.difference.value is None or not self.standard_error > 0:
            return None
        return float(norm.cdf((self.difference.value - limit) / self.standard_error))


def implied_auc(pd: Floats) -> float:
    """Return the AUC of `pd` where each row defaults with its own pd; NaN where nothing is left to order."""
    alone = float((pd * (1 - pd)).sum())  # a row is no pair with itself
    bad, good = float(pd.sum()), float((1 - pd).sum())
    pairs = bad * good
    if not pairs - alone > 0:
        return float("nan")
    return (auc_statistic(pd, pd)(np.ones(len(pd))) * pairs - alone / 2) / (pairs - alone)


def promise_gap(pd: Floats, outcome: Outcomes, circles: Labels) -> Gap:
    """Return the AUC of some rows, and its distance to the one that their pds promise."""
    value, moves = influence(pd, outcome)
    places = np.unique(circles, return_inverse=True)[1]
    error = _error(moves, places) if _enough(outcome, np.ones(len(pd), dtype=bool)) else float("nan")
    promised = implied_auc(pd)
    return Gap(_kept_in_range(interval(value, error)), interval(value - promised, error), error, promised)


def auc_gap(score: Floats, outcome: Outcomes, inside: Mask, circles: Labels) -> Gap:
    """Return the AUC where `inside` is true, and its distance to the AUC where it is not."""
    within, own = _side(score, outcome, inside)
    beyond, others = _side(score, outcome, ~inside)
    places = np.unique(circles, return_inverse=True)[1]
    error = _error(own - others, places) if _enough(outcome, inside) and _enough(outcome, ~inside) else float("nan")
    alone = _error(own, places) if _enough(outcome, inside) else float("nan")
    return Gap(_kept_in_range(interval(within, alone)), interval(within - beyond, error), error, beyond)


def _side(score: Floats, outcome: Outcomes, chosen: Mask) -> tuple[float, Floats]:
    spread = np.zeros(len(score))
    value, spread[chosen] = influence(score[chosen], outcome[chosen])
    return value, spread


def _error(moves: Floats, places: NDArray[np.intp]) -> float:
    by_circle = np.bincount(places, weights=moves)
    return float(np.sqrt(len(by_circle) / max(len(by_circle) - 1, 1) * (by_circle**2).sum()))


def _enough(outcome: Outcomes, chosen: Mask) -> bool:
    bad = int(outcome[chosen].sum())
    return min(bad, int(chosen.sum()) - bad) >= LEAST_DEFAULTS


def _kept_in_range(estimate: Estimate) -> Estimate:
    if estimate.low is None or estimate.high is None:
        return estimate
    return Estimate(estimate.value, max(estimate.low, 0.0), min(estimate.high, 1.0))
