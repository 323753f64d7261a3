"""Change: why a borrower stands otherwise in one batch than in another, in parts that add up exactly.

Pd       data by feature and reason, definition of features, model, calibration (change.pd_move)
Ranks    level and tier by pd, rules, overrides, policy and memory (change.rank_move)
Nulls    in default there is no pd, so that its move has no parts; who is in one batch only has none at all
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ews.domain.errors import UnknownBorrowerError
from ews.domain.text import sentence
from ews.scoring.change.ends import End, Rows, ends_of, features_asked, reasons_of, rows_of
from ews.scoring.change.pd_move import DATA, DEFINITION, PARTS, Made, PdMoves, Split, split
from ews.scoring.change.rank_move import RankMoves, rank_moves, same_rules
from ews.scoring.change.standing import book_of, plain, side_of
from ews.store.engine import Store


@dataclass(frozen=True, slots=True)
class Stood:
    """How the borrower stood in a batch."""

    batch_id: str
    as_of: str
    pd: float | None
    grade: str
    tier: str
    level: str
    exposure_fen: int | None
    in_default: bool
    model_id: str
    policy_hash: str


@dataclass(frozen=True, slots=True)
class FeatureMove:
    """Parts of a feature in billionths: by its data and by its definition, in log-odds and in probability."""

    feature: str
    reason: str
    before: float | None
    after: float | None
    log_odds: Mapping[str, int]
    pd: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PdChange:
    """All in billionths: `log_odds` and `pd` by PARTS, `reasons` those of the data by reason code (log-odds, pd)."""

    log_odds: Mapping[str, int]
    pd: Mapping[str, int]
    log_odds_total: int
    pd_total: int
    reasons: Mapping[str, tuple[int, int]]
    features: tuple[FeatureMove, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """`definition_parted` is false where the features were made by two definitions and the book was not at hand.

    `pd` is null where either side has no pd.
    """

    borrower_id: str
    portfolio: str
    before: Stood
    after: Stood
    pd: PdChange | None
    ranks: RankMoves
    definition_parted: bool


def find_change(
    home: Path, store: Store, borrower_id: str, batches: tuple[str, str], *, made: Made | None = None
) -> Change:
    """Return why a borrower stands otherwise in the second of two batches than in the first.

    `made` are the features of both days by the present code, where somebody made them. UnknownBatchError,
    UnknownBorrowerError or RequestError where there is nothing to compare; ModelError, PolicyError or TamperedError
    where what the batches rest on was changed.
    """
    ends = ends_of(home, store, *batches)
    features = features_asked(ends)
    rows = rows_of(ends[0], [borrower_id], features), rows_of(ends[1], [borrower_id], features)
    for end, found in zip(ends, rows, strict=True):
        if borrower_id not in found.frame.index:
            message = sentence(
                "Borrower '{borrower_id}' is not in batch '{batch_id}' of {day}, so that there is nothing to compare. "
                "Name two batches that decided on the borrower.",
                borrower_id=borrower_id,
                batch_id=end.batch_id,
                day=end.batch.key.as_of,
            )
            raise UnknownBorrowerError(message)
    return change_of(ends, rows, borrower_id, made)


def change_of(ends: tuple[End, End], rows: tuple[Rows, Rows], borrower_id: str, made: Made | None) -> Change:
    """Return the change of one borrower who is in both batches."""
    books = tuple(book_of(end) for end in ends)
    sides = [side_of(book, found, borrower_id) for book, found in zip(books, rows, strict=True)]
    stood = [_stood(end, found, borrower_id) for end, found in zip(ends, rows, strict=True)]
    moved = None
    if stood[0].pd is not None and stood[1].pd is not None:
        moved = _pd_change(pd_moves(ends, rows, [borrower_id], made), 0, rows, reasons_of(ends))
    return Change(
        borrower_id,
        ends[0].batch.key.portfolio,
        stood[0],
        stood[1],
        moved,
        rank_moves(sides[0], sides[1], same_policy=same_rules(books[0], books[1])),
        made is not None or one_definition(ends),
    )


def one_definition(ends: Sequence[End]) -> bool:
    """Tell whether the features of both batches are known to be made alike."""
    return ends[0].definition == ends[1].definition or (
        ends[0].batch.key.code_version == ends[1].batch.key.code_version
    )


def pd_moves(
    ends: tuple[End, End], rows: tuple[Rows, Rows], borrowers: Sequence[str], made: Made | None = None
) -> PdMoves:
    """Return the split of all of `borrowers`, who have a pd in both batches."""
    order = list(borrowers)
    served = [found.frame.loc[order, "pd"].to_numpy(np.float64) for found in rows]
    kept = [found.features.loc[order] for found in rows]
    again = None
    if made is not None and not one_definition(ends):
        again = Made(*(_filled(one, order, side) for one, side in zip((made.before, made.after), kept, strict=True)))
    models = ends[0].model, ends[1].model
    return split(models, kept[0], kept[1], (served[0], served[1]), again)


def _filled(made: pd.DataFrame, borrowers: list[str], kept: pd.DataFrame) -> pd.DataFrame:
    """Return the features made again in the shape of those kept; what the present code does not make stays as kept."""
    found = made.reindex(index=borrowers)
    return pd.DataFrame({name: found[name] if name in found else kept[name] for name in kept}, index=kept.index)


def _stood(end: End, rows: Rows, borrower_id: str) -> Stood:
    row: Any = {name: plain(value) for name, value in rows.frame.loc[borrower_id].to_dict().items()}
    told = {name: row[name] for name in ("pd", "grade", "tier", "level", "in_default")}
    key, exposure = end.batch.key, row["exposure_fen"]
    return Stood(
        batch_id=end.batch_id,
        as_of=key.as_of.isoformat(),
        exposure_fen=None if exposure is None else int(exposure),
        model_id=key.model_id,
        policy_hash=key.policy_hash,
        **told,
    )


def _pd_change(moves: PdMoves, row: int, rows: tuple[Rows, Rows], reasons: Mapping[str, str]) -> PdChange:
    borrower = moves.borrowers[row]
    values = [{name: _number(one) for name, one in found.features.loc[borrower].items()} for found in rows]
    features = [
        FeatureMove(
            name,
            reasons[name],
            values[0][name],
            values[1][name],
            *({part: int(getattr(scale, part)[row, place]) for part in (DATA, DEFINITION)} for scale in _scales(moves)),
        )
        for place, name in enumerate(moves.features)
    ]
    told = [one for one in features if any(one.log_odds.values()) or any(one.pd.values())]
    sums: dict[str, tuple[int, int]] = {}
    for one in told:
        was = sums.get(one.reason, (0, 0))
        sums[one.reason] = was[0] + one.log_odds[DATA], was[1] + one.pd[DATA]
    log_odds, points = ({part: int(scale.part(part)[row]) for part in PARTS} for scale in _scales(moves))
    return PdChange(
        log_odds,
        points,
        int(moves.log_odds.total[row]),
        int(moves.pd.total[row]),
        dict(sorted(sums.items(), key=lambda item: (-abs(item[1][0]), item[0]))),
        tuple(sorted(told, key=lambda one: (-abs(sum(one.log_odds.values())), one.feature))),
    )


def _scales(moves: PdMoves) -> tuple[Split, Split]:
    return moves.log_odds, moves.pd


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)
