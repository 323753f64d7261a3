"""Nightly file: what became of warnings since the file before, for neighbours that read files.

Files   notices/<day>-<first act>-<last act>/warnings.csv and warnings.parquet; a folder appears whole or not at all
Grain   one row per act on a warning, in the order of the acts; a night without any gives a file without rows
Again   the same night adds nothing new unless something happened; no act is told twice, none is left out
Money   integer fen. In the CSV (UTF-8 with a mark, for spreadsheets) a text that a spreadsheet would take for a formula
        begins with an apostrophe; the Parquet has it as it is
"""

import csv
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock

from ews.store.cases import Act, Case, acts_since, find_case
from ews.store.engine import Store, reading

SCHEMA = pa.schema(
    [
        ("act", pa.int64()),
        ("at", pa.timestamp("us")),
        ("verb", pa.string()),
        ("state", pa.string()),
        ("user_id", pa.string()),
        ("case_id", pa.string()),
        ("version", pa.int32()),
        ("portfolio", pa.string()),
        ("borrower_id", pa.string()),
        ("branch_id", pa.string()),
        ("officer_id", pa.string()),
        ("kind", pa.string()),
        ("level", pa.string()),
        ("is_lifted", pa.bool_()),
        ("due_on", pa.date32()),
        ("exposure_fen", pa.int64()),
        ("at_risk_fen", pa.int64()),
    ]
)
"""`kind` is the kind of signal; level, due_on and money are those of the warning when the file is written."""

LIFTED = "lifted"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PARTIAL = ".partial-"


@dataclass(frozen=True, slots=True)
class NightlyFile:
    """`rows` counts the acts told; `fresh` is false where nothing had happened since the file of the same day."""

    folder: Path
    rows: int
    fresh: bool


def write_nightly_file(store: Store, folder: Path, day: date) -> NightlyFile:
    """Write what happened since the newest file into a folder of its own below `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        for left in folder.glob(f"{_PARTIAL}*"):
            shutil.rmtree(left)
        newest = _newest(folder)
        told = 0 if newest is None else _last_act(newest)
        with reading(store) as connection:
            acts = acts_since(connection, told)
            warnings = [act for act in acts if act.case_id.startswith("W")]
            known = {case_id: find_case(connection, case_id) for case_id in {act.case_id for act in warnings}}
        today = next(folder.glob(f"{day.isoformat()}-*-{told:010d}"), None)
        if not acts and today is not None:
            return NightlyFile(today, 0, fresh=False)
        last = acts[-1].act if acts else told
        whole = folder / f"{day.isoformat()}-{told + 1:010d}-{last:010d}"
        _write(whole, [_row(act, known[act.case_id]) for act in warnings])
    return NightlyFile(whole, len(warnings), fresh=True)


def _write(whole: Path, rows: Sequence[dict[str, Any]]) -> None:
    partial = whole.with_name(f"{_PARTIAL}{whole.name}-{os.getpid()}")
    partial.mkdir()
    pq.write_table(pa.Table.from_pylist(list(rows), SCHEMA), partial / "warnings.parquet")
    with (partial / "warnings.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(SCHEMA.names)
        writer.writerows([_cell(row[name]) for name in SCHEMA.names] for row in rows)
    for path in partial.iterdir():
        _flush(path)
    partial.rename(whole)
    _flush(whole.parent)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _row(act: Act, case: Case) -> dict[str, Any]:
    return {
        "act": act.act,
        "at": act.at,
        "verb": act.verb,
        "state": act.state,
        "user_id": act.user_id,
        "case_id": case.case_id,
        "version": act.version,
        "portfolio": case.portfolio,
        "borrower_id": case.borrower_id,
        "branch_id": case.branch_id,
        "officer_id": case.officer_id,
        "kind": case.body.get("kind"),
        "level": None if case.level is None else case.level.value,
        "is_lifted": act.state == LIFTED,
        "due_on": case.due_on,
        "exposure_fen": case.exposure_fen,
        "at_risk_fen": case.at_risk_fen,
    }


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else value


def _newest(folder: Path) -> Path | None:
    """Return the folder that tells the newest act, None where there is none yet."""
    return max(folder.glob("[0-9]*-*-*"), key=lambda path: (_last_act(path), path.name), default=None)


def _last_act(path: Path) -> int:
    return int(path.name.rpartition("-")[2])
