"""Small changes: values as they might have been, had they been measured a little differently.

Noise   each known value off by about NOISE of itself, whole numbers rounded: 0 stays 0, since none is not a little
Step    each known value of one feature moved by STEP standard deviations, whole numbers by at least one; shares stay
        within 0 and 1, and nothing that cannot be negative becomes so
"""

import numpy as np

from ews.domain.features import Feature
from ews.validation.estimates import Floats

NOISE = 0.05
STEP = 0.1
WHOLE_UNITS = frozenset({"fen", "count", "days", "months", "flag"})


def with_noise(matrix: Floats, features: tuple[Feature, ...], *, seed: int) -> Floats:
    """Return the matrix with every known value a little off."""
    off = matrix * (1 + NOISE * np.random.default_rng(seed).standard_normal(matrix.shape))
    whole = np.array([feature.unit in WHOLE_UNITS for feature in features], dtype=bool)
    off[:, whole] = np.round(off[:, whole])
    shares = np.array([feature.unit == "share" for feature in features], dtype=bool)
    inside = (matrix >= 0) & (matrix <= 1) & shares
    off[inside] = np.clip(off[inside], 0.0, 1.0)
    return off


def stepped(matrix: Floats, features: tuple[Feature, ...], column: int, direction: int) -> Floats:
    """Return the matrix with one feature a step up (1) or down (-1)."""
    values, unit = matrix[:, column], features[column].unit
    known = values[~np.isnan(values)]
    size = STEP * float(known.std()) if len(known) else 0.0
    if unit in WHOLE_UNITS:
        size = max(round(size), 1)
    moved = values + direction * size
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    if low >= 0:
        moved = np.maximum(moved, 0.0)
    if unit in ("share", "flag") and high <= 1:
        moved = np.minimum(moved, 1.0)
    result = matrix.copy()
    result[:, column] = moved
    return result
