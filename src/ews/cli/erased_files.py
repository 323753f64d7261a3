"""Files of a home without what leads to a person: tables are written anew, evidence and what is made anew go.

Tables    names and records of the borrower, the name where the borrower stands among another's parties, named texts
Seal      batch.json holds the new hashes; erased.json beside it says when, so that a replay can tell why it differs
Killed    a table is exchanged in one step; hashes are put right when the same command is run again
"""

import json
import os
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ews.scoring.seal import ERASED as ERASED_FILE
from ews.scoring.seal import PURGED, SUMMARY, digest
from ews.store.personal import Whom, record_without, tells, without

_MADE_ANEW = (".kept", ".orphans")
_PARTIES, _RECORD = "parties", "record"


@dataclass(slots=True)
class Files:
    """Files that were written anew, and those that went, with their bytes."""

    rewritten: list[Path] = field(default_factory=list)
    removed: list[Path] = field(default_factory=list)
    bytes: int = 0

    def remove(self, path: Path, *, dry: bool) -> None:
        """Remove a file or folder, or note that it would go."""
        parts = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
        self.bytes += sum(one.stat().st_size for one in parts)
        self.removed.append(path)
        if not dry:
            path.unlink() if path.is_file() else shutil.rmtree(path)


def batch_folders(home: Path) -> list[Path]:
    """Return the folders of all batches of a home."""
    return sorted(path.parent for path in (home / "decisions").glob(f"*/[0-9]*/{SUMMARY}"))


def erase_from_batch(folder: Path, whom: Whom, at: datetime, files: Files, *, dry: bool) -> None:
    """Write the tables of a batch anew where they have something of the person."""
    changed = []
    for path in sorted(folder.glob("*.parquet")):
        size = path.stat().st_size
        if _erase_from_table(path, whom, dry=dry):
            files.rewritten.append(path)
            files.bytes += size
            changed.append(path.name)
    if not dry:
        _seal(folder, changed, at)


def purge_batch(folder: Path, at: datetime, files: Files, *, dry: bool) -> None:
    """Remove the files of a batch; what is left says when that was."""
    parts = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != PURGED]
    files.bytes += sum(path.stat().st_size for path in parts)
    files.removed.append(folder)
    if not dry:
        _write(folder / PURGED, {"at": at.isoformat()})
        for path in sorted(parts, key=lambda one: one.name != SUMMARY):  # without it nobody takes the rest for a batch
            path.unlink()


def made_anew(home: Path) -> Iterator[Path]:
    """Go through the folders that the next night makes again, or that no batch names."""
    for portfolio in sorted((home / "decisions").glob("*")):
        yield from (portfolio / name for name in _MADE_ANEW if (portfolio / name).is_dir())


def _seal(folder: Path, changed: Collection[str], at: datetime) -> None:
    """Put the hashes of a batch right; also those that a killed run left behind."""
    summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    left = (folder / f".{ERASED_FILE}").exists()
    if not changed and not left:
        return
    hashes = {name: digest(folder / name) for name in summary["files"] if (folder / name).is_file()}
    noted = json.loads((folder / ERASED_FILE).read_text()) if (folder / ERASED_FILE).is_file() else []
    _write(folder / ERASED_FILE, [*noted, {"at": at.isoformat(), "files": sorted(changed)}])
    text = json.dumps({**summary, "files": hashes}, ensure_ascii=False, sort_keys=True, indent=2)
    _write_text(folder / SUMMARY, text + "\n")
    (folder / f".{ERASED_FILE}").unlink(missing_ok=True)


def _erase_from_table(path: Path, whom: Whom, *, dry: bool) -> bool:
    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        columns = [field.name for field in schema if _may_name(field)]
        if not columns:
            return False
        parts = (file.read_row_group(index) for index in range(file.num_row_groups))
        groups = [index for index, part in enumerate(parts) if _is_hit(part, columns, whom)]
        if dry or not groups:
            return bool(groups)
        partial = path.with_name(f".{path.name}.partial")
        (path.parent / f".{ERASED_FILE}").touch()  # until the hashes are right
        with pq.ParquetWriter(partial, schema, compression="zstd") as writer:
            for index in range(file.num_row_groups):
                part = file.read_row_group(index)
                writer.write_table(_erased(part, columns, whom) if index in groups else part)
    with partial.open("rb") as done:
        os.fsync(done.fileno())
    partial.replace(path)
    return True


def _may_name(field: pa.Field) -> bool:
    is_text = pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
    return field.name == _PARTIES or (is_text and not field.name.endswith("_id"))


def _is_hit(part: pa.Table, columns: Collection[str], whom: Whom) -> bool:
    """Tell whether something of a part has to go; most parts are passed over without a look at each row."""
    may = "borrower_id" in part.column_names and bool(pc.any(pc.equal(part["borrower_id"], whom.borrower_id)).as_py())
    for name in columns:
        if name == _PARTIES:
            ids = pc.struct_field(pc.list_flatten(part[name]), "party_id")
            may = may or bool(pc.any(pc.equal(ids, whom.borrower_id)).as_py())
        elif name != "name":
            texts = whom.named if name == _RECORD else whom.elsewhere
            may = may or any(pc.any(pc.match_substring(part[name], one)).as_py() for one in texts)
    return may and not _erased(part, columns, whom).equals(part)


def _erased(part: pa.Table, columns: Collection[str], whom: Whom) -> pa.Table:
    ids = part["borrower_id"].to_pylist() if "borrower_id" in part.column_names else [None] * len(part)
    for name in columns:
        values = part[name].to_pylist()
        new = [
            _value(name, value, whom, own=whose == whom.borrower_id) for value, whose in zip(values, ids, strict=True)
        ]
        if new != values:
            place = part.column_names.index(name)
            part = part.set_column(place, part.schema.field(place), pa.array(new, part.schema.field(place).type))
    return part


def _value(column: str, value: Any, whom: Whom, *, own: bool) -> Any:
    if value is None:
        return None
    if column == _PARTIES:
        return [{**one, "name": None if one["party_id"] == whom.borrower_id else one["name"]} for one in value]
    if column == "name":
        return None if own else value
    if column == _RECORD:
        return record_without(value, whom) if own or tells(value, whom.named) else value
    return without(value, whom.named if own else whom.elsewhere)


def _write(path: Path, content: Any) -> None:
    _write_text(path, json.dumps(content, ensure_ascii=False) + "\n")


def _write_text(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
