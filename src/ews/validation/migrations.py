"""Migrations (评级迁徙): how far borrowers move between grades, and whether they do so step by step.

Shapes   `counts` is grades x grades, best first: row where a borrower was, column where it is; default has no place
Method   ECB 2019, 2.5.5.1 (matrix weighted bandwidth) and 2.5.5.2 (stability of the migration matrix)
Upper    moves to a worse grade; lower: to a better one. 0 where all stay, 1 where all who move go as far as they can
Cells    z compares a cell with its neighbour nearer to the diagonal: where more go further than near, z is negative.
         Frequencies rest on all who were in the row's grade, those in default or gone by now included
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bandwidth:
    """None where nobody moved that way."""

    upper: float | None
    lower: float | None


@dataclass(frozen=True, slots=True)
class Cell:
    """Places count from 0; `p` is small where the cell holds more than its neighbour towards the diagonal."""

    former: int
    now: int
    moved: int
    nearer: int
    z: float
    p: float


def migration_counts(former: NDArray[np.intp], now: NDArray[np.intp], grades: int) -> Counts:
    """Return how many went from grade to grade, by their places from 0."""
    pairs = np.bincount(former * grades + now, minlength=grades * grades)
    return pairs.reshape(grades, grades).astype(np.int64)


def bandwidth(counts: Counts) -> Bandwidth:
    """Return the matrix weighted bandwidths of a square matrix."""
    place = np.arange(len(counts))
    step = np.abs(place[:, None] - place[None, :])
    furthest = np.maximum(place, len(counts) - 1 - place)[:, None]
    worse = place[None, :] > place[:, None]
    return Bandwidth(*(_share(step * counts * side, furthest * counts * side) for side in (worse, worse.T)))


def neighbour_tests(counts: Counts, former: Counts | None = None) -> tuple[Cell, ...]:
    """Return the test of each cell beside the diagonal in which it or its neighbour holds anybody.

    `former` says how many were in each grade at first; default: those in the row.
    """
    at_first = counts.sum(axis=1) if former is None else former
    cells = [_cell(counts, at_first, row, column) for row in range(len(counts)) for column in range(len(counts))]
    return tuple(cell for cell in cells if cell is not None)


def _cell(counts: Counts, at_first: Counts, row: int, column: int) -> Cell | None:
    if row == column or not at_first[row]:
        return None
    nearer = column + 1 if column < row else column - 1
    far, near = counts[row, column] / at_first[row], counts[row, nearer] / at_first[row]
    spread = (far * (1 - far) + near * (1 - near) + 2 * far * near) / at_first[row]
    if not spread > 0:
        return None
    z = float((near - far) / np.sqrt(spread))
    return Cell(row, column, int(counts[row, column]), int(counts[row, nearer]), z, float(norm.cdf(z)))


def _share(part: Counts, whole: Counts) -> float | None:
    return float(part.sum() / whole.sum()) if whole.sum() > 0 else None
