"""Files of a backup: which of a home are copied, their bytes and hashes, and the manifest that lists them.

Copied   batches, models, policies, evidence, the witness, MLflow's artefacts: all in the home but what follows
Left     databases (copied by ews.store.snapshot), secrets unless asked for, work in hand, locks, what is made anew
Hash     SHA-256 of what was written, made on the way; who reads the backup compares before anything else
"""

import hashlib
import json
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ews.domain.errors import SettingsError, TamperedError
from ews.domain.progress import Progress, silent
from ews.events.plain_files import in_short

MANIFEST = "backup.json"
FORMAT = 1
HOME = "home"
"""Folder of the backup in which the home lies."""
_CHUNK = 1 << 20
_UNFINISHED = (".partial", ".new-", "staging-", ".ews-training-")
_MADE_ANEW = (".kept", ".orphans")
_ENDINGS = (".lock", ".partial", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Copied:
    """`size` in bytes."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`files` by their path in the backup; `home` is where the home lay; `rows` of the store by table.

    `head` is the newest entry of the audit log in the store and its hash; `has_key` whether the log's key is among
    the files.
    """

    made_at: datetime
    ews: str
    schema: str
    database: str
    home: str
    has_key: bool
    head: tuple[int, str]
    rows: Mapping[str, int]
    files: Mapping[str, Copied]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files.values())


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the list that makes a folder a backup."""
    content = {"format": FORMAT, **asdict(manifest), "made_at": manifest.made_at.isoformat()}
    with (folder / MANIFEST).open("w", encoding="utf-8") as file:
        file.write(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_manifest(folder: Path) -> Manifest:
    """Read what a backup holds; SettingsError where there is none, TamperedError where the list is damaged."""
    path = folder / MANIFEST
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("format") != FORMAT:
            message = f"The backup '{folder}' was made by a newer version of ews. Restore it with that version."
            raise SettingsError(message)
        files = {name: Copied(**one) for name, one in content.pop("files").items()}
        if any(Path(name).is_absolute() or ".." in Path(name).parts for name in files):
            raise ValueError("a file lies outside of the backup")
        number, head = content.pop("head")
        made_at = datetime.fromisoformat(content.pop("made_at"))
        return Manifest(made_at=made_at, files=files, head=(number, head), **content)
    except (FileNotFoundError, NotADirectoryError):
        message = f"There is no backup in '{folder}' (no {MANIFEST}). Give the folder that 'ews backup' made."
        raise SettingsError(message) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"The list of the backup '{path}' is damaged ({in_short(error)}). Use another backup."
        raise TamperedError(message) from error


def copy_file(source: Path, target: Path) -> Copied:
    """Copy a file and have it on the disk; return what was written."""
    total = hashlib.sha256()
    size = 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as old, target.open("wb") as new:
        os.fchmod(new.fileno(), os.fstat(old.fileno()).st_mode & 0o777)
        while part := old.read(_CHUNK):
            total.update(part)
            size += new.write(part)
        new.flush()
        os.fsync(new.fileno())
    return Copied(size, total.hexdigest())


def measured(path: Path) -> Copied:
    """Return size and hash of a file."""
    with path.open("rb") as file:
        return Copied(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def home_files(home: Path, *, without: Collection[Path]) -> Iterator[Path]:
    """Go through the files of a home that a backup copies, sorted, as paths in the home; links are not followed."""
    for folder, below, names in os.walk(home):
        below[:] = sorted(name for name in below if not (name in _MADE_ANEW or name.startswith(_UNFINISHED)))
        for name in sorted(names):
            path = Path(folder) / name
            taken = not (name.startswith(_UNFINISHED) or name.endswith(_ENDINGS) or path.is_symlink())
            if taken and path not in without:
                yield path.relative_to(home)


def check_files(folder: Path, manifest: Manifest, progress: Progress = silent) -> None:
    """Compare all files of a backup with its list; TamperedError names the first that is not as it was written."""
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    if stray := sorted(found - set(manifest.files)):
        message = f"'{folder / stray[0]}' is no part of the backup ({len(stray)} such files). Take them away."
        raise TamperedError(message)
    done = 0
    for name, said in manifest.files.items():
        path = folder / name
        if name not in found or measured(path) != said:
            message = f"'{path}' is gone or was changed since the backup was made. Nothing was restored; use another."
            raise TamperedError(message)
        done += said.size
        progress("check", done, manifest.size)
