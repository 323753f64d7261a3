"""Rounds: how long to boost, told by rows whose borrowers a booster has not seen.

Method  a booster per fold of whole borrowers, all carried on together until the mean held-out log-loss has not
        fallen for `patience` rounds; the folds run side by side, each on a thread of its own from first to last,
        because LightGBM keeps its settings per thread
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, TypeVar

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from ews.domain.progress import Progress
from ews.training.booster import fold_repeats, rows_of
from ews.training.recipe import Recipe
from ews.training.split import deal
from ews.training.table import TrainingTable

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
T = TypeVar("T")

_STRIDE = 20
"""Rounds between two looks at the log-loss."""


@dataclass(frozen=True, slots=True)
class Fold:
    """A booster that learns from some borrowers, and the rows of the others.

    `trees` and `losses` are noted after each round: a round whose features allow no split adds no tree.
    """

    booster: lgb.Booster
    held_out: Rows
    trees: list[int]
    losses: list[float]


@dataclass(frozen=True, slots=True)
class CrossValidation:
    """`curve` is the mean held-out log-loss after each round, `rounds` where it is least."""

    curve: tuple[float, ...]
    rounds: int
    margin: Floats
    """Each row's margin after `rounds` by boosters that did not see its borrower, the mean where there are several."""


def cross_validate(
    table: TrainingTable, parameters: dict[str, Any], recipe: Recipe, progress: Progress
) -> CrossValidation:
    """Return the best number of rounds and the margins that go with it."""
    curve: Floats = np.empty(0)
    with ExitStack() as stack:
        threads = [stack.enter_context(ThreadPoolExecutor(1)) for _ in range(recipe.num_threads)]
        folds = _on_their_threads(threads, _begin, _held_out(table, recipe), table, parameters, recipe)
        while len(curve) < recipe.max_rounds and len(curve) - _best(curve) <= recipe.patience:
            progress("fit", len(curve), recipe.max_rounds)
            _on_their_threads(threads, _carry_on, folds)
            curve = np.mean([fold.losses for fold in folds], axis=0)[: recipe.max_rounds]
    rounds = _best(curve)
    return CrossValidation(tuple(curve.tolist()), rounds, _margin(table, folds, rounds))


def _on_their_threads(
    threads: Sequence[ThreadPoolExecutor], work: Callable[..., T], items: Sequence[Any], *more: Any
) -> list[T]:
    """Run `work` on each item, item k always on the same thread, and return the results in order."""
    waiting = [threads[k % len(threads)].submit(work, item, *more) for k, item in enumerate(items)]
    return [each.result() for each in waiting]


def _held_out(table: TrainingTable, recipe: Recipe) -> list[Rows]:
    parts = [deal(table, recipe.folds, f"fold {k}/{recipe.seed}") for k in range(fold_repeats(table, recipe))]
    return [np.flatnonzero(part == number) for part in parts for number in range(recipe.folds)]


def _begin(held_out: Rows, table: TrainingTable, parameters: dict[str, Any], recipe: Recipe) -> Fold:
    seen = rows_of(table, np.setdiff1d(np.arange(len(table)), held_out), parameters, recipe)
    booster = lgb.Booster(parameters, seen)
    tested = lgb.Dataset(table.matrix[held_out], table.outcome[held_out], reference=seen, params=parameters)
    booster.add_valid(tested, "held out")
    return Fold(booster, held_out, [], [])


def _carry_on(fold: Fold) -> None:
    """Boost some rounds further and note what each brought."""
    for _ in range(_STRIDE):
        fold.booster.update()
        fold.trees.append(fold.booster.current_iteration())
        fold.losses.append(float(fold.booster.eval_valid()[0][2]))


def _best(curve: Sequence[float] | Floats) -> int:
    """Return the number of rounds with the least log-loss, 0 before the first."""
    return int(np.argmin(curve)) + 1 if len(curve) else 0


def _margin(table: TrainingTable, folds: list[Fold], rounds: int) -> Floats:
    total, times = np.zeros(len(table)), np.zeros(len(table))
    for fold in folds:
        trees = fold.trees[rounds - 1]
        margin = fold.booster.predict(table.matrix[fold.held_out], raw_score=True, num_iteration=trees, num_threads=1)
        total[fold.held_out] += np.asarray(margin, dtype=np.float64)
        times[fold.held_out] += 1
    return np.asarray(total / times)
