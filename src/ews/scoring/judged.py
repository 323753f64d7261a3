"""Judged: what policy makes of one day's features and pd: tiers, grades, signals, levels and warnings.

Grain   one row per borrower scored, one per loan of theirs
Order   facts of loans → own tier → the debtor's claims → (pd) → grade → tier → network → signals → value → fold → queue
Used    by decide, which works features and pd out, and by replay, which takes them from the folder of a batch
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from ews.domain.levels import Tier
from ews.events.book import Book
from ews.events.engine import make_room
from ews.features.catalogue import FAMILIES, family_name
from ews.features.statements import worked_out, worked_out_apart
from ews.features.steps import step
from ews.features.window import Spine
from ews.policy.grades import Scale, scale_on
from ews.policy.judge import grade_borrowers, judge_signals
from ews.policy.policy import Policy
from ews.policy.tiers import borrower_tiers, judge_debtor, judge_own, settle, summarise_loans
from ews.policy.valuation import MONEY, value_loans
from ews.scoring.caseload import Released, release
from ews.scoring.collateral_known import collateral_of
from ews.scoring.debtor_facts import with_debtor_facts
from ews.scoring.episodes import Folded, fold
from ews.scoring.facts import borrowers_known, own_loan_facts
from ews.scoring.feature_values import NAMES, feature_values
from ews.scoring.finding_facts import borrower_findings
from ews.scoring.loan_states import loan_states, named
from ews.scoring.network import network_facts, stood
from ews.scoring.overrides import OVERRIDES
from ews.scoring.parties import parties_of
from ews.scoring.rows import frame_of
from ews.scoring.ruled import Ruled
from ews.scoring.states import NOTHING, States

KEYS = ("borrower_id", "as_of")
_PARTIES = ("borrower_id", "pd", "grade_rank", "in_default", "tier_rank")


@dataclass(frozen=True, slots=True)
class Day:
    """What a day is judged with, besides features and pd.

    `before` are the rows of the batch compared with (borrower_id, pd, grade, tier); `others`, in a single look-up,
    such rows of everybody else.
    """

    book: Book
    spine: Spine
    policy: Policy
    horizon_months: int
    blind: tuple[str, ...]
    states: States = NOTHING
    overrides: pa.Table = field(default_factory=OVERRIDES.empty_table)
    before: pd.DataFrame | None = None
    others: pd.DataFrame | None = None

    @property
    def on(self) -> date:
        return self.spine.days[0]


@dataclass(frozen=True, slots=True)
class Floors:
    """`loans` as law and practice judge them; `borrowers` with a live loan: identity, loan summary, features."""

    loans: ir.Table
    borrowers: ir.Table
    left: ir.Table


@dataclass(frozen=True, slots=True)
class Judged:
    """`borrowers` has level_rank as folded and level_now_rank, which the day alone gives; `parties` are theirs."""

    borrowers: pd.DataFrame
    loans: pd.DataFrame
    folded: Folded
    released: Released
    states: States
    parties: ir.Table


def floors_of(day: Day, default: ir.Table, features: ir.Table) -> Floors:
    """Judge the loans of the day's spine, before anything is known of pd.

    `default` has in_default and listed_default by borrower_id and as_of, `features` FEATURES.
    """
    left = day.book.kept(day.states.loans)
    known_by = day.spine.table.known_by.max().to_pyarrow().as_py() or day.on
    ruled = _ruled(day, known_by)
    book = day.book.beside(left=left, default=default, features=features)
    floors = worked_out_apart(book, day.spine, replace(ruled, describe=_floors))
    gathered = worked_out_apart(book.beside(floors=floors), day.spine, replace(ruled, describe=_gathered))
    return Floors(floors, gathered, left)


def judge_day(day: Day, floors: Floors, scored: ir.Table) -> Judged:
    """Judge the borrowers of `scored`: borrower_id, pd (null in default), pd_before and tier_rank_before."""
    spine, policy, on = day.spine, day.policy, day.on
    ruled = _ruled(day, on)
    parties = parties_of(day.book, spine)
    book = day.book.beside(
        left=floors.left,
        floors=floors.loans,
        gathered=floors.borrowers,
        scored=scored,
        parties=parties,
        overrides=day.book.kept(day.overrides),
    )
    book = book.beside(graded=worked_out(book, spine, replace(ruled, describe=_graded)))
    book = book.beside(settled=worked_out(book, spine, replace(ruled, describe=_settled)))
    valued = worked_out(book, spine, replace(ruled, describe=_valued))
    if day.before is not None:
        book = book.beside(then=book.kept(stood(day.before, policy, on)))
    if day.others is not None:
        book = book.beside(others=book.kept(_ranked(day.others, scale_on(policy.scales, on))))
    told = worked_out(book, spine, replace(ruled, describe=_signals))
    alone, whole = _frames(told, valued)
    make_room(book.engine)
    values = feature_values(told, alone["borrower_id"])
    make_room(book.engine)
    folded = fold(day.states, _beside(alone, values), policy, on, blind=_features_of(day.blind))
    borrowers = _beside(_with_levels(alone, folded), values)
    queued = borrowers if day.others is None else borrowers.head(0)  # a look-up stands in nobody's queue
    released = release(folded.episodes, queued, policy, on)
    remembered = loan_states(whole, day.states, on, named(day.book, day.states))
    states = States(remembered, released.episodes, folded.remembered)
    return Judged(borrowers, _with_cures(whole, remembered), folded, released, states, parties)


def _ruled(day: Day, known_by: date) -> Ruled:
    return Ruled(_floors, day.policy, day.policy.hash, day.on, known_by, day.horizon_months)


def _floors(book: Book, spine: Spine, ruled: Ruled) -> ir.Table:
    """Describe the loans as law and practice judge them."""
    own = step(judge_own(step(own_loan_facts(book, spine, ruled)), ruled.policy, ruled.on))
    known = with_debtor_facts(book, spine.days, own, book.given("features"), ruled.policy, ruled.on)
    return judge_debtor(known, ruled.policy, ruled.on)


def _gathered(book: Book, spine: Spine, ruled: Ruled) -> ir.Table:
    """Describe one row per borrower with a live loan: identity, loan summary, default state, features."""
    floors = book.given("floors")
    summary = summarise_loans(floors)
    unknown = floors.group_by(KEYS).aggregate(loans_without_balance=floors.balance.isnull().sum())
    who = borrowers_known(book, spine.table)
    joined = who.inner_join(summary, KEYS).inner_join(unknown, KEYS)
    default = book.given("default").drop("listed_default")
    joined = joined.left_join(default, KEYS).drop("borrower_id_right", "as_of_right")
    valid_months = int(ruled.policy.value_on("finding_valid_months", ruled.on))
    found = borrower_findings(book, spine.table, valid_months)
    joined = joined.left_join(found, KEYS).drop("borrower_id_right", "as_of_right")
    joined = joined.inner_join(book.given("features").select(*KEYS, *NAMES), KEYS)
    return joined.mutate(in_default=joined.in_default.fill_null(False))


def _graded(book: Book, _spine: Spine, ruled: Ruled) -> ir.Table:
    return grade_borrowers(
        book.given("gathered").inner_join(book.given("scored"), "borrower_id"), ruled.policy, ruled.on
    )


def _settled(book: Book, _spine: Spine, ruled: Ruled) -> ir.Table:
    """Describe the loans of the borrowers graded, with their tiers."""
    graded = book.given("graded")
    loans = book.given("floors").semi_join(graded, "borrower_id")
    return settle(loans, graded, book.given("overrides"), book.given("left"), ruled.policy, ruled.on)


def _valued(book: Book, spine: Spine, ruled: Ruled) -> ir.Table:
    collateral = collateral_of(book, spine.table)
    settled, graded = book.given("settled"), book.given("graded")
    return value_loans(settled, collateral, graded, ruled.policy, ruled.on, ruled.horizon_months)


def _signals(book: Book, spine: Spine, ruled: Ruled) -> ir.Table:
    """Describe graded borrowers with their tier, the facts of their network and their signals."""
    table = book.given("graded").inner_join(borrower_tiers(book.given("settled")), KEYS)
    stand = table.select(*_PARTIES)
    if book.is_given("others"):
        stand = stand.union(book.given("others").anti_join(table, "borrower_id").cast(stand.schema()))
    then = book.given("then") if book.is_given("then") else None
    network = network_facts(book, spine, book.given("parties"), stand, then, ruled.policy, ruled.on)
    joined = table.left_join(network, KEYS).drop("borrower_id_right", "as_of_right")
    return judge_signals(joined, ruled.policy, ruled.on)


def _ranked(rows: pd.DataFrame, scale: Scale) -> pa.Table:
    """Return published rows as the facts that the network asks for, null of who was not decided."""
    ranks = {code: number for number, code in enumerate(scale.codes, start=1)}
    columns = (
        pa.array(rows["borrower_id"], pa.string()),
        pa.array(rows["pd"], pa.float64(), from_pandas=True),
        pa.array([ranks.get(grade) for grade in rows["grade"]], pa.int64()),
        pa.array(rows["grade"] == scale.default_code, pa.bool_()),
        pa.array([Tier(tier).rank if isinstance(tier, str) else None for tier in rows["tier"]], pa.int8()),
    )
    return pa.table(dict(zip(_PARTIES, columns, strict=True)))


def _frames(judged: ir.Table, valued: ir.Table) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return borrowers without features, with the sums of their loans' money, and loans."""
    shares = {name: "float64" for name in ("pd", "pd_before", "pd_compared") if name in judged.columns}
    borrowers = frame_of(judged.drop(*NAMES), "borrower_id").astype(shares)
    loans = frame_of(valued, "borrower_id", "loan_id")
    whole = loans.astype(dict.fromkeys(MONEY, "Int64"))
    sums = whole.groupby("borrower_id", as_index=False)[list(MONEY)].sum(min_count=1)
    return borrowers.merge(sums, on="borrower_id", how="left"), whole


def _features_of(families: Collection[str]) -> frozenset[str]:
    return frozenset(
        feature.name for family in FAMILIES if family_name(family) in families for feature in family.FEATURES
    )


def _with_levels(borrowers: pd.DataFrame, folded: Folded) -> pd.DataFrame:
    now = borrowers.rename(columns={"level_rank": "level_now_rank"})
    return now.merge(folded.levels, on="borrower_id", how="left", validate="one_to_one")


def _beside(borrowers: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    """Return both side by side; the values, a book's gigabytes, are not copied."""
    return pd.concat([borrowers, values], axis=1)


def _with_cures(loans: pd.DataFrame, states: pa.Table) -> pd.DataFrame:
    """Add cured_on as the loans' states have it."""
    told = states.select(["loan_id", "cured_on"]).to_pandas()
    return loans.merge(told.astype({"cured_on": "datetime64[us]"}), on="loan_id", how="left", validate="one_to_one")
