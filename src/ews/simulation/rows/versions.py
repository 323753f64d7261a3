"""Versions: rows that are corrected or taken back later, as every extract has some.

A later version repeats the row with what changed and the day from which the bank knew it; what would be known only
after the book's last day is left out.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from ews.simulation.arrays import Flags, Ints
from ews.simulation.rows.columns import dates

Rows = Mapping[str, pa.Array]


def later(rows: Rows, chosen: Ints, known_on: Ints, last_day: int, **changed: pa.Array) -> Rows:
    """Return rows `chosen` again, known from `known_on` on, with the columns `changed` (one entry per chosen row)."""
    kept = np.asarray(known_on) <= last_day
    mask = pa.array(kept)
    again = {name: column.take(pa.array(chosen[kept])) for name, column in rows.items() if name not in changed}
    again |= {name: column.filter(mask) for name, column in changed.items()}
    return {**again, "known_on": dates(known_on[kept])}


def taken_back(rows: Rows, chosen: Ints, known_on: Ints, last_day: int) -> Rows:
    """Return a tombstone for each of the rows `chosen`."""
    gone = later(rows, chosen, known_on, last_day)
    return {**gone, "withdrawn": pa.array(np.ones(len(gone["known_on"]), np.bool_))}


def only(rows: Rows, kept: Flags) -> Rows:
    """Return the rows that are `kept`."""
    mask = pa.array(kept)
    return {name: column.filter(mask) for name, column in rows.items()}
