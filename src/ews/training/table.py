"""The training table: what a model learns from, and how many borrowers were left out of it and why.

Grain   one row per (as_of, borrower_id), in that order
Nulls   a feature that is not known is NaN; dpd is NaN where no feed speaks of the borrower's loans
Place   a small table is held in memory; one beyond memory is stored, and read by rows or by column
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Generic, TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ews.domain.features import Feature
from ews.training.stored import Places, Stored

Mask = NDArray[np.bool_]
T = TypeVar("T")

CHUNK = 16_384
"""Rows looked at in one go where a table is gone through from first to last."""


@dataclass(frozen=True, slots=True)
class SnapshotCount:
    """How the borrowers of one snapshot divide.

    borrowers = without_loan + in_default + in_default_learnt_later + immature + undated + used
    """

    as_of: date
    borrowers: int
    without_loan: int
    in_default: int
    in_default_learnt_later: int
    immature: int
    undated: int
    used: int
    defaulted: int
    closed_early: int


class _Held(Generic[T]):
    """A field of the table that is held, or read as a whole from where the table is stored at each look."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, table: "TrainingTable | None", owner: type | None = None) -> T:
        if table is None:
            raise AttributeError(self.name)
        held = vars(table)[self.name]
        return cast("T", getattr(table.stored, self.name)() if held is None else held)

    def __set__(self, table: "TrainingTable", value: T | None) -> None:
        vars(table)[self.name] = value


@dataclass(frozen=True)
class TrainingTable:
    """`keys` has borrower_id, as_of, ends_on, label_known_by, dpd, defaulted; `matrix` is rows x features.

    Of a stored table both are null when it is made; to look at them reads the whole. What goes by `rows`, `column` and
    `chunks` reads what it needs.
    """

    features: tuple[Feature, ...]
    catalogue_version: str
    keys: _Held[pd.DataFrame] = _Held()
    matrix: _Held[NDArray[np.float64]] = _Held()
    counts: tuple[SnapshotCount, ...] = ()
    stored: Stored | None = None

    def __post_init__(self) -> None:
        if vars(self)["keys"] is not None:
            object.__setattr__(self, "stored", None)  # what is given anew replaces what was stored

    def __len__(self) -> int:
        return len(self.keys) if self.stored is None else len(self.stored)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(feature.name for feature in self.features)

    @property
    def outcome(self) -> NDArray[np.int8]:
        return self.key("defaulted").astype(np.int8)

    @property
    def borrowers(self) -> NDArray[np.object_]:
        return self.key("borrower_id").astype(object)

    @property
    def days(self) -> tuple[date, ...]:
        """The snapshots that have rows, in order."""
        return tuple(sorted(set(self.key("as_of"))))

    @property
    def frame(self) -> pd.DataFrame:
        """The features as a frame, for models/."""
        return pd.DataFrame(self.matrix, columns=list(self.names))

    @property
    def data_hash(self) -> str:
        """64 hex digits over ids, days, labels and the bytes of every feature."""
        digest = hashlib.sha256("\n".join([self.catalogue_version, *self.names]).encode())
        for borrower, day, hit in zip(self.borrowers, self.key("as_of"), self.outcome, strict=True):
            digest.update(f"\n{borrower}|{day}|{hit}".encode())
        for _, values in self.chunks():
            canonical = np.where(np.isnan(values), np.nan, values) + 0.0  # one NaN, no negative zero
            digest.update(np.ascontiguousarray(canonical, dtype="<f8").tobytes())
        return digest.hexdigest()

    def key(self, name: str) -> NDArray[Any]:
        """Return one column of `keys`."""
        return np.asarray(self.keys[name].to_numpy()) if self.stored is None else self.stored.key(name)

    def column(self, place: int) -> NDArray[np.float64]:
        """Return the values of one feature."""
        return self.matrix[:, place] if self.stored is None else self.stored.column(place)

    def rows(self, places: Places) -> NDArray[np.float64]:
        """Return the features of some rows, as an array of its own."""
        return self.matrix[places].copy() if self.stored is None else self.stored.rows(places)

    def ranges(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the least and the largest value of each feature, NaN where no row knows it."""
        low, high = np.full((2, len(self.features)), np.nan)
        for _, values in self.chunks():
            low, high = np.fmin(low, np.fmin.reduce(values, axis=0)), np.fmax(high, np.fmax.reduce(values, axis=0))
        return low, high

    def chunks(self) -> Iterator[tuple[slice, NDArray[np.float64]]]:
        """Yield the rows from first to last, some at a time, with where they lie."""
        for start in range(0, len(self), CHUNK):
            rows = slice(start, min(start + CHUNK, len(self)))
            yield rows, self.matrix[rows] if self.stored is None else self.stored.rows(rows)

    def forget(self) -> None:
        """Let go of what was last read, until it is asked for again."""
        if self.stored is not None:
            self.stored.parts.forget()

    def subset(self, chosen: Mask) -> "TrainingTable":
        """Return the rows where `chosen` is true; the counts stay those of the whole."""
        if self.stored is None:
            return replace(self, keys=self.keys[chosen].reset_index(drop=True), matrix=self.matrix[chosen])
        return stored_table(self.features, self.catalogue_version, self.stored.subset(chosen), self.counts)


def stored_table(
    features: tuple[Feature, ...], catalogue_version: str, stored: Stored, counts: tuple[SnapshotCount, ...] = ()
) -> TrainingTable:
    """Return a table of which nothing is held."""
    nothing = cast("Any", None)
    return TrainingTable(features, catalogue_version, nothing, nothing, counts, stored)
