"""The training table: what a model learns from, and how many borrowers were left out of it and why.

Grain   one row per (as_of, borrower_id), in that order
Nulls   a feature that is not known is NaN; dpd is NaN where no feed speaks of the borrower's loans
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ews.domain.features import Feature

Mask = NDArray[np.bool_]


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


@dataclass(frozen=True, slots=True)
class TrainingTable:
    """`keys` has borrower_id, as_of, ends_on, label_known_by, dpd, defaulted; `matrix` is rows x features."""

    features: tuple[Feature, ...]
    catalogue_version: str
    keys: pd.DataFrame
    matrix: NDArray[np.float64]
    counts: tuple[SnapshotCount, ...] = ()

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(feature.name for feature in self.features)

    @property
    def outcome(self) -> NDArray[np.int8]:
        return self.keys["defaulted"].to_numpy(dtype=np.int8)

    @property
    def borrowers(self) -> NDArray[np.object_]:
        return self.keys["borrower_id"].to_numpy(dtype=object)

    @property
    def days(self) -> tuple[date, ...]:
        """The snapshots that have rows, in order."""
        return tuple(sorted(set(self.keys["as_of"])))

    @property
    def frame(self) -> pd.DataFrame:
        """The features as a frame, for models/."""
        return pd.DataFrame(self.matrix, columns=list(self.names))

    @property
    def data_hash(self) -> str:
        """64 hex digits over ids, days, labels and the bytes of every feature."""
        digest = hashlib.sha256("\n".join([self.catalogue_version, *self.names]).encode())
        for borrower, day, hit in zip(self.borrowers, self.keys["as_of"], self.outcome, strict=True):
            digest.update(f"\n{borrower}|{day}|{hit}".encode())
        canonical = np.where(np.isnan(self.matrix), np.nan, self.matrix) + 0.0  # one NaN, no negative zero
        digest.update(np.ascontiguousarray(canonical, dtype="<f8").tobytes())
        return digest.hexdigest()

    def subset(self, chosen: Mask) -> "TrainingTable":
        """Return the rows where `chosen` is true; the counts stay those of the whole."""
        return replace(self, keys=self.keys[chosen].reset_index(drop=True), matrix=self.matrix[chosen])
