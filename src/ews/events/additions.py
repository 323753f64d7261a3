"""Additions: outcomes learnt since the last import, added to the book's outcomes and never written over them.

Reads   the book's manifest, borrowers, loans and outcomes; files of outcomes (events/outcome_files.py)
Writes  the outcomes of the book anew, the old rows among them, and one manifest: a killed addition leaves the old book
In      = accepted + rejected; of those accepted some are known already and add nothing: the same row, or the same
        content as the version before it. The same files twice change nothing
Kept    the book before, as a state (events/states.py). Cut at a day before the newest news it is the same as today's,
        but for `backdated` rows: known to the bank before, and delivered only now
Known   the last day the files tell of: what was known later is rejected. Where none is given the book's outcomes reach
        to the newest row, and no day after `today` is believed
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from ews.domain.errors import ReconciliationError, RejectedShareError
from ews.events import sql
from ews.events.engine import connect
from ews.events.examination import Examination, accepted_rows, examine, forget
from ews.events.manifest import Manifest, TableEntry, read_manifest
from ews.events.outcome_files import content_id, offer_outcomes
from ews.events.outcome_news import ADDED, TOLD, judged, open_told
from ews.events.publication import data_file, publish, rejected_in, sha256_of, staging
from ews.events.quarantine import write_rejected
from ews.events.rejections import Reason
from ews.events.report import FileResult
from ews.events.schemas import OUTCOMES

REJECTED = "rejected-outcomes"
"""Folder of the book that holds what was rejected, by the content of the files it came from."""
_WHOLE = "ews_whole_outcomes"


@dataclass(frozen=True, slots=True)
class AdditionResult:
    """`added` counts the rows by kind; `already` those accepted that the book held; `reasons` each rejected row once.

    `files` tells of the lines of CSV files: those rejected there never became rows. `quarantine` is null where nothing
    was rejected.
    """

    before: Manifest
    manifest: Manifest
    files: tuple[FileResult, ...]
    delivered: int
    added: Mapping[str, int]
    already: int
    backdated: int
    reasons: Mapping[Reason, int]
    quarantine: Path | None

    @property
    def rejected(self) -> int:
        return sum(self.reasons.values())

    @property
    def accepted(self) -> int:
        return self.delivered - self.rejected

    @property
    def changed(self) -> bool:
        return self.before.book_id != self.manifest.book_id

    def as_dict(self) -> dict[str, Any]:
        """Return the result as plain values, ready for JSON."""
        return {
            "book_id": self.manifest.book_id,
            "book_id_before": self.before.book_id,
            "changed": self.changed,
            "known_to": self.manifest.known_to.isoformat(),
            "in": self.delivered,
            "accepted": self.accepted,
            "added": dict(sorted(self.added.items())),
            "already_known": self.already,
            "backdated": self.backdated,
            "rejected": self.rejected,
            "reasons": {str(reason): count for reason, count in sorted(self.reasons.items())},
            "files": {
                file.name: {"encoding": file.encoding, "in": file.delivered, "rejected": file.rejected}
                for file in self.files
            },
            "quarantine": None if self.quarantine is None else str(self.quarantine),
        }


def add_outcomes(
    directory: Path, files: Sequence[Path], *, known_to: date | None = None, today: date | None = None
) -> AdditionResult:
    """Add the outcomes of `files` to the book in `directory`.

    BookError where there is no such book, SourceError where a file cannot be used, RejectedShareError where every row
    of the files is rejected: then nothing is published and the quarantine tells why.
    """
    before = read_manifest(directory)
    last = known_to or today or datetime.now().astimezone().date()
    with closing(connect().con) as con, staging(directory) as stage:
        con.execute(f"SET temp_directory = {sql.literal(str(stage / 'spill'))}")
        relation, read = offer_outcomes(con, files, stage)
        references = open_told(con, directory, before)
        found = examine(con, OUTCOMES, relation, extracted_on=last, references=references)
        found = judged(con, directory, before, found)
        if found.rejected:
            write_rejected(con, found, rejected_in(stage) / f"{OUTCOMES.name}.parquet")
        quarantine = _keep_rejected(directory, stage, content_id(files))
        result = _result(con, before, found, read, quarantine)
        _refuse_if_all(result)
        forget(con, found)
        manifest = _manifest(con, before, known_to)
        if result.added:
            manifest = _store(con, directory, stage, manifest, references)
        elif manifest != before:
            publish(directory, manifest, {}, rejected_in(stage), adds=True)
    return replace(result, manifest=manifest)


def _result(
    con: duckdb.DuckDBPyConnection,
    before: Manifest,
    found: Examination,
    read: tuple[FileResult, ...],
    quarantine: Path | None,
) -> AdditionResult:
    kinds = con.execute(f"SELECT kind, count(*) FROM {ADDED} GROUP BY kind ORDER BY kind").fetchall()
    added = {str(kind or "withdrawn"): int(count) for kind, count in kinds}
    backdated = _count(con, f"{ADDED} WHERE known_on <= {sql.day(before.known_to)}")
    reasons, lines = dict(found.reasons), 0
    for file in read:
        for reason, count in file.reasons.items():
            reasons[reason] = reasons.get(reason, 0) + count
            lines += count
    already = found.accepted - sum(added.values())
    return AdditionResult(before, before, read, found.delivered + lines, added, already, backdated, reasons, quarantine)


def _refuse_if_all(result: AdditionResult) -> None:
    if not result.rejected or result.accepted:
        return
    why = ", ".join(f"{reason.text.en} ({reason}) {count}" for reason, count in result.reasons.items())
    message = (
        f"All {result.rejected} outcomes were rejected, the book stays as it was: {why}. See the rows in "
        f"'{result.quarantine}' and mend the files."
    )
    raise RejectedShareError(message)


def _manifest(con: duckdb.DuckDBPyConnection, before: Manifest, known_to: date | None) -> Manifest:
    """Return the manifest whose outcomes reach as far as the files do; their rows are still the old ones."""
    oldest, newest = con.execute(f"SELECT min(occurred_on), max(known_on) FROM {ADDED}").fetchall()[0]
    entry = before.tables.get(OUTCOMES.name)
    if entry is None and newest is None:
        return before
    old = entry or TableEntry("", "", 0, 0, oldest or newest, None)
    end = max((day for day in (known_to or newest, old.covered_to) if day is not None), default=None)
    start = old.covered_from if end is None else min(old.covered_from or oldest or end, end)
    return replace(before, tables={**before.tables, OUTCOMES.name: replace(old, covered_from=start, covered_to=end)})


def _store(
    con: duckdb.DuckDBPyConnection, directory: Path, stage: Path, manifest: Manifest, references: Mapping[str, str]
) -> Manifest:
    """Write the outcomes told before and those added, publish them, and return their manifest."""
    columns = ", ".join((*OUTCOMES.names, "known_on", "withdrawn"))
    con.execute(f"CREATE TEMP TABLE {_WHOLE} AS SELECT {columns} FROM {TOLD} UNION ALL SELECT {columns} FROM {ADDED}")
    found = examine(con, OUTCOMES, _WHOLE, extracted_on=manifest.known_to, references=references)
    file = stage / f"{OUTCOMES.name}.parquet"
    con.execute(f"COPY ({accepted_rows(con, found)}) TO {sql.literal(str(file))} (FORMAT parquet, COMPRESSION zstd)")
    forget(con, found)
    rows, expected = _count(con, sql.parquet(str(file))), _count(con, TOLD) + _count(con, ADDED)
    if rows != expected:
        message = (
            f"{expected} outcomes were to be written, those of the book and the new ones, and {rows} were. Nothing was "
            "published; check the book with 'ews check' and report this."
        )
        raise ReconciliationError(message)
    sha256 = sha256_of(file)
    entry = replace(manifest.tables[OUTCOMES.name], file=data_file(OUTCOMES.name, sha256), sha256=sha256, rows=rows)
    newer = replace(manifest, tables={**manifest.tables, OUTCOMES.name: entry})
    publish(directory, newer, {OUTCOMES.name: file}, rejected_in(stage), adds=True)
    return newer


def _keep_rejected(directory: Path, stage: Path, content: str) -> Path | None:
    """Move what was rejected to where it stays, and return that folder; None where nothing was."""
    files = sorted(rejected_in(stage).iterdir())
    if not files:
        return None
    target = directory / REJECTED / content
    target.mkdir(parents=True, exist_ok=True)
    for file in files:
        file.replace(target / file.name)
    return target


def _count(con: duckdb.DuckDBPyConnection, source: str) -> int:
    return int(con.execute(f"SELECT count(*) FROM {source}").fetchall()[0][0])
