"""Reasons: what the features add to the log-odds, told by reason code, with the features that added most as evidence.

Grain   one tuple of reasons per borrower scored, whatever adds most first
Beyond  a reason tells what it adds beyond what is usual among borrowers of the kind (scoring.peers); the base holds
        the usual, and both together are the served log-odds
Many    matrices are worked through column by column, so that a borrower in a book costs little; a borrower alone is a
        book of one
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ews.domain.decisions import Evidence, Reason
from ews.domain.features import Feature
from ews.domain.paths import Channel
from ews.domain.unit import Role, UnitMember
from ews.features.economic_unit.family import TAKES_IN
from ews.models.frozen import FrozenModel, explain
from ews.scoring.contagion import channel_of
from ews.scoring.peers import Peers

PART = 4_096
"""Borrowers that are worked through at a time."""
EVIDENCE_PER_REASON = 2
Floats = npt.NDArray[np.float64]
Unit = tuple[UnitMember, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Borrowers one below the other: `added` and `values` are borrowers × features, `groups` their peers."""

    ids: Sequence[str]
    groups: Sequence[str]
    values: Floats
    added: Floats


@dataclass(frozen=True, slots=True)
class Told:
    """`log_odds` is the base with the reasons, `split` what each channel adds beyond the usual."""

    reasons: tuple[Reason, ...]
    base: float
    split: dict[Channel, float]

    @property
    def log_odds(self) -> float:
        return self.base + sum(reason.log_odds for reason in self.reasons)


def added_by(model: FrozenModel, values: pd.DataFrame) -> Floats:
    """Return what each column of `values` adds to the log-odds; a feature that the model does not know adds nothing."""
    added = np.zeros(values.shape)
    added[:, values.columns.get_indexer(pd.Index(model.features))] = explain(model, values).by_feature
    return added


class Reasoning:
    """Tells the reasons of a model with `features` on top of `base`, among `peers`; made once for many borrowers."""

    def __init__(self, features: tuple[Feature, ...], peers: Peers, base: float) -> None:
        codes = np.array([feature.reason.value for feature in features])
        self._features = features
        self._members = {code: np.flatnonzero(codes == code) for code in dict.fromkeys(codes.tolist())}
        self._sizes = np.array([len(self._members[code]) for code in codes.tolist()])
        channels = np.array([channel_of(feature.name).value for feature in features])
        self._channels = {channel: np.flatnonzero(channels == channel.value) for channel in Channel}
        self._peers = peers
        self._base = base
        self._usual: dict[str, dict[str, float]] = {}
        self._levels: dict[tuple[str, int], tuple[Sequence[float], bool] | None] = {}

    def tell(self, asked: Asked, units: Mapping[str, Unit]) -> Iterator[Told]:
        """Yield what is told of each borrower asked, in their order; `units` are the other members by borrower_id."""
        sums = {code: _sums(asked.added[:, members]) for code, members in self._members.items()}
        sizes = np.where(np.isnan(asked.values), np.inf, -np.abs(asked.added))
        foremost = {code: _foremost(sizes[:, members], members) for code, members in self._members.items()}
        splits = self._splits(asked)
        for row, (borrower_id, group) in enumerate(zip(asked.ids, asked.groups, strict=True)):
            usual, values = self._usually(group), asked.values[row].tolist()
            unit = units.get(borrower_id, ())
            found = [
                Reason(
                    code,
                    sums[code][row] - usual[code],
                    tuple(self._evidence(index, values[index], borrower_id, group, unit) for index in indexes[row]),
                )
                for code, indexes in foremost.items()
            ]
            found.sort(key=_most_first)
            split = {channel: amounts[row] for channel, amounts in splits.items()}
            yield Told(tuple(found), self._base + sum(usual.values()), split)

    def _evidence(self, index: int, value: float, borrower_id: str, group: str, unit: Unit) -> Evidence:
        feature = self._features[index]
        roles = TAKES_IN.get(feature.name)
        from_whom = () if roles is None else _from_whom(roles, borrower_id, unit)
        return Evidence(feature.name, value, self._worse_than(group, index, value), from_whom)

    def _worse_than(self, group: str, index: int, value: float) -> float | None:
        """Return what `Peers.worse_than` does of a known value."""
        key = group, index
        if key not in self._levels:
            self._levels[key] = self._levels_of(group, self._features[index])
        found = self._levels[key]
        if found is None:
            return None
        levels, is_high = found
        if is_high:
            return bisect_left(levels, value) / len(levels)
        return (len(levels) - bisect_right(levels, value)) / len(levels)

    def _levels_of(self, group: str, feature: Feature) -> tuple[Sequence[float], bool] | None:
        levels = self._peers.levels(group, feature)
        return None if levels is None else (levels.tolist(), feature.worse == "higher")

    def _usually(self, group: str) -> dict[str, float]:
        if group not in self._usual:
            self._usual[group] = {code: self._peers.usually_adds(group, code) for code in self._members}
        return self._usual[group]

    def _splits(self, asked: Asked) -> dict[Channel, list[float]]:
        """Return what each channel adds beyond the usual, a number per borrower.

        What a reason usually adds is shared out evenly among its features.
        """
        groups, places = np.unique(np.asarray(asked.groups, dtype=object), return_inverse=True)
        codes = [feature.reason.value for feature in self._features]
        usual = np.array([self._usually(group)[code] for group in groups for code in codes]).reshape(-1, len(codes))
        beyond = asked.added - (usual / self._sizes)[places]
        return {channel: _in_turn(beyond[:, members]) for channel, members in self._channels.items()}


def _foremost(sizes: Floats, members: npt.NDArray[np.intp]) -> list[list[int]]:
    """Return, per borrower, which of the features `members` are told: those known that add most, either way.

    `sizes` are borrowers × members, the less the more one adds, infinite where it is not known.
    """
    order = np.argsort(sizes, axis=1, kind="stable")[:, :EVIDENCE_PER_REASON]
    counts = np.minimum((sizes != np.inf).sum(axis=1), EVIDENCE_PER_REASON).tolist()
    return [indexes[:count] for indexes, count in zip(members[order].tolist(), counts, strict=True)]


def _most_first(reason: Reason) -> tuple[float, str]:
    return -reason.log_odds, reason.code


def _sums(matrix: Floats) -> list[float]:
    """Return the sum of each row, its numbers side by side, so that a row alone gives the same bits."""
    sums: list[float] = np.ascontiguousarray(matrix).sum(axis=1).tolist()
    return sums


def _in_turn(matrix: Floats) -> list[float]:
    """Return the sum of each row, its numbers added one after the other from 0."""
    if not matrix.shape[1]:
        return [0.0] * len(matrix)
    sums: list[float] = (np.cumsum(matrix, axis=1)[:, -1] + 0.0).tolist()
    return sums


def _from_whom(roles: Collection[Role], borrower_id: str, unit: Unit) -> tuple[str, ...]:
    own = (borrower_id,) if Role.SELF in roles else ()
    return own + tuple(member.member_id for member in unit if member.role in roles)
