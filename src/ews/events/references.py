"""References: what the rows of one table may refer to in another, looked up among the rows accepted there."""

from collections.abc import Collection, Mapping
from pathlib import Path

from ews.domain.errors import SourceError
from ews.events import sql
from ews.events.schemas import EventTable


def referred_tables(schema: EventTable) -> dict[str, bool]:
    """Return the tables that rows of `schema` refer to, and whether they must."""
    found: dict[str, bool] = {}
    for column in schema.columns:
        if column.refers is not None:
            table = column.refers.split(".")[0]
            found[table] = column.required or found.get(table, False)
    return found


def known_values(schema: EventTable, files: Mapping[str, Path], *, passed_over: Collection[str] = ()) -> dict[str, str]:
    """Return for each column that refers to a table the SELECT of the values that stand there.

    `files` holds the stored Parquet of each table; columns that refer to a table `passed_over` are left out.
    SourceError where rows must refer to a table that is not there.
    """
    found = {}
    for column in schema.columns:
        if column.refers is None:
            continue
        table, key = column.refers.split(".")
        if table in passed_over:
            continue
        if table in files:
            found[column.name] = f"SELECT {key} FROM {sql.parquet(str(files[table]))} WHERE NOT withdrawn"
        elif column.required:
            message = (
                f"Table '{schema.name}' refers to '{table}', which the source does not deliver. Add "
                f"{table}.sql, made up where the bank has none."
            )
            raise SourceError(message)
        else:
            found[column.name] = "SELECT CAST(NULL AS VARCHAR) WHERE false"
    return found
