"""Tested: what a validation looks at, and what the model was taught with.

Grain   one row per (as_of, borrower_id)
pd      what a model said that did not learn from the row; with cross-fitting not the served one itself
Grade   a word of `grades`, best first, default left out; '' where the adapter has none
Circle  who is drawn together: a guarantee circle or an economic unit, the borrower itself where it has neither
Nulls   exposure_fen and dpd are NaN where no feed tells them; a feature that is not known is NaN
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from ews.domain.errors import ModelError
from ews.domain.features import Feature
from ews.models.frozen import FrozenModel
from ews.validation.estimates import Floats

Mask = NDArray[np.bool_]
Outcomes = NDArray[np.int8]
Labels = NDArray[np.object_]

TAUGHT_COLUMNS = ("borrower_id", "circle_id", "as_of", "outcome")
TESTED_COLUMNS = (*TAUGHT_COLUMNS, "pd", "grade", "exposure_fen", "dpd")


@dataclass(frozen=True, slots=True)
class Taught:
    """The rows that taught: `rows` with TAUGHT_COLUMNS, `matrix` rows x `features`."""

    features: tuple[Feature, ...]
    rows: DataFrame
    matrix: Floats

    def __post_init__(self) -> None:
        _check(self.features, self.rows, self.matrix, TAUGHT_COLUMNS)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def outcome(self) -> Outcomes:
        return self.rows["outcome"].to_numpy(dtype=np.int8)

    @property
    def circles(self) -> Labels:
        return self.rows["circle_id"].to_numpy(dtype=object)

    @property
    def frame(self) -> DataFrame:
        """The features as models/ takes them."""
        return DataFrame(self.matrix, columns=[feature.name for feature in self.features])

    def subset(self, chosen: Mask) -> "Taught":
        return replace(self, rows=self.rows[chosen].reset_index(drop=True), matrix=self.matrix[chosen])

    def columns(self, chosen: Mask) -> "Taught":
        """Return the same rows with the features where `chosen` is true."""
        return replace(self, features=_kept(self.features, chosen), matrix=self.matrix[:, chosen])


@dataclass(frozen=True, slots=True)
class Tested:
    """A `model` on the rows that test it: `rows` with TESTED_COLUMNS, `matrix` rows x the model's `features`.

    `segments` has the same rows and one column of words per way of dividing them; it may have no column.
    """

    model: FrozenModel
    features: tuple[Feature, ...]
    rows: DataFrame
    matrix: Floats
    segments: DataFrame
    grades: tuple[str, ...]

    def __post_init__(self) -> None:
        _check(self.features, self.rows, self.matrix, TESTED_COLUMNS)
        if tuple(feature.name for feature in self.features) != self.model.features:
            message = "The features tested are not those of the model, in its order. Give the model's own features."
            raise ModelError(message)
        if len(self.segments) != len(self.rows):
            message = f"There are {len(self.segments)} rows of segments for {len(self.rows)} rows. Give one for each."
            raise ModelError(message)
        chance = self.pd
        if len(chance) and not (np.isfinite(chance) & (chance >= 0) & (chance <= 1)).all():
            message = "A pd tested is not between 0 and 1. Leave rows without a pd out and count them."
            raise ModelError(message)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def pd(self) -> Floats:
        return self.rows["pd"].to_numpy(dtype=np.float64)

    @property
    def outcome(self) -> Outcomes:
        return self.rows["outcome"].to_numpy(dtype=np.int8)

    @property
    def defaults(self) -> int:
        return int(self.outcome.sum())

    @property
    def circles(self) -> Labels:
        return self.rows["circle_id"].to_numpy(dtype=object)

    @property
    def days(self) -> tuple[date, ...]:
        """The snapshots, in order."""
        return tuple(sorted(set(self.rows["as_of"])))

    @property
    def frame(self) -> DataFrame:
        """The features as models/ takes them."""
        return DataFrame(self.matrix, columns=list(self.model.features))

    def subset(self, chosen: Mask) -> "Tested":
        return replace(
            self,
            rows=self.rows[chosen].reset_index(drop=True),
            matrix=self.matrix[chosen],
            segments=self.segments[chosen].reset_index(drop=True),
        )

    def sample(self, rows: int) -> "Tested":
        """Return at most `rows` rows, evenly spread; the same each time."""
        return self.subset(spread(len(self), rows))


def spread(rows: int, most: int) -> Mask:
    """Return a mask of at most `most` of `rows` places, evenly spread."""
    chosen = np.zeros(rows, dtype=bool)
    chosen[np.unique(np.linspace(0, rows - 1, min(rows, most)).astype(int))] = True
    return chosen


def _kept(features: Sequence[Feature], chosen: Mask) -> tuple[Feature, ...]:
    return tuple(feature for feature, keep in zip(features, chosen, strict=True) if keep)


def _check(features: tuple[Feature, ...], rows: DataFrame, matrix: Floats, columns: Sequence[str]) -> None:
    missing = [name for name in columns if name not in rows.columns]
    if missing:
        message = f"The rows to validate on lack {', '.join(missing)}. Give {', '.join(columns)}."
        raise ModelError(message)
    if matrix.shape != (len(rows), len(features)):
        message = (
            f"The features to validate on are {matrix.shape[0]} x {matrix.shape[1]}, but there are {len(rows)} rows "
            f"and {len(features)} features. Give one number for each."
        )
        raise ModelError(message)
    if not set(rows["outcome"].unique()) <= {0, 1}:
        message = "An outcome to validate on is neither 0 nor 1. Only mature labels can test a model."
        raise ModelError(message)
    if rows.duplicated(["borrower_id", "as_of"]).any():
        twice = rows[rows.duplicated(["borrower_id", "as_of"])].iloc[0]
        message = f"Borrower '{twice['borrower_id']}' stands twice on {twice['as_of']}. Give each snapshot once."
        raise ModelError(message)
