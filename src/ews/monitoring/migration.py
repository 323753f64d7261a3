"""Migration (迁徙矩阵): from where to where borrowers moved since the compared batch.

Rows     words of the scale in the compared batch, and last NEW: was not in it
Columns  words of the scale now, and last LEFT: is no longer here
Margins  a row adds up to the former figures of `by`, a column to those of now
List     the cell (row, column) is the filter former_<scale> = row, <scale> = column
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ews.domain.errors import RequestError
from ews.domain.text import sentence
from ews.monitoring.figures import added
from ews.monitoring.filters import LEFT, NEW, NOT_KNOWN, Filter, chosen
from ews.monitoring.frame import SCALES, BookFrame, Side


@dataclass(frozen=True, slots=True)
class Cell:
    """`exposure_fen` is of now, `former_exposure_fen` of then, each as far as known; 0 for who was not there."""

    borrowers: int
    exposure_fen: int
    former_exposure_fen: int


@dataclass(frozen=True, slots=True)
class Migration:
    """`cells` by row, then by column; NOT_KNOWN is among the words where somebody has none."""

    scale: str
    former: tuple[str, ...]
    now: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]


def migration(frame: BookFrame, wanted: Filter, scale: str) -> Migration | None:
    """Return the matrix of `scale`; None where there is no batch to compare with, RequestError for another scale."""
    if scale not in SCALES:
        message = sentence(
            "There is no migration of '{scale}'. Give one of: {scales}.", scale=scale, scales=tuple(SCALES)
        )
        raise RequestError(message)
    if frame.compared is None:
        return None
    rows = np.flatnonzero(chosen(frame, wanted))
    words = frame.scales[scale]
    places = [_places(side, scale, rows, len(words)) for side in (frame.then, frame.now)]
    if any(bool((one == len(words)).any()) for one in places):
        words = (*words, NOT_KNOWN)
    absent = len(words)
    former, now = (np.where(one < 0, absent, one) for one in places)
    size = absent + 1
    numbers = np.bincount(former * size + now, minlength=size * size)
    money = (added(side.exposure.fen[rows], former * size + now, size * size) for side in (frame.now, frame.then))
    cells = [Cell(*one) for one in zip(numbers.tolist(), *(one.tolist() for one in money), strict=True)]
    lines = tuple(tuple(cells[start : start + size]) for start in range(0, size * size, size))
    return Migration(scale, (*words, NEW), (*words, LEFT), lines)


def _places(side: Side, scale: str, rows: NDArray[np.intp], unknown: int) -> NDArray[Any]:
    """Return the rank of each row, `unknown` where it has none, -1 where it is not in the batch."""
    ranks = side.ranks[scale][rows].astype(np.intp)
    return np.where(side.is_in[rows], np.where(ranks < 0, unknown, ranks), -1)
