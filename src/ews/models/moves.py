"""Moves: what each feature adds to the move of a margin between two states of a borrower, exactly.

Method  baseline Shapley values: the game v(S) is the margin of the row that has its new value in the features S and its
        old one elsewhere; interventional TreeSHAP with one background row (Lundberg et al. 2020, algorithm 3)
Sum     margin(after) - margin(before), row by row, but for the rounding of floats
Zero    a feature whose value did not change adds nothing, which path-dependent contributions do not promise
Signs   in a model that is monotone in a feature, its part never contradicts the direction in which it moved
Shapes  `before` and `after` are rows x features in the model's order, null = NaN
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import comb
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ews.domain.errors import ModelError
from ews.models.boosters import booster_of
from ews.models.frozen import Floats, FrozenModel, log_odds

ROWS_AT_ONCE = 8_192
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Split:
    """`value <= threshold` goes left; where `null_goes_left` is None a null counts as 0."""

    feature: int
    threshold: float
    null_goes_left: bool | None

    def goes_left(self, values: Floats) -> Flags:
        null = np.isnan(values)
        left = np.where(null, 0.0, values) <= self.threshold
        return left if self.null_goes_left is None else np.where(null, self.null_goes_left, left)


@dataclass(frozen=True, slots=True)
class _Leaf:
    """`path` holds, by feature, (number of the split, whether the leaf lies left of it)."""

    value: float
    path: Mapping[int, Sequence[tuple[int, bool]]]


@dataclass(frozen=True, slots=True)
class _Tree:
    splits: tuple[_Split, ...]
    leaves: tuple[_Leaf, ...]


def moves(model: FrozenModel, before: Floats, after: Floats) -> Floats:
    """Return rows x features: what each feature adds to the margin from `before` to `after`."""
    trees = _trees(model.booster)
    found = np.zeros(before.shape)
    for start in range(0, len(before), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        for tree in trees:
            _add(tree, before[part], after[part], found[part])
    return found


def margins(model: FrozenModel, frame: pd.DataFrame) -> Floats:
    """Return the booster's margin of each row, before calibration; raises as `log_odds`."""
    return log_odds(replace(model, slope=1.0, intercept=0.0), frame) if len(frame) else np.zeros(0)


def _add(tree: _Tree, before: Floats, after: Floats, found: Floats) -> None:
    touched = sorted({split.feature for split in tree.splits})
    changed = ~_equal(before[:, touched], after[:, touched]).all(axis=1)
    rows = np.flatnonzero(changed)
    if not len(rows):
        return
    was, now = (
        [split.goes_left(side[rows, split.feature]) for split in tree.splits] for side in (before, after)
    )  # fmt: skip
    for leaf in tree.leaves:
        _share(leaf, was, now, rows, found)


def _equal(one: Floats, other: Floats) -> Flags:
    same: Flags = (one == other) | (np.isnan(one) & np.isnan(other))
    return same


def _share(
    leaf: _Leaf, was: Sequence[Flags], now: Sequence[Flags], rows: NDArray[np.intp], found: Floats
) -> None:  # fmt: skip
    """Share the leaf's value out among the features by which one state reaches it and the other does not.

    With p features that only the new state meets and q that only the old one does, and none that neither meets, each
    of the p adds value / (p C(p+q, p)) and each of the q takes value / (q C(p+q, q)) away.
    """
    sides = {feature: (_meets(steps, was), _meets(steps, now)) for feature, steps in leaf.path.items()}
    width = len(sides)
    only_new = np.sum([new & ~old for old, new in sides.values()], axis=0, dtype=np.int64)
    only_old = np.sum([old & ~new for old, new in sides.values()], axis=0, dtype=np.int64)
    reachable = np.all([old | new for old, new in sides.values()], axis=0)
    gains, losses = _weights(width)
    up, down = (table[only_new, only_old] * leaf.value * reachable for table in (gains, losses))
    for feature, (old, new) in sides.items():
        found[rows, feature] += np.where(new & ~old, up, 0.0) - np.where(old & ~new, down, 0.0)


def _meets(steps: Sequence[tuple[int, bool]], goes_left: Sequence[Flags]) -> Flags:
    met: Flags = np.all([goes_left[split] == is_left for split, is_left in steps], axis=0)
    return met


@lru_cache(maxsize=64)
def _weights(width: int) -> tuple[Floats, Floats]:
    """Return, for p and q up to `width`, what one of the p adds and one of the q takes away, per unit of value."""
    gains, losses = np.zeros((width + 1, width + 1)), np.zeros((width + 1, width + 1))
    for p in range(width + 1):
        for q in range(width + 1 - p):
            if p:
                gains[p, q] = 1 / (p * comb(p + q, p))
            if q:
                losses[p, q] = 1 / (q * comb(p + q, q))
    return gains, losses


@lru_cache(maxsize=8)
def _trees(booster: str) -> tuple[_Tree, ...]:
    told = booster_of(booster).dump_model()
    return tuple(_tree(one["tree_structure"]) for one in told["tree_info"])


def _tree(root: Mapping[str, Any]) -> _Tree:
    splits: list[_Split] = []
    leaves = tuple(_leaves(root, (), splits))
    return _Tree(tuple(splits), leaves)


def _leaves(
    node: Mapping[str, Any], above: tuple[tuple[int, bool], ...], splits: list[_Split]
) -> Iterator[_Leaf]:  # fmt: skip
    if "leaf_value" in node:
        path: dict[int, list[tuple[int, bool]]] = {}
        for number, is_left in above:
            path.setdefault(splits[number].feature, []).append((number, is_left))
        if path:  # a tree of one leaf tells no feature from another
            yield _Leaf(float(node["leaf_value"]), path)
        return
    number = len(splits)
    splits.append(_split(node))
    for side, is_left in (("left_child", True), ("right_child", False)):
        yield from _leaves(node[side], (*above, (number, is_left)), splits)


def _split(node: Mapping[str, Any]) -> _Split:
    if node["decision_type"] != "<=" or node["missing_type"] == "Zero":
        message = (
            f"The model splits by '{node['decision_type']}' with '{node['missing_type']}' for nulls, which cannot be "
            "taken apart. Train a model of numbers with nulls as they are."
        )
        raise ModelError(message)
    null_goes_left = bool(node["default_left"]) if node["missing_type"] == "NaN" else None
    return _Split(int(node["split_feature"]), float(node["threshold"]), null_goes_left)
