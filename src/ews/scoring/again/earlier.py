"""Earlier: the batch of the same day that was published before, and whether what it left may be taken up.

Kept    .kept/<folder of the batch>/ beside the folders of the batches: what its records rest on, and tables worked out
        of the book; kept.json has the hash of each file. It is a saving, no record: it may be removed at any time
Taken   where model, policy, code, libraries, knowledge and the batch compared with are the same, and each file is the
        one that was written. Everything else may differ: it is compared borrower by borrower
"""

import json
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from ews.scoring.again.told import Anew
from ews.scoring.identity import BatchKey
from ews.scoring.seal import digest, is_sound
from ews.store.batches import edition_on
from ews.store.engine import Store
from ews.store.publications import Batch

KEPT = ".kept"
INPUTS, STEPS = "inputs.parquet", "steps"
_SEAL = "kept.json"
_PARTIAL = ".partial-"
_MOST = 2
"""Days whose newest batch keeps something: the day at hand, and the newest other one."""
_LIBRARIES = ("duckdb", "ibis-framework", "lightgbm", "numpy", "pandas", "pyarrow")


_ASKED_OF_KEYS = {
    "known_by": Anew.KNOWLEDGE,
    "model_id": Anew.MODEL,
    "policy_hash": Anew.POLICY,
    "code_version": Anew.CODE,
    "compared_id": Anew.COMPARED,
}


@dataclass(frozen=True, slots=True)
class Earlier:
    """The batch of the same day; `kept` is what it left, `blind` what it had no data on.

    Where it cannot be taken up, for the reason `anew`, both say nothing.
    """

    batch_id: str
    directory: Path
    anew: Anew | None
    kept: Path | None = None
    blind: tuple[str, ...] = ()


def earlier_of(home: Path, store: Store, key: BatchKey, *, full: bool) -> Earlier | None:
    """Return the newest published batch of the key's day, None where that was not scored before."""
    found = edition_on(store, key.portfolio, key.as_of)
    if found is None or found.batch.batch_id == key.batch_id:
        return None
    batch_id, directory = found.batch.batch_id, home / found.batch.directory
    anew = Anew.ASKED if full else _reason(found.batch, directory, key)
    if anew is not None:
        return Earlier(batch_id, directory, anew)
    return Earlier(batch_id, directory, None, kept_of(directory), found.batch.blind)


def kept_of(directory: Path) -> Path:
    """Return where what the batch in `directory` left lies."""
    return directory.parent / KEPT / directory.name


def begin(directory: Path) -> Path:
    """Return a fresh folder for what the batch of `directory` will leave; what a broken run left is removed."""
    root = directory.parent / KEPT
    root.mkdir(exist_ok=True)
    for left in root.glob(f"{_PARTIAL}*"):
        shutil.rmtree(left)
    folder = root / f"{_PARTIAL}{directory.name}"
    folder.mkdir()
    return folder


def finish(folder: Path, directory: Path) -> None:
    """Seal `folder`, put it in its place, and remove what nobody will go on from."""
    files = {path.relative_to(folder).as_posix(): digest(path) for path in sorted(folder.rglob("*.parquet"))}
    (folder / _SEAL).write_text(json.dumps({"libraries": _libraries(), "files": files}, indent=2), encoding="utf-8")
    place = kept_of(directory)
    shutil.rmtree(place, ignore_errors=True)
    folder.rename(place)
    day = place.name[:10]
    others = sorted((one for one in place.parent.glob("[0-9]*") if one != place), key=lambda one: one.name)
    staying = [one for one in others if one.name[:10] != day][1 - _MOST :]
    for one in others:
        if one not in staying:
            shutil.rmtree(one)


def _reason(batch: Batch, directory: Path, key: BatchKey) -> Anew | None:
    for name, anew in _ASKED_OF_KEYS.items():
        if getattr(batch, name) != getattr(key, name):
            return anew
    kept = kept_of(directory)
    if not (kept / _SEAL).is_file():
        return Anew.NOTHING_KEPT
    told = _told(kept)
    if told is None or not _is_whole(directory):
        return Anew.DAMAGED
    if told["libraries"] != _libraries():
        return Anew.CODE
    files: dict[str, str] = told["files"]
    whole = all((kept / name).is_file() and digest(kept / name) == value for name, value in files.items())
    return None if whole and INPUTS in files else Anew.DAMAGED


def _is_whole(directory: Path) -> bool:
    try:
        return is_sound(directory)
    except (ValueError, KeyError):  # the summary itself was changed
        return False


def _told(kept: Path) -> dict[str, dict[str, str]] | None:
    try:
        told: dict[str, dict[str, str]] = json.loads((kept / _SEAL).read_text(encoding="utf-8"))
    except ValueError:
        return None
    return told if isinstance(told, dict) and {"libraries", "files"} <= set(told) else None


def _libraries() -> dict[str, str]:
    return {name: version(name) for name in _LIBRARIES}
