"""Showcase: the demo's borrowers whose decisions are worth a look, and a home where a feed has failed.

red           no default yet, the gravest warning
restructured  a loan still in observation
cured         non-performing in an earlier batch, lifted out of it since
blind         the newest day once more, in a copy of the home, from a book without the credit bureau's tables: what was
              seen last holds on
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ews.cli import scoring
from ews.cli.settings import Settings
from ews.domain.decisions import Decision
from ews.domain.levels import Tier, WarningLevel
from ews.domain.text import Text
from ews.events.manifest import read_manifest, write_manifest
from ews.scoring.episodes import CARRIED
from ews.scoring.folder import ScoredBatch

BUREAU = ("inquiries", "external_debts")
"""Tables that come from the credit bureau."""
_NON_PERFORMING = Tier.SUBSTANDARD.rank
_OBSERVED = "RESTRUCTURED"


@dataclass(frozen=True, slots=True)
class Case:
    """A borrower to look at in `home`, and why."""

    what: Text
    borrower_id: str
    home: Path


def cases(settings: Settings, batches: Sequence[ScoredBatch], blind: ScoredBatch, blind_home: Path) -> Iterator[Case]:
    """Yield a case of each kind that the batches have, oldest batch first; `blind` lies in `blind_home`."""
    newest = batches[-1]
    found = (
        (Text("a red warning", "红色预警"), red(newest), settings.home),
        (Text("restructured, in observation", "重组观察期内"), restructured(newest), settings.home),
        (Text("cured", "已治愈上调"), cured(batches), settings.home),
        (Text("decided without the credit bureau", "征信数据缺失"), unseen(blind), blind_home),
    )
    return (Case(what, borrower_id, home) for what, borrower_id, home in found if borrower_id is not None)


def red(batch: ScoredBatch) -> str | None:
    """Return who has a red warning and the highest pd, else the highest level, among those not in default."""
    rows = _decisions(batch, ["borrower_id", "level", "pd", "in_default"])
    ranks = pa.array([WarningLevel(level).rank for level in rows["level"].to_pylist()], pa.int8())
    early = rows.append_column("rank", ranks).filter(pc.invert(rows["in_default"]))
    order = [("rank", "descending"), ("pd", "descending"), ("borrower_id", "ascending")]
    return _first(early.sort_by(order))


def restructured(batch: ScoredBatch) -> str | None:
    """Return whose loan is observed after a restructuring and not non-performing, the longest served first."""
    loans = pq.read_table(
        batch.directory / "loans.parquet", columns=["borrower_id", "tier_rank", "held", "observation_months"]
    )
    observed = [_OBSERVED in codes for codes in loans["held"].to_pylist()]
    better = pc.less(loans["tier_rank"], _NON_PERFORMING)
    found = loans.filter(pc.and_(pa.array(observed), better))
    return _first(found.sort_by([("observation_months", "descending"), ("borrower_id", "ascending")]))


def cured(batches: Sequence[ScoredBatch]) -> str | None:
    """Return whose loan was non-performing in a batch and is no longer, first of those that had to be cured for it."""
    *earlier, newest = (
        pq.read_table(
            batch.directory / "loans.parquet",
            columns=["loan_id", "borrower_id", "own_tier_rank", "tier_rank", "by_days_alone"],
        )
        for batch in batches
    )
    bad = {
        loan_id
        for table in earlier
        for loan_id in table.filter(pc.greater_equal(table["own_tier_rank"], _NON_PERFORMING))["loan_id"].to_pylist()
    }
    now = newest.filter(pc.is_in(newest["loan_id"], pa.array(sorted(bad), pa.string())))
    better = now.filter(pc.less(now["tier_rank"], _NON_PERFORMING))
    return _first(better.sort_by([("by_days_alone", "ascending"), ("borrower_id", "ascending")]))


def unseen(batch: ScoredBatch) -> str | None:
    """Return of whom most is carried on unseen: who has not defaulted before who has, a tier before a signal."""
    found = {}
    for text in _decisions(batch, ["record"])["record"].to_pylist():
        decision = Decision.from_json(text)
        tiers = sum(len(loan.carried) for loan in decision.loans)
        signals = sum(held.state == CARRIED for held in decision.held)
        if tiers or signals:
            found[decision.borrower_id] = (not decision.in_default, tiers, signals)
    return max(found, key=lambda borrower_id: found[borrower_id], default=None)


def score_blind(settings: Settings, book: Path, home: Path, blind_book: Path) -> ScoredBatch:
    """Score `book` without the bureau's tables in `home`, a copy of the home of `settings` made for it."""
    _copy_without(book, blind_book, BUREAU)
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(settings.home, home)
    return scoring.run_batch(settings.model_copy(update={"home": home, "database_url": None}), blind_book, None)


def _copy_without(book: Path, directory: Path, tables: Sequence[str]) -> None:
    """Make a book like `book` that lacks `tables`."""
    manifest = read_manifest(book)
    kept = {name: entry for name, entry in manifest.tables.items() if name not in tables}
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    for entry in kept.values():
        (directory / entry.file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(book / entry.file, directory / entry.file)
    write_manifest(directory, replace(manifest, tables=kept))


def _decisions(batch: ScoredBatch, columns: list[str]) -> pa.Table:
    return pq.read_table(batch.directory / "decisions.parquet", columns=columns)


def _first(rows: pa.Table) -> str | None:
    return rows["borrower_id"][0].as_py() if len(rows) else None
