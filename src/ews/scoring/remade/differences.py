"""Differences: a batch as it was stored beside the same batch made again.

Equal   by value and kind: null is null, NaN is NaN, and a float is another from its last bit on
Record  the text of a record is told apart field by field: reasons.0.log_odds
Later   where another version of the code makes it again (`later`), what the stored one does not tell at all counts for
        nothing: a file, a column, a field of the record that came since. Nothing that it tells may be missing
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ews.domain.errors import UnknownBatchError, UnknownBorrowerError
from ews.scoring.folder import read_rows
from ews.scoring.seal import SUMMARY, digest
from ews.store.engine import Store
from ews.store.standings import borrower_decision

DECISIONS = "decisions.parquet"
STORE = "store"
"""Stands for the row of the store where a file is named else."""
_NAMES_NOBODY = frozenset({"circles.parquet", "peers.parquet"})
_AT_ONCE = 4_096
_NOT_COMPARED = ("files", "key")


@dataclass(frozen=True, slots=True)
class Difference:
    """`place` is a file of the batch or STORE, `row` which of its rows, `field` a column, or a path within one."""

    place: str
    row: str
    field: str
    stored: Any
    made: Any


@dataclass(frozen=True, slots=True)
class Files:
    """By name of a file its hash as stored and made anew, None where it is not there.

    `repacked` are files with other bytes but the same rows, as another version of the code may write them; `summary`
    are the figures of batch.json that are others.
    """

    hashes: Mapping[str, tuple[str | None, str | None]]
    repacked: tuple[str, ...]
    summary: tuple[Difference, ...]

    @property
    def same_bytes(self) -> bool:
        return not self.summary and not self.differing

    @property
    def same_rows(self) -> bool:
        return not self.summary and set(self.differing) == set(self.repacked)

    @property
    def differing(self) -> tuple[str, ...]:
        return tuple(name for name, (stored, made) in self.hashes.items() if stored != made)


def files_beside(stored: Path, made: Path, *, later: bool = False) -> Files:
    """Compare two folders file by file."""
    before, after = (json.loads((one / SUMMARY).read_text(encoding="utf-8")) for one in (stored, made))
    names = sorted(before["files"] if later else {*before["files"], *after["files"]})
    hashes = {name: (_hash(stored / name), _hash(made / name)) for name in names}
    told, anew = ({name: value for name, value in one.items() if name not in _NOT_COMPARED} for one in (before, after))
    summary = tuple(Difference(SUMMARY, "", *one) for one in _fields(told, anew, later=later))
    differing = [name for name, (was, now) in hashes.items() if None not in (was, now) and was != now]
    repacked = tuple(name for name in differing if _same_rows(stored / name, made / name, later=later))
    return Files(hashes, repacked, summary)


def of_borrower(stored: Path, made: Path, borrower_id: str, *, later: bool = False) -> tuple[Difference, ...]:
    """Return where the rows of a borrower differ; UnknownBorrowerError where nobody of that id was decided."""
    if not _rows(stored / DECISIONS, borrower_id):
        message = f"Borrower '{borrower_id}' is not in batch '{stored.name}'. Check the id, or name another batch."
        raise UnknownBorrowerError(message)
    folders = (stored,) if later else (stored, made)
    names = sorted({path.name for folder in folders for path in folder.glob("*.parquet")} - _NAMES_NOBODY)
    return tuple(
        Difference(name, *one)
        for name in names
        for one in _beside(_rows(stored / name, borrower_id), _rows(made / name, borrower_id), later=later)
    )


def in_store(
    store: Store, batch_id: str, made: Path, borrower_id: str, *, later: bool = False
) -> tuple[Difference, ...]:
    """Return where the row of the store, which people are shown, differs from the one made anew."""
    found = borrower_decision(store, borrower_id, batch_id=batch_id)
    row = next((one for one in read_rows(made) if one.borrower_id == borrower_id), None)
    if row is None:
        return (Difference(STORE, borrower_id, "", "a decision", None),)
    names = [name for name in type(found.standing).__dataclass_fields__ if hasattr(row, name)]
    told = {name: getattr(found.standing, name) for name in names}
    anew = {name: getattr(row, name) for name in names}
    if found.record is not None:
        told["record"], anew["record"] = found.record.to_json(), row.record
    return tuple(Difference(STORE, borrower_id, *one) for one in _fields(_open(told), _open(anew), later=later))


def others_that_differ(stored: Path, made: Path, *, later: bool = False) -> tuple[str, ...]:
    """Return the borrowers whose row of decisions is another, or is in one of the folders only, sorted."""
    found, sides = [], (_every_row(stored / DECISIONS), _every_row(made / DECISIONS))
    before, after = (next(side, None) for side in sides)
    while before is not None or after is not None:
        ids = [one["borrower_id"] for one in (before, after) if one is not None]
        first = min(ids)
        was, now = (one if one is not None and one["borrower_id"] == first else None for one in (before, after))
        if not _alike(was, now, later=later):
            found.append(str(first))
        before = before if was is None else next(sides[0], None)
        after = after if now is None else next(sides[1], None)
    return tuple(found)


def _same_rows(stored: Path, made: Path, *, later: bool) -> bool:
    if stored.suffix != ".parquet" or not (later or pq.read_schema(stored) == pq.read_schema(made)):
        return False
    return all(_alike(was, now, later=later) for was, now in zip_longest(_every_row(stored), _every_row(made)))


def _alike(before: dict[str, Any] | None, after: dict[str, Any] | None, *, later: bool) -> bool:
    if before is None or after is None:
        return False
    return repr(before) == repr(after) or not any(True for _ in _fields(_open(before), _open(after), later=later))


def _every_row(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        return
    try:
        for part in pq.ParquetFile(path).iter_batches(batch_size=_AT_ONCE):
            yield from part.to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path) from error


def _rows(path: Path, borrower_id: str) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    try:
        if "borrower_id" not in pq.read_schema(path).names:
            return []
        rows: list[dict[str, Any]] = pq.read_table(path, filters=[("borrower_id", "=", borrower_id)]).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path) from error
    return rows


def _unreadable(path: Path) -> UnknownBatchError:
    message = f"'{path}' was changed and can no longer be read. Restore it from the backup."
    return UnknownBatchError(message)


def _beside(
    stored: list[dict[str, Any]], made: list[dict[str, Any]], *, later: bool
) -> Iterator[tuple[str, str, Any, Any]]:
    """Yield row, field and both values of what differs; the rows of both are in one order."""
    if len(stored) != len(made):
        yield "", "rows", len(stored), len(made)
        return
    for number, (before, after) in enumerate(zip(stored, made, strict=True)):
        row = str(before.get("loan_id") or before.get("code") or number)
        for one in _fields(_open(before), _open(after), later=later):
            yield row, *one


def _open(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row with its record read."""
    record = row.get("record")
    return {**row, "record": json.loads(record)} if isinstance(record, str) else dict(row)


def _fields(before: Any, after: Any, path: str = "", *, later: bool) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted(before if later else {*before, *after}):
            yield from _fields(before.get(name), after.get(name), f"{path}.{name}" if path else str(name), later=later)
    elif isinstance(before, list | tuple) and isinstance(after, list | tuple) and len(before) == len(after):
        for number, pair in enumerate(zip(before, after, strict=True)):
            yield from _fields(*pair, f"{path}.{number}", later=later)
    elif repr(before) != repr(after):
        yield path, before, after


def _hash(path: Path) -> str | None:
    return digest(path) if path.is_file() else None
