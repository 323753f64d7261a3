"""Replay: published batches judged again by another policy, before anybody is bound by it.

Grain   one row per borrower that the batch decided
Reads   features, pd and default from the folder of the batch, which are never worked out again; the facts of loans,
        debtors and parties from the book, because what a policy counts as cured or late is in them
States  each policy goes on from what it would itself have left; both start from what was published before the first
Casework  overrides and findings are those that the batch was made with, from its folder
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ews.domain.errors import PolicyError
from ews.domain.levels import Tier, WarningLevel
from ews.domain.raised import Raised
from ews.events.book import Book
from ews.features.window import Spine, spine_on
from ews.models.frozen import FrozenModel, predict_pd
from ews.policy.grades import scale_on
from ews.policy.policy import Policy
from ews.scoring.casework_known import read_casework, with_casework
from ews.scoring.feature_values import NAMES
from ews.scoring.folder import read_batch
from ews.scoring.judged import Day, Judged, floors_of, judge_day
from ews.scoring.seal import is_sound, purged_on
from ews.scoring.states import NOTHING, States

_KEPT = ("borrower_id", "pd", "pd_before", "in_default")
_SCORED = ("borrower_id", "pd", "pd_before", "tier_rank_before")


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


def replay(
    book: Book,
    batch: Published,
    policy: Policy,
    before: States,
    compared: pd.DataFrame | None,
    model: FrozenModel | None = None,
    *,
    has_pd: bool = True,
) -> Replayed:
    """Return what `policy` says of one batch; `compared` has borrower_id, pd, grade, tier of the one before.

    With `model` its pd counts in place of the batch's. As on the first night of a new model, no pd is compared with
    that of another. Without `has_pd` no borrower has a pd, and rules alone speak.
    """
    if (purged := purged_on(batch.folder)) is not None:
        message = f"it was purged on {purged}, its term being over. Begin with a later one."
        raise PolicyError(message)
    if not is_sound(batch.folder):
        message = f"its folder '{batch.folder}' is gone or was changed. Restore it from the backup."
        raise PolicyError(message)
    casework = read_casework(batch.folder)
    book = with_casework(book, casework)
    known = _decided(batch, compared)
    if model is not None:
        known = _by_model(known, model)
    decided = book.kept(known if has_pd else _with_pd(known, pa.nulls(len(known), pa.float64())))
    spine, horizon = _spine(book, batch, decided), _horizon(batch) if model is None else model.horizon_months
    blind = read_batch(batch.folder).blind
    day = Day(book, spine, policy, horizon, blind, before, casework.overrides, compared)
    floors = floors_of(day, decided.select("borrower_id", "as_of", "in_default", "listed_default"), decided)
    return _replayed(batch, judge_day(day, floors, decided.select(*_SCORED)), policy)


def _replayed(batch: Published, judged: Judged, policy: Policy) -> Replayed:
    borrowers = judged.borrowers
    rows = borrowers[["borrower_id", "pd", "grade"]].assign(
        tier=[tuple(Tier)[rank].value for rank in borrowers["tier_rank"]],
        level=[tuple(WarningLevel)[rank].value for rank in borrowers["level_rank"]],
    )
    scale = scale_on(policy.scales, batch.as_of)
    rows["grade"] = rows["grade"].where(rows["grade"].notna(), scale.default_code)
    raised, states = judged.released.raised, judged.states
    return Replayed(batch.batch_id, batch.as_of, rows, borrowers, judged.loans, raised, states)


def _decided(batch: Published, compared: pd.DataFrame | None) -> pa.Table:
    """Return what the batch knew of each borrower that no policy changes, and its tier before."""
    file, wanted = pq.ParquetFile(batch.folder / "decisions.parquet"), (*_KEPT, *NAMES)
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


def _by_model(known: pa.Table, model: FrozenModel) -> pa.Table:
    """Return the rows with the pd of another model; who had none has none."""
    scored = known["pd"].is_valid().to_numpy(zero_copy_only=False)
    frame = known.select(list(NAMES)).filter(pa.array(scored)).to_pandas()
    chances = np.full(len(known), np.nan)
    chances[scored] = predict_pd(model, frame)
    return _with_pd(known, pa.array(chances, from_pandas=True))


def _with_pd(known: pa.Table, chances: pa.Array) -> pa.Table:
    """Return the rows with `chances` for their pd, and none before."""
    for name, values in {"pd": chances, "pd_before": pa.nulls(len(known), pa.float64())}.items():
        known = known.set_column(known.schema.get_field_index(name), name, values)
    return known


def _spine(book: Book, batch: Published, decided: ir.Table) -> Spine:
    whole = spine_on(book, [batch.as_of], known_by=batch.known_by)
    return Spine(whole.table.semi_join(decided, "borrower_id"), whole.days)


def _horizon(batch: Published) -> int:
    """Return the months that the batch's pd is of."""
    first = pq.ParquetFile(batch.folder / "decisions.parquet").iter_batches(batch_size=1, columns=["record"])
    (record,) = next(first)["record"].to_pylist()
    return int(json.loads(record)["horizon_months"])
