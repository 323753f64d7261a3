"""The one way into a book: the import of raw files, the simulator and rows in a request all pass the same checks.

`write_book` takes whole tables and keeps what it rejects in quarantine; `accept_rows` takes the few rows of a
request, all or none.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from ews.domain.errors import RequestError
from ews.domain.progress import Progress, silent
from ews.events.coverage import Declared
from ews.events.examination import Examination, accepted_rows, examine, forget
from ews.events.intake import DEFAULT_MAX_REJECTED_SHARE, Extract, take_in
from ews.events.publication import staging
from ews.events.rejections import Reason
from ews.events.report import ImportResult
from ews.events.schemas import TABLES, EventTable, all_columns, table

_SHOWN = 5

Rows = Sequence[Mapping[str, Any]]


def write_book(  # noqa: PLR0913 - the one door into a book; each thing it needs is named
    directory: Path,
    relations: Mapping[str, str],
    con: duckdb.DuckDBPyConnection,
    *,
    portfolio: str,
    extracted_on: date,
    recipe: Mapping[str, Any] | None = None,
    covered: Mapping[str, Declared] | None = None,
    max_rejected_share: float = DEFAULT_MAX_REJECTED_SHARE,
    progress: Progress = silent,
) -> ImportResult:
    """Make the book in `directory` from `relations`: per table what may follow FROM on connection `con`.

    SourceError where a relation does not fit its table, RejectedShareError where too many rows are rejected: then
    the book stays as it was. ReconciliationError where what was written is not what was counted.
    """
    extract = Extract(portfolio, extracted_on, recipe or {}, covered or {}, max_rejected_share)
    with staging(directory) as stage:
        return take_in(directory, stage, relations, con, extract, progress=progress)


def accept_rows(rows: Mapping[str, Rows], engine: ibis.BaseBackend, *, extracted_on: date) -> dict[str, pa.Table]:
    """Return `rows` per table as `Book.tables` holds them: typed, with known_on and known_until, tombstones applied.

    Money is in fen, days are ISO texts. References are not looked up. RequestError names table, row (from 1),
    column, value and reason of the first rows that cannot be used.
    """
    with engine.con.cursor() as con:
        return {name: _accept(con, _schema(name), content, extracted_on) for name, content in rows.items()}


def _accept(con: duckdb.DuckDBPyConnection, schema: EventTable, rows: Rows, extracted_on: date) -> pa.Table:
    relation = f"ews_delivered_{schema.name}"
    con.register(relation, _texts(schema, rows))
    found = examine(con, schema, relation, extracted_on=extracted_on, references={})
    _refuse(con, found)
    accepted = accepted_rows(con, found)
    result = con.execute(f"SELECT * EXCLUDE withdrawn FROM ({accepted}) WHERE NOT withdrawn").to_arrow_table()
    forget(con, found)
    con.unregister(relation)
    return result


def _schema(name: str) -> EventTable:
    try:
        return table(name)
    except KeyError:
        message = f"There is no event table '{name}'. Tables: {', '.join(schema.name for schema in TABLES)}."
        raise RequestError(message) from None


def _texts(schema: EventTable, rows: Rows) -> pa.Table:
    """Return the rows as text, every column present: what JSON left out is null."""
    names = [column.name for column in all_columns(schema)]
    for number, row in enumerate(rows, start=1):
        unknown = set(row) - set(names)
        if unknown:
            message = (
                f"Table '{schema.name}', row {number}: unknown column '{min(unknown)}'. Columns allowed: "
                f"{', '.join(names)}."
            )
            raise RequestError(message)
    columns = {
        name: pa.array(
            [_text(schema, number, name, row.get(name)) for number, row in enumerate(rows, start=1)], pa.string()
        )
        for name in names
    }
    return pa.table(columns)


def _text(schema: EventTable, number: int, column: str, value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return str(value)
    message = (
        f"Table '{schema.name}', row {number}: column '{column}' holds {value!r}. Give a text, a number, "
        "true, false or null."
    )
    raise RequestError(message)


def _refuse(con: duckdb.DuckDBPyConnection, found: Examination) -> None:
    if not found.rejected:
        return
    failures = con.execute(
        f'SELECT "row", "column", value, reason, detail FROM {found.failures}'
        f' ORDER BY "row", "column", reason LIMIT {_SHOWN}'
    ).fetchall()
    shown = "; ".join(
        f"row {row}, column '{column}', value {value!r}: {Reason(reason).text.en} ({detail})"
        for row, column, value, reason, detail in failures
    )
    message = (
        f"Table '{found.schema.name}': {found.rejected} of {found.delivered} rows cannot be used. {shown}. "
        "Mend them and ask again."
    )
    raise RequestError(message)
