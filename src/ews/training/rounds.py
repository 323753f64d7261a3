"""Rounds: how long to boost, told by rows whose borrowers a booster has not seen.

Method  a booster per fold of whole borrowers, carried on until the mean held-out log-loss has not fallen for `patience`
        rounds
Memory  folds of a table that is held are carried on together, side by side on threads; of one that is stored, one
        after the other: then each goes further than its own loss asks for, so that the mean is known as far as needed.
        Curve, rounds and margins are the same bytes either way
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from ews.domain.progress import Progress
from ews.training.binned import Material, material_of, rows_of, streamed
from ews.training.booster import fold_repeats, sparing
from ews.training.recipe import Recipe
from ews.training.split import deal
from ews.training.table import CHUNK, TrainingTable

Floats = NDArray[np.float64]
Rows = NDArray[np.int32]
T = TypeVar("T")

_STRIDE = 20
"""Rounds between two looks at the log-loss."""
_FURTHER = 2 * _STRIDE
"""Rounds that a fold carried on alone goes beyond the patience: the mean's best may lie after its own."""
_LEAST = 1e-15
"""The least chance that is told of what happened, as LightGBM has it."""


@dataclass(frozen=True, slots=True)
class Fold:
    """A booster that learns from some borrowers, and the rows of the others.

    `trees` and `losses` are noted after each round: a round whose features allow no split adds no tree.
    """

    booster: lgb.Booster
    part: "Part"
    outcome: NDArray[np.int8]
    trees: list[int]
    losses: list[float]


@dataclass(frozen=True, slots=True)
class Part:
    """The rows that one fold holds out: those with its number in a deal."""

    deal: NDArray[np.int16]
    number: int

    def rows(self) -> Rows:
        return np.flatnonzero(self.deal == self.number).astype(np.int32)


@dataclass(frozen=True, slots=True)
class CrossValidation:
    """`curve` is the mean held-out log-loss after each round, `rounds` where it is least; the folds hold no data."""

    curve: tuple[float, ...]
    rounds: int
    folds: tuple[Fold, ...]


def cross_validate(
    table: TrainingTable, parameters: dict[str, Any], recipe: Recipe, progress: Progress
) -> CrossValidation:
    """Return the best number of rounds and the boosters that tell it."""
    material = material_of(table, recipe)
    carried = _together if table.stored is None else _one_after_another
    folds, curve = carried(material, _parts(table, recipe), parameters, recipe, progress)
    return CrossValidation(tuple(curve.tolist()), _best(curve), tuple(folds))


def margin_of(table: TrainingTable, found: CrossValidation) -> Floats:
    """Return each row's margin by boosters that did not see its borrower, the mean where there are several."""
    total, times = np.zeros(len(table)), np.zeros(len(table))
    for fold in found.folds:
        trees, held_out = fold.trees[found.rounds - 1], fold.part.rows()
        for start in range(0, len(held_out), CHUNK):
            rows = held_out[start : start + CHUNK]
            margin = fold.booster.predict(table.rows(rows), raw_score=True, num_iteration=trees, num_threads=1)
            total[rows] += np.asarray(margin, dtype=np.float64)
            times[rows] += 1
    return np.asarray(total / times)


def _together(
    material: Material, parts: Sequence[Part], parameters: dict[str, Any], recipe: Recipe, progress: Progress
) -> tuple[list[Fold], Floats]:
    """Carry all folds on at once, each on a thread of its own: LightGBM keeps its settings per thread."""
    curve: Floats = np.empty(0)
    with ExitStack() as stack:
        threads = [stack.enter_context(ThreadPoolExecutor(1)) for _ in range(recipe.num_threads)]
        folds = _on_their_threads(threads, _begin, parts, material, parameters, recipe)
        while _length(curve, recipe) is None:
            progress("fit", len(curve), recipe.max_rounds)
            _on_their_threads(threads, _carry_on, folds)
            curve = np.mean([fold.losses for fold in folds], axis=0)[: recipe.max_rounds]
    return [_without_data(fold) for fold in folds], curve


def _one_after_another(
    material: Material, parts: Sequence[Part], parameters: dict[str, Any], recipe: Recipe, progress: Progress
) -> tuple[list[Fold], Floats]:
    """Carry one fold on at a time, on all threads; all anew and further where they did not go far enough."""
    reach, spared = recipe.patience + _FURTHER, sparing(parameters, recipe)
    while True:
        folds = []
        for number, part in enumerate(parts):
            progress("fold", number, len(parts))
            folds.append(_carried(part, material, spared, recipe, reach))
        progress("fold", len(parts), len(parts))
        shortest = min(len(fold.losses) for fold in folds)
        curve = np.mean([fold.losses[:shortest] for fold in folds], axis=0)[: recipe.max_rounds]
        length = _length(curve, recipe)
        if length is not None:
            return folds, curve[:length]
        reach *= 2


def _carried(part: Part, material: Material, parameters: dict[str, Any], recipe: Recipe, reach: int) -> Fold:
    """Return a fold carried on until its own loss has not fallen for `reach` rounds, without its data."""
    fold = _begin(part, material, parameters, recipe)
    while len(fold.losses) < recipe.max_rounds and len(fold.losses) - _best(fold.losses) <= reach:
        _carry_on(fold)
    return _without_data(fold)


def _length(curve: Floats, recipe: Recipe) -> int | None:
    """Return how much of the mean curve tells where to stop, a number of strides; nothing where it is too short."""
    for length in range(_STRIDE, len(curve) + 1, _STRIDE):
        if length - _best(curve[:length]) > recipe.patience:
            return length
    return recipe.max_rounds if len(curve) >= recipe.max_rounds else None


def _on_their_threads(
    threads: Sequence[ThreadPoolExecutor], work: Callable[..., T], items: Sequence[Any], *more: Any
) -> list[T]:
    """Run `work` on each item, item k always on the same thread, and return the results in order."""
    waiting = [threads[k % len(threads)].submit(work, item, *more) for k, item in enumerate(items)]
    return [each.result() for each in waiting]


def _parts(table: TrainingTable, recipe: Recipe) -> list[Part]:
    salts = [f"fold {k}/{recipe.seed}" for k in range(fold_repeats(table, recipe))]
    deals = [deal(table, recipe.folds, salt).astype(np.int16) for salt in salts]
    return [Part(each, number) for each in deals for number in range(recipe.folds)]


def _begin(part: Part, material: Material, parameters: dict[str, Any], recipe: Recipe) -> Fold:
    held_out, others = part.rows(), np.flatnonzero(part.deal != part.number).astype(np.int32)
    seen = rows_of(material, others, parameters, recipe)
    booster, outcome = lgb.Booster(parameters, seen), material.outcome[held_out]
    tested = lgb.Dataset(streamed(material, held_out), outcome, reference=seen, params=parameters)
    booster.add_valid(tested, "held out")
    return Fold(booster, part, outcome, [], [])


def _carry_on(fold: Fold) -> None:
    """Boost some rounds further and note what each brought."""
    for _ in range(_STRIDE):
        fold.booster.update()
        fold.trees.append(fold.booster.current_iteration())
        fold.losses.append(float(fold.booster.eval_valid(partial(_log_loss, fold.outcome))[0][2]))


def _log_loss(outcome: NDArray[np.int8], chances: Floats, _: lgb.Dataset) -> tuple[str, float, bool]:
    """Return the mean log-loss; LightGBM's own sums in an order that hangs on the number of threads."""
    told = np.where(outcome == 1, chances, 1 - chances)
    return "log_loss", -float(np.log(np.maximum(told, _LEAST)).mean()), False


def _without_data(fold: Fold) -> Fold:
    """Return the fold with a booster that predicts and remembers no row."""
    text = fold.booster.model_to_string(num_iteration=-1)
    return replace(fold, booster=lgb.Booster(model_str=text), outcome=fold.outcome[:0])


def _best(curve: Sequence[float] | Floats) -> int:
    """Return the number of rounds with the least log-loss, 0 before the first."""
    return int(np.argmin(curve)) + 1 if len(curve) else 0
