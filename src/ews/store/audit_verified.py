"""Audit verified: what the last check of the audit log found, noted beside the witness for whoever watches.

File     verified.json in the folder of the witness; replaced as a whole by the next check
Derived  of the log; nothing of it is proven, and without the file nothing but the figure is missing
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

FILE = "verified.json"


@dataclass(frozen=True, slots=True)
class LastCheck:
    """`faults` is how many were found in `entries` of the log."""

    at: datetime
    entries: int
    faults: int


def note_check(folder: Path, check: LastCheck) -> None:
    """Note what was found; OSError where the folder cannot be written to."""
    draft = folder / f".{FILE}.new"
    content = {"at": check.at.isoformat(), "entries": check.entries, "faults": check.faults}
    draft.write_text(json.dumps(content) + "\n", encoding="utf-8")
    draft.replace(folder / FILE)


def last_check(folder: Path) -> LastCheck | None:
    """Return what was noted last; None where there is nothing, or nothing that can be read."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return LastCheck(datetime.fromisoformat(found["at"]), int(found["entries"]), int(found["faults"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
