"""Capacity: who gets one of the places that officers have in a month, and at what level.

Places  a share of the borrowers of the batch who are not in default, rounded down. Who was on the list a month ago
        needs a place again: a list that never changes costs as much as a new one
Order   by the system's own level, then by urgency, highest first, null last, then by borrower_id
Spill   who finds the places of the own level taken gets one of the next level's, before those of that level. Nobody
        is given a place above the own level: places of a level that the system did not give stay empty
Default who is in default needs no warning and takes no place; who is late does
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ranks = NDArray[np.int8]

_ROUNDING = 1e-9
"""0.07 x 100 is less than 7 in binary."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """Shares of the book that officers can look after in a month, by level."""

    red: float = 0.005
    orange: float = 0.015
    yellow: float = 0.05

    def __post_init__(self) -> None:
        if not all(0 <= share <= 1 for share in (self.red, self.orange, self.yellow)):
            message = (
                f"Capacity {self.red}, {self.orange}, {self.yellow} is not three shares of the book. "
                "Give numbers between 0 and 1."
            )
            raise ValueError(message)

    def places(self, borrowers: int) -> tuple[int, int, int]:
        """Return the places at red, orange and yellow in a book of so many borrowers."""
        red, orange, yellow = (int(share * borrowers + _ROUNDING) for share in (self.red, self.orange, self.yellow))
        return red, orange, yellow


UNLIMITED = Capacity(red=1.0, orange=1.0, yellow=1.0)
"""Everybody with a level finds a place at it."""


def placed(levels: Ranks, urgency: NDArray[np.float64], names: NDArray[np.int64], capacity: Capacity) -> Ranks:
    """Return the rank of the place that each borrower of one batch gets, 0 where none.

    One entry per borrower not in default, which is the book that capacity is a share of: `levels` from 0 to 3;
    `names` are whole numbers in the order of the borrower_ids.
    """
    gravest_first = np.lexsort((names, -np.nan_to_num(urgency, nan=-np.inf), -levels.astype(np.int64)))
    given = np.zeros(len(levels), dtype=np.int8)
    first = 0
    for rank, places in zip((3, 2, 1), capacity.places(len(levels)), strict=True):
        last = min(first + places, int((levels >= rank).sum()))
        given[gravest_first[first:last]] = rank
        first = last
    return given
