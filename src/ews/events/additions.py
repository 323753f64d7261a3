"""Additions: outcomes learnt since the last import, added to the book's outcomes and never written over them.

Reads   the book, as events/outcome_taking.py does; files of outcomes (events/outcome_files.py)
Writes  the outcomes of the book anew, the old rows among them, and one manifest: a killed addition leaves the old book.
        The same files twice change nothing
Kept    what was accepted, as a list that every whole import adds again (events/outcome_lists.py); and the book before,
        as a state (events/states.py). Cut at a day before the newest news it is the same as today's, but for
        `backdated` rows: known to the bank before, and delivered only now
Known   the last day the files tell of: what was known later is rejected. Where none is given the book's outcomes reach
        to the newest row, and no day after `today` is believed
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ews.domain.errors import RejectedShareError
from ews.events import sql
from ews.events.engine import connect
from ews.events.manifest import Manifest, read_manifest
from ews.events.outcome_files import content_id, offer_outcomes
from ews.events.outcome_lists import keeping, outcome_lists, unlisted
from ews.events.outcome_news import ADDED
from ews.events.outcome_taking import ACCEPTED, Taken, take_outcomes
from ews.events.publication import publish, rejected_in, staging
from ews.events.rejections import Reason
from ews.events.report import FileResult
from ews.events.schemas import OUTCOMES

REJECTED = "rejected-outcomes"
"""Folder of the book that holds what was rejected, by the content of the files it came from."""


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
        outcome_lists(directory)  # a changed one is told before anything is added to it
        relation, read = offer_outcomes(con, files, stage)
        name = f"{OUTCOMES.name}.parquet"
        taken = take_outcomes(
            con,
            directory,
            before,
            relation,
            last=last,
            known_to=known_to,
            into=stage / name,
            rejected=rejected_in(stage) / name,
        )
        result = _result(before, taken, read, _keep_rejected(directory, stage, content_id(files)))
        _refuse_if_all(result)
        rows = unlisted(directory, ACCEPTED, ADDED)
        if result.changed or con.execute(f"SELECT 1 FROM ({rows}) LIMIT 1").fetchall():
            with keeping(con, directory, taken.manifest.book_id, rows, known_to):
                _publish(directory, stage, before, taken)
    return result


def _publish(directory: Path, stage: Path, before: Manifest, taken: Taken) -> None:
    if taken.manifest != before:
        staged = {} if taken.file is None else {OUTCOMES.name: taken.file}
        publish(directory, taken.manifest, staged, rejected_in(stage), adds=True)


def _result(before: Manifest, taken: Taken, read: tuple[FileResult, ...], quarantine: Path | None) -> AdditionResult:
    reasons, lines = dict(taken.reasons), 0
    for file in read:
        for reason, count in file.reasons.items():
            reasons[reason] = reasons.get(reason, 0) + count
            lines += count
    already = taken.delivered - sum(taken.reasons.values()) - sum(taken.added.values())
    delivered = taken.delivered + lines
    return AdditionResult(
        before, taken.manifest, read, delivered, taken.added, already, taken.backdated, reasons, quarantine
    )


def _refuse_if_all(result: AdditionResult) -> None:
    if not result.rejected or result.accepted:
        return
    why = ", ".join(f"{reason.text.en} ({reason}) {count}" for reason, count in result.reasons.items())
    message = (
        f"All {result.rejected} outcomes were rejected, the book stays as it was: {why}. See the rows in "
        f"'{result.quarantine}' and mend the files."
    )
    raise RejectedShareError(message)


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
