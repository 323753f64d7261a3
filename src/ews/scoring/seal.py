"""Seal: the hash of each file of a batch, in its batch.json, so that a lost or damaged one is noticed."""

import hashlib
import json
from collections.abc import Collection
from pathlib import Path

SUMMARY = "batch.json"
PURGED, ERASED = "purged.json", "erased.json"
"""What is left of a batch whose term is over; what tells of persons who were taken out of a batch."""


def is_sound(directory: Path) -> bool:
    """Say whether the batch in `directory` is whole and each of its files is the one that was written."""
    return (directory / SUMMARY).is_file() and not broken(directory)


def broken(directory: Path, among: Collection[str] | None = None) -> tuple[str, ...]:
    """Return the files, of `among` only where that is given, that are gone or not those that were written."""
    files: dict[str, str] = json.loads((directory / SUMMARY).read_text(encoding="utf-8"))["files"]
    asked = {name: value for name, value in files.items() if among is None or name in among}
    return tuple(
        name for name, value in asked.items() if not (directory / name).is_file() or digest(directory / name) != value
    )


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def purged_on(directory: Path) -> str | None:
    """Return the day on which the batch was purged, None where it was not."""
    path = directory / PURGED
    return str(json.loads(path.read_text(encoding="utf-8"))["at"])[:10] if path.is_file() else None


def erased_on(directory: Path) -> tuple[str, ...]:
    """Return the days on which persons were taken out of the batch, none where nobody was."""
    path = directory / ERASED
    if not path.is_file():
        return ()
    return tuple(sorted({str(one["at"])[:10] for one in json.loads(path.read_text(encoding="utf-8"))}))
