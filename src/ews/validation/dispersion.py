"""Dispersion (集中度): whether the grades are used, or everybody sits in a few of them.

Shapes   `sizes` holds borrowers or exposure per grade, default left out; grades that nobody has count with 0
Method   ECB 2019, 2.5.5.3: coefficient of variation of the shares, the Herfindahl index made of it, and the test that
         it has not risen since the initial validation
Weak     that test grows less sharp the more uneven the grades were at first: from some unevenness on it cannot fail,
         whatever happens
Range    0 where the grades are of equal size; the index is 1 where one grade holds all
"""

from collections.abc import Sequence

import numpy as np
from scipy.stats import norm

from ews.validation.estimates import Floats

_TRIED = 500


def variation(sizes: Sequence[float] | Floats) -> float:
    """Return the coefficient of variation of the shares; NaN where nobody is there."""
    held = np.asarray(sizes, dtype=np.float64)
    if len(held) < 2 or not held.sum() > 0:
        return float("nan")
    return float(np.sqrt(len(held) * ((held / held.sum() - 1 / len(held)) ** 2).sum()))


def herfindahl(sizes: Sequence[float] | Floats) -> float:
    """Return the index between 0 and 1; NaN where nobody is there."""
    grades = len(sizes)
    return float(1 + np.log((variation(sizes) ** 2 + 1) / grades) / np.log(grades)) if grades > 1 else float("nan")


def risen_p(now: float, initial: float, grades: int) -> float:
    """Return the p-value of `variation` now against the initial one: small where concentration has risen."""
    if now == 0:
        return 1.0  # nothing is more even than even
    return float(norm.sf(np.sqrt(grades - 1) * (now - initial) / np.sqrt(now**2 * (0.5 + now**2))))


def can_fail(initial: float, grades: int, *, significance: float) -> bool:
    """Return whether any distribution over the grades would make `risen_p` fall below the significance."""
    highest = float(np.sqrt(grades - 1))
    tried = np.linspace(initial, highest, _TRIED)[1:]
    return any(risen_p(float(now), initial, grades) < significance for now in tried)
