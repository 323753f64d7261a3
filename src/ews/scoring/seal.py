"""Seal: the hash of each file of a batch, in its batch.json, so that a lost or damaged one is noticed."""

import hashlib
import json
from collections.abc import Collection
from pathlib import Path

SUMMARY = "batch.json"


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
