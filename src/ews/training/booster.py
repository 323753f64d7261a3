"""The booster's parameters: the recipe's, and those it leaves open chosen by how much there is to learn from."""

from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from ews.training.recipe import Recipe
from ews.training.split import defaulters
from ews.training.table import TrainingTable

MONOTONE = {"higher": 1, "lower": -1, "none": 0}

_LEAVES = ((250, 4), (2_500, 8))
_MOST_LEAVES = 16
_REPEATS = ((250, 4), (1_000, 2))


def booster_parameters(table: TrainingTable, recipe: Recipe) -> dict[str, Any]:
    """Return LightGBM's parameters; leaves grow with the borrowers who default, the least leaf with the rows."""
    leaves = recipe.num_leaves or _by_size(defaulters(table), _LEAVES, _MOST_LEAVES)
    least = recipe.min_data_in_leaf or int(np.clip(len(table) // 100, 5, 100))
    return {
        "objective": "binary",
        "metric": "binary_logloss",
        "learning_rate": recipe.learning_rate,
        "num_leaves": leaves,
        "min_data_in_leaf": least,
        "feature_fraction": recipe.feature_fraction,
        "bagging_fraction": recipe.bagging_fraction,
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


def rows_of(table: TrainingTable, rows: NDArray[np.int64], parameters: dict[str, Any]) -> lgb.Dataset:
    """Return the chosen rows as LightGBM takes them."""
    label = table.outcome[rows]
    return lgb.Dataset(table.matrix[rows], label=label, feature_name=list(table.names), params=parameters)


def _by_size(size: int, steps: tuple[tuple[int, int], ...], above: int) -> int:
    return next((value for limit, value in steps if size < limit), above)
