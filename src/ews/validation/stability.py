"""Stability (稳定性): whether the distribution of something has moved since a first time.

Measure  population stability index, sum of (p - q) ln(p / q) over the words, each count plus a half so that an empty
         word does not make it infinite
Bounds   those of psi_score in limits.toml
Size     where nothing moved, psi is about chi-square with (words - 1) degrees times (1/n + 1/m); where 95 % of that
         reaches the lower bound already, a psi below the upper one says nothing: too few
Words    a number is put in one of ten bands of equal size of the reference; not known is a word of its own
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.special import chdtri

from ews.validation.estimates import Floats
from ews.validation.limits import BOUNDS

MOVED = BOUNDS["psi_score"].watch or 0.0
MOVED_FAR = BOUNDS["psi_score"].limit
BANDS = 10
UNKNOWN = "null"


class Movement(StrEnum):
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
    verdict: Movement


def shift(base: Mapping[str, int], now: Mapping[str, int], sizes: tuple[int, int] | None = None) -> Shift:
    """Return how far the counts by word have moved.

    `sizes` are the numbers that stand for chance where the rows are not all independent, such as borrowers that are
    counted on several days; default: the counts themselves.
    """
    words = sorted({word for counts in (base, now) for word, count in counts.items() if count})
    first, second = (np.array([counts.get(word, 0) for word in words], np.float64) for counts in (base, now))
    n, m = sizes or (int(first.sum()), int(second.sum()))
    if n == 0 or m == 0 or not first.sum() or not second.sum():
        return Shift(None, n, m, None, Movement.TOO_FEW)
    p, q = ((counts + 0.5) / (counts + 0.5).sum() for counts in (first, second))
    psi = float(((p - q) * np.log(p / q)).sum())
    noise = float(chdtri(max(len(words) - 1, 1), 0.05)) * (1 / n + 1 / m)
    return Shift(psi, n, m, noise, _verdict(psi, noise))


def edges_of(reference: Floats, bands: int = BANDS) -> Floats:
    """Return where the bands of equal size meet, fewer where values repeat; empty where all are the same or unknown."""
    known = reference[~np.isnan(reference)]
    if not len(known):
        return np.empty(0)
    cuts = np.unique(np.quantile(known, np.arange(1, bands) / bands, method="inverted_cdf"))
    return np.asarray(cuts[cuts < known.max()], dtype=np.float64)


def counts_by_band(values: Floats, edges: Floats) -> Mapping[str, int]:
    """Return how many values lie in each band, up to and with its upper edge, and how many are not known."""
    known = values[~np.isnan(values)]
    held = np.bincount(np.searchsorted(edges, known, side="left"), minlength=len(edges) + 1)
    return {**{f"{band:02d}": int(count) for band, count in enumerate(held)}, UNKNOWN: len(values) - len(known)}


def _verdict(psi: float, noise: float) -> Movement:
    if psi >= MOVED_FAR and psi > noise:
        return Movement.MOVED_FAR
    if noise >= MOVED:
        return Movement.TOO_FEW
    return Movement.STABLE if psi < MOVED else Movement.MOVED
