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
from pathlib import Path

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
from ews.scoring.casework_known import write_casework
from ews.scoring.decided import Decided
from ews.scoring.exhibits.record import Exhibits, write_exhibits
from ews.scoring.identity import BatchKey
from ews.scoring.judged import NAMES
from ews.scoring.reconcile import Totals
from ews.scoring.seal import SUMMARY, digest
from ews.scoring.states import write_states
from ews.store.publications import DecisionRow

_PARTIAL = ".partial-"
_GROUP = 4_096
"""Rows that are read for one borrower of an earlier batch."""
_ROW = pa.schema(
    [
        *((name, pa.string()) for name in ("borrower_id", "name", "branch_id", "officer_id", "industry", "region")),
        ("pd", pa.float64()),
        *((name, pa.string()) for name in ("grade", "tier", "level")),
        ("exposure_fen", pa.int64()),
        ("in_default", pa.bool_()),
        ("top_reason", pa.string()),
        ("record", pa.string()),
        ("release_on", pa.date32()),
        ("place", pa.int64()),
        ("is_waiting", pa.bool_()),
        ("stage", pa.int8()),
        ("expected_loss_fen", pa.int64()),
        ("provision_fen", pa.int64()),
    ]
)
FACTS = tuple(fact for fact in (*GIVEN_BORROWER_FACTS, *NETWORK_BORROWER_FACTS) if fact.name not in _ROW.names)
"""Kept beside the features, so that another policy can be tried on the batch."""
_ARROW: Mapping[str, pa.DataType] = {
    "text": pa.string(),
    "flag": pa.bool_(),
    "share": pa.float64(),
    "ratio": pa.float64(),
    "change": pa.float64(),
}


@dataclass(frozen=True, slots=True)
class ScoredBatch:
    """A batch on disk; `fresh` is false where it had been published before.

    `provisions` are sums in fen over the loans of which something is known, null where that is none. `caseload` counts
    borrowers: with a grade that warns, with any other signal; with new warnings handed out, among them overdue ones,
    waiting, and gone before anybody got them. `casework` counts overrides and findings, and those of either that the
    book has no place for. `catalogue_version` says what made the features, null in batches of earlier versions.
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

    @property
    def batch_id(self) -> str:
        return self.key.batch_id


def clear_broken(root: Path, *, keep: Collection[Path], published: Callable[[str], bool]) -> None:
    """Remove what a broken run left half written; set batches aside in .orphans that were never published."""
    for left in root.glob(f"{_PARTIAL}*"):
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
) -> None:
    """Write the batch beside `directory` and rename it into place."""
    partial = directory.with_name(f"{_PARTIAL}{key.batch_id}")
    partial.mkdir()
    tables = {
        "decisions": _decisions(decided, decisions, progress),
        "loans": pa.Table.from_pandas(decided.loans, preserve_index=False),
        "peers": decided.peers.to_arrow(),
        "rejected": pa.Table.from_pandas(decided.rejected, preserve_index=False),
    }
    for name, table in tables.items():
        pq.write_table(
            table.replace_schema_metadata(None), partial / f"{name}.parquet", compression="zstd", row_group_size=_GROUP
        )
    write_states(partial, decided.states)
    write_casework(partial, decided.given.casework)
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


def read_rows(directory: Path) -> Iterator[DecisionRow]:
    """Yield the decisions of the batch as the store takes them, sorted by borrower_id."""
    file = pq.ParquetFile(directory / "decisions.parquet")
    for part in file.iter_batches(columns=_ROW.names):
        for row in part.to_pylist():
            yield DecisionRow(**{**row, "tier": Tier(row["tier"]), "level": WarningLevel(row["level"])})


def _decisions(decided: Decided, decisions: Iterable[Decision], progress: Progress) -> pa.Table:
    total, rows = len(decided.borrowers), []
    for number, decision in enumerate(decisions):
        if number % 1000 == 0:
            progress("records", number, total)
        rows.append(DecisionRow.of(decision))
    progress("records", total, total)
    table = pa.table({name: [getattr(row, name) for row in rows] for name in _ROW.names}, schema=_ROW)
    for name in NAMES:
        table = table.append_column(name, pa.array(decided.borrowers[name], pa.float64(), from_pandas=True))
    for fact in FACTS:
        kind = _ARROW.get(fact.unit, pa.int64())
        table = table.append_column(fact.name, pa.array(decided.borrowers[fact.name], kind, from_pandas=True))
    return table


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
