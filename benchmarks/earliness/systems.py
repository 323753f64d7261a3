"""Systems: what the whole system says of a synthetic book month by month, and what its policy says without the pd.

Whole     features, pd, policy and the memory over batches, as a batch decides; nobody works the warnings, so that there
          are no overrides and no treatments
Rules     the same features, policy and memory; no borrower has a pd, so that no grade, no movement of the pd and no
          proposal of the model holds. Each goes on from what it would itself have remembered
Urgency   the order of the product's own queue: expected loss, then exposure; without a pd exposure alone
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks.watch import decisions
from ews.domain.levels import Tier
from ews.events.book import open_book
from ews.features.window import Spine, spine_on
from ews.models.frozen import FrozenModel
from ews.policy.policy import Policy
from ews.scoring.decided import Decided
from ews.scoring.feature_values import NAMES
from ews.scoring.judged import Day, Judged, floors_of, judge_day
from ews.scoring.states import NOTHING, States

FACTS = ("borrower_id", "exposure", "dpd_max", "in_default")


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the rules alone left: states, and the rows that the next batch is compared with."""

    states: States = NOTHING
    rows: pd.DataFrame | None = None


def said(place: Path, days: Sequence[date], model: FrozenModel, policy: Policy) -> Iterator[pd.DataFrame]:
    """Yield, per day, a row per borrower: FACTS, as_of, pd, level and urgency of the whole system and of the rules.

    `signals` counts the signals that hold without the pd.
    """
    alone = Remembered()
    for day, decided in decisions(place, days, model, policy):
        judged = _without_pd(place, day, decided, model, policy, alone)
        alone = Remembered(judged.states, _rows(judged))
        yield _both(day, decided.borrowers, judged.borrowers)


def in_queue(rows: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the urgency of `rows` of one batch, by expected_loss_fen, then exposure; the highest is gravest."""
    known = rows[["expected_loss_fen", "exposure"]].astype("Float64").astype("float64").fillna(-1.0)
    order = np.lexsort((known["exposure"], known["expected_loss_fen"]))
    urgency = np.empty(len(rows))
    urgency[order] = np.arange(len(rows))
    return urgency


def _both(day: date, whole: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    counts = [len(codes) for codes in rules["signals"]]
    alone = rules[["borrower_id"]].assign(
        rules_level=rules["level_rank"].to_numpy(), rules_urgency=in_queue(rules), signals=counts
    )
    told = whole[[*FACTS, "pd", "level_rank", "expected_loss_fen"]].assign(as_of=day, urgency=in_queue(whole))
    return told.merge(alone, on="borrower_id", validate="one_to_one")


def _without_pd(
    place: Path, day: date, decided: Decided, model: FrozenModel, policy: Policy, before: Remembered
) -> Judged:  # fmt: skip
    """Return what `policy` says of the borrowers decided, had the model said nothing."""
    book = open_book(place)
    known = book.kept(_known(day, decided, before.rows))
    whole = spine_on(book, [day])
    spine = Spine(whole.table.semi_join(known, "borrower_id"), whole.days)
    asked = Day(book, spine, policy, model.horizon_months, decided.blind, before.states, before=before.rows)
    floors = floors_of(asked, known.select("borrower_id", "as_of", "in_default", "listed_default"), known)
    judged = judge_day(asked, floors, known.select("borrower_id", "pd", "pd_before", "tier_rank_before"))
    book.engine.disconnect()
    return judged


def _known(day: date, decided: Decided, before: pd.DataFrame | None) -> pa.Table:
    """Return what no policy changes of each borrower, without a pd, and its tier before by the rules alone."""
    borrowers = decided.borrowers
    listed = set(decided.loans.loc[decided.loans["listed_default"].astype(bool), "borrower_id"])
    names = borrowers["borrower_id"].tolist()
    tiers = {} if before is None else dict(zip(before["borrower_id"], before["tier"], strict=True))
    ranks = [Tier(tiers[name]).rank if name in tiers else None for name in names]
    nothing = pa.nulls(len(names), pa.float64())
    columns = {
        "borrower_id": pa.array(names, pa.string()),
        "as_of": pa.array([day] * len(names), pa.date32()),
        "in_default": pa.array(borrowers["in_default"].astype(bool), pa.bool_()),
        "listed_default": pa.array([name in listed for name in names], pa.bool_()),
        "pd": nothing,
        "pd_before": nothing,
        "tier_rank_before": pa.array(ranks, pa.int8()),
    }
    features = {name: pa.array(borrowers[name], pa.float64(), from_pandas=True) for name in NAMES}
    return pa.table(columns | features)


def _rows(judged: Judged) -> pd.DataFrame:
    borrowers = judged.borrowers
    return borrowers[["borrower_id", "pd", "grade"]].assign(
        tier=[tuple(Tier)[rank].value for rank in borrowers["tier_rank"]]
    )
