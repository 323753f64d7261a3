"""Rows: a frame read row by row, where a column becomes plain values once somebody asks for it.

A book has hundreds of columns, and what is told of a borrower reads a few dozen of them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

_AT_ONCE = 20_000
"""Rows whose lists are taken over at a time."""


class Columns(dict[str, list[Any]]):
    """The columns of a frame that were asked for, as lists."""

    def __init__(self, frame: pd.DataFrame) -> None:
        super().__init__()
        self.frame = frame

    def __missing__(self, name: str) -> list[Any]:
        if name not in self.frame.columns:
            raise KeyError(name)
        values: list[Any] = self.frame[name].tolist()
        self[name] = values
        return values

    def row(self, number: int) -> "Row":
        return Row(self, number)


class Row(Mapping[str, Any]):
    """One row by the names of the columns."""

    __slots__ = ("_columns", "_number")

    def __init__(self, columns: Columns, number: int) -> None:
        self._columns = columns
        self._number = number

    def __getitem__(self, name: str) -> Any:
        return self._columns[name][self._number]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns.frame.columns)

    def __len__(self) -> int:
        return len(self._columns.frame.columns)


class Beside(Mapping[str, Any]):
    """Two rows as one: what the first lacks, the second tells."""

    __slots__ = ("_first", "_second")

    def __init__(self, first: Mapping[str, Any], second: Mapping[str, Any]) -> None:
        self._first = first
        self._second = second

    def __getitem__(self, name: str) -> Any:
        return self._first[name] if name in self._first else self._second[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self._first), **dict.fromkeys(self._second)})

    def __len__(self) -> int:
        return len(list(iter(self)))


def frame_of(table: ir.Table, *order: str) -> pd.DataFrame:
    """Return all rows in the order of these columns, in which each row is one, with equal lists of codes as one.

    A book has few different lists, each loan half a dozen: one object for each would take gigabytes for a moment.
    """
    lists = [name for name, kind in table.schema().items() if kind.is_array()]
    ordered = table.order_by(*order)
    frame: pd.DataFrame = ordered.drop(*lists).to_pandas()
    return frame.assign(**_shared(ordered.select(*lists), len(frame)))[list(table.columns)] if lists else frame


def _shared(lists: ir.Table, count: int) -> dict[str, pd.Series]:
    """Return each column as arrays, None where a list is not known."""
    seen: dict[tuple[Any, ...], Any] = {}
    found = {name: np.empty(count, object) for name in lists.columns}
    start = 0
    for part in lists.to_pyarrow_batches(chunk_size=_AT_ONCE):
        for name, values in zip(part.schema.names, part.columns, strict=True):
            each = values.to_numpy(zero_copy_only=False)
            found[name][start : start + len(each)] = _as_one(each, seen)
        start += len(part)
    return {name: pd.Series(values, dtype=object) for name, values in found.items()}


def _as_one(values: npt.NDArray[np.object_], seen: dict[tuple[Any, ...], Any]) -> npt.NDArray[np.object_]:
    shared = (one if one is None else seen.setdefault(tuple(one), one) for one in values)
    return np.fromiter(shared, dtype=object, count=len(values))
