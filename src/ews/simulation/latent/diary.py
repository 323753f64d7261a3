"""Diary: episodes as they are written down, month by month."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from ews.simulation.arrays import Ints
from ews.simulation.latent.episodes import Episodes, Kind

NOBODY = -1


@dataclass(frozen=True, slots=True)
class Diary:
    entries: list[tuple[np.ndarray, ...]] = field(default_factory=list)

    def note(
        self,
        kind: Kind,
        borrower: Ints,
        month: ArrayLike,
        *,
        months: ArrayLike = 1,
        size: ArrayLike = 0.0,
        other: ArrayLike = NOBODY,
    ) -> None:
        """Write down an episode of each of `borrower`; the other columns may be single values."""
        if len(borrower):
            columns = (borrower, month, int(kind), months, size, other)
            self.entries.append(tuple(np.broadcast_to(np.asarray(column), len(borrower)) for column in columns))

    def episodes(self, book_months: int) -> Episodes:
        """Return what was noted for months of the book, in the order of borrower, month, kind and other."""
        nothing = (np.zeros(0),) * 6
        columns = [np.concatenate(parts) for parts in zip(nothing, *self.entries, strict=True)]
        borrower, month, kind, months, other = (columns[place].astype(np.int64) for place in (0, 1, 2, 3, 5))
        inside = np.flatnonzero((month >= 0) & (month < book_months))
        order = inside[np.lexsort((other[inside], kind[inside], month[inside], borrower[inside]))]
        size = columns[4][order].astype(np.float64)
        return Episodes(borrower[order], month[order], kind[order], months[order], size, other[order])
