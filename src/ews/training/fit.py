"""Fit: from a training table and a recipe to a booster, its number of rounds and its calibration.

Method  LightGBM with the catalogue's monotone directions; rounds by the mean log-loss over folds of whole
        borrowers; calibration on the same out-of-fold margins; then one booster on all rows
Bytes   the same table and recipe give the same text: one thread, deterministic, row-wise histograms
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ews.domain.progress import Progress, silent
from ews.training.binned import material_of, rows_of
from ews.training.booster import booster_parameters, sparing
from ews.training.calibrate import calibrate
from ews.training.recipe import Recipe
from ews.training.rounds import cross_validate, margin_of
from ews.training.table import TrainingTable


@dataclass(frozen=True, slots=True)
class FittedModel:
    """`out_of_fold_pd` is each training row's pd by boosters that did not see its borrower."""

    booster: str
    slope: float
    intercept: float
    rounds: int
    curve: tuple[float, ...]
    parameters: Mapping[str, Any]
    out_of_fold_pd: NDArray[np.float64]


def fit(table: TrainingTable, recipe: Recipe, progress: Progress = silent) -> FittedModel:
    """Return the model of `table`; TrainingDataError where its features cannot tell who defaults."""
    parameters = booster_parameters(table, recipe)
    found = cross_validate(table, parameters, recipe, progress)
    booster = _boosted(table, parameters, recipe, found.rounds)
    margin = margin_of(table, found)  # not before: nothing that a row takes is to lie beside the bins without need
    slope, intercept = calibrate(margin, table.outcome)
    progress("fit", recipe.max_rounds, recipe.max_rounds)
    return FittedModel(
        booster=booster,
        slope=slope,
        intercept=intercept,
        rounds=found.rounds,
        curve=found.curve,
        parameters=parameters,
        out_of_fold_pd=np.asarray(expit(slope * margin + intercept)),
    )


def _boosted(table: TrainingTable, parameters: dict[str, Any], recipe: Recipe, rounds: int) -> str:
    """Return the booster of all rows as text, the same on any number of threads."""
    used = parameters if table.stored is None else sparing(parameters, recipe)
    rows = rows_of(material_of(table, recipe), np.arange(len(table), dtype=np.int32), used, recipe)
    booster = lgb.Booster(used, rows)
    for _ in range(rounds):
        booster.update()  # lgb.train would stop at the first round whose features allow no split
    told = {"num_threads": 1, "force_row_wise": True, "force_col_wise": False}  # the text says what it was asked for
    return str(booster.reset_parameter(told).model_to_string(num_iteration=-1))
