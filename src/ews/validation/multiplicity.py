"""Multiplicity: what many p-values mean together. Of twenty sound segments one looks bad by chance.

Method  Holm 1979: rejecting where the adjusted p is below the significance errs anywhere at most that often, however
        the tests hang together
Nulls   a p that is None stays None and does not count
"""

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float | None]) -> tuple[float | None, ...]:
    """Return the adjusted p-values in the order given."""
    known = [place for place, p in enumerate(p_values) if p is not None]
    p = np.array([p_values[place] for place in known], dtype=np.float64)
    order = np.argsort(p, kind="stable")
    stepped = np.minimum(np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p)))), 1.0)
    adjusted: list[float | None] = [None] * len(p_values)
    for turn, place in enumerate(order):
        adjusted[known[place]] = float(stepped[turn])
    return tuple(adjusted)
