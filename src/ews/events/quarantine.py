"""Quarantine (隔离区): the rejected rows of one import, one Parquet file per table.

Grain    one row per failing column of a rejected row
Columns  table, row (ordinal in the source's result; line of a raw file), column ("(line)" where it cannot
         be told), value, reason, detail (what was expected), content (the whole delivered row as JSON; a raw line as
         it stands)
"""

from pathlib import Path

import duckdb

from ews.events import sql
from ews.events.checks import ROW
from ews.events.examination import Examination
from ews.events.rejections import Reason

COLUMNS = ("table", "row", "column", "value", "reason", "detail", "content")


def write_rejected(con: duckdb.DuckDBPyConnection, found: Examination, file: Path) -> None:
    """Write the rows that `found` rejects to `file`, by row, gravest reason first."""
    numbered = f"SELECT row_number() OVER () AS {ROW}, delivered FROM {found.relation} AS delivered"
    kept = f'{ROW} IN (SELECT "row" FROM {found.failures})'
    contents = f"SELECT {ROW}, CAST(to_json(delivered) AS VARCHAR) AS content FROM ({numbered}) WHERE {kept}"
    severity = f"list_position([{', '.join(map(sql.literal, Reason))}], f.reason)"
    names = ", ".join(map(sql.literal, found.schema.names))
    rows = (
        f'SELECT {sql.literal(found.schema.name)} AS "table", f."row", f."column", f.value, f.reason, f.detail,'
        " c.content"
        f' FROM {found.failures} f JOIN ({contents}) c ON c.{ROW} = f."row"'
        f' ORDER BY f."row", {severity}, list_position([{names}], f."column"), f."column"'
    )
    write_rows(con, rows, file)


def write_rows(con: duckdb.DuckDBPyConnection, select: str, file: Path) -> None:
    """Write the result of `select`, which has the columns of a quarantine, to `file`."""
    con.execute(f"COPY ({select}) TO {sql.literal(str(file))} (FORMAT parquet, COMPRESSION zstd)")
