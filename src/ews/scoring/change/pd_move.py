"""Split of a pd move: by data, definition of features, booster and calibration, in log-odds and in probability.

Players  inputs, booster, calibration: each order of exchanging them counts alike (Shapley's value over eight states)
Data     within the inputs by feature (models.moves), so that a feature that stayed adds nothing and none contradicts
         its declared direction
Made     where the features of both days were made again by the present code: old definition → new one → data → and on
         to the definition of the later batch. Else the definition cannot be parted from the data, and counts as such
Points   parts in log-odds are carried to probability by the mean slope of the whole move, which knows no order either
Sum      whole billionths that add up exactly (change.parts)
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ews.models.frozen import Floats, FrozenModel, matrix
from ews.models.moves import margins, moves
from ews.scoring.change.parts import Units, carried, units_of, whole

DATA, DEFINITION, MODEL, CALIBRATION = "data", "definition", "model", "calibration"
PARTS = (DATA, DEFINITION, MODEL, CALIBRATION)
_WEIGHT = {0: 1 / 3, 1: 1 / 6, 2: 1 / 3}
"""Of three players: how much an exchange counts with none, one or both of the others exchanged before."""


@dataclass(frozen=True, slots=True)
class Made:
    """Features of both days by the present code, indexed and with columns as those kept."""

    before: pd.DataFrame
    after: pd.DataFrame


@dataclass(frozen=True, slots=True)
class PdMoves:
    """Rows in the order of `borrowers`, all in whole billionths.

    `data` and `definition` are rows x `features`, `model` and `calibration` one column; each scale has its own.
    """

    borrowers: tuple[str, ...]
    features: tuple[str, ...]
    log_odds: "Split"
    pd: "Split"


@dataclass(frozen=True, slots=True)
class Split:
    """Parts of one scale and what they add up to, row by row."""

    data: Units
    definition: Units
    model: Units
    calibration: Units
    total: Units

    def part(self, name: str) -> Units:
        """Return one of PARTS, row by row."""
        found: Units = getattr(self, name)
        return found.sum(axis=1) if found.ndim > 1 else found


def split(
    models: tuple[FrozenModel, FrozenModel],
    before: pd.DataFrame,
    after: pd.DataFrame,
    pds: tuple[Floats, Floats],
    made: Made | None = None,
) -> PdMoves:
    """Split the move of each row; `before` and `after` are features, alike in rows and columns, `pds` what was served.

    ValueError where the pds are not those of the models.
    """
    features = tuple(dict.fromkeys(name for model in models for name in model.features))
    steps = list(_steps(before, after, made))
    by_step = {DATA: np.zeros((len(before), len(features))), DEFINITION: np.zeros((len(before), len(features)))}
    places = {name: number for number, name in enumerate(features)}
    for model, scale in _scales(models):
        columns = [places[name] for name in model.features]
        for kind, start, end in steps:
            by_step[kind][:, columns] += scale * moves(model, matrix(model, start), matrix(model, end))
    ends = np.array([[margins(model, side) for model in models] for side in (before, after)])
    state = np.stack([model.slope * ends + model.intercept for model in models], axis=2)  # inputs, booster, calibration
    booster, calibration = _exchanged(np.moveaxis(state, 1, 0)), _exchanged(np.moveaxis(state, 2, 0))
    parts = np.hstack([by_step[DATA], by_step[DEFINITION], booster[:, np.newaxis], calibration[:, np.newaxis]])
    totals = units_of(state[1, 1, 1]) - units_of(state[0, 0, 0])
    log_odds = whole(parts, totals)
    points = units_of(pds[1]) - units_of(pds[0])
    return PdMoves(
        tuple(before.index),
        features,
        _split(log_odds, totals, len(features)),
        _split(carried(log_odds, points, pds[1] * (1 - pds[1])), points, len(features)),
    )


def _steps(
    before: pd.DataFrame, after: pd.DataFrame, made: Made | None
) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame]]:
    if made is None:
        yield DATA, before, after
        return
    yield DEFINITION, before, made.before
    yield DATA, made.before, made.after
    yield DEFINITION, made.after, after


def _scales(models: tuple[FrozenModel, FrozenModel]) -> Iterator[tuple[FrozenModel, float]]:
    """Yield each booster with the slope by which its moves count, over all orders; one booster once."""
    slopes = [model.slope for model in models]
    if models[0].booster == models[1].booster and models[0].features == models[1].features:
        yield models[0], sum(slopes) / 2
        return
    for number, model in enumerate(models):
        yield model, sum(_WEIGHT[number + other] * slope for other, slope in enumerate(slopes))


def _exchanged(state: Floats) -> Floats:
    """Return what exchanging the first axis adds over all orders; `state` is 2 x 2 x 2 x rows."""
    gained = state[1] - state[0]
    return np.asarray(sum(_WEIGHT[one + other] * gained[one, other] for one in (0, 1) for other in (0, 1)))


def _split(parts: Units, total: Units, count: int) -> Split:
    return Split(parts[:, :count], parts[:, count : 2 * count], parts[:, -2], parts[:, -1], total)
