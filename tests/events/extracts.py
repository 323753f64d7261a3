"""Small extracts, sources and books on disk for the tests of the way into a book."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ews.events.accept import write_book
from ews.events.importing import import_source
from ews.events.report import ImportResult
from ews.events.schemas import table

DAY = date(2026, 6, 30)

BORROWERS = "SELECT 'B1' AS borrower_id, 'firm' AS kind UNION ALL SELECT 'B2', 'individual'"
LOANS = "SELECT 'L1' AS loan_id, 'B1' AS borrower_id, 'business' AS product"
ACCOUNTS = "SELECT 'A1' AS account_id, 'B1' AS borrower_id"
NEEDED = {"borrowers": BORROWERS, "loans": LOANS, "accounts": ACCOUNTS}

Rows = Sequence[Mapping[str, Any]]


def source(
    folder: Path, statements: Mapping[str, str], settings: str = 'name = "test"\nextracted_on = 2026-06-30\n'
) -> Path:
    """Write a source folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "source.toml").write_text(settings, encoding="utf-8")
    for name, statement in statements.items():
        (folder / f"{name}.sql").write_text(statement, encoding="utf-8")
    return folder


def run(
    tmp_path: Path, statements: Mapping[str, str], files: Mapping[str, bytes | str], **options: Any
) -> ImportResult:
    """Import `files` through `statements` into tmp_path/book."""
    raw = tmp_path / "raw"
    raw.mkdir(exist_ok=True)
    for name, content in files.items():
        (raw / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return import_source(source(tmp_path / "source", statements), raw, tmp_path / "book", **options)


def write(directory: Path, tables: Mapping[str, Rows | pa.Table], **options: Any) -> ImportResult:
    """Write a book of `tables` beside the few borrowers, loans and accounts they may refer to."""
    options = {"portfolio": "test", "extracted_on": DAY, "max_rejected_share": 0.99, **options}
    with duckdb.connect(config={"threads": 1}) as con:
        relations = {name: f"({statement})" for name, statement in NEEDED.items()}
        for name, rows in tables.items():
            content = rows if isinstance(rows, pa.Table) else as_text(name, rows)
            con.register(f"given_{name}", content)
            relations[name] = f"given_{name}"
        return write_book(directory, relations, con, **options)


def as_text(name: str, rows: Rows) -> pa.Table:
    """Return `rows` with every column they name as text, the way a CSV file delivers them."""
    columns = dict.fromkeys(key for row in rows for key in row) or dict.fromkeys(table(name).names)
    return pa.table({column: pa.array([_text(row.get(column)) for row in rows], pa.string()) for column in columns})


def stored(directory: Path, result: ImportResult, name: str) -> list[dict[str, Any]]:
    """Return the stored rows of table `name`."""
    rows: list[dict[str, Any]] = pq.read_table(directory / result.manifest.tables[name].file).to_pylist()
    return rows


def quarantined(result: ImportResult, name: str) -> list[dict[str, Any]]:
    """Return the quarantine of table `name`."""
    assert result.quarantine is not None
    rows: list[dict[str, Any]] = pq.read_table(result.quarantine / f"{name}.parquet").to_pylist()
    return rows


def snapshot(directory: Path) -> dict[str, bytes]:
    """Return the bytes of every file of a book, its lock left out."""
    return {
        str(file.relative_to(directory)): file.read_bytes()
        for file in sorted(directory.rglob("*"))
        if file.is_file() and file.name != ".lock"
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
