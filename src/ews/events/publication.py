"""Publication of a book: files are made aside, then one rename of the manifest makes them the book.

book/manifest.json           the book; manifest.previous.json the one before
book/data/                   the tables, under names that hold the hash of their content
book/quarantine/<book id>/   the rows that this book's import rejected
book/outcome-lists/          what was added by lists, which an import adds again: see events/outcome_lists.py
book/states/<book id>.json   the manifests that outcomes were added to since the last import: see events/states.py
book/staging-*               work in hand; what a killed import leaves is removed by the next

Readers see the old book or the new one. Only one import works on a book at a time: the lock is one of the
operating system (through SQLite, which has it on every platform), so that a killed import holds none.
"""

import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ews.domain.errors import BookError
from ews.events.manifest import FILE_NAME, Manifest, read_manifest, write_manifest
from ews.events.states import forget_states, keep_state, states

PREVIOUS = "manifest.previous.json"
DATA = "data"
QUARANTINE = "quarantine"
_STAGING = "staging-"


@contextmanager
def staging(directory: Path) -> Iterator[Path]:
    """Yield a fresh folder inside the book's `directory` and hold the book's lock; BookError where another holds it."""
    directory.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(directory / ".lock", timeout=0, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            message = f"The book '{directory}' cannot be written ({error}). Wait for the import that is working on it."
            raise BookError(message) from error
        for leftover in directory.glob(f"{_STAGING}*"):
            shutil.rmtree(leftover)
        folder = Path(tempfile.mkdtemp(prefix=_STAGING, dir=directory))
        rejected_in(folder).mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder)


def rejected_in(stage: Path) -> Path:
    """Return the folder inside `stage` where the quarantine is prepared."""
    return stage / "rejected"


def sha256_of(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def data_file(table: str, sha256: str) -> str:
    """Return where the content of `table` lies, relative to the book."""
    return f"{DATA}/{table}-{sha256[:16]}.parquet"


def quarantine_of(directory: Path, manifest: Manifest) -> Path:
    """Return the folder of the rows that the import of `manifest` rejected; it exists where there are any."""
    return directory / QUARANTINE / manifest.book_id[:16]


def publish(
    directory: Path, manifest: Manifest, staged: dict[str, Path], rejected: Path, *, adds: bool = False
) -> None:
    """Make `manifest` the book: `staged` holds a file per table, `rejected` is the folder of its quarantine.

    `adds` where rows were only added to the book that is there: then it stays reachable as a state.
    """
    (directory / DATA).mkdir(exist_ok=True)
    for table, file in staged.items():
        flush(file)
        file.replace(directory / manifest.tables[table].file)
    keep_rejected(directory, manifest, rejected)
    current = directory / FILE_NAME
    if current.is_file() and current.read_text(encoding="utf-8") != manifest.to_json():
        copy = directory / f"{PREVIOUS}.partial"
        shutil.copyfile(current, copy)
        copy.replace(directory / PREVIOUS)
        if adds:
            keep_state(directory)
    write_manifest(directory, manifest)
    if not adds:
        forget_states(directory)
    _clean(directory, manifest)


def keep_rejected(directory: Path, manifest: Manifest, rejected: Path) -> None:
    """Move the files of `rejected` to where the quarantine of `manifest` lies."""
    files = sorted(rejected.iterdir())
    if not files:
        return
    target = quarantine_of(directory, manifest)
    target.mkdir(parents=True, exist_ok=True)
    for stale in {file.name for file in target.iterdir()} - {file.name for file in files}:
        (target / stale).unlink()
    for file in files:
        file.replace(target / file.name)


def _clean(directory: Path, manifest: Manifest) -> None:
    """Delete the data and quarantine that neither `manifest` nor the one before it names."""
    kept = [manifest, *_previous(directory), *states(directory)]
    files = {entry.file for book in kept for entry in book.tables.values()}
    folders = {quarantine_of(directory, book) for book in kept}
    for file in (directory / DATA).iterdir():
        if f"{DATA}/{file.name}" not in files:
            file.unlink()
    if (directory / QUARANTINE).is_dir():
        for folder in (directory / QUARANTINE).iterdir():
            if folder not in folders:
                shutil.rmtree(folder)


def _previous(directory: Path) -> list[Manifest]:
    try:
        return [read_manifest(directory, PREVIOUS)]
    except BookError:
        return []


def flush(file: Path) -> None:
    """Have the operating system write `file` to the disk."""
    with file.open("rb+") as content:
        os.fsync(content.fileno())
