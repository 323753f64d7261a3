"""Jeffreys test: whether more borrowers default than their pd says.

Method   ECB 2019, "Instructions for reporting the validation results of internal models", 2.5.3.1: with Jeffreys'
         prior the default rate is Beta(D + 1/2, N - D + 1/2); p is the chance that it lies below the pd
Assumes  borrowers that default independently of each other, each once: cohorts must not overlap, and circles make p
         smaller than it should be
"""

from scipy.special import bdtrc, betainc, betaincinv

from ews.validation.estimates import Estimate


def jeffreys_p(pd: float, defaults: int, rows: int) -> float:
    """Return the chance that the default rate lies below `pd`: small where the pd is too low."""
    return float(betainc(defaults + 0.5, rows - defaults + 0.5, pd))


def jeffreys_interval(defaults: int, rows: int) -> Estimate:
    """Return the default rate and where it lies with 95 % (equal tails); undefined without rows."""
    if not rows:
        return Estimate(None, None, None)
    low, high = (float(betaincinv(defaults + 0.5, rows - defaults + 0.5, share)) for share in (0.025, 0.975))
    return Estimate(defaults / rows, low if defaults else 0.0, high if defaults < rows else 1.0)


def jeffreys_power(pd: float, rows: int, *, factor: float, significance: float) -> float:
    """Return the chance that the test rejects where the true default rate is `factor` times `pd`."""
    least = least_rejected(pd, rows, significance=significance)
    return float(bdtrc(least - 1, rows, min(pd * factor, 1.0))) if least <= rows else 0.0


def least_rejected(pd: float, rows: int, *, significance: float) -> int:
    """Return the fewest defaults with which the test rejects; rows + 1 where none does."""
    low, high = 0, rows + 1
    while low < high:  # p falls as defaults rise
        middle = (low + high) // 2
        if jeffreys_p(pd, middle, rows) < significance:
            high = middle
        else:
            low = middle + 1
    return low
