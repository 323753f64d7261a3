"""Figures: what a part of the book amounts to, now and as it stood in the compared batch.

Money   sums of what is known; what is not known is counted apart, never taken for 0
npl     a borrower's whole exposure counts under its tier, which is that of its worst loan
pd      the mean over borrowers that have one (those in default have none); by exposure only where that is known too
Former  the same borrowers as they stood then, and those who have left since
Order   sums of whole numbers, so that parts add up to the whole to the last fen
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ews.domain.errors import RequestError
from ews.domain.levels import Tier, WarningLevel
from ews.domain.text import sentence
from ews.monitoring.filters import Filter, chosen, has_left, is_new
from ews.monitoring.frame import ATTRIBUTES, LEVELS, SCALES, TIERS, Amounts, BookFrame, Flags, Money, Places, Side

DIMENSIONS = (*SCALES, *ATTRIBUTES)
"""What a book can be divided by."""

Word = TypeVar("Word", Tier, WarningLevel)
Number = TypeVar("Number", np.int64, np.float64)


@dataclass(frozen=True, slots=True)
class Count:
    """Exposure as far as it is known."""

    borrowers: int
    exposure_fen: int

    def __add__(self, other: "Count") -> "Count":
        return Count(self.borrowers + other.borrowers, self.exposure_fen + other.exposure_fen)


NOBODY = Count(0, 0)


@dataclass(frozen=True, slots=True)
class Figures:
    """The `..._unknown` count borrowers. The means are null where no pd is known."""

    borrowers: int
    exposure_fen: int
    exposure_unknown: int
    expected_loss_fen: int
    expected_loss_unknown: int
    provision_fen: int
    provision_unknown: int
    in_default: Count
    tiers: Mapping[Tier, Count]
    levels: Mapping[WarningLevel, Count]
    mean_pd: float | None
    mean_pd_by_exposure: float | None

    @property
    def non_performing(self) -> Count:
        return sum((self.tiers[tier] for tier in TIERS if tier.non_performing), NOBODY)

    @property
    def warned(self) -> Count:
        """Return who has any level but none."""
        return sum((self.levels[level] for level in LEVELS if level is not WarningLevel.NONE), NOBODY)

    @property
    def npl_ratio(self) -> float | None:
        """Return the non-performing share of the known exposure (不良率)."""
        return ratio(self.non_performing.exposure_fen, self.exposure_fen)

    @property
    def npl_ratio_by_number(self) -> float | None:
        return ratio(self.non_performing.borrowers, self.borrowers)

    def share(self, level: WarningLevel) -> float | None:
        """Return the share of the borrowers that have `level`."""
        return ratio(self.levels[level].borrowers, self.borrowers)

    @property
    def share_warned(self) -> float | None:
        return ratio(self.warned.borrowers, self.borrowers)


@dataclass(frozen=True, slots=True)
class Totals:
    """`former`, `new` and `left` are null where there is no batch to compare with; `left` has the exposure of then."""

    now: Figures
    former: Figures | None
    new: Count | None
    left: Count | None


@dataclass(frozen=True, slots=True)
class Group:
    """`key` is null for borrowers of whom the book does not tell; `former` where there is nothing to compare with."""

    key: str | None
    now: Figures
    former: Figures | None


def totals(frame: BookFrame, wanted: Filter) -> Totals:
    """Return what the chosen borrowers amount to."""
    found = chosen(frame, wanted)
    now = _whole(frame.now, found)
    if frame.compared is None:
        return Totals(now, None, None, None)
    new, left = found & is_new(frame), found & has_left(frame)
    return Totals(now, _whole(frame.then, found), counted(frame.now, new), counted(frame.then, left))


def by(frame: BookFrame, wanted: Filter, dimension: str) -> tuple[Group, ...]:
    """Return the chosen borrowers by `dimension`, one of DIMENSIONS; RequestError for another.

    A scale has all its words, best first, and by the former one in `former`. Else the largest exposure comes first.
    """
    if dimension not in DIMENSIONS:
        message = sentence(
            "The book cannot be divided by '{dimension}'. Give one of: {dimensions}.",
            dimension=dimension,
            dimensions=tuple(DIMENSIONS),
        )
        raise RequestError(message)
    found, is_scale = chosen(frame, wanted), dimension in SCALES
    words = frame.scales[dimension] if is_scale else frame.attributes[dimension].words
    now = _split(frame, frame.now, found, dimension, len(words))
    then: Sequence[Figures | None] = [None] * len(now)
    if frame.compared is not None:
        then = _split(frame, frame.then, found, dimension, len(words))
    groups = [Group(*one) for one in zip((*words, None), now, then, strict=True)]
    kept = [one for one in groups if _has_anybody(one) or (is_scale and one.key is not None)]
    return tuple(kept if is_scale else sorted(kept, key=_by_money))


def figures_by(side: Side, rows: Places, codes: NDArray[Any], groups: int) -> list[Figures]:
    """Return the figures of `rows` of one side by group; `codes` from 0 are the groups of the rows."""
    exposure = side.exposure.fen[rows]
    grid = _grid(side, rows, exposure, codes, groups)
    sums: dict[str, Any] = {
        "borrowers": grid[:, :, :, :, 0].sum(axis=(1, 2, 3)).tolist(),
        "exposure_fen": grid[:, :, :, :, 1].sum(axis=(1, 2, 3)).tolist(),
        "exposure_unknown": _unknown(side.exposure, rows, codes, groups),
        "expected_loss_fen": added(side.expected_loss.fen[rows], codes, groups).tolist(),
        "expected_loss_unknown": _unknown(side.expected_loss, rows, codes, groups),
        "provision_fen": added(side.provision.fen[rows], codes, groups).tolist(),
        "provision_unknown": _unknown(side.provision, rows, codes, groups),
        "in_default": [Count(*one) for one in grid[:, :, :, 1].sum(axis=(1, 2)).tolist()],
        "tiers": [_worded(TIERS, one) for one in grid.sum(axis=(2, 3)).tolist()],
        "levels": [_worded(LEVELS, one) for one in grid.sum(axis=(1, 3)).tolist()],
        **_means(side.pd[rows], exposure, codes, groups),
    }
    return [Figures(**dict(zip(sums, values, strict=True))) for values in zip(*sums.values(), strict=True)]


def counted(side: Side, found: Flags) -> Count:
    return Count(int(np.count_nonzero(found)), int(side.exposure.fen[found].sum()))


def codes_of(frame: BookFrame, side: Side, dimension: str) -> NDArray[Any]:
    """Return the place of each borrower's word in the words of the dimension, -1 where it is not known."""
    return side.ranks[dimension] if dimension in SCALES else frame.attributes[dimension].codes


def added(values: NDArray[Number], codes: NDArray[Any], groups: int) -> NDArray[Number]:
    """Return the sums by group; whole numbers to the last one, which `numpy.bincount` would not keep."""
    sums = np.zeros(groups, values.dtype)
    np.add.at(sums, codes, values)
    return sums


def ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _whole(side: Side, found: Flags) -> Figures:
    rows = np.flatnonzero(found & side.is_in)
    return figures_by(side, rows, np.zeros(len(rows), np.intp), 1)[0]


def _split(frame: BookFrame, side: Side, found: Flags, dimension: str, words: int) -> list[Figures]:
    """Return the figures by word, and last of those whose word is not known."""
    rows = np.flatnonzero(found & side.is_in)
    codes = codes_of(frame, side, dimension)[rows].astype(np.intp)
    return figures_by(side, rows, np.where(codes < 0, words, codes), words + 1)


def _grid(side: Side, rows: Places, exposure: Amounts, codes: NDArray[Any], groups: int) -> Amounts:
    """Return number and exposure by group, tier, level and whether in default: counted once, added up many times."""
    shape = (groups, len(TIERS), len(LEVELS), 2)
    cells = (codes * len(TIERS) + side.ranks["tier"][rows]) * len(LEVELS) + side.ranks["level"][rows]
    cells = cells * 2 + side.in_default[rows]
    size = groups * len(TIERS) * len(LEVELS) * 2
    numbers, money = np.bincount(cells, minlength=size), added(exposure, cells, size)
    return np.stack((numbers.reshape(shape), money.reshape(shape)), axis=-1)


def _worded(words: tuple[Word, ...], counts: list[list[int]]) -> Mapping[Word, Count]:
    return {word: Count(*one) for word, one in zip(words, counts, strict=True)}


def _unknown(money: Money, rows: Places, codes: NDArray[Any], groups: int) -> list[int]:
    unknown = np.flatnonzero(~money.known[rows])
    return list(np.bincount(codes[unknown], minlength=groups).tolist())


def _means(
    pd: NDArray[np.float64], exposure: Amounts, codes: NDArray[Any], groups: int
) -> Mapping[str, list[float | None]]:
    has_pd = np.flatnonzero(~np.isnan(pd))
    own, pds, weights = codes[has_pd], pd[has_pd], exposure[has_pd].astype(np.float64)  # 0 where it is not known
    return {
        "mean_pd": _quotients(added(pds, own, groups), np.bincount(own, minlength=groups)),
        "mean_pd_by_exposure": _quotients(added(pds * weights, own, groups), added(weights, own, groups)),
    }


def _quotients(over: NDArray[Any], under: NDArray[Any]) -> list[float | None]:
    return [above / below if below else None for above, below in zip(over.tolist(), under.tolist(), strict=True)]


def _has_anybody(group: Group) -> bool:
    return group.now.borrowers > 0 or (group.former is not None and group.former.borrowers > 0)


def _by_money(group: Group) -> tuple[int, bool, str]:
    return -group.now.exposure_fen, group.key is None, group.key or ""
