"""Decide: features, pd and reasons, then what policy makes of them. One call for the whole book and for one borrower.

Grain   one row per borrower in scope: who has a live loan at as_of
Scope   borrowers without a live loan are out of scope; a borrower of whom no feature is known is rejected, since a
        pd from nothing would be invented. in = scored + rejected + out of scope
Order   rows are sorted by borrower_id, loans by (borrower_id, loan_id)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from ews.domain.decisions import Decision
from ews.domain.levels import Tier
from ews.domain.progress import Progress, silent
from ews.events.book import Book
from ews.features.build import blind_families, build_features
from ews.features.catalogue import FEATURES
from ews.features.statements import worked_out
from ews.features.window import Spine
from ews.models.frozen import FrozenModel, explain, predict_pd
from ews.outcomes.definition import Definition
from ews.outcomes.standing import described_standing, standing
from ews.policy.policy import Policy
from ews.scoring.contagion import assessed, paths_of
from ews.scoring.customer_types import with_types
from ews.scoring.decided import Compared, Decided, Explained, Given
from ews.scoring.dues import dues, with_next_due
from ews.scoring.judged import NAMES, Day, floors_of, judge_day
from ews.scoring.peers import Peers, peers_of
from ews.scoring.records import Frame, records
from ews.scoring.units import units_of

_DAY = ("borrower_id", "as_of", "known_by")
NOTHING_KNOWN = "nothing-known"
_BEFORE = pa.schema(
    {"pd_before": pa.float64(), "grade_before": pa.string(), "tier_before": pa.string(), "level_before": pa.string()}
)


def decide(
    book: Book,
    spine: Spine,
    model: FrozenModel,
    policy: Policy,
    *,
    given: Given | None = None,
    peers: Peers | None = None,
    progress: Progress = silent,
) -> Decided:
    """Decide on every borrower of `spine`, which holds one as_of.

    `peers` None takes the borrowers decided as each other's peers; a single look-up hands in those of a batch.
    """
    start, rows = given or Given(), given.compared.rows if given and given.compared else None
    blind, horizon = blind_families(book), model.horizon_months
    day = Day(book, spine, policy, horizon, blind, start.states, start.casework.overrides, rows, start.others)
    progress("decide", 0, 4)
    default = default_of(book, spine, model)
    features = build_features(book, spine, progress=progress)
    progress("decide", 1, 4)
    floors = floors_of(day, default, features)
    known, rejected = _known(floors.borrowers)
    progress("decide", 2, 4)
    scores, explained = _score(known, model)
    scored = book.kept(_with_before(scores, start.compared, model.model_id))
    progress("decide", 3, 4)
    judged = judge_day(day, floors, scored)
    in_scope = Spine(spine.table.semi_join(floors.loans, "borrower_id"), spine.days)
    paid = dues(book, in_scope).to_pandas()
    borrowers = with_types(judged.borrowers, judged.loans, paid, policy, day.on)
    progress("decide", 4, 4)
    return Decided(
        borrowers=borrowers,
        loans=with_next_due(judged.loans, paid),
        rejected=rejected,
        explained=explained,
        peers=peers if peers is not None else peers_of(borrowers, FEATURES, explained.by_reason(FEATURES)),
        blind=blind,
        borrowers_in=int(spine.table.count().execute()),
        out_of_scope=int(spine.table.anti_join(floors.loans, "borrower_id").count().execute()),
        given=start,
        states=judged.states,
        told=judged.folded.told,
        raised=judged.released.raised,
        gone=judged.folded.gone,
        paths=paths_of(book, spine, judged.parties, _stand(borrowers, start.others)),
        assess=assessed(book, spine, judged.parties),
        units=units_of(book, in_scope),
    )


def records_of(
    decided: Decided, *, batch_id: str, portfolio: str, spine: Spine, known_by: date, model: FrozenModel, policy: Policy
) -> Iterator[Decision]:
    """Yield the record of each borrower decided, sorted by borrower_id."""
    frame = Frame(batch_id, portfolio, spine.days[0], known_by, model.horizon_months, model.model_id)
    return records(frame, decided, FEATURES, policy)


def default_of(book: Book, spine: Spine, model: FrozenModel) -> ir.Table:
    """Return in_default per borrower, as the model's training saw it, and whether a listed outcome says so."""
    definition = Definition.from_dict(model.definition)
    if definition.sees_extensions:  # these ask the book in between, so that no statements can be kept
        return _told(standing(book, spine.table, definition))
    return worked_out(book, spine, _Standing(definition))


@dataclass(frozen=True, slots=True)
class _Standing:
    """Describes what `default_of` returns; equal for definitions that say the same."""

    definition: Definition

    def __call__(self, book: Book, spine: Spine) -> ir.Table:
        return _told(described_standing(book, spine.table.select(*_DAY), self.definition))


def _told(stand: ir.Table) -> ir.Table:
    return stand.select("borrower_id", "as_of", "in_default", listed_default="listed")


def _known(gathered: ir.Table) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return ids, default state and features of those to decide, and those of whom nothing is known with the reason."""
    told = ["borrower_id", "exposure", "loans", "loans_without_balance"]
    frame = gathered.select(*told, "in_default", *NAMES).order_by("borrower_id").to_pandas()
    frame = frame.astype(dict.fromkeys(NAMES, "float64"))
    nothing = frame[list(NAMES)].isna().all(axis=1) & ~frame["in_default"]
    rejected = frame.loc[nothing, told].assign(reason=NOTHING_KNOWN)
    return frame.loc[~nothing].reset_index(drop=True), rejected.reset_index(drop=True)


def _score(known: pd.DataFrame, model: FrozenModel) -> tuple[pd.DataFrame, Explained]:
    """Return borrower_id and pd (NaN in default), and what each feature adds to its log-odds."""
    scored = ~known["in_default"].to_numpy(bool)
    probability = np.full(len(known), np.nan)
    by_feature = np.full((len(known), len(NAMES)), np.nan)
    frame = known.loc[scored, list(NAMES)]
    probability[scored] = predict_pd(model, frame)
    explanation = explain(model, frame)
    by_feature[scored] = 0.0  # a feature that the model does not know adds nothing
    columns = np.array([NAMES.index(name) for name in model.features])
    by_feature[np.ix_(np.flatnonzero(scored), columns)] = explanation.by_feature
    return known[["borrower_id"]].assign(pd=probability), Explained(by_feature, explanation.base_log_odds)


def _with_before(scores: pd.DataFrame, compared: Compared | None, model_id: str) -> pa.Table:
    """Return the scores with pd, grade, tier and level of the batch compared with, null where there is none.

    The policy is given no pd_before of another model, else every pd would move at once; pd_compared tells it.
    """
    names = dict(zip(("pd", "grade", "tier", "level"), _BEFORE.names, strict=True))
    rows = pd.DataFrame(columns=["borrower_id", *names]) if compared is None else compared.rows
    before = rows.rename(columns=names).astype({"borrower_id": "str", "pd_before": "float64"})
    joined = scores.merge(before[["borrower_id", *_BEFORE.names]], on="borrower_id", how="left", validate="one_to_one")
    joined["pd_compared"] = joined["pd_before"]
    if compared is not None and compared.model_id != model_id:
        joined["pd_before"] = np.nan
    schema = pa.schema([("borrower_id", pa.string()), ("pd", pa.float64()), *_BEFORE, ("pd_compared", pa.float64())])
    table = pa.Table.from_pandas(joined, schema, preserve_index=False)  # NaN becomes null
    ranks = [None if tier is None else Tier(tier).rank for tier in table["tier_before"].to_pylist()]
    return table.append_column("tier_rank_before", pa.array(ranks, pa.int8()))


def _stand(borrowers: pd.DataFrame, others: pd.DataFrame | None) -> pd.DataFrame:
    """Return borrower_id, tier and grade of all of whom something was decided."""
    tiers = [tuple(Tier)[rank].value for rank in borrowers["tier_rank"]]
    own = borrowers[["borrower_id", "grade"]].assign(tier=tiers)
    if others is None:
        return own
    beside = others.loc[~others["borrower_id"].isin(own["borrower_id"]), ["borrower_id", "grade", "tier"]]
    return pd.concat([own, beside], ignore_index=True)
