"""The book's change: why pds, levels and tiers moved between two batches, summed over borrowers, with money.

Grain   pd: borrowers with a pd in both batches; ranks: borrowers in both, of whom those are told whose level or tier
        moved
Money   `at_risk_fen` is the newer exposure times the move of the pd: how much more is expected to default; exposure is
        the newer one, of who left the older. Unknown exposures are left out
Sum     every part is a whole number of billionths, so that the sums over borrowers are exact too
Mainly  a borrower who moved counts once, under the part that went furthest in the direction of the move; of equal
        ones under the first of CAUSES
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ews.domain.levels import Tier, WarningLevel
from ews.domain.progress import Progress, silent
from ews.scoring.change.change import one_definition, pd_moves
from ews.scoring.change.ends import End, Rows, ends_of, features_asked, ids_of, reasons_of, rows_of
from ews.scoring.change.pd_move import PARTS, Made
from ews.scoring.change.rank_move import CAUSES, rank_moves, same_rules
from ews.scoring.change.standing import book_of, side_of
from ews.store.engine import Store

AT_ONCE = 20_000
"""Borrowers whose features are in memory together."""
STEP = "change"
LEVEL, TIER = "level", "tier"
_WORDS: Mapping[str, type[Tier] | type[WarningLevel]] = {LEVEL: WarningLevel, TIER: Tier}


@dataclass(slots=True)
class Sums:
    """Sums over borrowers, by part or by reason, in billionths; `at_risk_fen` in billionths of a fen."""

    log_odds: Counter[str] = field(default_factory=Counter)
    pd: Counter[str] = field(default_factory=Counter)
    at_risk_fen: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class RankSums:
    """Borrowers and exposure by (from, to) and by (up or down, main cause); `parts` in billionths of a rank."""

    moved: Counter[tuple[str, str]] = field(default_factory=Counter)
    moved_fen: Counter[tuple[str, str]] = field(default_factory=Counter)
    mainly: Counter[tuple[str, str]] = field(default_factory=Counter)
    mainly_fen: Counter[tuple[str, str]] = field(default_factory=Counter)
    parts: Counter[str] = field(default_factory=Counter)
    total: int = 0


@dataclass(slots=True)
class BookChange:
    """`counts` are borrowers: in both, entered, left, with a pd in both, in default before, after or both."""

    ends: tuple[End, End]
    definition_parted: bool
    counts: Counter[str] = field(default_factory=Counter)
    by_part: Sums = field(default_factory=Sums)
    by_reason: Sums = field(default_factory=Sums)
    totals: Counter[str] = field(default_factory=Counter)
    ranks: Mapping[str, RankSums] = field(default_factory=lambda: {LEVEL: RankSums(), TIER: RankSums()})
    came: Counter[str] = field(default_factory=Counter)
    went: Counter[str] = field(default_factory=Counter)


def find_book_change(
    home: Path, store: Store, batches: tuple[str, str], *, made: Made | None = None, progress: Progress = silent
) -> BookChange:
    """Return why the book stands otherwise in the second of two batches; errors as in `find_change`."""
    ends = ends_of(home, store, *batches)
    ids = [ids_of(end) for end in ends]
    both = sorted(set(ids[0]) & set(ids[1]))
    found = BookChange(ends, made is not None or one_definition(ends))
    found.counts |= {"in_both": len(both), "entered": len(ids[1]) - len(both), "left": len(ids[0]) - len(both)}
    features, done = features_asked(ends), 0
    for some in _chunks(both):
        rows = rows_of(ends[0], some, features), rows_of(ends[1], some, features)
        _add_pds(found, rows, made)
        _add_ranks(found, rows)
        done += len(some)
        progress(STEP, done, len(both))
    return found


def _chunks(ids: Sequence[str]) -> Iterator[list[str]]:
    source = iter(ids)
    while chunk := list(islice(source, AT_ONCE)):
        yield chunk


def _add_pds(found: BookChange, rows: tuple[Rows, Rows], made: Made | None) -> None:
    known = [one.frame["pd"].notna().to_numpy() for one in rows]
    default = [one.frame["in_default"].to_numpy(bool) for one in rows]
    found.counts["with_pd"] += int((known[0] & known[1]).sum())
    found.counts["defaulted"] += int((~default[0] & default[1]).sum())
    found.counts["cured"] += int((default[0] & ~default[1]).sum())
    found.counts["in_default"] += int((default[0] & default[1]).sum())
    borrowers = rows[0].frame.index[known[0] & known[1]].tolist()
    if not borrowers:
        return
    moves = pd_moves(found.ends, rows, borrowers, made)
    exposure = rows[1].frame.loc[borrowers, "exposure_fen"].fillna(0).to_numpy(np.int64)
    for part in PARTS:
        _sum(found.by_part, part, moves.log_odds.part(part), moves.pd.part(part), exposure)
    reasons = reasons_of(found.ends)
    for reason in sorted({reasons[name] for name in moves.features}):
        places = [place for place, name in enumerate(moves.features) if reasons[name] == reason]
        log_odds, points = (scale.data[:, places].sum(axis=1) for scale in (moves.log_odds, moves.pd))
        _sum(found.by_reason, reason, log_odds, points, exposure)
    totals = {"log_odds": moves.log_odds.total, "pd": moves.pd.total}
    for name, values in totals.items():
        found.totals[name] += _exact(values)
    found.totals["at_risk_fen"] += _exact(moves.pd.total, exposure)


def _sum(
    sums: Sums, name: str, log_odds: NDArray[np.int64], points: NDArray[np.int64], exposure: NDArray[np.int64]
) -> None:  # fmt: skip
    sums.log_odds[name] += _exact(log_odds)
    sums.pd[name] += _exact(points)
    sums.at_risk_fen[name] += _exact(points, exposure)


def _exact(values: NDArray[np.int64], times: NDArray[np.int64] | None = None) -> int:
    """Return the sum in integers that do not overflow."""
    if times is None:
        return int(values.sum())
    return sum(one * other for one, other in zip(values.tolist(), times.tolist(), strict=True))


def _add_ranks(found: BookChange, rows: tuple[Rows, Rows]) -> None:
    books = tuple(book_of(end) for end in found.ends)
    same = same_rules(*books)
    frames = rows[0].frame, rows[1].frame
    stood = [list(zip(frame[LEVEL], frame[TIER], strict=True)) for frame in frames]
    for borrower in (one for one, was, now in zip(frames[0].index, *stood, strict=True) if was != now):
        sides = [side_of(book, one, borrower) for book, one in zip(books, rows, strict=True)]
        why = rank_moves(sides[0], sides[1], same_policy=same)
        told: list[dict[str, Any]] = [
            {name: frame.at[borrower, name] for name in (LEVEL, TIER, "exposure_fen")} for frame in frames
        ]
        for name, parts in ((LEVEL, why.level), (TIER, why.tier)):
            _add_rank(found.ranks[name], name, told, parts)
        if told[0][LEVEL] != told[1][LEVEL]:
            found.came.update(why.came)
            found.went.update(why.went)


def _add_rank(sums: RankSums, name: str, told: Sequence[Mapping[str, Any]], parts: Mapping[str, int]) -> None:
    before, after = (str(side[name]) for side in told)
    if before == after:
        return
    money = next((int(fen) for fen in (side["exposure_fen"] for side in reversed(told)) if not pd.isna(fen)), 0)
    up = _WORDS[name](after).rank > _WORDS[name](before).rank
    cause = max(CAUSES, key=lambda one: parts[one] if up else -parts[one])
    direction = "up" if up else "down"
    sums.moved[before, after] += 1
    sums.moved_fen[before, after] += money
    sums.mainly[direction, cause] += 1
    sums.mainly_fen[direction, cause] += money
    sums.parts.update(parts)
    sums.total += sum(parts.values())
