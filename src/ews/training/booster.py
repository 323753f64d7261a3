"""The booster's parameters: the recipe's, and those it leaves open chosen by how much there is to learn from."""

from typing import Any, TypeVar

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from ews.training.blinding import blind_copies
from ews.training.recipe import Recipe
from ews.training.split import defaulters
from ews.training.table import TrainingTable

T = TypeVar("T")

MONOTONE = {"higher": 1, "lower": -1, "none": 0}

_LEAVES = ((100, 2), (250, 4), (2_500, 8))
_MOST_LEAVES = 16
_REPEATS = ((250, 4), (1_000, 2))
_FEATURES, _MOST_FEATURES = ((100, 0.2),), 0.4
_ROWS, _MOST_ROWS = ((100, 0.5),), 0.7


def booster_parameters(table: TrainingTable, recipe: Recipe) -> dict[str, Any]:
    """Return LightGBM's parameters.

    Leaves grow with the borrowers who default, the least leaf with the rows; where few default each tree splits once
    and sees less, so that the mean of many weak trees counts and not a lucky one.
    """
    bad = defaulters(table)
    leaves = recipe.num_leaves or _by_size(bad, _LEAVES, _MOST_LEAVES)
    least = recipe.min_data_in_leaf or int(np.clip(len(table) // 100, 5, 100))
    return {
        "objective": "binary",
        "metric": "binary_logloss",
        "learning_rate": recipe.learning_rate,
        "num_leaves": leaves,
        "min_data_in_leaf": least,
        "feature_fraction": recipe.feature_fraction or _by_size(bad, _FEATURES, _MOST_FEATURES),
        "bagging_fraction": recipe.bagging_fraction or _by_size(bad, _ROWS, _MOST_ROWS),
        "bagging_freq": 1,
        "lambda_l2": recipe.lambda_l2,
        "monotone_constraints": [MONOTONE[feature.worse] for feature in table.features],
        "seed": recipe.seed,
        "num_threads": 1,  # no byte hangs on the number of cores; the folds run side by side instead
        "deterministic": True,
        "force_row_wise": True,
        "feature_pre_filter": False,
        "verbosity": -1,
    }


def fold_repeats(table: TrainingTable, recipe: Recipe) -> int:
    """Return how often the folds are dealt anew: the fewer defaulters, the more one deal depends on chance."""
    return recipe.fold_repeats or _by_size(defaulters(table), _REPEATS, 1)


def rows_of(table: TrainingTable, rows: NDArray[np.int64], parameters: dict[str, Any], recipe: Recipe) -> lgb.Dataset:
    """Return the chosen rows as LightGBM takes them: with blind copies, and without the columns that do not teach."""
    copied, copies = blind_copies(table, rows, recipe.seed) if recipe.blind_weight else (rows[:0], table.matrix[:0])
    matrix = np.concatenate([table.matrix[rows], copies])
    matrix[:, ~_teaches(table, recipe)] = np.nan
    label = table.outcome[np.concatenate([rows, copied])]
    weight = None
    if len(copied):
        weight = np.repeat([1.0, recipe.blind_weight * len(rows) / len(copied)], [len(rows), len(copied)])
    return lgb.Dataset(matrix, label=label, weight=weight, feature_name=list(table.names), params=parameters)


def _teaches(table: TrainingTable, recipe: Recipe) -> NDArray[np.bool_]:
    """Return which columns a booster may use: where few default, those whose direction banking logic gives.

    Which way a feature points cannot be learnt from a handful of defaulters; without any directed column all teach.
    """
    every = np.ones(len(table.names), dtype=bool)
    if defaulters(table) >= recipe.directed_below:
        return every
    directed = np.array([feature.worse != "none" for feature in table.features])
    return directed if not np.isnan(table.matrix[:, directed]).all() else every


def _by_size(size: int, steps: tuple[tuple[int, T], ...], above: T) -> T:
    return next((value for limit, value in steps if size < limit), above)
