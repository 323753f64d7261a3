"""Model text: the trees of a booster as LightGBM writes them, read without running anything.

Reads   the text form of a binary or one-output booster, version v4 and before
Errors  ModelError where the model is of a kind that has no reasons here (several outputs, linear leaves);
        UnknownBooster where only this reader is at a loss, so that LightGBM itself may still answer
Source  the text that LightGBM 4.7 writes; splits decide as described in its `NumericalDecision`
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from ews.domain.errors import ModelError

KNOWN_VERSIONS = ("v2", "v3", "v4")
DEEPEST = 400
"""Levels of a tree; deeper ones would need too many points to integrate over."""


class UnknownBooster(Exception):  # noqa: N818 - it is no error: LightGBM answers instead
    """The text holds something that this reader does not know; the message says what."""


class Side(IntEnum):
    """How a split sends a row left: by `value <= threshold`, where nulls (and zeros) go, or by a set of codes."""

    NULL_RIGHT = 0
    NULL_LEFT = 1
    ZERO_RIGHT = 2
    ZERO_LEFT = 3
    IN_SET = 4


@dataclass(frozen=True, slots=True)
class Split:
    """`share` of the rows of training that arrived went left; children below 0 are leaves, ~child their number.

    `codes` are the categories that go left, as words of 32 bits; empty for a split by threshold.
    """

    feature: int
    side: Side
    threshold: float
    share: float
    left: int
    right: int
    codes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree without splits has one leaf; `expected` is the mean leaf over the rows of training."""

    splits: tuple[Split, ...]
    leaves: tuple[float, ...]
    expected: float


@dataclass(frozen=True, slots=True)
class Forest:
    """The margin is the sum of the trees, of a random forest too: LightGBM averages in its probabilities only."""

    features: int
    trees: tuple[Tree, ...]


def read_forest(text: str) -> Forest:
    """Return the trees of a booster's text."""
    head, *blocks = text.split("end of trees", 1)[0].split("\nTree=")
    told = _fields(head)
    _check(told)
    return Forest(int(told["max_feature_idx"]) + 1, tuple(_tree(_fields(block)) for block in blocks))


def _fields(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.splitlines() if "=" in line)


def _check(told: Mapping[str, str]) -> None:
    outputs = int(told.get("num_tree_per_iteration", "1"))
    if outputs != 1 or int(told.get("num_class", "1")) != 1:
        message = (
            f"The model has {told.get('num_class', outputs)} outputs, but reasons are given for one pd only. "
            "Train a binary model."
        )
        raise ModelError(message)
    if told.get("version") not in KNOWN_VERSIONS:
        message = f"its text is of version {told.get('version')}, and {KNOWN_VERSIONS[-1]} is the newest known here"
        raise UnknownBooster(message)


def _tree(told: Mapping[str, str]) -> Tree:
    if told.get("is_linear", "0") != "0":
        message = "The model has linear leaves, for which there are no reasons. Train with linear_tree = false."
        raise ModelError(message)
    leaves = _floats(told, "leaf_value")
    if len(leaves) == 1:
        return Tree((), leaves, leaves[0])
    counts = _integers(told, "leaf_count")
    splits = tuple(_splits(told, counts))
    whole = sum(counts)
    expected = sum(count / whole * leaf for count, leaf in zip(counts, leaves, strict=True)) if whole else 0.0
    if _depth(splits) > DEEPEST:
        message = f"a tree is deeper than {DEEPEST} levels"
        raise UnknownBooster(message)
    return Tree(splits, leaves, expected)


def _splits(told: Mapping[str, str], leaf_counts: tuple[int, ...]) -> Iterator[Split]:
    counts = _integers(told, "internal_count")
    kinds, thresholds = _integers(told, "decision_type"), _floats(told, "threshold")
    bounds, words = _integers(told, "cat_boundaries"), _integers(told, "cat_threshold")
    children = zip(_integers(told, "left_child"), _integers(told, "right_child"), strict=True)
    for number, (feature, (left, right)) in enumerate(zip(_integers(told, "split_feature"), children, strict=True)):
        of_left, of_right = (counts[one] if one >= 0 else leaf_counts[~one] for one in (left, right))
        if of_left + of_right != counts[number]:
            message = f"{counts[number]} rows arrive at a split, but {of_left} and {of_right} leave it"
            raise UnknownBooster(message)
        side = _side(kinds[number], thresholds[number])
        at = int(thresholds[number]) if side is Side.IN_SET else 0
        codes = words[bounds[at] : bounds[at + 1]] if side is Side.IN_SET else ()
        share = of_left / counts[number] if counts[number] else 0.5  # of a path on which there never was a row
        yield Split(feature, side, thresholds[number], share, left, right, codes)


def _side(kind: int, threshold: float) -> Side:
    """Return how a split decides, from the bits of its type: set, default left, and two for what counts as missing."""
    by_set, default_left, missing = kind & 1, kind >> 1 & 1, kind >> 2 & 3
    if by_set:
        return Side.IN_SET
    if missing == 1:
        return Side.ZERO_LEFT if default_left else Side.ZERO_RIGHT
    if missing == 0:  # a null counts as 0
        return Side.NULL_LEFT if threshold >= 0 else Side.NULL_RIGHT
    return Side.NULL_LEFT if default_left else Side.NULL_RIGHT


def _depth(splits: tuple[Split, ...]) -> int:
    levels = [0] * len(splits)
    for number, split in enumerate(splits):  # a child's number is above its parent's
        for child in (split.left, split.right):
            if child >= 0:
                levels[child] = levels[number] + 1
    return max(levels) + 1


def _floats(told: Mapping[str, str], name: str) -> tuple[float, ...]:
    return tuple(map(float, told.get(name, "").split()))


def _integers(told: Mapping[str, str], name: str) -> tuple[int, ...]:
    return tuple(map(int, told.get(name, "").split()))
