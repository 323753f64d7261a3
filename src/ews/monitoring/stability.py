"""Stability (稳定性): whether the distribution of something has moved since a first time.

Measure  population stability index, sum of (p - q) ln(p / q) over the words, each count plus a half so that an empty
         word does not make it infinite
Bounds   0.10 and 0.25, the usage of the industry
Size     where nothing moved, psi is about chi-square with (words - 1) degrees times (1/n + 1/m); where 95 % of that
         reaches the lower bound already, a psi below the upper one says nothing: too few
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.stats import chi2

MOVED = 0.10
MOVED_FAR = 0.25


class Verdict(StrEnum):
    STABLE = "stable"
    MOVED = "moved"
    MOVED_FAR = "moved_far"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Shift:
    """`psi` between `base` and `now` borrowers, null where there are none; `noise` is what chance alone reaches.

    `noise` is the psi that is exceeded in 5 of 100 cases though nothing moved.
    """

    psi: float | None
    base: int
    now: int
    noise: float | None
    verdict: Verdict


def shift(base: Mapping[str, int], now: Mapping[str, int]) -> Shift:
    """Return how far the counts by word have moved."""
    words = sorted({word for counts in (base, now) for word, count in counts.items() if count})
    first, second = (np.array([counts.get(word, 0) for word in words], np.float64) for counts in (base, now))
    n, m = int(first.sum()), int(second.sum())
    if n == 0 or m == 0:
        return Shift(None, n, m, None, Verdict.TOO_FEW)
    p, q = ((counts + 0.5) / (counts + 0.5).sum() for counts in (first, second))
    psi = float(((p - q) * np.log(p / q)).sum())
    noise = float(chi2.ppf(0.95, max(len(words) - 1, 1))) * (1 / n + 1 / m)
    return Shift(psi, n, m, noise, _verdict(psi, noise))


def _verdict(psi: float, noise: float) -> Verdict:
    if psi >= MOVED_FAR and psi > noise:
        return Verdict.MOVED_FAR
    if noise >= MOVED:
        return Verdict.TOO_FEW
    return Verdict.STABLE if psi < MOVED else Verdict.MOVED
