"""Work tables: where the tables of a script lie while it runs, and the SQL in which it is written, per engine.

DuckDB   temporary tables of its connection
Spark    Parquet below the work folder of events/spark/engine.py, read back as views of its session
"""

from typing import Protocol

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend
from ibis.backends.sql import SQLBackend
from ibis.expr.schema import Schema

from ews.events.temp_tables import columns_of, named, select_all
from ews.features.steps import Function

SPARK = "pyspark"
"""Name that Ibis gives to Spark."""


class WorkTables(Protocol):
    """Names are those of the script; `fill` puts a table in the place of one of the same name."""

    def view(self, name: str, rows: ir.Table) -> None: ...

    def fill(self, name: str, schema: Schema, select: str, function: Function | None) -> None:
        """Fill table `name` with what `select` finds, or with what `function` makes of it."""

    def drop_view(self, name: str) -> None: ...

    def drop(self, name: str) -> None: ...

    def handed_over(self, name: str) -> ir.Table:
        """Return the table under a name of its own, so that the next script leaves it alone."""


def work_tables(engine: ibis.BaseBackend) -> WorkTables:
    """Return the work tables of a book's engine."""
    if engine.name == SPARK:
        from ews.events.spark.work_views import WorkViews  # noqa: PLC0415 - Spark is there where it was asked for

        return WorkViews(engine)
    return TempTables(engine)


def writer(engine: str) -> SQLBackend:
    """Return a backend of this name that writes SQL, is not connected and holds nothing."""
    if engine == SPARK:
        from ews.events.spark.engine import SparkEngine  # noqa: PLC0415

        return SparkEngine()
    return Backend()


class TempTables:
    """Those of DuckDB."""

    def __init__(self, engine: ibis.BaseBackend) -> None:
        self._engine = engine
        self._schemas: dict[str, Schema] = {}

    def view(self, name: str, rows: ir.Table) -> None:
        self._do(f'CREATE OR REPLACE TEMP VIEW "{name}" AS {select_all(rows, self._engine)}')

    def fill(self, name: str, schema: Schema, select: str, function: Function | None) -> None:
        self._do(f'CREATE OR REPLACE TEMP TABLE "{name}" ({columns_of(schema)})')
        self._schemas[name] = schema
        if function is None:
            self._do(f'INSERT INTO "{name}" {select}')
        else:
            made, con = f"{name}_made", self._engine.con
            con.register(made, function(con.sql(select).to_arrow_table()))
            self._do(f'INSERT INTO "{name}" SELECT * FROM "{made}"')
            con.unregister(made)

    def drop_view(self, name: str) -> None:
        self._do(f'DROP VIEW "{name}"')

    def drop(self, name: str) -> None:
        self._do(f'DROP TABLE "{name}"')

    def handed_over(self, name: str) -> ir.Table:
        result = ibis.util.gen_name("features")
        self._do(f'ALTER TABLE temp.main."{name}" RENAME TO "{result}"')
        return named(self._engine, result, self._schemas[name])

    def _do(self, statement: str) -> None:
        self._engine.con.execute(statement)
