"""Blinding: teach a model to do without a feed, since one day a feed will be missing.

Grain   one copy per training row, in which all features of one family are unknown; the families take turns by chance
Why     a booster that never saw a family unknown sends such rows wherever its splits happen to lead, and then loses
        more than the feed was worth. The copies show it what the other families tell in its place
Left    families that say the same of everybody, or nothing, take no turn; with fewer than LEAST_FAMILIES there is
out     little to fall back on and no copy is made
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ews.features.catalogue import FAMILIES, family_name
from ews.training.table import TrainingTable

Floats = NDArray[np.float64]
Rows = NDArray[np.integer[Any]]

LEAST_FAMILIES = 5
"""A bank's book tells at least that many; where one or two feeds are all there is, copies without them only blur."""
MOST_COPIES = 200_000
"""More rows than this are copied in part only, and the copies weigh the more."""

_FAMILY = {feature.name: family_name(family) for family in FAMILIES for feature in family.FEATURES}


@dataclass(frozen=True, slots=True)
class Blinding:
    """`rows` are copied, and of the copy of each the columns of the family whose turn it is are unknown."""

    rows: Rows
    turn: NDArray[np.int8]
    families: tuple[NDArray[np.int64], ...]

    def __len__(self) -> int:
        return len(self.rows)

    def copies(self, table: TrainingTable, places: Rows | slice) -> Floats:
        """Return the features of the copies at `places` among all copies."""
        found, turn = table.rows(self.rows[places]), self.turn[places]
        for number, columns in enumerate(self.families):
            found[np.ix_(turn == number, columns)] = np.nan
        return found


def blinding_of(table: TrainingTable, rows: Rows, seed: int, families: tuple[NDArray[np.int64], ...]) -> Blinding:
    """Return which of `rows` are copied and how; none where too few of the table's `families` are known."""
    if len(families) < LEAST_FAMILIES:
        return Blinding(rows[:0], np.empty(0, dtype=np.int8), families)
    rng = np.random.default_rng(seed)
    turn = rng.integers(0, len(families), len(table)).astype(np.int8)
    place = rng.random(len(table))
    chosen = rows[place[rows] < MOST_COPIES / len(rows)] if len(rows) > MOST_COPIES else rows
    return Blinding(chosen, turn[chosen], families)


def telling_families(names: Sequence[str], differs: NDArray[np.bool_]) -> tuple[NDArray[np.int64], ...]:
    """Return the columns of each family with one that tells rows apart, in the order of their first columns."""
    family = [_FAMILY.get(name, "") for name in names]
    telling = dict.fromkeys(each for each, does in zip(family, differs.tolist(), strict=True) if does)
    return tuple(np.flatnonzero(np.array([each == name for each in family])) for name in telling)
