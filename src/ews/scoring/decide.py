"""Decide: features, pd, reasons, tier, level. One call for the whole book and for a single borrower.

Grain   one row per borrower in scope: who has a live loan at as_of
Scope   borrowers without a live loan are out of scope; a borrower of whom no feature is known is rejected, since a
        pd from nothing would be invented. in = scored + rejected + out of scope
Order   rows are sorted by borrower_id, loans by (borrower_id, loan_id)
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from ews.domain.decisions import Decision
from ews.domain.progress import Progress, silent
from ews.domain.unit import UnitMember
from ews.events.book import Book
from ews.features.build import blind_families, build_features
from ews.features.catalogue import FEATURES
from ews.features.window import Spine
from ews.models.frozen import FrozenModel, explain, predict_pd
from ews.outcomes.definition import Definition
from ews.outcomes.standing import standing
from ews.policy.decide import decide_borrowers, decide_loans, settle_loans, summarise_loans
from ews.policy.policy import Policy
from ews.scoring.facts import borrowers_known, loan_facts
from ews.scoring.peers import Peers, peers_of
from ews.scoring.records import Explained, Frame, records
from ews.scoring.units import units_of

NOTHING_KNOWN = "nothing-known"
NAMES = tuple(feature.name for feature in FEATURES)
_BEFORE = pa.schema(
    {"pd_before": pa.float64(), "grade_before": pa.string(), "tier_before": pa.string(), "level_before": pa.string()}
)


@dataclass(frozen=True, slots=True)
class Compared:
    """The batch that movement is measured against; `rows` has borrower_id, pd, grade, tier, level."""

    batch_id: str
    as_of: date
    rows: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Decided:
    """`borrowers` has identity, facts, features and what policy added; `loans` likewise; `rejected` id and reason."""

    borrowers: pd.DataFrame
    loans: pd.DataFrame
    rejected: pd.DataFrame
    explained: Explained
    peers: Peers
    blind: tuple[str, ...]
    borrowers_in: int
    out_of_scope: int
    compared: Compared | None = field(repr=False)
    units: Mapping[str, tuple[UnitMember, ...]] = field(default_factory=dict, repr=False)


def decide(
    book: Book,
    spine: Spine,
    model: FrozenModel,
    policy: Policy,
    *,
    compared: Compared | None = None,
    peers: Peers | None = None,
    progress: Progress = silent,
) -> Decided:
    """Decide on every borrower of `spine`, which holds one as_of.

    `peers` None takes the borrowers decided as each other's peers; a single look-up hands in those of a batch.
    """
    as_of = spine.days[0]
    progress("decide", 0, 4)
    default = _default(book, spine, model)
    loans = _materialised(book, _in_scope(loan_facts(book, spine.table, default)))
    features = build_features(book, spine, progress=progress)
    progress("decide", 1, 4)
    gathered = _materialised(book, _gather(book, spine, loans, default, features, policy, as_of))
    known, rejected = _known(gathered)
    progress("decide", 2, 4)
    scores, explained = _score(known, model)
    progress("decide", 3, 4)
    borrowers, settled = _judge(book, gathered, _with_before(scores, compared), loans, policy, as_of)
    progress("decide", 4, 4)
    return Decided(
        borrowers,
        settled,
        rejected,
        explained,
        peers if peers is not None else peers_of(borrowers, FEATURES, explained.by_reason(FEATURES)),
        blind_families(book),
        int(spine.table.count().execute()),
        int(spine.table.anti_join(loans, "borrower_id").count().execute()),
        compared,
        units_of(book, Spine(spine.table.semi_join(loans, "borrower_id"), spine.days)),
    )


def records_of(
    decided: Decided, *, batch_id: str, portfolio: str, spine: Spine, known_by: date, model: FrozenModel, policy: Policy
) -> Iterator[Decision]:
    """Yield the record of each borrower decided, sorted by borrower_id."""
    compared = decided.compared
    frame = Frame(
        batch_id,
        portfolio,
        spine.days[0],
        known_by,
        model.horizon_months,
        model.model_id,
        decided.blind,
        None if compared is None else (compared.batch_id, compared.as_of),
    )
    return records(
        frame, decided.borrowers, decided.loans, decided.explained, FEATURES, decided.peers, decided.units, policy
    )


def _in_scope(loans: ir.Table) -> ir.Table:
    return loans.filter(loans.live)


def _default(book: Book, spine: Spine, model: FrozenModel) -> ir.Table:
    """Return in_default per borrower, as the model's training saw it, and whether a listed outcome says so."""
    definition = Definition.from_dict(model.definition)
    stand = standing(book, spine.table, definition)
    late = (stand.dpd > definition.default_above_dpd).fill_null(False)
    listed = stand.in_default & ~late if definition.use_dpd else stand.in_default
    return stand.select("borrower_id", "as_of", "in_default", listed_default=listed)


def _gather(
    book: Book, spine: Spine, loans: ir.Table, default: ir.Table, features: ir.Table, policy: Policy, as_of: date
) -> ir.Table:
    """Return one row per borrower with a live loan: identity, loan summary, default state, features."""
    keys = ["borrower_id", "as_of"]
    summary = summarise_loans(decide_loans(loans, policy, as_of))
    unknown = loans.group_by(keys).aggregate(loans_without_balance=loans.balance.isnull().sum())
    who = borrowers_known(book, spine.table)
    joined = who.inner_join(summary, keys).inner_join(unknown, keys)
    joined = joined.left_join(default.drop("listed_default"), keys).drop("borrower_id_right", "as_of_right")
    joined = joined.inner_join(features.select("borrower_id", "as_of", *NAMES), keys)
    return joined.mutate(in_default=joined.in_default.fill_null(False))


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


def _with_before(scores: pd.DataFrame, compared: Compared | None) -> pa.Table:
    """Return the scores with pd, grade, tier and level of the batch compared with, null where there is none."""
    names = dict(zip(("pd", "grade", "tier", "level"), _BEFORE.names, strict=True))
    rows = pd.DataFrame(columns=["borrower_id", *names]) if compared is None else compared.rows
    before = rows.rename(columns=names).astype({"borrower_id": "str", "pd_before": "float64"})
    joined = scores.merge(before[["borrower_id", *_BEFORE.names]], on="borrower_id", how="left", validate="one_to_one")
    schema = pa.schema([("borrower_id", pa.string()), ("pd", pa.float64()), *_BEFORE])
    return pa.Table.from_pandas(joined, schema, preserve_index=False)  # NaN becomes null


def _judge(
    book: Book, gathered: ir.Table, scores: pa.Table, loans: ir.Table, policy: Policy, as_of: date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    scored = book.engine.create_table(ibis.util.gen_name("scores"), scores, temp=True)
    judged = _materialised(book, decide_borrowers(gathered.inner_join(scored, "borrower_id"), policy, as_of))
    kept = loans.semi_join(judged, "borrower_id")
    settled = settle_loans(decide_loans(kept, policy, as_of), judged)
    borrowers = judged.order_by("borrower_id").to_pandas()
    return (
        borrowers.astype({**dict.fromkeys(NAMES, "float64"), "pd": "float64", "pd_before": "float64"}),
        settled.order_by("borrower_id", "loan_id").to_pandas(),
    )


def _materialised(book: Book, table: ir.Table) -> ir.Table:
    return book.engine.create_table(ibis.util.gen_name("scoring"), table, temp=True)
