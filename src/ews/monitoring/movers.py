"""Movers: whose position worsened most since the compared batch, as a manager would ask.

Losses  the largest rise of expected loss in fen: what a move of pd, of security or of exposure costs the bank, so that
        a large borrower's small step comes before a small one's great one; who fell into default is among them
Levels  the largest rise of the warning level, by steps, then by exposure
Whom    borrowers of both batches; those with a null expected loss in either cannot be told and are not in `losses`
"""

from dataclasses import dataclass

import numpy as np

from ews.monitoring.filters import Filter, chosen
from ews.monitoring.frame import BookFrame
from ews.monitoring.rows import Row, first, rows_at


@dataclass(frozen=True, slots=True)
class Movers:
    """`losses` by the rise of expected loss, `levels` by the rise of level; both largest first, ties by id."""

    losses: tuple[Row, ...]
    levels: tuple[Row, ...]


def movers(frame: BookFrame, wanted: Filter, n: int = 10) -> Movers:
    """Return up to `n` borrowers of each kind; none where nothing rose."""
    found = chosen(frame, wanted) & frame.now.is_in & frame.then.is_in
    return Movers(_losses(frame, np.flatnonzero(found), n), _levels(frame, np.flatnonzero(found), n))


def _losses(frame: BookFrame, places: np.ndarray[tuple[int], np.dtype[np.intp]], n: int) -> tuple[Row, ...]:
    now, then = frame.now.expected_loss, frame.then.expected_loss
    rise = now.fen[places] - then.fen[places]
    risen = (rise > 0) & now.known[places] & then.known[places]
    order = first(-rise[risen].astype(np.float64), n)
    return rows_at(frame, places[risen][order])


def _levels(frame: BookFrame, places: np.ndarray[tuple[int], np.dtype[np.intp]], n: int) -> tuple[Row, ...]:
    rise = frame.now.ranks["level"][places] - frame.then.ranks["level"][places]
    risen, steps = places[rise > 0], rise[rise > 0]
    exposure = frame.now.exposure
    money = np.where(exposure.known[risen], exposure.fen[risen], -1)
    order = np.lexsort((risen, -money, -steps.astype(np.int64)))[:n]
    return rows_at(frame, risen[order])
