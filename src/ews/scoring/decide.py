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
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from ews.domain.decisions import Decision
from ews.domain.levels import Tier
from ews.domain.progress import Progress, silent
from ews.events.book import Book
from ews.features.build import blind_families, build_features
from ews.features.catalogue import FEATURES
from ews.features.statements import worked_out_apart
from ews.features.window import Spine
from ews.models.frozen import FrozenModel, explain
from ews.outcomes.definition import Definition
from ews.outcomes.standing import described_standing, standing
from ews.policy.policy import Policy
from ews.scoring.contagion import assessed, paths_of
from ews.scoring.customer_types import with_types
from ews.scoring.decided import Compared, Decided, Explained, Given
from ews.scoring.dues import dues, with_next_due
from ews.scoring.feature_values import feature_values
from ews.scoring.judged import Day, floors_of, judge_day
from ews.scoring.on_workers import CODES, explained_on_workers, is_spread
from ews.scoring.on_workers import explained as of_rows
from ews.scoring.peers import Peers, peers_of
from ews.scoring.reasons import PART, Floats
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
    progress("decide", 2, 4)
    scores, added, rejected = _scored(book, floors.borrowers, model)
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
        explained=Explained(_base(model), model),
        peers=peers if peers is not None else peers_of(borrowers, FEATURES, added),
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
    return worked_out_apart(book, spine, _Standing(definition))


@dataclass(frozen=True, slots=True)
class _Standing:
    """Describes what `default_of` returns; equal for definitions that say the same."""

    definition: Definition

    def __call__(self, book: Book, spine: Spine) -> ir.Table:
        return _told(described_standing(book, spine.table.select(*_DAY), self.definition))


def _told(stand: ir.Table) -> ir.Table:
    return stand.select("borrower_id", "as_of", "in_default", listed_default="listed")


def _scored(book: Book, gathered: ir.Table, model: FrozenModel) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return borrower_id and pd of those to decide, a column per reason code of what it adds, and the rejected.

    NaN stands for those in default.
    """
    told = ["borrower_id", "exposure", "loans", "loans_without_balance"]
    frame = gathered.select(*told, "in_default").order_by("borrower_id").to_pandas()
    values = feature_values(gathered, frame["borrower_id"])
    in_default = frame["in_default"].to_numpy(bool)
    nothing = values.isna().all(axis=1).to_numpy() & ~in_default
    rejected = frame.loc[nothing, told].assign(reason=NOTHING_KNOWN).reset_index(drop=True)
    known = frame.loc[~nothing, ["borrower_id"]].reset_index(drop=True)
    scored = np.flatnonzero(~in_default & ~nothing)
    if is_spread(book):
        found = explained_on_workers(book, gathered, model, frame["borrower_id"].to_numpy()[scored])
    else:
        found = _explained(values, scored, model)
    is_scored = ~in_default[~nothing]
    probability, by_reason = np.full(len(known), np.nan), np.full((len(known), len(CODES)), np.nan)
    probability[is_scored], by_reason[is_scored] = found
    return known.assign(pd=probability), pd.DataFrame(by_reason, columns=list(CODES)), rejected


def _explained(values: pd.DataFrame, scored: npt.NDArray[np.intp], model: FrozenModel) -> tuple[Floats, Floats]:
    """Return pd and what each reason adds of the rows `scored`, worked out part by part."""
    probability, by_reason = np.full(len(scored), np.nan), np.full((len(scored), len(CODES)), np.nan)
    for start in range(0, len(scored), PART):
        part = slice(start, start + PART)
        probability[part], by_reason[part] = of_rows(model, values.iloc[scored[part]])
    return probability, by_reason


def _base(model: FrozenModel) -> float:
    nobody = pd.DataFrame(columns=list(model.features), dtype=np.float64)
    return explain(model, nobody).base_log_odds


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
