"""Outcome files: lists of outcomes as a bank keeps them, offered to SQL as one relation.

Reads   CSV (as every raw file: strictly, UTF-8 or GB18030, every line accounted for) and Parquet; columns by name,
        in any order
Columns borrower_id, kind and known_on in every file; occurred_on, outcome_id, loan_id, amount (fen) and withdrawn where
        there are any
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import duckdb

from ews.domain.errors import SourceError
from ews.events import sql
from ews.events.csv_files import load_csv
from ews.events.engine import EngineErrors, in_one_line
from ews.events.parquet_files import offer_parquet
from ews.events.plain_files import refuse_unreadable
from ews.events.publication import sha256_of
from ews.events.report import FileResult
from ews.events.schemas import OUTCOMES, all_columns
from ews.events.source import FileFormat

NEEDED = ("borrower_id", "kind", "known_on")
_SUFFIXES = (".csv", ".parquet")
_DELIVERED = "ews_listed_outcomes"


def offer_outcomes(
    con: duckdb.DuckDBPyConnection, files: Sequence[Path], stage: Path
) -> tuple[str, tuple[FileResult, ...]]:
    """Return what may follow FROM for the rows of all `files`, all columns as text, and what was read of each CSV.

    SourceError where a file is missing, damaged, of another form, or lacks a column.
    """
    if not files:
        message = "No file of outcomes was named. Give one or more CSV or Parquet files."
        raise SourceError(message)
    con.execute("CREATE SCHEMA raw")
    read = []
    for file in files:
        _check(file, files)
        if file.suffix.lower() == ".parquet":
            offer_parquet(con, file)
        else:
            read.append(load_csv(con, file, FileFormat(), stage))
    relation = " UNION ALL BY NAME ".join(_as_text(con, file) for file in files)
    # A table, since a union read twice need not give its rows in the same order.
    try:
        con.execute(f"CREATE TEMP TABLE {_DELIVERED} AS {relation}")
    except EngineErrors as error:
        listed = ", ".join(f"'{file}'" for file in files)
        message = f"The outcomes of {listed} cannot be read ({in_one_line(error)}). Deliver them again."
        raise SourceError(message) from error
    return _DELIVERED, tuple(read)


def content_id(files: Sequence[Path]) -> str:
    """Return 16 hex digits for what the files hold, in whatever order and under whatever names."""
    return hashlib.sha256("".join(sorted(map(sha256_of, files))).encode()).hexdigest()[:16]


def _check(file: Path, files: Sequence[Path]) -> None:
    if not file.exists() and not file.is_symlink():
        message = f"There is no file '{file}'. Give the CSV or Parquet file with the outcomes."
        raise SourceError(message)
    refuse_unreadable(file)
    if file.suffix.lower() not in _SUFFIXES:
        message = f"'{file}' is neither CSV nor Parquet by its name. Deliver it as .csv or .parquet."
        raise SourceError(message)
    same = [other for other in files if other.stem.casefold() == file.stem.casefold()]
    if len(same) > 1:
        message = f"'{same[0]}' and '{same[1]}' have the same name. Rename one, so that its rows can be told apart."
        raise SourceError(message)


def _as_text(con: duckdb.DuckDBPyConnection, file: Path) -> str:
    """Return the SELECT of the file's columns as text; days without a time are written as days."""
    source = f"raw.{sql.name(file.stem)}"
    described = con.execute(f"DESCRIBE FROM {source}").fetchall()
    names = {str(row[0]).casefold(): (str(row[0]), str(row[1])) for row in described}
    allowed = [column.name for column in all_columns(OUTCOMES)]
    unknown = [name for name in names if name not in allowed]
    if unknown:
        message = (
            f"'{file}' has a column '{unknown[0]}' that outcomes do not have. Columns allowed: {', '.join(allowed)}."
        )
        raise SourceError(message)
    lacking = [name for name in NEEDED if name not in names]
    if lacking:
        there = ", ".join(original for original, _ in names.values())
        message = (
            f"'{file}' has no column '{lacking[0]}', only {there}. Name it in the file: who, what, and since when the "
            "bank knew must be told of every outcome."
        )
        raise SourceError(message)
    columns = ", ".join(f"{_text(*of)} AS {sql.name(name)}" for name, of in names.items())
    return f"SELECT {columns} FROM {source}"


def _text(name: str, kind: str) -> str:
    source = sql.name(name)
    return f"CAST(CAST({source} AS DATE) AS VARCHAR)" if kind.startswith("TIMESTAMP") else f"CAST({source} AS VARCHAR)"
