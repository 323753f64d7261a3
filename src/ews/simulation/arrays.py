"""Arrays: the few shapes in which the simulator thinks.

Borrowers are numbered from 0; months are numbered from 0, the first of the book. A matrix is borrower × month.
Days count from 1970-01-01. Ragged rows (loan months, postings) are flat arrays with their owner's index.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Reals = NDArray[np.floating]
"""Where half the precision is enough, and half the room matters."""
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NEVER = np.int64(1 << 40)
"""A month that does not come."""


def ragged(counts: Ints) -> tuple[Ints, Ints]:
    """Return the owner of each row and the row's position within its owner, for `counts` rows per owner."""
    ends = np.cumsum(counts, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    owner = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    return owner, np.arange(total, dtype=np.int64) - (ends - counts)[owner]


def running(values: Ints, owner: Ints) -> Ints:
    """Return the running sum of `values` within each owner; rows of an owner lie together."""
    sums = np.cumsum(values, dtype=np.int64)
    if not len(sums):
        return sums
    starts = np.flatnonzero(np.concatenate(([True], owner[1:] != owner[:-1])))
    before = sums[starts] - values[starts]
    return sums - np.repeat(before, np.diff(np.append(starts, len(sums))))


def next_month(when: Flags) -> Ints:
    """Return, per borrower and month, the first month from there on in which `when` holds, else NEVER."""
    months = np.where(when, np.arange(when.shape[1], dtype=np.int64), NEVER)
    return np.minimum.accumulate(months[:, ::-1], axis=1)[:, ::-1]
