"""Rows to learn from, as many as asked, written straight to where a training stores what memory cannot hold.

Features  those of the catalogue: whole numbers below 1,000, so that each fills its 255 bins and none is packed; a tenth
          unknown
Labels    one in twenty defaults, more where the first features are high
"""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ews.features.catalogue import FEATURES
from ews.training.stored import GROUP, write_part
from ews.training.work_folder import WorkFolder

Floats = NDArray[np.float64]

PART = 32 * GROUP
DAYS = tuple(date(2020 + month // 12, month % 12 + 1, 28) for month in range(24))
NAMES = tuple(feature.name for feature in FEATURES)
_VALUES = 1_000
_UNKNOWN = 0.1


def write(folder: WorkFolder, rows: int) -> None:
    """Write so many rows."""
    for number, start in enumerate(range(0, rows, PART)):
        write_part(folder, number, _batches(start, min(start + PART, rows), rows), NAMES)


def _batches(start: int, stop: int, rows: int) -> Iterator[tuple[pa.Table, Floats]]:
    for first in range(start, stop, GROUP):
        place = np.arange(first, min(first + GROUP, stop))
        rng = np.random.default_rng(first)
        values = rng.integers(0, _VALUES, (len(place), len(NAMES))).astype(np.float64)
        hit = rng.random(len(place)) < 0.1 * values[:, :8].mean(axis=1) / _VALUES
        values[rng.random(values.shape, dtype=np.float32) < _UNKNOWN] = np.nan
        yield _keys(place, hit, rows), values


def _keys(place: NDArray[np.int64], hit: NDArray[np.bool_], rows: int) -> pa.Table:
    per_day = -(-rows // len(DAYS))
    day = pa.array([DAYS[number] for number in place // per_day], pa.date32())
    return pa.table(
        {
            "borrower_id": pa.array([f"B{number:08d}" for number in place % per_day]),
            "as_of": day,
            "ends_on": day,
            "label_known_by": day,
            "dpd": pa.array(np.zeros(len(place), dtype=np.int64)),
            "defaulted": pa.array(hit.astype(np.int64)),
        }
    )
