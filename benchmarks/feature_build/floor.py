"""Floor: one GROUP BY over every table that features read, by its first id, over all of its columns."""

import duckdb

from ews.events.manifest import Manifest
from ews.events.schemas import table


def statements(manifest: Manifest) -> list[str]:
    """Return a statement for each table; they read the views of by_hand."""
    return [_statement(name) for name in manifest.tables]


def run(con: duckdb.DuckDBPyConnection, manifest: Manifest) -> None:
    """Do all of them, the results kept as temporary tables."""
    for name, statement in zip(manifest.tables, statements(manifest), strict=True):
        con.execute(f"CREATE TEMP TABLE floor_{name} AS {statement}")


def clear(con: duckdb.DuckDBPyConnection, manifest: Manifest) -> None:
    for name in manifest.tables:
        con.execute(f"DROP TABLE temp.floor_{name}")


def _statement(name: str) -> str:
    schema = table(name)
    key = schema.order[0]
    columns = [column.name for column in schema.columns if column.name != key and not column.is_later]
    read = ", ".join(f"max({column}) AS {column}" for column in (*columns, "known_on", "known_until"))
    return f"SELECT {key}, count(*) AS rows, {read} FROM {name} GROUP BY {key}"
