"""Stages: one book from check to publication, in a process that does nothing else.

Marks   what the batch tells of its progress; a stage lasts from the mark before to its own
Memory  the most that the process had at once; the engine takes the share of it that it would on a machine of 8 GiB
"""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Any

from ews.domain.errors import BookError
from ews.events import engine
from ews.events.manifest import read_manifest
from ews.events.verification import check_book
from ews.features.catalogue import FEATURES
from ews.models.frozen import FrozenModel
from ews.policy.policy import load_policy
from ews.policy.vocabulary import vocabulary_of
from ews.scoring.batch import score_book
from ews.scoring.folder import ScoredBatch
from ews.store.audit_log import open_log
from ews.store.engine import open_store

MOST_GIB = 8
_ENDS = {
    ("decide", 0): "opening",
    ("decide", 1): "features",
    ("decide", 2): "loans and findings",
    ("decide", 3): "pd and reasons",
    ("decide", 4): "policy",
    ("exhibits", 0): "peers and network",
    ("exhibits", 1): "exhibits",
    ("records", 1): "records",
    ("folder", 0): "states",
    ("folder", 1): "folder",
    ("publish", 1): "publish SQLite",
}
"""Stages by the mark that ends them."""


@dataclass(slots=True)
class Clock:
    """Seconds and core seconds of the stages, in their order."""

    stages: dict[str, dict[str, float]] = field(default_factory=dict)
    _at: tuple[float, float] = field(default_factory=lambda: (time.perf_counter(), time.process_time()))

    def ends(self, stage: str) -> None:
        now = time.perf_counter(), time.process_time()
        told = self.stages.setdefault(stage, {"seconds": 0.0, "core_seconds": 0.0})
        for name, end, start in zip(told, now, self._at, strict=True):
            told[name] += end - start
        self._at = now

    def progress(self, step: str, done: int, total: int) -> None:
        """End a stage where the batch says so."""
        part = done if step == "decide" else int(done >= total)
        if (step, part) in _ENDS and (step == "decide" or done in (0, total)):
            self.ends(_ENDS[step, part])


@dataclass(frozen=True, slots=True)
class Scored:
    """The batch, what it cost, and the most memory."""

    batch: ScoredBatch
    found: dict[str, Any]


def score(book: Path, home: Path, model: FrozenModel) -> Scored:
    """Check and score `book`, and publish the batch to SQLite in `home` with its log; BookError where it fails."""
    os.environ[engine.MEMORY] = str(round(engine.MOST_SHARE * MOST_GIB * 1024))
    clock, policy = Clock(), load_policy(vocabulary=vocabulary_of(FEATURES))
    report = check_book(book)
    if not report.ok:
        message = f"The book in '{book}' does not pass its check. Remove it, so that it is made again."
        raise BookError(message)
    clock.ends("check")
    store = open_store(f"sqlite:///{home / 'ews.db'}")
    try:
        log = open_log(store, home / "audit")
        batch = score_book(book, home, store, model, policy, audit=log, progress=clock.progress)
    finally:
        store.close()
    tables = read_manifest(book).tables
    return Scored(
        batch,
        {
            "borrowers": batch.totals.borrowers_in,
            "decisions": batch.totals.scored,
            "postings": tables["transactions"].rows,
            "rows": sum(entry.rows for entry in tables.values()),
            "seconds": sum(stage["seconds"] for stage in clock.stages.values()),
            "core_seconds": sum(stage["core_seconds"] for stage in clock.stages.values()),
            "peak_gib": max(getrusage(who).ru_maxrss for who in (RUSAGE_SELF, RUSAGE_CHILDREN)) / 2**20,
            "stages": clock.stages,
        },
    )
