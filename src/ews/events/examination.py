"""Examination of one delivered relation: its rows typed, the failing ones named, versions put in order.

Everything runs inside DuckDB, a table at a time, so that a hundred million rows cost a few scans. What is found
lies in temporary tables of the connection until `forget` drops them.

typed     "#row", the table's columns, known_on and withdrawn with their defaults
failures  one row per failing column: "row", "column", "value", "reason", "detail"
ends      "row", "known_until": where a later version ends a row
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from ews.domain.errors import SourceError
from ews.events import sql
from ews.events.checks import ROW, Check, given, known_reference, row_checks, text_of
from ews.events.readings import Reading, reading, unreadable
from ews.events.rejections import Reason
from ews.events.schemas import ALWAYS_KNOWN, EventTable, all_columns
from ews.events.versions import find_versions


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found in one relation; `reasons` counts each rejected row once, under its gravest reason."""

    schema: EventTable
    relation: str
    typed: str
    failures: str
    ends: str
    delivered: int
    reasons: Mapping[Reason, int]

    @property
    def rejected(self) -> int:
        return sum(self.reasons.values())

    @property
    def accepted(self) -> int:
        return self.delivered - self.rejected


def examine(
    con: duckdb.DuckDBPyConnection,
    schema: EventTable,
    relation: str,
    *,
    extracted_on: date,
    references: Mapping[str, str],
) -> Examination:
    """Check the rows of `relation` (what may follow FROM) against `schema`.

    `references` gives for each column to be looked up a SELECT of the values that are known.
    SourceError where a column is unknown, missing, or of a type that cannot be read.
    """
    typed, failures, ends = (f"ews_{part}_{schema.name}" for part in ("typed", "failures", "ends"))
    readings = _readings(con, schema, relation)
    con.execute(f"CREATE OR REPLACE TEMP VIEW {typed} AS {_typed(schema, relation, readings, references)}")
    checks = row_checks(schema, readings, extracted_on=extracted_on, references=references)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {failures} AS {_failing(typed, checks)}")
    find_versions(con, schema, typed=typed, failures=failures, ends=ends)
    delivered = con.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0]
    reasons = count_reasons(con, failures)
    return Examination(schema, relation, typed, failures, ends, delivered, reasons)


def accepted_rows(con: duckdb.DuckDBPyConnection, found: Examination) -> str:
    """Return the SELECT of the accepted rows, as they are stored and in the order in which they lie on disk."""
    columns = ", ".join(f"t.{sql.name(name)}" for name in found.schema.names)
    versioned = con.execute(f"SELECT count(*) FROM {found.ends}").fetchall()[0][0] > 0
    until = "e.known_until" if versioned else "CAST(NULL AS DATE) AS known_until"
    join = f' LEFT JOIN {found.ends} e ON e."row" = t.{ROW}' if versioned else ""
    kept = f' WHERE t.{ROW} NOT IN (SELECT "row" FROM {found.failures})' if found.rejected else ""
    keys = dict.fromkeys((*found.schema.order, *found.schema.key, "known_on"))
    order = ", ".join(f"t.{sql.name(name)}" for name in keys)
    return f"SELECT {columns}, t.known_on, {until}, t.withdrawn FROM {found.typed} t{join}{kept} ORDER BY {order}"


def forget(con: duckdb.DuckDBPyConnection, found: Examination) -> None:
    """Drop what `examine` left on the connection."""
    con.execute(f"DROP VIEW {found.typed}")
    con.execute(f"DROP TABLE {found.failures}")
    con.execute(f"DROP TABLE {found.ends}")


def _readings(con: duckdb.DuckDBPyConnection, schema: EventTable, relation: str) -> dict[str, Reading]:
    names = [row[:2] for row in con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()]
    delivered = {str(name).lower(): str(kind) for name, kind in names}
    allowed = {column.name: column for column in all_columns(schema)}
    if len(delivered) < len(names):
        message = f"Table '{schema.name}': two columns have the same name. Name each column once in the SQL."
        raise SourceError(message)
    for name in delivered:
        if name not in allowed:
            message = f"Table '{schema.name}': unknown column '{name}'. Columns allowed: {', '.join(allowed)}."
            raise SourceError(message)
    for name, column in allowed.items():
        if name not in delivered and (column.required or name in schema.key) and not column.made_of:
            message = (
                f"Table '{schema.name}': required column '{name}' ({column.en}, {column.zh}) is missing. "
                "Add it to the SQL."
            )
            raise SourceError(message)
        advice = unreadable(column, delivered[name]) if name in delivered else None
        if advice:
            message = f"Table '{schema.name}': column '{name}' is delivered as {delivered[name]}. {advice}."
            raise SourceError(message)
    return {name: reading(column, delivered.get(name)) for name, column in allowed.items()}


def _typed(schema: EventTable, relation: str, readings: Mapping[str, Reading], references: Mapping[str, str]) -> str:
    made = {column.name: column.made_of for column in schema.columns if column.made_of}
    read = [f"{_value(found, made.get(name), readings)} AS {given(name)}" for name, found in readings.items()]
    read += [f"{found.text} AS {text_of(name)}" for name, found in readings.items() if found.text is not None]
    known = [f"{sql.name(name)} IN ({ids}) AS {known_reference(name)}" for name, ids in references.items()]
    happened = f"CAST({sql.name(schema.happened)} AS DATE), " if schema.happened else ""
    defaults = (
        f"coalesce({given('known_on')}, {happened}DATE '{ALWAYS_KNOWN}') AS known_on",
        f"coalesce({given('withdrawn')}, false) AS withdrawn",
    )
    numbered = f"SELECT row_number() OVER () AS {ROW}, * FROM {relation}"
    values = f"SELECT {ROW}, {', '.join(read)} FROM ({numbered})"
    return f"SELECT *, {', '.join((*known, *defaults))} FROM ({values})"


def _value(found: Reading, made_of: tuple[str, ...] | None, readings: Mapping[str, Reading]) -> str:
    """Return the value of a column, put together from `made_of` where it was not delivered; null without the first."""
    if made_of is None:
        return found.value
    first, *others = (readings[name].value for name in made_of)
    rest = "".join(f" || coalesce('|' || {other}, '')" for other in others)
    return f"coalesce({found.value}, {first}{rest})"


def _failing(typed: str, checks: tuple[Check, ...]) -> str:
    found = ", ".join(
        f"CASE WHEN {check.fails} THEN {{'column': '{check.column}', 'value': {check.value}, "
        f"'reason': '{check.reason}', 'detail': {check.detail}}} END"
        for check in checks
    )
    failing = " OR ".join(f"({check.fails})" for check in checks)
    listed = f"list_filter([{found}], lambda failure: failure IS NOT NULL)"
    return f'SELECT {ROW} AS "row", unnest({listed}, recursive := true) FROM {typed} WHERE {failing}'


def count_reasons(con: duckdb.DuckDBPyConnection, failures: str) -> dict[Reason, int]:
    """Count each row once, under the gravest of its reasons."""
    severity = ", ".join(sql.literal(reason) for reason in Reason)
    rank = f"min(list_position([{severity}], reason))"
    rows = con.execute(
        f'SELECT first_rank, count(*) FROM (SELECT {rank} AS first_rank FROM {failures} GROUP BY "row")'
        " GROUP BY first_rank ORDER BY first_rank"
    ).fetchall()
    return {list(Reason)[rank - 1]: count for rank, count in rows}
