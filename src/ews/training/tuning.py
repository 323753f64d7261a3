"""Tuning (调参): the recipe's free choices, searched within a budget on the rows that teach.

Method  Optuna's tree-structured Parzen estimator (Bergstra et al. 2011), the least mean log-loss over folds of whole
        borrowers; the recipe as it stands is the first trial, so that tuning never ends below where it began
Test    the search is handed the rows that teach and nothing else: the test cannot be looked at
Bytes   the same rows, recipe and number of trials give the same choice; a budget of minutes ends between two trials,
        and the report says how many there were
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ews.domain.errors import SettingsError
from ews.domain.progress import Progress, silent
from ews.training.booster import booster_parameters
from ews.training.recipe import Recipe
from ews.training.rounds import cross_validate
from ews.training.table import TrainingTable

MOST_TRIALS, MOST_MINUTES = 1_000, 24 * 60
STARTUP = 8
"""Trials drawn blindly before the search learns from those it has seen."""
_RATE, _PENALTY = (0.01, 0.08), (0.1, 50.0)
_LEAVES = (2, 31)
_FEATURES, _ROWS = (0.1, 0.8), (0.4, 0.9)
_LEAF_SHARES, _LEAST_LEAF = (1 / 1_000, 1 / 20), 5
TUNED = ("learning_rate", "num_leaves", "min_data_in_leaf", "feature_fraction", "bagging_fraction", "lambda_l2")
"""Keys of the recipe that are searched."""


@dataclass(frozen=True, slots=True)
class Budget:
    """`minutes` null: as long as the trials take."""

    trials: int = 20
    minutes: float | None = None

    def __post_init__(self) -> None:
        for name, value, most in (("trials", self.trials, MOST_TRIALS), ("minutes", self.minutes, MOST_MINUTES)):
            if value is not None and not 0 < value <= most:
                message = f"A budget of {value} {name} cannot be spent. Give more than 0 and at most {most}."
                raise SettingsError(message)


@dataclass(frozen=True, slots=True)
class Trial:
    """`log_loss` is the mean over folds, of borrowers that the boosters did not see; `seconds` enters no choice."""

    number: int
    parameters: Mapping[str, Any]
    log_loss: float
    rounds: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Tuned:
    """`recipe` is the one given where no trial was better."""

    recipe: Recipe
    trials: tuple[Trial, ...]
    best: int


def tune(table: TrainingTable, recipe: Recipe, budget: Budget, progress: Progress = silent) -> Tuned:
    """Return the recipe whose trial lost least on `table`, which holds the rows that teach and no others."""
    study, started = _study(recipe), time.monotonic()
    study.enqueue_trial(_first(table, recipe))
    trials: list[Trial] = []
    while len(trials) < budget.trials and (not trials or not _spent(budget, started)):
        progress("tune", len(trials), budget.trials)
        asked = study.ask()
        found = _tried(len(trials), table, _applied(recipe, trials, _asked(asked, table)))
        study.tell(asked, found.log_loss)
        trials.append(found)
    progress("tune", budget.trials, budget.trials)
    best = min(trials, key=lambda trial: (trial.log_loss, trial.number))
    chosen = recipe if best.number == 0 else replace(recipe, **dict(best.parameters))
    return Tuned(chosen, tuple(trials), best.number)


def _study(recipe: Recipe) -> Any:
    import optuna  # noqa: PLC0415 - half a second, needed by those who tune only

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=recipe.seed, n_startup_trials=STARTUP)
    return optuna.create_study(sampler=sampler, direction="minimize")


def _first(table: TrainingTable, recipe: Recipe) -> dict[str, Any]:
    """Return what the recipe would choose, within the bounds of the search."""
    chosen = booster_parameters(table, recipe)
    ranges = dict(zip(TUNED, (_RATE, _LEAVES, _leaf(table), _FEATURES, _ROWS, _PENALTY), strict=True))
    return {name: type(chosen[name])(np.clip(chosen[name], *ranges[name])) for name in TUNED}


def _asked(trial: Any, table: TrainingTable) -> dict[str, Any]:
    return {
        "learning_rate": trial.suggest_float("learning_rate", *_RATE, log=True),
        "num_leaves": trial.suggest_int("num_leaves", *_LEAVES, log=True),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", *_leaf(table), log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", *_FEATURES),
        "bagging_fraction": trial.suggest_float("bagging_fraction", *_ROWS),
        "lambda_l2": trial.suggest_float("lambda_l2", *_PENALTY, log=True),
    }


def _leaf(table: TrainingTable) -> tuple[int, int]:
    low, high = (max(int(len(table) * share), _LEAST_LEAF) for share in _LEAF_SHARES)
    return low, max(high, low + 1)


def _applied(recipe: Recipe, before: Sequence[Trial], parameters: Mapping[str, Any]) -> Recipe:
    """Return the recipe of a trial; the first one is the recipe as it stands."""
    return replace(recipe, **dict(parameters)) if before else recipe


def _tried(number: int, table: TrainingTable, recipe: Recipe) -> Trial:
    started = time.monotonic()
    parameters = booster_parameters(table, recipe)
    found = cross_validate(table, parameters, recipe, silent)
    loss = float(found.curve[found.rounds - 1])
    told = {name: parameters[name] for name in TUNED}
    return Trial(number, told, loss, found.rounds, time.monotonic() - started)


def _spent(budget: Budget, started: float) -> bool:
    return budget.minutes is not None and time.monotonic() - started >= 60 * budget.minutes
