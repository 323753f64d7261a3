"""The folder of a batch: its Parquet record, written under the batch's id and renamed into place when it is whole.

decisions.parquet   one row per borrower: what the store keeps, features, FACTS, the whole record as JSON
loans.parquet       one row per loan with its facts, tier and the rules that held
peers.parquet       quantiles of each peer group, for decisions on the spot
rejected.parquet    borrowers that could not be decided, with the reason
loan_states.parquet, episodes.parquet, levels.parquet   what the next batch has to remember (scoring.states)
overrides.parquet, findings.parquet   what casework handed in (scoring.casework_known)
exhibits.parquet, circles.parquet   what pages draw beside a decision, and the guarantee circles (scoring.exhibits)
policy.json         the policy as it was; batch.json the key, the totals and the hash of each file
"""

import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ews.domain.decisions import Decision
from ews.domain.facts import GIVEN_BORROWER_FACTS, NETWORK_BORROWER_FACTS
from ews.domain.levels import Tier, WarningLevel
from ews.domain.patterns import STANDING
from ews.domain.progress import Progress
from ews.features.catalogue import VERSION
from ews.policy.policy import Policy
from ews.policy.valuation import MONEY
from ews.scoring.again.earlier import KEPT
from ews.scoring.again.rows import Standing
from ews.scoring.again.told import Again
from ews.scoring.casework_known import write_casework
from ews.scoring.decided import Decided
from ews.scoring.exhibits.record import Exhibits, write_exhibits
from ews.scoring.feature_values import NAMES
from ews.scoring.identity import BatchKey
from ews.scoring.reconcile import Totals
from ews.scoring.seal import SUMMARY, digest
from ews.scoring.states import write_states
from ews.store.publications import DecisionRow
from ews.store.publish_parts import CHUNK, ROW, as_part

DECISIONS, LOANS, PEERS = "decisions.parquet", "loans.parquet", "peers.parquet"
_PARTIAL = ".partial-"
_GROUP = 4_096
"""Rows that are read for one borrower of an earlier batch."""
FACTS = tuple(fact for fact in (*GIVEN_BORROWER_FACTS, *NETWORK_BORROWER_FACTS) if fact.name not in ROW.names)
"""Kept beside the features, so that another policy can be tried on the batch."""
_ARROW: Mapping[str, pa.DataType] = {
    "text": pa.string(),
    "flag": pa.bool_(),
    "share": pa.float64(),
    "ratio": pa.float64(),
    "change": pa.float64(),
}


_DECISIONS = pa.schema(
    [
        *ROW,
        *((name, pa.float64()) for name in NAMES),
        *((fact.name, _ARROW.get(fact.unit, pa.int64())) for fact in FACTS),
    ]
)


@dataclass(frozen=True, slots=True)
class ScoredBatch:
    """A batch on disk; `fresh` is false where it had been published before.

    `provisions` are sums in fen over the loans of which something is known, null where that is none. `caseload` counts
    borrowers: with a grade that warns, with any other signal; with new warnings handed out, among them overdue ones,
    waiting, and gone before anybody got them. `casework` counts overrides and findings, and those of either that the
    book has no place for. `catalogue_version` says what made the features, null in batches of earlier versions.
    `again` is of a batch just made of a day that was scored before.
    """

    key: BatchKey
    totals: Totals
    by_tier: Mapping[str, Mapping[str, int]]
    by_level: Mapping[str, Mapping[str, int]]
    blind: tuple[str, ...]
    provisions: Mapping[str, int | None]
    caseload: Mapping[str, int]
    directory: Path
    fresh: bool
    casework: Mapping[str, int] = field(default_factory=dict)
    catalogue_version: str | None = None
    again: Again | None = None

    @property
    def batch_id(self) -> str:
        return self.key.batch_id


def clear_broken(root: Path, *, keep: Collection[Path], published: Callable[[str], bool]) -> None:
    """Remove what a broken run left half written; set batches aside in .orphans that were never published."""
    for left in (*root.glob(f"{_PARTIAL}*"), *root.glob(f"{KEPT}/{_PARTIAL}*")):
        shutil.rmtree(left)
    for folder in sorted(root.glob("[0-9]*")):
        if folder not in keep and not published(folder.name.rpartition("-")[2]):
            aside = root / ".orphans"
            aside.mkdir(exist_ok=True)
            shutil.rmtree(aside / folder.name, ignore_errors=True)
            folder.rename(aside / folder.name)


def write_folder(  # noqa: PLR0913 - each is a file of the folder, or part of its summary
    directory: Path,
    key: BatchKey,
    decided: Decided,
    totals: Totals,
    decisions: Iterable[Decision],
    exhibits: Exhibits,
    *,
    policy: Policy,
    casework: Mapping[str, int],
    progress: Progress,
    standing: Standing | None = None,
) -> None:
    """Write the batch beside `directory` and rename it into place.

    With `standing` there are `decisions` only on the borrowers of whom no earlier decision stands.
    """
    partial = directory.with_name(f"{_PARTIAL}{key.batch_id}")
    partial.mkdir()
    _write_decisions(partial / DECISIONS, decided, decisions, standing, progress)
    _write_frame(partial / LOANS, decided.loans)
    tables = {
        "peers": decided.peers.to_arrow(),
        "rejected": pa.Table.from_pandas(decided.rejected, preserve_index=False),
    }
    for name, table in tables.items():
        pq.write_table(
            table.replace_schema_metadata(None), partial / f"{name}.parquet", compression="zstd", row_group_size=_GROUP
        )
    write_states(partial, decided.states)
    write_casework(partial, decided.given.casework)
    progress("folder", 0, 1)
    write_exhibits(partial, exhibits, key.as_of)
    (partial / "policy.json").write_text(policy.to_json(), encoding="utf-8")
    summary = {
        "key": asdict(key),
        "totals": asdict(totals),
        "by_tier": _by(decided, "tier_rank", [tier.value for tier in Tier]),
        "by_level": _by(decided, "level_rank", [level.value for level in WarningLevel]),
        "blind": decided.blind,
        "provisions": {name: _sum(decided, name) for name in MONEY},
        "caseload": _caseload(decided, policy),
        "casework": casework,
        "catalogue_version": VERSION,
        "files": {path.name: digest(path) for path in sorted(partial.iterdir())},
    }
    text = json.dumps(summary, ensure_ascii=False, sort_keys=True, indent=2, default=date.isoformat)
    (partial / SUMMARY).write_text(text + "\n", encoding="utf-8")
    _sync(partial)
    if directory.exists():
        shutil.rmtree(directory)
    partial.rename(directory)
    _sync_folder(directory.parent)
    progress("folder", 1, 1)


def read_batch(directory: Path, *, fresh: bool = False) -> ScoredBatch:
    """Read the summary of the batch in `directory`."""
    content = json.loads((directory / SUMMARY).read_text(encoding="utf-8"))
    key = content["key"]
    days = {name: date.fromisoformat(key[name]) for name in ("as_of", "known_by")}
    return ScoredBatch(
        BatchKey(**{**key, **days}),
        Totals(**content["totals"]),
        content["by_tier"],
        content["by_level"],
        tuple(content["blind"]),
        content.get("provisions", {}),  # not in batches of earlier versions
        content.get("caseload", {}),
        directory,
        fresh,
        content.get("casework", {}),
        content.get("catalogue_version"),
    )


def read_parts(directory: Path) -> Iterator[pa.Table]:
    """Yield the decisions of the batch as the store takes them, sorted by borrower_id, a part at a time."""
    file = pq.ParquetFile(directory / DECISIONS)
    for part in file.iter_batches(batch_size=CHUNK, columns=ROW.names):
        yield pa.table(part)


def read_rows(directory: Path) -> Iterator[DecisionRow]:
    """Yield the decisions of the batch one by one, sorted by borrower_id."""
    for part in read_parts(directory):
        for row in part.to_pylist():
            yield DecisionRow(**{**row, "tier": Tier(row["tier"]), "level": WarningLevel(row["level"])})


def _write_decisions(
    path: Path, decided: Decided, decisions: Iterable[Decision], standing: Standing | None, progress: Progress
) -> None:
    """Write the decisions in groups of rows as they come: a book's records would not fit into memory."""
    total, rest = len(decided.borrowers), iter(decisions)
    stands = np.zeros(total, dtype=bool) if standing is None else standing.stands
    with pq.ParquetWriter(path, _DECISIONS, compression="zstd") as writer:
        for start in range(0, max(total, 1), _GROUP):
            progress("records", start, total)
            group = slice(start, start + _GROUP)
            fresh = int((~stands[group]).sum())
            rows = as_part([DecisionRow.of(decision) for decision in islice(rest, fresh)])
            if standing is not None:
                rows = standing.beside(rows, decided.borrowers["borrower_id"].iloc[group], stands[group])
            writer.write_table(_with_values(rows, decided.borrowers.iloc[group]))
    progress("records", total, total)


def _with_values(rows: pa.Table, borrowers: pd.DataFrame) -> pa.Table:
    """Return the rows with the features and FACTS of their borrowers."""
    values = (
        pa.array(borrowers[field.name], field.type, from_pandas=True) for field in list(_DECISIONS)[len(rows.schema) :]
    )
    return pa.table([*rows.columns, *values], schema=_DECISIONS)


def _write_frame(path: Path, frame: pd.DataFrame) -> None:
    """Write a frame in parts: as a whole it would stand in memory twice."""
    schema = pa.Schema.from_pandas(frame, preserve_index=False).remove_metadata()
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, max(len(frame), 1), _GROUP):
            part = frame.iloc[start : start + _GROUP]
            writer.write_table(pa.Table.from_pandas(part, schema, preserve_index=False).replace_schema_metadata(None))


def _by(decided: Decided, column: str, names: list[str]) -> dict[str, dict[str, int]]:
    """Return, per tier or level, the borrowers and their known exposure in fen."""
    ranks, exposure = decided.borrowers[column], decided.borrowers["exposure"].fillna(0)
    return {
        name: {"borrowers": int((ranks == rank).sum()), "exposure_fen": int(exposure[ranks == rank].sum())}
        for rank, name in enumerate(names)
    }


def _sum(decided: Decided, name: str) -> int | None:
    known = decided.loans[name].dropna()
    return int(known.sum()) if len(known) else None


def _caseload(decided: Decided, policy: Policy) -> dict[str, int]:
    raised = decided.raised.values()
    standing = {signal.code for signal in policy.signals if signal.pattern == STANDING}
    return {
        "by_model": sum(not standing.isdisjoint(codes) for codes in decided.borrowers["signals"]),
        "by_rules": sum(not standing.issuperset(codes) for codes in decided.borrowers["signals"]),
        "released": sum(not one.is_waiting for one in raised),
        "overdue": sum(one.was_overdue for one in raised),
        "waiting": sum(one.is_waiting for one in raised),
        "gone": decided.gone,
    }


def _sync(directory: Path) -> None:
    for path in directory.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    _sync_folder(directory)


def _sync_folder(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
