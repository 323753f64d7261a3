"""Stored: the rows of a training table as Parquet on disk, where they do not fit into memory.

Grain    one row per (as_of, borrower_id), in that order; one file per part of the days
Columns  the keys, then the features as 64-bit floats, exactly those that would be held; unknown is NaN
Access   by row group, which is decoded once for rows that lie together; the last one is kept at hand
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ews.training.work_folder import WorkFolder

Floats = NDArray[np.float64]
Places = NDArray[np.integer[Any]] | slice

GROUP = 16_384
"""Rows of a row group: some tens of megabytes when decoded, however many rows are stored."""
_PART = "part-{:05d}.parquet"


class Parts:
    """The files of a folder, read by row group or by column; the last row group is kept, and so is the `owner`."""

    def __init__(self, folder: Path, names: Sequence[str], owner: WorkFolder | None = None) -> None:
        self.owner, self.names = owner, list(names)
        self.paths = sorted(folder.glob(_PART.replace("{:05d}", "*")))
        self.groups: list[tuple[int, int]] = []
        sizes: list[int] = []
        for place, path in enumerate(self.paths):
            told = pq.read_metadata(path)
            self.groups += [(place, group) for group in range(told.num_row_groups)]
            sizes += [told.row_group(group).num_rows for group in range(told.num_row_groups)]
        self.starts = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64)
        self._opened: tuple[int, pq.ParquetFile] | None = None
        self._last: tuple[int, Floats] | None = None

    def __len__(self) -> int:
        return int(self.starts[-1])

    def column(self, name: str) -> pa.Array:
        chunks = [chunk for path in self.paths for chunk in pq.read_table(path, columns=[name]).column(0).chunks]
        return pa.chunked_array(chunks).combine_chunks()

    def group(self, number: int) -> Floats:
        """Return the features of a row group."""
        if self._last is None or self._last[0] != number:
            self._last = None  # not two at once
            place, group = self.groups[number]
            rows = self._file(place).read_row_group(group, columns=self.names, use_threads=False)
            values = np.empty((rows.num_rows, len(self.names)))
            for column, name in enumerate(self.names):
                values[:, column] = rows.column(name).to_numpy()
            self._last = number, values
        return self._last[1]

    def forget(self) -> None:
        """Let go of the row group and the file at hand."""
        self._last = self._opened = None

    def _file(self, place: int) -> pq.ParquetFile:
        if self._opened is None or self._opened[0] != place:
            self._opened = place, pq.ParquetFile(self.paths[place], pre_buffer=False)
        return self._opened[1]


@dataclass(frozen=True, slots=True)
class Stored:
    """All rows of a folder, or those `chosen`; the folder goes when nothing refers to it any more."""

    parts: Parts
    chosen: slice | NDArray[np.int32]

    def __len__(self) -> int:
        return len(range(len(self.parts))[self.chosen]) if isinstance(self.chosen, slice) else len(self.chosen)

    def keys(self) -> pd.DataFrame:
        """Return all keys, held."""
        return pd.DataFrame({name: self.key(name) for name in KEYS}).infer_objects()

    def matrix(self) -> Floats:
        """Return all features, held."""
        return self.rows(slice(None))

    def key(self, name: str) -> NDArray[Any]:
        """Return one of the keys; equal texts and equal days are one object."""
        column = self.parts.column(name)
        if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
            return np.asarray(column.to_numpy(zero_copy_only=False))[self.chosen]
        coded = column.dictionary_encode()
        words = np.array(coded.dictionary.to_pylist(), dtype=object)
        found: NDArray[np.object_] = words[np.asarray(coded.indices.to_numpy())[self.chosen]]
        return found

    def column(self, place: int) -> Floats:
        """Return the values of one feature."""
        return np.asarray(self.parts.column(self.parts.names[place]).to_numpy())[self.chosen]

    def rows(self, places: Places) -> Floats:
        """Return the features of some rows."""
        wanted = self._places()[places] if isinstance(self.chosen, slice) else self.chosen[places]
        found = np.empty((len(wanted), len(self.parts.names)))
        group = np.searchsorted(self.parts.starts, wanted, side="right") - 1
        for number in np.unique(group).tolist():
            here = group == number
            found[here] = self.parts.group(number)[wanted[here] - self.parts.starts[number]]
        return found

    def subset(self, chosen: NDArray[np.bool_]) -> "Stored":
        """Return the rows where `chosen` is true."""
        places = self._places()[chosen]
        together = len(places) and places[-1] - places[0] + 1 == len(places)
        return replace(self, chosen=slice(int(places[0]), int(places[-1]) + 1) if together else places)

    def _places(self) -> NDArray[np.int32]:
        """Return where the rows lie among all that are stored."""
        if isinstance(self.chosen, slice):
            return np.arange(*self.chosen.indices(len(self.parts)), dtype=np.int32)
        return self.chosen


KEYS = ("borrower_id", "as_of", "ends_on", "label_known_by", "dpd", "defaulted")


def stored_in(folder: WorkFolder, names: Sequence[str]) -> Stored:
    """Return all rows of the parts in `folder`, with the features `names`."""
    return Stored(Parts(folder.path, names, folder), slice(None))


def write_part(
    folder: WorkFolder, number: int, batches: Iterable[tuple[pa.Table, Floats]], names: Sequence[str]
) -> None:
    """Write keys and features, some rows at a time, as the part of that number."""
    writer: pq.ParquetWriter | None = None
    try:
        for keys, matrix in batches:
            columns = [pa.array(np.ascontiguousarray(matrix[:, place])) for place in range(len(names))]
            rows = pa.table([*keys.columns, *columns], names=[*keys.column_names, *names])
            if writer is None:
                writer = pq.ParquetWriter(folder.path / _PART.format(number), rows.schema, write_statistics=False)
            writer.write_table(rows, row_group_size=GROUP)
    finally:
        if writer is not None:
            writer.close()
