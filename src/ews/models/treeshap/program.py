"""Program: the trees of a booster laid out as steps for the kernel.

Method  Path-dependent Shapley values as an integral over t in [0, 1] of the chance that a feature is known (the
        multilinear extension of Owen 1972). At chance t a row meets a split by its own value if the split's feature is
        known and goes the way of the rows of training if not. With `share` of those going left and
        pull = [the row goes left] - share, a split sends share + tau x pull of the row left, so that
            value of a split   right + (left - right) x (share + tau x pull)
            weight of a child  weight of its parent x that part, or x the rest
            contribution       sum over the points of gamma x weight x (left - right) x pull
        tau is t and gamma the weight of the point of integration, as long as the feature is met for the first time.
        Met again on a path on which it was met before, with `kept` = share of the rows that its earlier splits on the
        path let through, known follows from t by Bayes: tau = t / b and gamma = weight x kept / b^2 with
        b = t + (1 - t) x kept; and where the row fails an earlier split its pull is 0.
Exact   a polynomial of one degree less than the features met on a path, so ceil(features / 2) points of Gauss and
        Legendre integrate it exactly
Shapes  one row of `wholes` and `numbers` per split, one of `steps` per visit to a split
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ews.models.treeshap.text import Forest, Tree

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]


class Step(IntEnum):
    """What to do at a split: going down, weights of children that are splits; coming up, value and contribution."""

    TWO_LEAVES = 0
    DOWN_BOTH = 1
    DOWN_LEFT = 2
    DOWN_RIGHT = 3
    UP_LEFT_LEAF = 4
    UP_RIGHT_LEAF = 5
    UP_BOTH = 6


@dataclass(frozen=True, slots=True)
class Program:
    """What the kernel runs.

    steps     step, split, place of its weights, of those of the left and of the right child, place of its values
    wholes    per split: feature, side, start in tau and gamma, place of the state it reads or -1, place of the two
              states it leaves or -1, place of its pull, first and last + 1 word of its codes
    numbers   per split: threshold, share, value of a left and of a right leaf
    trees     per tree: first step, last step + 1, points of integration
    constants per tree: its value if it has no split
    places    how many there are at most of weights, values, states and pulls
    """

    features: int
    expected: float
    steps: Integers
    wholes: Integers
    numbers: Floats
    codes: NDArray[np.uint32]
    trees: Integers
    constants: Floats
    tau: Floats
    gamma: Floats
    places: tuple[int, int, int, int]

    @property
    def most_points(self) -> int:
        return int(self.trees[:, 2].max(initial=1))


def program_of(forest: Forest) -> Program:
    """Return the steps of all trees, in their order."""
    writer = _Writer()
    for tree in forest.trees:
        writer.write(tree)
    return Program(
        features=forest.features,
        expected=float(sum(tree.expected for tree in forest.trees)),
        steps=np.array(writer.steps, dtype=np.int32).reshape(-1, 6),
        wholes=np.array(writer.wholes, dtype=np.int32).reshape(-1, 8),
        numbers=np.array(writer.numbers, dtype=np.float64).reshape(-1, 4),
        codes=np.array(writer.codes, dtype=np.uint32),
        trees=np.array(writer.trees, dtype=np.int32).reshape(-1, 3),
        constants=np.array(writer.constants, dtype=np.float64),
        tau=np.array(writer.tau, dtype=np.float64),
        gamma=np.array(writer.gamma, dtype=np.float64),
        places=(writer.weights, writer.values, 2 * writer.levels, writer.levels),
    )


@dataclass(frozen=True, slots=True)
class _Met:
    """A feature met on the path: where its state is found, and the share of rows that it let through."""

    state: int
    kept: float


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a split stands: its level, its weights, the next free weights, its values, what was met above."""

    level: int
    weights: int
    free: int
    values: int
    met: Mapping[int, _Met]


class _Writer:
    def __init__(self) -> None:
        self.steps: list[tuple[int, ...]] = []
        self.wholes: list[tuple[int, ...]] = []
        self.numbers: list[tuple[float, ...]] = []
        self.codes: list[int] = []
        self.trees: list[tuple[int, int, int]] = []
        self.constants: list[float] = []
        self.tau: list[float] = []
        self.gamma: list[float] = []
        self.weights = self.values = self.levels = 1
        self._plain: dict[int, int] = {}

    def write(self, tree: Tree) -> None:
        first = len(self.steps)
        points = max(1, (_most_features(tree) + 1) // 2)
        if tree.splits:
            self._visit(tree, 0, _Place(0, 0, 1, 0, {}), _below(tree), points)
        self.trees.append((first, len(self.steps), points))
        self.constants.append(0.0 if tree.splits else tree.leaves[0])

    def _visit(self, tree: Tree, number: int, place: _Place, below: list[frozenset[int]], points: int) -> None:
        split = tree.splits[number]
        known = len(self.wholes)
        self._describe(tree, number, place, below, points)
        met = place.met.get(split.feature, _Met(-1, 1.0))
        left, right = (
            {**place.met, split.feature: _Met(2 * place.level + side, met.kept * share)}
            for side, share in ((0, split.share), (1, 1 - split.share))
        )
        own, free, values, next_level = place.weights, place.free, place.values, place.level + 1
        self.weights = max(self.weights, free + 2)
        self.values, self.levels = max(self.values, values + 2), max(self.levels, next_level)
        if split.left < 0 and split.right < 0:
            self.steps.append((Step.TWO_LEAVES, known, own, 0, 0, values))
        elif split.right < 0:
            self.steps.append((Step.DOWN_LEFT, known, own, free, 0, values))
            self._visit(tree, split.left, _Place(next_level, free, free + 1, values, left), below, points)
            self.steps.append((Step.UP_RIGHT_LEAF, known, own, 0, 0, values))
        elif split.left < 0:
            self.steps.append((Step.DOWN_RIGHT, known, own, 0, free, values))
            self._visit(tree, split.right, _Place(next_level, free, free + 1, values, right), below, points)
            self.steps.append((Step.UP_LEFT_LEAF, known, own, 0, 0, values))
        else:  # the right child's weights stay until its turn
            self.steps.append((Step.DOWN_BOTH, known, own, free + 1, free, values))
            self._visit(tree, split.left, _Place(next_level, free + 1, free + 2, values, left), below, points)
            self._visit(tree, split.right, _Place(next_level, free, free + 1, values + 1, right), below, points)
            self.steps.append((Step.UP_BOTH, known, own, 0, 0, values))

    def _describe(self, tree: Tree, number: int, place: _Place, below: list[frozenset[int]], points: int) -> None:
        split = tree.splits[number]
        met = place.met.get(split.feature)
        curve = self._curve(points, met)
        again = any(child >= 0 and split.feature in below[child] for child in (split.left, split.right))
        reads, leaves = met.state if met else -1, 2 * place.level if again else -1
        first = len(self.codes)
        self.codes.extend(split.codes)
        self.wholes.append(
            (split.feature, split.side, curve, reads, leaves, place.level, first, len(self.codes))
        )  # fmt: skip
        ends = (tree.leaves[~child] if child < 0 else 0.0 for child in (split.left, split.right))
        self.numbers.append((split.threshold, split.share, *ends))

    def _curve(self, points: int, met: _Met | None) -> int:
        """Return where tau and gamma of a split start."""
        if met is None and points in self._plain:
            return self._plain[points]
        start, (at, weight) = len(self.tau), _gauss_legendre(points)
        kept = met.kept if met else 1.0
        known = at + (1 - at) * kept
        self.tau.extend(at / known)
        self.gamma.extend(weight * kept / known**2)
        if met is None:
            self._plain[points] = start
        return start


@cache
def _gauss_legendre(points: int) -> tuple[Floats, Floats]:
    """Return places and weights of the points on [0, 1]."""
    at, weight = np.polynomial.legendre.leggauss(points)
    return (at + 1) / 2, weight / 2


def _below(tree: Tree) -> list[frozenset[int]]:
    """Return the features of each split and of all splits below it."""
    found: list[frozenset[int]] = [frozenset()] * len(tree.splits)
    for number in reversed(range(len(tree.splits))):  # a child's number is above its parent's
        split = tree.splits[number]
        under = (found[child] for child in (split.left, split.right) if child >= 0)
        found[number] = frozenset({split.feature}).union(*under)
    return found


def _most_features(tree: Tree) -> int:
    """Return on how many different features a path of the tree splits at most."""
    return max((len(path) for path in _paths(tree)), default=0)


def _paths(tree: Tree) -> Iterator[frozenset[int]]:
    """Yield, for each split, the features met down to it and at it."""
    above: list[frozenset[int]] = [frozenset()] * len(tree.splits)
    for number, split in enumerate(tree.splits):
        path = above[number] | {split.feature}
        for child in (split.left, split.right):
            if child >= 0:
                above[child] = path
        yield path
