"""Work tables: where the tables of a script lie while it runs, and the SQL in which it is written, per engine.

DuckDB   temporary tables of its connection
Spark    Parquet below the work folder of events/spark/engine.py, read back as views of its session
"""

import re
from contextlib import AbstractContextManager
from typing import Protocol

import duckdb
import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend
from ibis.backends.sql import SQLBackend
from ibis.expr.schema import Schema

from ews.events.engine import taking_most
from ews.events.temp_tables import columns_of, named, select_all
from ews.features.steps import Function

_FILTERED = re.compile(r'("t\d+") AS \((SELECT \* FROM "features_)')
"""The beginning of a common table that is a filter on a table, and nothing more."""
SPARK = "pyspark"
"""Name that Ibis gives to Spark."""


class WorkTables(Protocol):
    """Names are those of the script; `fill` puts a table in the place of one of the same name."""

    def view(self, name: str, rows: ir.Table) -> None: ...

    def fill(self, name: str, schema: Schema, select: str, function: Function | None) -> None:
        """Fill table `name` with what `select` finds, or with what `function` makes of it."""

    def drop_view(self, name: str) -> None: ...

    def drop(self, name: str) -> None: ...

    def drop_all(self) -> None:
        """Drop what was filled and is there yet."""

    def at_work(self, *, whole: bool) -> AbstractContextManager[None]:
        """Stand around all that fills tables; `whole` where they may take memory whatever else is held."""

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


def told_to(engine: str, select: str) -> str:
    """Return a statement with what an engine has to be told that Ibis does not say.

    DuckDB would copy the rows of a table that are read twice, all of a book's postings, before it reads them.
    """
    return select if engine == SPARK else _FILTERED.sub(r"\1 AS NOT MATERIALIZED (\2", select)


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
            self._fill(f'INSERT INTO "{name}" {select}')
        else:
            made, con = f"{name}_made", self._engine.con
            con.register(made, function(con.sql(select).to_arrow_table()))
            self._do(f'INSERT INTO "{name}" SELECT * FROM "{made}"')
            con.unregister(made)

    def drop_view(self, name: str) -> None:
        self._do(f'DROP VIEW "{name}"')

    def drop(self, name: str) -> None:
        self._do(f'DROP TABLE "{name}"')

    def drop_all(self) -> None:
        for name in self._schemas:
            self._do(f'DROP TABLE IF EXISTS "{name}"')

    def at_work(self, *, whole: bool) -> AbstractContextManager[None]:
        return taking_most(self._engine, whole=whole)

    def handed_over(self, name: str) -> ir.Table:
        result = ibis.util.gen_name("features")
        self._do(f'ALTER TABLE temp.main."{name}" RENAME TO "{result}"')
        return named(self._engine, result, self._schemas[name])

    def _fill(self, statement: str) -> None:
        """Fill a table; once more on one thread where memory did not do, since each thread holds rows of its own."""
        try:
            self._do(statement)
        except duckdb.OutOfMemoryException:
            (threads,) = self._engine.con.execute("SELECT current_setting('threads')").fetchone() or (1,)
            if threads == 1:
                raise
            self._do("SET threads = 1")
            try:
                self._do(statement)
            finally:
                self._do(f"SET threads = {threads}")

    def _do(self, statement: str) -> None:
        self._engine.con.execute(statement)
