"""The booster's parameters: the recipe's, and those it leaves open chosen by how much there is to learn from."""

from typing import Any, TypeVar

import numpy as np

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
        "metric": "None",  # the log-loss of rows that are held out is worked out in rounds.py
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


def sparing(parameters: dict[str, Any], recipe: Recipe) -> dict[str, Any]:
    """Return the parameters for one booster at a time: all threads, and no second copy of the bins; equal trees."""
    return {**parameters, "num_threads": recipe.num_threads, "force_row_wise": False, "force_col_wise": True}


def fold_repeats(table: TrainingTable, recipe: Recipe) -> int:
    """Return how often the folds are dealt anew: the fewer defaulters, the more one deal depends on chance."""
    return recipe.fold_repeats or _by_size(defaulters(table), _REPEATS, 1)


def _by_size(size: int, steps: tuple[tuple[int, T], ...], above: T) -> T:
    return next((value for limit, value in steps if size < limit), above)
