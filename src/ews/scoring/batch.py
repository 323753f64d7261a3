"""A batch: the decisions of one day over the whole book, written once and published whole.

Order   features, pd, reasons, policy → Parquet under the batch's id → totals tie → commit in the store
Killed  before the commit nothing is visible; the next run removes what was half written and takes up what was whole
Again   the same inputs give the same id; a batch that is published already is left as it is
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock

from ews.domain.decisions import Decision
from ews.domain.errors import AsOfError, ImmatureModelError, UnknownBatchError
from ews.domain.levels import Tier, WarningLevel
from ews.domain.progress import Progress, silent
from ews.events.book import Book, open_book
from ews.features.window import Spine, spine_on
from ews.models.frozen import FrozenModel
from ews.policy.policy import Policy
from ews.scoring.decide import NAMES, Compared, Decided, decide, records_of
from ews.scoring.identity import BatchKey, code_version
from ews.scoring.reconcile import Totals, reconcile
from ews.store.batches import comparison, find_batch, predecessor
from ews.store.engine import Store
from ews.store.publications import Batch, DecisionRow
from ews.store.publish import publish
from ews.store.standings import previous_rows

SUMMARY = "batch.json"


@dataclass(frozen=True, slots=True)
class ScoredBatch:
    """A published batch; `fresh` is false where it had been published before."""

    key: BatchKey
    totals: Totals
    by_tier: Mapping[str, Mapping[str, int]]
    by_level: Mapping[str, Mapping[str, int]]
    blind: tuple[str, ...]
    directory: Path
    fresh: bool

    @property
    def batch_id(self) -> str:
        return self.key.batch_id


def score_book(
    book_directory: Path,
    home: Path,
    store: Store,
    model: FrozenModel,
    policy: Policy,
    *,
    as_of: date | None = None,
    known_by: date | None = None,
    progress: Progress = silent,
) -> ScoredBatch:
    """Decide on every borrower of the book at the end of day `as_of` (default: the day of extraction) and publish.

    `known_by` (default: as_of) is the day until which the bank's knowledge counts.
    """
    book = open_book(book_directory)
    day = as_of or book.manifest.extracted_on
    by = known_by or day
    _check_days(book, day, by, model)
    root = home / "decisions" / book.manifest.portfolio
    root.mkdir(parents=True, exist_ok=True)
    with FileLock(root / ".lock"):  # two operators: the second waits, then finds the batch published
        key, compared = _key(book, store, model, policy, day, by)
        directory = root / f"{day.isoformat()}-{key.batch_id}"
        published = _is_published(store, key.batch_id)
        _clear(root)
        if not (directory / SUMMARY).is_file():
            _write(book, directory, key, compared, model, policy, progress)
        batch = read_batch(directory, fresh=not published)
        if not published:
            _publish(batch, store, home, book_directory, progress)
    return batch


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
        directory,
        fresh,
    )


def _check_days(book: Book, as_of: date, known_by: date, model: FrozenModel) -> None:
    first = min((entry.covered_from for entry in book.manifest.tables.values() if entry.covered_from), default=None)
    last = book.manifest.extracted_on
    if as_of > last or (first is not None and as_of < first):
        message = (
            f"The book covers {first} to {last}; {as_of} lies outside. "
            f"Ask for an as_of in between or import an extract that reaches it."
        )
        raise AsOfError(message)
    if not as_of <= known_by <= last:
        message = f"known_by {known_by} must lie between as_of {as_of} and the day of extraction {last}."
        raise AsOfError(message)
    if model.labels_known_by > as_of:
        message = (
            f"The champion learnt from outcomes known until {model.labels_known_by}, after {as_of}. "
            f"Score {model.labels_known_by} or later, or train with --known-by {as_of}."
        )
        raise ImmatureModelError(message)


def _key(
    book: Book, store: Store, model: FrozenModel, policy: Policy, as_of: date, known_by: date
) -> tuple[BatchKey, Compared | None]:
    portfolio = book.manifest.portfolio
    before = predecessor(store, portfolio, as_of)
    compared = comparison(store, portfolio, as_of)
    key = BatchKey(
        portfolio=portfolio,
        book_id=book.manifest.book_id,
        as_of=as_of,
        known_by=known_by,
        model_id=model.model_id,
        policy_hash=policy.hash,
        code_version=code_version(),
        predecessor_id=None if before is None else before.batch.batch_id,
        compared_id=None if compared is None else compared.batch.batch_id,
    )
    return key, None if compared is None else compared_with(store, compared.batch)


def compared_with(store: Store, batch: Batch) -> Compared:
    """Return what movement is measured against."""
    return Compared(batch.batch_id, batch.as_of, previous_rows(store, batch.batch_id).to_pandas())


def _is_published(store: Store, batch_id: str) -> bool:
    try:
        find_batch(store, batch_id)
    except UnknownBatchError:
        return False
    return True


def _clear(root: Path) -> None:
    """Remove what a broken run left half written."""
    for left in root.glob(".partial-*"):
        shutil.rmtree(left)


def _write(
    book: Book,
    directory: Path,
    key: BatchKey,
    compared: Compared | None,
    model: FrozenModel,
    policy: Policy,
    progress: Progress,
) -> None:
    spine = spine_on(book, [key.as_of], known_by=key.known_by)
    decided = decide(book, spine, model, policy, compared=compared, progress=progress)
    totals = reconcile(book, decided, key.as_of, key.known_by)
    partial = directory.with_name(f".partial-{key.batch_id}")
    partial.mkdir()
    tables = {
        "decisions": _decisions(decided, key, spine, model, policy, progress),
        "loans": pa.Table.from_pandas(decided.loans, preserve_index=False),
        "peers": decided.peers.to_arrow(),
        "rejected": pa.Table.from_pandas(decided.rejected, preserve_index=False),
    }
    for name, table in tables.items():
        pq.write_table(table.replace_schema_metadata(None), partial / f"{name}.parquet", compression="zstd")
    (partial / "policy.json").write_text(policy.to_json(), encoding="utf-8")
    summary = {
        "key": asdict(key),
        "totals": asdict(totals),
        "by_tier": _by(decided, "tier_rank", [tier.value for tier in Tier]),
        "by_level": _by(decided, "level_rank", [level.value for level in WarningLevel]),
        "blind": decided.blind,
        "files": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(partial.iterdir())},
    }
    text = json.dumps(summary, ensure_ascii=False, sort_keys=True, indent=2, default=date.isoformat)
    (partial / SUMMARY).write_text(text + "\n", encoding="utf-8")
    _sync(partial)
    if directory.exists():
        shutil.rmtree(directory)
    partial.rename(directory)


def _decisions(
    decided: Decided, key: BatchKey, spine: Spine, model: FrozenModel, policy: Policy, progress: Progress
) -> pa.Table:
    """Return one row per decision: narrow columns, features, and the whole record as JSON."""
    frame = decided.borrowers
    found = records_of(
        decided,
        batch_id=key.batch_id,
        portfolio=key.portfolio,
        spine=spine,
        known_by=key.known_by,
        model=model,
        policy=policy,
    )
    texts = []
    for number, decision in enumerate(found):
        if number % 1000 == 0:
            progress("records", number, len(frame))
        texts.append(decision.to_json())
    progress("records", len(frame), len(frame))
    narrow = frame[
        [
            "borrower_id",
            "name",
            "industry",
            "region",
            "branch_id",
            "officer_id",
            "in_default",
            "pd",
            "grade",
            "exposure",
        ]
    ].assign(
        tier=[list(Tier)[rank].value for rank in frame["tier_rank"]],
        level=[list(WarningLevel)[rank].value for rank in frame["level_rank"]],
        held=frame["held"],
        signals=frame["signals"],
    )
    whole = pd.concat([narrow, frame[list(NAMES)]], axis=1).assign(record=texts)
    return pa.Table.from_pandas(whole, preserve_index=False)


def _by(decided: Decided, column: str, names: list[str]) -> dict[str, dict[str, int]]:
    """Return, per tier or level, the borrowers and their known exposure in fen."""
    ranks, exposure = decided.borrowers[column], decided.borrowers["exposure"].fillna(0)
    return {
        name: {"borrowers": int((ranks == rank).sum()), "exposure_fen": int(exposure[ranks == rank].sum())}
        for rank, name in enumerate(names)
    }


def _sync(directory: Path) -> None:
    for path in directory.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())


def _publish(batch: ScoredBatch, store: Store, home: Path, book_directory: Path, progress: Progress) -> None:
    totals = asdict(batch.totals)
    del totals["ledger_fen"]
    summary: dict[str, Any] = {
        "book": str(book_directory.resolve()),
        "blind": batch.blind,
        "ledger_fen": batch.totals.ledger_fen,
    }
    row = Batch(
        **asdict(batch.key),
        **totals,
        batch_id=batch.batch_id,
        directory=batch.directory.relative_to(home).as_posix(),
        summary=summary,
    )
    records = pq.read_table(batch.directory / "decisions.parquet", columns=["record"])["record"].to_pylist()
    publish(store, row, (DecisionRow.of(Decision.from_json(text)) for text in records), progress=progress)
