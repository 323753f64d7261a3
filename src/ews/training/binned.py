"""Binned: the rows that teach as LightGBM keeps them, a byte per value.

Rows    those that teach, then the blind copies; columns that do not teach are unknown
Method  bounds of bins are found on BIN_SAMPLE rows, drawn by the recipe's seed; the rows are then handed over some at
        a time, so that besides the bins no more than some tens of thousands are at hand, wherever the table lies
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from ews.training.blinding import blinding_of, telling_families
from ews.training.memory import give_back
from ews.training.recipe import Recipe
from ews.training.split import defaulters
from ews.training.table import CHUNK, TrainingTable

Floats = NDArray[np.float64]
Rows = NDArray[np.integer[Any]]

BIN_SAMPLE = 200_000
"""As many as LightGBM looks at by itself."""
_COLUMNS = 40
_ONE_AT_A_TIME = Lock()
"""What is done with warnings is the same for all threads."""


@dataclass(frozen=True, slots=True)
class Material:
    """A table, and what must be known of all its rows before some of them are taken."""

    table: TrainingTable
    outcome: NDArray[np.int8]
    left_out: NDArray[np.int64]
    """Columns that do not teach."""
    families: tuple[NDArray[np.int64], ...]
    """Columns of each family that tells rows apart."""


class Streamed(lgb.Sequence):
    """Rows that are made when LightGBM asks for them."""

    batch_size = CHUNK

    def __init__(self, rows: int, material: Material, made: Callable[[Rows | slice], Floats]) -> None:
        self._rows, self._made, self._left_out = rows, made, material.left_out
        self.columns = len(material.table.names)

    def __len__(self) -> int:
        return self._rows

    def __getitem__(self, places: Any) -> Floats:
        if isinstance(places, int | np.integer):
            return np.asarray(self[np.array([places])][0])
        found = self._made(places if isinstance(places, slice) else np.asarray(places))
        found[:, self._left_out] = np.nan
        return found


def material_of(table: TrainingTable, recipe: Recipe) -> Material:
    """Return the table with what one look at all its rows tells."""
    low, high = table.ranges()
    left_out = np.flatnonzero(~_teaches(table, recipe, ~np.isnan(low)))
    return Material(table, table.outcome, left_out, telling_families(table.names, high > low))


def rows_of(material: Material, rows: Rows, parameters: dict[str, Any], recipe: Recipe) -> lgb.Dataset:
    """Return the chosen rows and their blind copies, in bins of their own."""
    blinding = blinding_of(material.table, rows, recipe.seed, material.families if recipe.blind_weight else ())
    parts = [streamed(material, rows)]
    weight = None
    if len(blinding):
        parts.append(Streamed(len(blinding), material, lambda places: blinding.copies(material.table, places)))
        weights = np.array([1.0, recipe.blind_weight * len(rows) / len(blinding)], dtype=np.float32)
        weight = np.repeat(weights, [len(rows), len(blinding)])
    label = material.outcome[np.concatenate([rows, blinding.rows])]
    found = binned(parts, label, weight, material.table.names, parameters, recipe.seed)
    material.table.forget()
    return found


def streamed(material: Material, rows: Rows) -> Streamed:
    """Return the chosen rows as LightGBM can ask for them."""
    return Streamed(len(rows), material, lambda places: material.table.rows(rows[places]))


def binned(
    parts: Sequence[Streamed],
    label: NDArray[np.int8],
    weight: NDArray[np.float32] | None,
    names: Sequence[str],
    parameters: dict[str, Any],
    seed: int,
) -> lgb.Dataset:
    """Return the rows of all parts, constructed; the bounds of bins are those of a sample where they are many."""
    total, name = sum(map(len, parts)), list(names)
    if total <= BIN_SAMPLE:
        every = _taken(parts, np.arange(total))
        return lgb.Dataset(every, label, weight=weight, feature_name=name, params=parameters).construct()
    give_back()
    bounds = _bounds(_taken(parts, _drawn(total, seed)), name, parameters)
    give_back()
    rows: list[lgb.Sequence] = list(parts)
    found = lgb.Dataset(rows, reference=bounds, feature_name=name, params=parameters).construct()
    found.set_label(label).set_weight(weight)  # not before: they are copied more than once
    found.reference = found.label = found.weight = None  # LightGBM has its own
    del bounds
    give_back()
    return found


def _bounds(sample: Floats, names: list[str], parameters: dict[str, Any]) -> lgb.Dataset:
    """Return the sample in bins, some columns at a time: meanwhile LightGBM keeps twice what it is given."""
    told = {
        name: value for name, value in parameters.items() if name != "monotone_constraints"
    }  # one per column of all

    def piece(first: int) -> lgb.Dataset:
        some = slice(first, first + _COLUMNS)
        return lgb.Dataset(np.ascontiguousarray(sample[:, some]), feature_name=names[some], params=told).construct()

    found = piece(0)
    for first in range(_COLUMNS, len(names), _COLUMNS):
        more = piece(first)
        with _ONE_AT_A_TIME, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that the raw values are not joined: nobody asks for them
            found.add_features_from(more)
    return found


def _drawn(total: int, seed: int) -> Rows:
    """Return the places of BIN_SAMPLE rows, in order."""
    return np.sort(np.random.default_rng(seed).choice(total, BIN_SAMPLE, replace=False))


def _taken(parts: Sequence[Streamed], places: Rows) -> Floats:
    """Return the rows at `places`, which ascend, among those of all parts."""
    ends = np.cumsum([0, *map(len, parts)])
    bounds = np.searchsorted(places, ends)
    found = np.empty((len(places), parts[0].columns))
    for part, start, first, last in zip(parts, ends, bounds, bounds[1:], strict=False):
        for begin in range(first, last, CHUNK):
            here = slice(begin, min(begin + CHUNK, last))
            found[here] = part[places[here] - start]
    return found


def _teaches(table: TrainingTable, recipe: Recipe, known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which columns a booster may use: where few default, those whose direction banking logic gives.

    Which way a feature points cannot be learnt from a handful of defaulters; without any directed column all teach.
    """
    every = np.ones(len(table.names), dtype=bool)
    if defaulters(table) >= recipe.directed_below:
        return every
    directed = np.array([feature.worse != "none" for feature in table.features])
    return directed if known[directed].any() else every
