"""Decide: features, pd, reasons, tier, level. One call for the whole book and for a single borrower.

Grain   one row per borrower in scope: who has a live loan at as_of
Scope   borrowers without a live loan are out of scope; a borrower of whom no feature is known is rejected, since a
        pd from nothing would be invented. in = scored + rejected + out of scope
Order   rows are sorted by borrower_id, loans by (borrower_id, loan_id)
"""

from collections.abc import Iterator
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from ews.domain.decisions import Decision
from ews.domain.levels import Tier
from ews.domain.progress import Progress, silent
from ews.events.book import Book
from ews.features.build import blind_families, build_features
from ews.features.catalogue import FAMILIES, FEATURES, family_name
from ews.features.window import Spine
from ews.models.frozen import FrozenModel, explain, predict_pd
from ews.outcomes.definition import Definition
from ews.outcomes.standing import standing
from ews.policy.grades import Scale, scale_on
from ews.policy.judge import grade_borrowers, judge_signals
from ews.policy.policy import Policy
from ews.policy.tiers import borrower_tiers, judge_debtor, judge_own, settle, summarise_loans
from ews.policy.valuation import MONEY, value_loans
from ews.scoring.caseload import release
from ews.scoring.collateral_known import collateral_of
from ews.scoring.contagion import assessed, paths_of
from ews.scoring.debtor_facts import with_debtor_facts
from ews.scoring.decided import Compared, Decided, Explained, Given
from ews.scoring.episodes import Folded, fold
from ews.scoring.facts import borrowers_known, own_loan_facts
from ews.scoring.finding_facts import borrower_findings
from ews.scoring.loan_states import loan_states
from ews.scoring.network import network_facts
from ews.scoring.peers import Peers, peers_of
from ews.scoring.records import Frame, records
from ews.scoring.states import States
from ews.scoring.units import units_of

NOTHING_KNOWN = "nothing-known"
NAMES = tuple(feature.name for feature in FEATURES)
_BEFORE = pa.schema(
    {"pd_before": pa.float64(), "grade_before": pa.string(), "tier_before": pa.string(), "level_before": pa.string()}
)
_PARTIES = ("borrower_id", "pd", "grade_rank", "in_default", "tier_rank")


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
    as_of, start = spine.days[0], given or Given()
    progress("decide", 0, 4)
    default = _default(book, spine, model)
    before = _handed_in(book, start.states.loans)
    loans = _materialised(book, own_loan_facts(book, spine.table, default, before, policy))
    features = build_features(book, spine, progress=progress)
    progress("decide", 1, 4)
    own = judge_own(loans, policy, as_of)
    floors = _materialised(book, judge_debtor(with_debtor_facts(book, own, features, policy), policy, as_of))
    gathered = _materialised(book, _gather(book, spine, floors, default, features, policy, as_of))
    known, rejected = _known(gathered)
    progress("decide", 2, 4)
    scores, explained = _score(known, model)
    progress("decide", 3, 4)
    scored = _handed_in(book, _with_before(scores, start.compared, model.model_id))
    graded = _materialised(book, grade_borrowers(gathered.inner_join(scored, "borrower_id"), policy, as_of))
    overrides = _handed_in(book, start.overrides)
    settled = _materialised(
        book, settle(floors.semi_join(graded, "borrower_id"), graded, overrides, before, policy, as_of)
    )
    judged = _signals(book, spine, graded, settled, start, policy)
    valued = value_loans(settled, collateral_of(book, spine.table), graded, policy, as_of, model.horizon_months)
    alone, settled_loans = _frames(judged, valued)
    blind = blind_families(book)
    folded = fold(start.states, alone, policy, as_of, blind=_features_of(blind))
    borrowers = _with_levels(alone, folded)
    queued = borrowers if start.others is None else borrowers.head(0)  # a look-up stands in nobody's queue
    released = release(folded.episodes, queued, policy, as_of)
    progress("decide", 4, 4)
    return Decided(
        borrowers=borrowers,
        loans=settled_loans,
        rejected=rejected,
        explained=explained,
        peers=peers if peers is not None else peers_of(borrowers, FEATURES, explained.by_reason(FEATURES)),
        blind=blind,
        borrowers_in=int(spine.table.count().execute()),
        out_of_scope=int(spine.table.anti_join(loans, "borrower_id").count().execute()),
        given=start,
        states=States(loan_states(settled_loans, start.states, as_of), released.episodes, folded.remembered),
        told=folded.told,
        raised=released.raised,
        gone=folded.gone,
        paths=paths_of(book, spine, _stand(borrowers, start.others)),
        assess=assessed(book, spine),
        units=units_of(book, Spine(spine.table.semi_join(loans, "borrower_id"), spine.days)),
    )


def records_of(
    decided: Decided, *, batch_id: str, portfolio: str, spine: Spine, known_by: date, model: FrozenModel, policy: Policy
) -> Iterator[Decision]:
    """Yield the record of each borrower decided, sorted by borrower_id."""
    frame = Frame(batch_id, portfolio, spine.days[0], known_by, model.horizon_months, model.model_id)
    return records(frame, decided, FEATURES, policy)


def _default(book: Book, spine: Spine, model: FrozenModel) -> ir.Table:
    """Return in_default per borrower, as the model's training saw it, and whether a listed outcome says so."""
    definition = Definition.from_dict(model.definition)
    stand = standing(book, spine.table, definition)
    late = (stand.dpd > definition.default_above_dpd).fill_null(False)
    listed = stand.in_default & ~late if definition.use_dpd else stand.in_default
    return stand.select("borrower_id", "as_of", "in_default", listed_default=listed)


def _gather(
    book: Book, spine: Spine, floors: ir.Table, default: ir.Table, features: ir.Table, policy: Policy, as_of: date
) -> ir.Table:
    """Return one row per borrower with a live loan: identity, loan summary, default state, features."""
    keys = ["borrower_id", "as_of"]
    summary = summarise_loans(floors)
    unknown = floors.group_by(keys).aggregate(loans_without_balance=floors.balance.isnull().sum())
    who = borrowers_known(book, spine.table)
    joined = who.inner_join(summary, keys).inner_join(unknown, keys)
    joined = joined.left_join(default.drop("listed_default"), keys).drop("borrower_id_right", "as_of_right")
    found = borrower_findings(book, spine.table, int(policy.value_on("finding_valid_months", as_of)))
    joined = joined.left_join(found, keys).drop("borrower_id_right", "as_of_right")
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


def _signals(book: Book, spine: Spine, graded: ir.Table, settled: ir.Table, start: Given, policy: Policy) -> ir.Table:
    """Return graded borrowers with their tier, the facts of their network and their signals."""
    keys = ["borrower_id", "as_of"]
    table = graded.inner_join(borrower_tiers(settled), keys)
    parties = table.select(*_PARTIES)
    if start.others is not None:
        others = _handed_in(book, _ranked(start.others, scale_on(policy.scales, spine.days[0])))
        parties = parties.union(others.anti_join(table, "borrower_id").cast(parties.schema()))
    compared = None if start.compared is None else start.compared.rows
    joined = table.left_join(network_facts(book, spine, parties, compared, policy), keys)
    return judge_signals(joined.drop("borrower_id_right", "as_of_right"), policy, spine.days[0])


def _ranked(rows: pd.DataFrame, scale: Scale) -> pa.Table:
    """Return published rows as the facts that the network asks for."""
    ranks = {code: number for number, code in enumerate(scale.codes, start=1)}
    columns = (
        pa.array(rows["borrower_id"], pa.string()),
        pa.array(rows["pd"], pa.float64(), from_pandas=True),
        pa.array([ranks.get(grade) for grade in rows["grade"]], pa.int64()),
        pa.array(rows["grade"] == scale.default_code, pa.bool_()),
        pa.array([Tier(tier).rank for tier in rows["tier"]], pa.int8()),
    )
    return pa.table(dict(zip(_PARTIES, columns, strict=True)))


def _stand(borrowers: pd.DataFrame, others: pd.DataFrame | None) -> pd.DataFrame:
    """Return borrower_id, tier and grade of all of whom something was decided."""
    tiers = [tuple(Tier)[rank].value for rank in borrowers["tier_rank"]]
    own = borrowers[["borrower_id", "grade"]].assign(tier=tiers)
    if others is None:
        return own
    beside = others.loc[~others["borrower_id"].isin(own["borrower_id"]), ["borrower_id", "grade", "tier"]]
    return pd.concat([own, beside], ignore_index=True)


def _frames(judged: ir.Table, valued: ir.Table) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return borrowers with the sums of their loans' money, and loans."""
    shares = dict.fromkeys((*NAMES, "pd", "pd_before", "pd_compared"), "float64")
    borrowers = judged.order_by("borrower_id").to_pandas().astype(shares)
    loans = valued.order_by("borrower_id", "loan_id").to_pandas()
    whole = loans.astype(dict.fromkeys(MONEY, "Int64"))
    sums = whole.groupby("borrower_id")[list(MONEY)].sum(min_count=1)
    return borrowers.merge(sums, left_on="borrower_id", right_index=True, how="left"), whole


def _features_of(families: tuple[str, ...]) -> frozenset[str]:
    return frozenset(
        feature.name for family in FAMILIES if family_name(family) in families for feature in family.FEATURES
    )


def _with_levels(borrowers: pd.DataFrame, folded: Folded) -> pd.DataFrame:
    now = borrowers.rename(columns={"level_rank": "level_now_rank"})
    return now.merge(folded.levels, on="borrower_id", how="left", validate="one_to_one")


def _handed_in(book: Book, rows: pa.Table) -> ir.Table:
    return book.engine.create_table(ibis.util.gen_name("given"), rows, temp=True)


def _materialised(book: Book, table: ir.Table) -> ir.Table:
    return book.engine.create_table(ibis.util.gen_name("scoring"), table, temp=True)
