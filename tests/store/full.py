"""A row in every table of a database, of whatever schema: what is copied or migrated is looked at with rows in it."""

from datetime import date, datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import Column, Connection, MetaData, Table, func, insert, select

from ews.store.migrate import VERSION_TABLE
from ews.store.packing import packed

Rows = dict[str, list[dict[str, Any]]]


def tables_in(connection: Connection) -> list[Table]:
    """Return the tables as the database has them, those that others refer to first."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != VERSION_TABLE]


def fill(connection: Connection) -> None:
    """Put a row into each empty table; keys are alike everywhere, so that each reference finds its row."""
    for table in tables_in(connection):
        if connection.execute(select(func.count()).select_from(table)).scalar_one() == 0:
            connection.execute(insert(table), [{column.name: _value(column) for column in table.columns}])


def rows_in(connection: Connection) -> Rows:
    """Return all rows by table, in the order of their keys."""
    return {
        table.name: [
            dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key.columns))
        ]
        for table in tables_in(connection)
    }


def _value(column: Column[Any]) -> Any:
    if column.name == "packed":
        ((_, pack),) = packed(pa.array(["甲2"]), pa.array(['{"name":"甲"}']))
        return pack
    kind = column.type.python_type
    if kind is str:
        return "{}" if column.name in {"body", "content", "rows", "summary", "tallies", "record"} else "甲1"
    known = {int: 1, bool: True, float: 0.1, date: date(2026, 6, 30), datetime: datetime(2026, 6, 30, 9, 5, 7, 123)}
    return known[kind]
