"""Outcome news: which rows of a list of outcomes a book may take, and which of them tell it anything new.

told    a view: the outcomes that the book holds, in the columns of today
fresh   a view: rows that pass every check and are not in the book
added   a table: the fresh rows that say something else than the version before them
Checks  those of every row (events/checks.py), and: the day of knowledge is there and not before the event; a cure has
        its day; the loan is the borrower's; the book does not hold another content for the same day; nothing
        contradicts (events/contradictions.py)
"""

from dataclasses import replace
from pathlib import Path

import duckdb

from ews.domain.errors import BookError
from ews.events import sql
from ews.events.checks import ROW, given
from ews.events.contradictions import CURED, contradict, refuse_early_cures
from ews.events.examination import Examination, count_reasons
from ews.events.manifest import Manifest
from ews.events.references import known_values, referred_tables
from ews.events.rejections import Reason
from ews.events.schemas import OUTCOMES, SQL_TYPES

TOLD, FRESH, ADDED = "ews_told_outcomes", "ews_fresh_outcomes", "ews_added_outcomes"


def open_told(con: duckdb.DuckDBPyConnection, directory: Path, manifest: Manifest) -> dict[str, str]:
    """Make the view of the outcomes that the book holds, and what they may refer to; BookError for a lost file."""
    there = {
        name: _there(directory / manifest.tables[name].file)
        for name in (*referred_tables(OUTCOMES), OUTCOMES.name)
        if name in manifest.tables
    }
    _view_told(con, there.pop(OUTCOMES.name, None))
    return known_values(OUTCOMES, there)


def _view_told(con: duckdb.DuckDBPyConnection, file: Path | None) -> None:
    types = {column.name: SQL_TYPES[column.kind] for column in OUTCOMES.columns}
    if file is None:
        nothing = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in types.items())
        con.execute(
            f"CREATE OR REPLACE TEMP VIEW {TOLD} AS SELECT {nothing}, NULL::DATE AS known_on,"
            " NULL::BOOLEAN AS withdrawn WHERE false"
        )
        return
    stored = sql.parquet(str(file))
    there = {str(row[0]) for row in con.execute(f"DESCRIBE FROM {stored}").fetchall()}
    later = {
        column.name: "borrower_id || '|' || kind" if column.made_of else f"CAST(NULL AS {types[column.name]})"
        for column in OUTCOMES.columns
        if column.name not in there
    }
    columns = ", ".join(f"{later.get(name, name)} AS {name}" for name in OUTCOMES.names)
    con.execute(f"CREATE OR REPLACE TEMP VIEW {TOLD} AS SELECT {columns}, known_on, withdrawn FROM {stored}")


def _there(file: Path) -> Path:
    if not file.is_file():
        message = f"The book's file '{file}' is missing. Import the book again."
        raise BookError(message)
    return file


def judged(con: duckdb.DuckDBPyConnection, directory: Path, manifest: Manifest, found: Examination) -> Examination:
    """Return `found` with the failures that only outcomes have; leaves the table of the rows to be added."""
    nothing = "CAST(NULL AS VARCHAR)"
    as_text = "CAST({} AS VARCHAR)"
    cured = f"kind = {sql.literal(CURED)} AND occurred_on IS NULL AND NOT withdrawn"
    for column, value, reason, detail, fails in (
        ("known_on", nothing, Reason.REQUIRED, "'date'", f"{given('known_on')} IS NULL"),
        ("occurred_on", nothing, Reason.REQUIRED, "'date of the cure'", cured),
        (
            "known_on",
            as_text.format("known_on"),
            Reason.KNOWN_BEFORE,
            "'>= occurred_on ' || CAST(occurred_on AS VARCHAR)",
            f"{given('known_on')} < occurred_on",
        ),
        ("loan_id", "loan_id", Reason.CONTRADICTION, "'loan of another borrower'", _of_another(directory, manifest)),
        ("outcome_id", "outcome_id", Reason.CONFLICT, "'known_on ' || CAST(known_on AS VARCHAR)", _is_told(same=False)),
    ):
        con.execute(
            f"INSERT INTO {found.failures} SELECT {ROW}, {sql.literal(column)}, {value}, {sql.literal(reason)},"
            f" {detail} FROM {found.typed} t WHERE ({fails}) AND NOT EXISTS"
            f' (SELECT 1 FROM {found.failures} f WHERE f."row" = t.{ROW} AND f."column" = {sql.literal(column)})'
        )
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW {FRESH} AS SELECT {ROW}, {', '.join(OUTCOMES.names)}, known_on, withdrawn"
        f' FROM {found.typed} t WHERE {ROW} NOT IN (SELECT "row" FROM {found.failures}) AND NOT {_is_told(same=True)}'
    )
    contradict(con, fresh=FRESH, told=TOLD, failures=found.failures)
    refuse_early_cures(con, directory, manifest, fresh=FRESH, told=TOLD, failures=found.failures)
    _collect_added(con)
    return replace(found, reasons=count_reasons(con, found.failures))


def _is_told(*, same: bool) -> str:
    """Return the condition that the book has the row's version already, with the same content or another."""
    content = " AND ".join(f"b.{name} IS NOT DISTINCT FROM t.{name}" for name in (*OUTCOMES.names, "withdrawn"))
    return (
        f"EXISTS (SELECT 1 FROM {TOLD} b WHERE b.outcome_id = t.outcome_id AND b.known_on = t.known_on"
        f" AND {content if same else f'NOT ({content})'})"
    )


def _of_another(directory: Path, manifest: Manifest) -> str:
    """Return the condition that the loan is one of the book, and never was the borrower's."""
    entry = manifest.tables.get("loans")
    if entry is None:
        return "false"
    loans = (
        f"SELECT 1 FROM {sql.parquet(str(directory / entry.file))} l WHERE NOT l.withdrawn AND l.loan_id = t.loan_id"
    )
    return f"EXISTS ({loans}) AND NOT EXISTS ({loans} AND l.borrower_id = t.borrower_id)"


def _collect_added(con: duckdb.DuckDBPyConnection) -> None:
    """Make the table of the fresh rows that say something else than the version before them."""
    content = ", ".join((*OUTCOMES.names, "withdrawn"))
    both = (
        f"SELECT NULL AS {ROW}, {content}, known_on FROM {TOLD} UNION ALL BY NAME SELECT {ROW}, {content}, known_on"
        f" FROM {FRESH}"
    )
    before = f"lag(row({content})) OVER (PARTITION BY outcome_id ORDER BY known_on)"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {ADDED} AS SELECT {content}, known_on FROM"
        f" (SELECT *, row({content}) IS NOT DISTINCT FROM {before} AS is_same FROM ({both}))"
        f" WHERE {ROW} IS NOT NULL AND NOT is_same"
    )
