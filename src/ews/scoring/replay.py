"""Replay: published batches judged again by another policy, before anybody is bound by it.

Grain   one row per borrower that the batch decided
Reads   features, pd and default from the folder of the batch, which are never worked out again; the facts of loans,
        debtors and parties from the book, because what a policy counts as cured or late is in them
States  each policy goes on from what it would itself have left; both start from what was published before the first
Left out  overrides: they are of their day and are not kept beside the batch
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ews.domain.errors import PolicyError
from ews.domain.facts import GIVEN_BORROWER_FACTS
from ews.domain.levels import Tier, WarningLevel
from ews.domain.raised import Raised
from ews.events.book import Book
from ews.features.catalogue import FAMILIES, FEATURES, family_name
from ews.features.window import Spine, spine_on
from ews.policy.grades import scale_on
from ews.policy.judge import grade_borrowers, judge_signals
from ews.policy.policy import Policy
from ews.policy.tiers import borrower_tiers, judge_debtor, judge_own, settle, summarise_loans
from ews.policy.valuation import MONEY, value_loans
from ews.scoring.caseload import release
from ews.scoring.collateral_known import collateral_of
from ews.scoring.debtor_facts import with_debtor_facts
from ews.scoring.episodes import fold
from ews.scoring.facts import own_loan_facts
from ews.scoring.finding_facts import borrower_findings
from ews.scoring.folder import is_sound, read_batch
from ews.scoring.loan_states import loan_states
from ews.scoring.network import network_facts
from ews.scoring.overrides import OVERRIDES
from ews.scoring.states import NOTHING, States

KEYS = ["borrower_id", "as_of"]
NAMES = tuple(feature.name for feature in FEATURES)
WHO = ("borrower_id", "branch_id", "officer_id", "pd", "in_default")
WORKED_OUT = frozenset(
    {"dpd_max", "exposure", "loans", "by_dpd_alone", "stoppage", "days_not_seen", "tier_rank_before"}
)
"""Given facts that hang on the policy, or on what the policy said of the batch before."""
PARTY = ("borrower_id", "pd", "grade_rank", "in_default", "tier_rank")


@dataclass(frozen=True, slots=True)
class Published:
    """A batch to be judged again; `compared` are the published rows that its movement was measured against."""

    batch_id: str
    folder: Path
    as_of: date
    known_by: date
    compared_id: str | None
    compared: pd.DataFrame | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """`rows` has borrower_id, pd, grade, tier, level as the store has; `borrowers` and `loans` what was judged."""

    batch_id: str
    as_of: date
    rows: pd.DataFrame
    borrowers: pd.DataFrame
    loans: pd.DataFrame
    raised: Mapping[str, Raised]
    states: States


def replay_all(
    book: Book, batches: Sequence[Published], policy: Policy, states: States = NOTHING
) -> Iterator[Replayed]:
    """Yield the batches, oldest first, as `policy` would have judged them from `states` on.

    PolicyError names a fact that the policy asks for and a batch lacks.
    """
    rows: dict[str, pd.DataFrame] = {}
    for batch in batches:
        compared = rows.get(batch.compared_id or "", batch.compared)
        try:
            replayed = replay(book, batch, policy, states, compared)
        except PolicyError as error:
            message = f"Batch '{batch.batch_id}' of {batch.as_of} cannot be judged again: {error}"
            raise PolicyError(message) from None
        rows[batch.batch_id], states = replayed.rows, replayed.states
        yield replayed


def replay(book: Book, batch: Published, policy: Policy, before: States, compared: pd.DataFrame | None) -> Replayed:
    """Return what `policy` says of one batch; `compared` has borrower_id, pd, grade, tier of the one before."""
    if not is_sound(batch.folder):
        message = f"its folder '{batch.folder}' is gone or was changed. Restore it from the backup."
        raise PolicyError(message)
    on, left = batch.as_of, _handed_in(book, before.loans)
    decided = _handed_in(book, _decided(batch, compared))
    spine = _spine(book, batch, decided)
    default = decided.select(*KEYS, "in_default", "listed_default")
    loans = _materialised(book, own_loan_facts(book, spine.table, default, left, policy))
    debtors = with_debtor_facts(book, judge_own(loans, policy, on), decided, policy)
    floors = _materialised(book, judge_debtor(debtors, policy, on))
    found = borrower_findings(book, spine.table, int(policy.value_on("finding_valid_months", on)))
    known = decided.inner_join(summarise_loans(floors), KEYS).inner_join(found, KEYS)
    graded = _materialised(book, grade_borrowers(known, policy, on))
    overrides = _handed_in(book, OVERRIDES.empty_table())
    judged_loans = floors.semi_join(graded, "borrower_id")
    settled = _materialised(book, settle(judged_loans, graded, overrides, left, policy, on))
    table = graded.inner_join(borrower_tiers(settled), KEYS)
    network = network_facts(book, spine, table.select(*PARTY), compared, policy)
    judged = judge_signals(table.left_join(network, KEYS).drop("borrower_id_right", "as_of_right"), policy, on)
    valued = value_loans(settled, collateral_of(book, spine.table), graded, policy, on, _horizon(batch))
    return _folded(batch, judged, valued, before, policy)


def _folded(batch: Published, judged: ir.Table, valued: ir.Table, before: States, policy: Policy) -> Replayed:
    """Fold the day into what was remembered and plan the warnings, as a batch does."""
    loans = valued.order_by("borrower_id", "loan_id").to_pandas().astype(dict.fromkeys(MONEY, "Int64"))
    sums = loans.groupby("borrower_id")[list(MONEY)].sum(min_count=1)
    alone = judged.order_by("borrower_id").to_pandas()
    alone = alone.merge(sums, left_on="borrower_id", right_index=True, how="left")
    blind = read_batch(batch.folder).blind
    unfed = {feature.name for family in FAMILIES if family_name(family) in blind for feature in family.FEATURES}
    folded = fold(before, alone, policy, batch.as_of, blind=unfed)
    now = alone.rename(columns={"level_rank": "level_now_rank"})
    borrowers = now.merge(folded.levels, on="borrower_id", how="left", validate="one_to_one")
    released = release(folded.episodes, borrowers, policy, batch.as_of)
    states = States(loan_states(loans, before, batch.as_of), released.episodes, folded.remembered)
    rows = borrowers[["borrower_id", "pd", "grade"]].assign(
        tier=[tuple(Tier)[rank].value for rank in borrowers["tier_rank"]],
        level=[tuple(WarningLevel)[rank].value for rank in borrowers["level_rank"]],
    )
    scale = scale_on(policy.scales, batch.as_of)
    rows["grade"] = rows["grade"].where(rows["grade"].notna(), scale.default_code)
    return Replayed(batch.batch_id, batch.as_of, rows, borrowers, loans, released.raised, states)


def _decided(batch: Published, compared: pd.DataFrame | None) -> pa.Table:
    """Return what the batch knew of each borrower that no policy changes, and its tier before."""
    given = [fact.name for fact in GIVEN_BORROWER_FACTS if fact.name not in WORKED_OUT | set(WHO)]
    file, wanted = pq.ParquetFile(batch.folder / "decisions.parquet"), (*WHO, *given, *NAMES)
    lacking = [name for name in wanted if name not in file.schema_arrow.names]
    if lacking:
        message = f"it was made by an earlier version and lacks {', '.join(lacking)}. Score the day again first."
        raise PolicyError(message)
    table = file.read(columns=list(wanted))
    loans = pq.read_table(batch.folder / "loans.parquet", columns=["borrower_id", "listed_default"])
    listed = loans.filter(loans["listed_default"])["borrower_id"].combine_chunks()
    tiers = {} if compared is None else dict(zip(compared["borrower_id"], compared["tier"], strict=True))
    ranks = [Tier(tiers[one]).rank if one in tiers else None for one in table["borrower_id"].to_pylist()]
    return (
        table.append_column("as_of", pa.array([batch.as_of] * len(table), pa.date32()))
        .append_column("listed_default", pc.is_in(table["borrower_id"], value_set=listed))
        .append_column("tier_rank_before", pa.array(ranks, pa.int8()))
    )


def _spine(book: Book, batch: Published, decided: ir.Table) -> Spine:
    whole = spine_on(book, [batch.as_of], known_by=batch.known_by)
    return Spine(whole.table.semi_join(decided, "borrower_id"), whole.days)


def _horizon(batch: Published) -> int:
    """Return the months that the batch's pd is of."""
    first = pq.ParquetFile(batch.folder / "decisions.parquet").iter_batches(batch_size=1, columns=["record"])
    (record,) = next(first)["record"].to_pylist()
    return int(json.loads(record)["horizon_months"])


def _handed_in(book: Book, rows: pa.Table) -> ir.Table:
    return book.engine.create_table(ibis.util.gen_name("replayed"), rows, temp=True)


def _materialised(book: Book, table: ir.Table) -> ir.Table:
    return book.engine.create_table(ibis.util.gen_name("replayed"), table, temp=True)
