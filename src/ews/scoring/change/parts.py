"""Parts: shares of a move in whole billionths, so that they add up to it exactly, on paper as in the machine.

Unit    BILLION to the log-odds, to the probability, to the rank of a level or tier
Rest    what rounding leaves is put on the largest part: at most half a billionth a part, and one more for the ends
Zero    a part that is nothing stays nothing, unless all are
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import factorial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ews.models.frozen import Floats

BILLION = 1_000_000_000
Units = NDArray[np.int64]
P = TypeVar("P", bound=str)


def units_of(values: Floats) -> Units:
    """Return values in whole billionths."""
    return np.rint(np.asarray(values, dtype=np.float64) * BILLION).astype(np.int64)


def whole(parts: Floats, totals: Units) -> Units:
    """Return rows x parts in whole billionths that add up to `totals`, row by row.

    ValueError where the parts do not make up the total, but for rounding.
    """
    found = units_of(parts)
    rest = totals - found.sum(axis=1)
    allowed = parts.shape[1] / 2 + 1 + np.abs(parts).sum(axis=1) * 1e-4
    if np.any(np.abs(rest) > allowed):
        message = f"The parts of a move miss it by {np.abs(rest).max()} billionths."
        raise ValueError(message)
    return _with_rest(found, rest)


def carried(parts: Units, totals: Units, slopes: Floats) -> Units:
    """Return the parts carried over to another scale, on which they add up to `totals`, row by row.

    Each goes by the mean slope of the move, totals / sum of parts (Aumann and Shapley's value, which knows no order);
    by `slopes`, the slope where it stands, where the parts cancel out.
    """
    moved = parts.sum(axis=1)
    mean = np.divide(totals, moved, out=np.array(slopes, dtype=np.float64), where=moved != 0)
    found = np.rint(parts * mean[:, np.newaxis]).astype(np.int64)
    return _with_rest(found, totals - found.sum(axis=1), parts)


def _with_rest(found: Units, rest: Units, sizes: Units | None = None) -> Units:
    if found.shape[1]:
        largest = np.abs(found if sizes is None else sizes).argmax(axis=1)
        found[np.arange(len(found)), largest] += rest
    return found


def shapley(values: Mapping[frozenset[P], int], players: Sequence[P]) -> dict[P, Fraction]:
    """Return what each player adds, on average over all orders, from nobody to all; `values` has every set."""
    count = len(players)
    found = {}
    for one in players:
        others = [each for each in players if each != one]
        found[one] = sum(
            (
                Fraction(factorial(size) * factorial(count - size - 1), factorial(count))
                * (values[frozenset(some) | {one}] - values[frozenset(some)])
                for size in range(count)
                for some in combinations(others, size)
            ),
            Fraction(0),
        )
    return found


def whole_of(parts: Mapping[P, Fraction], total: int) -> dict[P, int]:
    """Return exact parts of `total`, both in ones, in whole billionths that add up to it."""
    found = {name: round(part * BILLION) for name, part in parts.items()}
    largest = max(found, key=lambda name: abs(found[name]))
    found[largest] += total * BILLION - sum(found.values())
    return found
