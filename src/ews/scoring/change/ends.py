"""Ends of a change: a batch with the model and policy that it was decided by, and what its folder keeps of borrowers.

Grain   rows by borrower_id: features and facts as the batch had them, loans, overrides in force
Proof   model and policy by their hashes; the pd that the model gives the kept features is the one that was published
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ews.domain.errors import RequestError, TamperedError, UnknownBatchError
from ews.domain.text import sentence
from ews.features.catalogue import FEATURES
from ews.models.champion import stored_model
from ews.models.frozen import FrozenModel, predict_pd
from ews.policy.policy import Policy
from ews.scoring.folder import FACTS, ScoredBatch
from ews.scoring.remade.inputs import stored_batch, stored_policy
from ews.scoring.seal import broken
from ews.store.engine import Store

READ = ("decisions.parquet", "loans.parquet", "overrides.parquet")
TOLD = ("borrower_id", "pd", "grade", "tier", "level", "exposure_fen", "in_default", "record")
_CLOSE = 1e-12
_CACHED = 16


@dataclass(frozen=True, slots=True)
class End:
    """One of the two batches that a change lies between."""

    batch: ScoredBatch
    model: FrozenModel
    policy: Policy

    @property
    def batch_id(self) -> str:
        return self.batch.batch_id

    @property
    def decisions(self) -> Path:
        return self.batch.directory / READ[0]

    @property
    def definition(self) -> str:
        """Return what made the features: the catalogue's version, of earlier batches that of the whole code."""
        return self.batch.catalogue_version or self.batch.key.code_version


@dataclass(frozen=True, slots=True)
class Rows:
    """`frame` has TOLD and the facts of borrowers, indexed by borrower_id; `features` those kept, likewise.

    `loans` and `overrides` are by borrower_id.
    """

    frame: pd.DataFrame
    features: pd.DataFrame
    loans: Mapping[str, Sequence[Mapping[str, Any]]]
    overrides: Mapping[str, Sequence[Mapping[str, Any]]]


def ends_of(home: Path, store: Store, before: str, after: str) -> tuple[End, End]:
    """Return the two batches; RequestError where they are one, or of two portfolios; else errors as in `end_of`."""
    ends = end_of(home, store, before), end_of(home, store, after)
    if before == after:
        message = sentence("Both ends are batch '{batch_id}'. Name two batches.", batch_id=before)
        raise RequestError(message)
    portfolios = [end.batch.key.portfolio for end in ends]
    if portfolios[0] != portfolios[1]:
        message = sentence(
            "The batches are of portfolios '{one}' and '{other}'. Name two of one portfolio.",
            one=portfolios[0],
            other=portfolios[1],
        )
        raise RequestError(message)
    return ends


def end_of(home: Path, store: Store, batch_id: str) -> End:
    """Return a published batch with model and policy.

    UnknownBatchError, ModelError or PolicyError where a part is gone or was changed.
    """
    batch = stored_batch(home, store, batch_id)
    lost = broken(batch.directory, among=READ)
    if lost:
        message = sentence(
            "'{path}' is gone or was changed, so that nobody can tell what changed. Restore it from the backup.",
            path=batch.directory / lost[0],
        )
        raise UnknownBatchError(message)
    model = _model(home, batch.key.portfolio, batch.key.model_id)
    return End(batch, model, _policy(home, batch.key.policy_hash))


@lru_cache(maxsize=_CACHED)
def _model(home: Path, portfolio: str, model_id: str) -> FrozenModel:
    return stored_model(home, portfolio, model_id)


@lru_cache(maxsize=_CACHED)
def _policy(home: Path, policy_hash: str) -> Policy:
    return stored_policy(home, policy_hash)


def ids_of(end: End) -> list[str]:
    """Return the borrowers decided, sorted."""
    found: list[str] = pq.read_table(end.decisions, columns=["borrower_id"])["borrower_id"].to_pylist()
    return sorted(found)


def rows_of(end: End, borrowers: Sequence[str], features: Sequence[str]) -> Rows:
    """Return what the batch keeps of `borrowers`, who are sorted; a feature that it does not keep is null.

    TamperedError where a pd is not the one that the model gives.
    """
    path = end.decisions
    known = pq.read_schema(path).names
    told = [*dict.fromkeys((*TOLD, *(fact.name for fact in FACTS)))]
    wanted = [name for name in (*told, *features) if name in known]
    table = _of(path, borrowers, [*dict.fromkeys(wanted)])
    frame = table.select([name for name in told if name in known]).to_pandas().set_index("borrower_id").sort_index()
    kept = table.select(["borrower_id", *(name for name in features if name in known)]).to_pandas()
    values = kept.set_index("borrower_id").sort_index().reindex(columns=list(features)).astype("float64")
    _check(end, frame, values)
    sides = (_by_borrower(_of(end.batch.directory / name, borrowers).to_pylist()) for name in READ[1:])
    return Rows(frame, values, *sides)


def features_asked(ends: Sequence[End]) -> tuple[str, ...]:
    """Return the features of either model, then those that a policy may ask."""
    asked = [name for end in ends for name in end.model.features]
    return tuple(dict.fromkeys((*asked, *(one.name for one in FEATURES))))


def reasons_of(ends: Sequence[End]) -> dict[str, str]:
    """Return the reason code by feature, as the newer model has it."""
    found: dict[str, str] = {one.name: one.reason.value for one in FEATURES}
    for end in ends:
        found |= dict(zip(end.model.features, end.model.reasons, strict=True))
    return found


def _of(path: Path, borrowers: Sequence[str], columns: Sequence[str] | None = None) -> Any:
    if len(borrowers) == 1:
        chosen = [("borrower_id", "=", borrowers[0])]
    else:
        chosen = [("borrower_id", ">=", borrowers[0]), ("borrower_id", "<=", borrowers[-1])]
    table = pq.read_table(path, columns=columns, filters=chosen)
    if len(borrowers) == 1:
        return table
    wanted = set(borrowers)
    return table.filter(pa.array([one in wanted for one in table["borrower_id"].to_pylist()], pa.bool_()))


def _by_borrower(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["borrower_id"], []).append(row)
    return found


def _check(end: End, frame: pd.DataFrame, features: pd.DataFrame) -> None:
    scored = frame["pd"].notna().to_numpy()
    if not scored.any():
        return
    given = predict_pd(end.model, features.loc[scored])
    off = np.abs(given - frame["pd"].to_numpy(np.float64)[scored])
    if off.max() > _CLOSE:
        borrower = frame.index[scored][int(off.argmax())]
        message = sentence(
            "Batch '{batch_id}' says of '{borrower_id}' another pd than its model gives the features that it keeps. "
            "Restore the folder from the backup, or replay the batch to see what differs.",
            batch_id=end.batch_id,
            borrower_id=borrower,
        )
        raise TamperedError(message)
