"""Monotone (单调性): whether a pd in fact never falls where a feature gets worse.

Method  rows of the test, one feature after the other set to every value at which the booster splits it, and just
        above: between two neighbours nothing can change, so that the whole line is looked at
Rounding a sum of leaves may differ in the last digit by the order of adding: below TOLERANCE is no breach
"""

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
from pandas import DataFrame

from ews.domain.features import Feature
from ews.models.frozen import FrozenModel, log_odds
from ews.validation.estimates import Floats

TOLERANCE = 1e-9
_SIGN = {"higher": 1.0, "lower": -1.0}


@dataclass(frozen=True, slots=True)
class Breaches:
    """`looked_at` pairs of neighbouring values over all rows; `worst` is the largest fall of the log-odds."""

    feature: str
    looked_at: int
    count: int
    worst: float


def breaches(model: FrozenModel, features: tuple[Feature, ...], matrix: Floats) -> tuple[Breaches, ...]:
    """Return what was found for each feature that has a direction and is split anywhere."""
    splits = thresholds(model)
    return tuple(
        _along(model, matrix, column, splits[feature.name], _SIGN[feature.worse], feature.name)
        for column, feature in enumerate(features)
        if feature.worse in _SIGN and feature.name in splits
    )


def thresholds(model: FrozenModel) -> dict[str, Floats]:
    """Return per feature the values at which the booster splits it, in order."""
    trees = lgb.Booster(model_str=model.booster).trees_to_dataframe()
    nodes = trees[trees["split_feature"].notna()]
    return {
        str(name): np.unique(part["threshold"].to_numpy(dtype=np.float64))
        for name, part in nodes.groupby("split_feature")
    }


def _along(model: FrozenModel, matrix: Floats, column: int, splits: Floats, sign: float, name: str) -> Breaches:
    values = np.append(splits, np.nextafter(splits[-1], np.inf) + 1.0)
    rows = np.repeat(matrix, len(values), axis=0)
    rows[:, column] = np.tile(values, len(matrix))
    odds = log_odds(model, DataFrame(rows, columns=list(model.features))).reshape(len(matrix), len(values))
    falls = -sign * np.diff(odds, axis=1)
    worst = float(falls.max()) if falls.size else 0.0
    return Breaches(name, int(falls.size), int((falls > TOLERANCE).sum()), max(worst, 0.0))
