"""Rows: a frame read row by row, where a column becomes plain values once somebody asks for it.

A book has hundreds of columns, and what is told of a borrower reads a few dozen of them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd


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


def with_shared_lists(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with equal lists of codes as one: a book has few different ones, each loan half a dozen."""
    lists = (name for name in frame.columns if frame[name].dtype == object)
    return frame.assign(**{name: _shared(frame[name]) for name in lists})


def _shared(values: pd.Series) -> pd.Series:
    seen: dict[tuple[Any, ...], Any] = {}
    each = (seen.setdefault(tuple(one), one) if isinstance(one, np.ndarray) else one for one in values)
    return pd.Series(np.fromiter(each, dtype=object, count=len(values)), values.index, dtype=object)
