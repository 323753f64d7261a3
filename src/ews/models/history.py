"""The history of champions (冠军沿革): who decided from when, who made it so and why; added to, never changed.

File    models/<portfolio>/champions.jsonl, one line of JSON per appointment, oldest first
Chain   each line holds the hash of the one before, so that a line changed, taken out or put in between shows
Order   the line is written before the pointer: no model decides of which the history does not tell. Of a line whose
        pointer was never written (somebody stopped in between) the next one tells, by `former_id`
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from filelock import FileLock

from ews.domain.errors import ModelError
from ews.domain.text import Text, sentence
from ews.events.whole_files import write_whole

FILE = "champions.jsonl"
_LOCK = ".champions.lock"


class How(StrEnum):
    """How a model came to decide."""

    FIRST = "first"
    PROMOTED = "promoted"
    EMERGENCY = "emergency"
    ROLLED_BACK = "rolled_back"
    FOUND = "found"

    @property
    def text(self) -> Text:
        return _TEXTS[self]


_TEXTS = {
    How.FIRST: Text("first of its portfolio", "组合首个模型"),
    How.PROMOTED: Text("promoted by two people, the gate passed", "双人审批上线，准入检验通过"),
    How.EMERGENCY: Text("promoted by two people against the gate", "双人审批紧急上线，未通过准入检验"),
    How.ROLLED_BACK: Text("rolled back to", "回退启用"),
    How.FOUND: Text("there before the history was kept", "沿革建立前已启用"),
}


@dataclass(frozen=True, slots=True)
class Appointment:
    """`by` are people by their accounts; `comparison` is the digest of what the gate saw, null where there was none.

    `former_id` is the model that decided until then.
    """

    model_id: str
    run_id: str | None
    since: datetime
    how: How
    by: tuple[str, ...] = ()
    why: str | None = None
    comparison: str | None = None
    former_id: str | None = None
    before: str = ""


def appoint(folder: Path, new: Appointment) -> Appointment:
    """Add an appointment to the history in a portfolio's `folder`; one that is its last line already is kept as it is.

    ModelError where the history was changed.
    """
    with FileLock(folder / _LOCK):
        lines = _lines(folder)
        known = _read(folder, lines)
        if known and replace(known[-1], before="", former_id=new.former_id) == new:
            return known[-1]
        added = replace(new, before=_hash(lines[-1]) if lines else "")
        _write(folder / FILE, [*lines, _line(added)])
    return added


def appointments(folder: Path) -> tuple[Appointment, ...]:
    """Return the history, oldest first, empty where none was kept; ModelError where it was changed."""
    return _read(folder, _lines(folder))


def in_office(history: Sequence[Appointment], day: date) -> Appointment | None:
    """Return who decided at the end of `day`, None where nobody did or nobody knows."""
    known = [one for one in history if one.since.date() <= day]
    return max(known, key=lambda one: one.since) if known else None


def _lines(folder: Path) -> list[str]:
    path = folder / FILE
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def _read(folder: Path, lines: Sequence[str]) -> tuple[Appointment, ...]:
    found: list[Appointment] = []
    for number, line in enumerate(lines, start=1):
        try:
            one = _appointment(line)
        except (ValueError, KeyError, TypeError):
            raise _changed(folder, number) from None
        if one.before != (_hash(lines[number - 2]) if number > 1 else ""):
            raise _changed(folder, number)
        found.append(one)
    return tuple(found)


def _appointment(line: str) -> Appointment:
    content = json.loads(line)
    wanted = {field.name: content[field.name] for field in fields(Appointment)}
    since, how, by = datetime.fromisoformat(content["since"]), How(content["how"]), tuple(content["by"])
    return Appointment(**{**wanted, "since": since, "how": how, "by": by})


def _line(one: Appointment) -> str:
    return json.dumps({**asdict(one), "since": one.since.isoformat()}, ensure_ascii=False, sort_keys=True)


def _hash(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()


def _write(path: Path, lines: Sequence[str]) -> None:
    """Write all lines beside the file and put them in its place: nobody ever reads half a line."""
    write_whole(path, "".join(f"{line}\n" for line in lines))


def _changed(folder: Path, number: int) -> ModelError:
    message = sentence(
        "Line {number} of '{path}' is not the one that was written. Restore the file from the backup.",
        number=number,
        path=folder / FILE,
    )
    return ModelError(message)
