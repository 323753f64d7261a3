"""Blinding: teach a model to do without a feed, since one day a feed will be missing.

Grain   one copy per training row, in which all features of one family are unknown; the families take turns by chance
Why     a booster that never saw a family unknown sends such rows wherever its splits happen to lead, and then loses
        more than the feed was worth. The copies show it what the other families tell in its place
Left    families that say the same of everybody, or nothing, take no turn; with fewer than LEAST_FAMILIES there is
out     little to fall back on and no copy is made
"""

import numpy as np
from numpy.typing import NDArray

from ews.features.catalogue import FAMILIES, family_name
from ews.training.table import TrainingTable

LEAST_FAMILIES = 5
"""A bank's book tells at least that many; where one or two feeds are all there is, copies without them only blur."""
MOST_COPIES = 200_000
"""More rows than this are copied in part only, and the copies weigh the more."""

_FAMILY = {feature.name: family_name(family) for family in FAMILIES for feature in family.FEATURES}


def blind_copies(
    table: TrainingTable, rows: NDArray[np.int64], seed: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return which of `rows` are copied and the copies' features; none where too few families are known."""
    families = _telling_families(table)
    if len(families) < LEAST_FAMILIES:
        return rows[:0], table.matrix[:0]
    rng = np.random.default_rng(seed)
    turn, place = rng.integers(0, len(families), len(table)), rng.random(len(table))
    chosen = rows[place[rows] < MOST_COPIES / len(rows)] if len(rows) > MOST_COPIES else rows
    copies = table.matrix[chosen]
    for number, columns in enumerate(families):
        copies[np.ix_(turn[chosen] == number, columns)] = np.nan
    return chosen, copies


def _telling_families(table: TrainingTable) -> list[NDArray[np.int64]]:
    """Return the columns of each family that has two values to tell apart, in the order of their first columns."""
    low, high = (reduce_(table.matrix, axis=0) for reduce_ in (np.fmin.reduce, np.fmax.reduce))
    family = [_FAMILY.get(name, "") for name in table.names]
    names = dict.fromkeys(each for each, differs in zip(family, (high > low).tolist(), strict=True) if differs)
    return [np.flatnonzero(np.array([each == name for each in family])) for name in names]
