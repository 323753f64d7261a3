"""Trend: what the book amounted to in each batch, oldest first.

Branch    as it was in each batch: what the branch had then, not what became of today's borrowers
New       borrowers warned in a batch, and not warned or not there in the one before; null for the first of the history
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from ews.monitoring.figures import Count, Figures, Word
from ews.monitoring.frame import LEVELS, TIERS, Amounts, Flags, Ranks
from ews.monitoring.history import History, of_branch
from ews.monitoring.traces import Tallies

BATCHES = 24


@dataclass(frozen=True, slots=True)
class Point:
    as_of: date
    batch_id: str
    model_id: str
    figures: Figures
    new_warnings: int | None


def trend(history: History, branch_id: str | None = None, batches: int = BATCHES) -> tuple[Point, ...]:
    """Return up to `batches` points, the last of which is the newest batch."""
    points = [
        Point(
            trace.publication.batch.as_of,
            trace.publication.batch.batch_id,
            trace.publication.batch.model_id,
            _figures(trace.tallies, _of_branch(trace.tallies, branch_id)),
            _new_warnings(history, place, branch_id),
        )
        for place, trace in enumerate(history.traces)
        if place >= len(history.traces) - batches
    ]
    return tuple(points)


def _new_warnings(history: History, place: int, branch_id: str | None) -> int | None:
    if place == 0:
        return None
    found = (history.level[place] > 0) & (history.level[place - 1] == 0)
    return int(np.count_nonzero(found & of_branch(history, place, branch_id)))


def _of_branch(tallies: Tallies, branch_id: str | None) -> Flags:
    if branch_id is None:
        return np.ones(len(tallies.borrowers), np.bool_)
    found: Flags = tallies.branch.codes == tallies.branch.code(branch_id)
    return found


def _figures(tallies: Tallies, found: Flags) -> Figures:
    numbers, money = tallies.borrowers, tallies.sums["exposure_fen"]
    borrowers = int(numbers[found].sum())
    sums = {name: int(values[found].sum()) for name, values in tallies.sums.items()}
    unknown = {name: borrowers - int(values[found].sum()) for name, values in tallies.known.items()}
    with_pd, weight = int(tallies.pd_known[found].sum()), int(tallies.pd_exposure_fen[found].sum())
    default = found & tallies.in_default
    return Figures(
        borrowers=borrowers,
        exposure_fen=sums["exposure_fen"],
        exposure_unknown=unknown["exposure_fen"],
        expected_loss_fen=sums["expected_loss_fen"],
        expected_loss_unknown=unknown["expected_loss_fen"],
        provision_fen=sums["provision_fen"],
        provision_unknown=unknown["provision_fen"],
        in_default=Count(int(numbers[default].sum()), int(money[default].sum())),
        tiers=_by_rank(TIERS, tallies.tier, found, numbers, money),
        levels=_by_rank(LEVELS, tallies.level, found, numbers, money),
        mean_pd=float(tallies.pd_sum[found].sum()) / with_pd if with_pd else None,
        mean_pd_by_exposure=float(tallies.pd_by_exposure[found].sum()) / weight if weight else None,
    )


def _by_rank(
    words: tuple[Word, ...], ranks: Ranks, found: Flags, numbers: Amounts, money: Amounts
) -> Mapping[Word, Count]:
    rows = [found & (ranks == rank) for rank in range(len(words))]
    return {word: Count(int(numbers[one].sum()), int(money[one].sum())) for word, one in zip(words, rows, strict=True)}
