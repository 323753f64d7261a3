"""Engine: the program that answers for a booster instead of LightGBM, if it is known to give the same.

Checked  once per process and booster, on rows at and beside the model's own thresholds: margins bit by bit, and
         contributions to within `TOLERANCE` of the largest that there is
Else     LightGBM answers itself (`pred_contrib`, a hundred times slower), and the log says why
Lazy     numba is imported when the first booster is asked for
"""

import logging
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ews.domain.errors import ModelError
from ews.models.boosters import booster_of
from ews.models.treeshap.program import Floats, Program, program_of
from ews.models.treeshap.text import Forest, Side, UnknownBooster, read_forest

if TYPE_CHECKING:
    import lightgbm as lgb

CHECKED_ROWS = 8
TOLERANCE = 1e-9

log = logging.getLogger(__name__)


@lru_cache(maxsize=8)
def engine_of(text: str) -> Program | None:
    """Return the program of a booster's text, None where only LightGBM can answer; ModelError for another kind."""
    try:
        forest = _forest(text)
        program = program_of(forest)
        _check(program, forest, booster_of(text))
    except UnknownBooster as reason:
        log.warning(
            "Reasons are told by LightGBM itself, which is slow, since the model is not as expected: %s.", reason
        )
        return None
    return program


def _forest(text: str) -> Forest:
    try:
        return read_forest(text)
    except (KeyError, IndexError, ValueError) as error:
        message = f"its text cannot be read ({error!r})"
        raise UnknownBooster(message) from error


def _check(program: Program, forest: Forest, booster: "lgb.Booster") -> None:
    from ews.models.treeshap.run import contributions, margins  # noqa: PLC0415 - numba takes half a second

    if booster.num_feature() != program.features:
        message = f"The model's booster has {booster.num_feature()} features, its text {program.features}. Train again."
        raise ModelError(message)
    rows = _rows(forest)
    if not np.array_equal(margins(program, rows, threads=1), _predicted(booster, rows)):
        message = "its margins differ from LightGBM's"
        raise UnknownBooster(message)
    told = np.asarray(booster.predict(rows, pred_contrib=True), dtype=np.float64).reshape(len(rows), -1)
    own = np.column_stack([contributions(program, rows, threads=1), np.full(len(rows), program.expected)])
    known = np.isfinite(told)  # LightGBM divides by 0 where no row of training ever was
    gap = np.abs(own - told)[known].max(initial=0.0)
    if not gap <= TOLERANCE * max(1.0, np.abs(told[known]).max(initial=0.0)):
        message = f"its contributions differ from LightGBM's by {gap:.1e}"
        raise UnknownBooster(message)


def _predicted(booster: "lgb.Booster", rows: Floats) -> Floats:
    return np.asarray(booster.predict(rows, raw_score=True), dtype=np.float64)


def _rows(forest: Forest) -> Floats:
    """Return rows of thresholds, their neighbours, codes, zeros and nulls, drawn the same each time."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(CHECKED_ROWS, forest.features))
    for feature, values in _values(forest).items():
        rows[:, feature] = rng.choice(values, CHECKED_ROWS)
    rows[rng.random(rows.shape) < 0.1] = np.nan
    rows[rng.random(rows.shape) < 0.1] = 0.0
    return rows


def _values(forest: Forest) -> dict[int, list[float]]:
    found: dict[int, list[float]] = {}
    for split in (split for tree in forest.trees for split in tree.splits):
        found.setdefault(split.feature, []).extend(_beside(split.side, split.threshold, len(split.codes)))
    return found


def _beside(side: Side, threshold: float, words: int) -> Iterator[float]:
    if side is Side.IN_SET:
        yield from map(float, range(-1, 32 * words + 1))
    else:
        yield from (threshold, float(np.nextafter(threshold, np.inf)), threshold - 1, threshold + 1)
