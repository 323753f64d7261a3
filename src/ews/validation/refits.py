"""Refits: what probes need that make the model anew; who calls them says how, since training lies above.

Fit      what was taught, and a seed, to a model of the same kind; TrainingDataError where nothing can be learnt
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from pandas import Series
from scipy.stats import rankdata

from ews.domain.errors import TrainingDataError
from ews.models.frozen import FrozenModel
from ews.validation.estimates import Floats
from ews.validation.tested import Taught


class Fit(Protocol):
    def __call__(self, taught: Taught, *, seed: int) -> FrozenModel: ...


@dataclass(frozen=True, slots=True)
class Remade:
    """A model fitted anew: by another `seed` on the same rows, or on circles drawn anew; None where nothing was learnt.

    `why` is what was told instead of a model.
    """

    how: Literal["seed", "draw"]
    seed: int
    model: FrozenModel | None
    why: str = ""


def remade(taught: Taught, fit: Fit, seeds: Sequence[int]) -> tuple[Remade, ...]:
    """Return two models per seed: one of the same rows, one of drawn ones."""
    models: list[Remade] = []
    for seed in seeds:
        models += [_remade("seed", taught, fit, seed), _remade("draw", drawn(taught, seed=seed), fit, seed)]
    return tuple(models)


def drawn(taught: Taught, *, seed: int) -> Taught:
    """Return whole circles drawn with replacement; a circle drawn again gets new names, so that rows stay single."""
    members = Series(np.arange(len(taught))).groupby(taught.circles, sort=True).indices
    names = list(members)
    turns = np.random.default_rng(seed).integers(0, len(names), len(names))
    places = np.concatenate([members[names[turn]] for turn in turns])
    copy = np.repeat(np.arange(len(turns)), [len(members[names[turn]]) for turn in turns])
    rows = taught.rows.iloc[places].reset_index(drop=True)
    for column in ("borrower_id", "circle_id"):
        rows[column] = [f"{name}#{number}" for name, number in zip(rows[column], copy, strict=True)]
    return Taught(taught.features, rows, taught.matrix[places])


def _remade(how: Literal["seed", "draw"], rows: Taught, fit: Fit, seed: int) -> Remade:
    try:
        return Remade(how, seed, fit(rows, seed=seed))
    except TrainingDataError as error:
        return Remade(how, seed, None, str(error))


def rank_correlation(first: Floats, second: Floats) -> float:
    """Return Spearman's correlation, ties by their mean rank; NaN where there is nothing to order."""
    ranks = [rankdata(values) for values in (first, second)]
    if len(first) < 2 or any(np.ptp(rank) == 0 for rank in ranks):
        return float("nan")
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])
