"""Work views: the tables of a script while Spark runs it.

Each is filled into the work folder and read back: what reads it neither works it out again nor asks for the worker
that did. Names are views of the session; a folder is removed when nothing reads it any more.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.expr.schema import Schema
from pyspark.sql import DataFrame

from ews.events.spark.engine import SparkEngine
from ews.events.spark.values import as_schema, duckdb_like, spark_schema


class WorkViews:
    """Those of `engine`; errors are Spark's own."""

    def __init__(self, engine: SparkEngine) -> None:
        self._engine, self._filled = engine, dict[str, tuple[DataFrame, str]]()

    def view(self, name: str, rows: ir.Table) -> None:
        self._engine.described(rows).createOrReplaceTempView(name)

    def fill(self, name: str, schema: Schema, select: str, function: Callable[[pa.Table], pa.Table] | None) -> None:
        found, wanted = self._engine.session.sql(select), spark_schema(schema)
        if function is not None:
            found = self._engine.at_hand(function(duckdb_like(found)))
        self._filled[name] = self._engine.written(as_schema(found, wanted))
        self._filled[name][0].createOrReplaceTempView(name)

    def drop_view(self, name: str) -> None:
        self._engine.session.catalog.dropTempView(name)

    def drop(self, name: str) -> None:
        self.drop_view(name)
        self._engine.forget(self._filled.pop(name)[1])

    def drop_all(self) -> None:
        for name in list(self._filled):
            self.drop(name)

    def at_work(self, *, whole: bool) -> AbstractContextManager[None]:  # noqa: ARG002 - as WorkTables has it
        return nullcontext()  # the cluster has its own settings

    def handed_over(self, name: str) -> ir.Table:
        self.drop_view(name)
        return self._engine.named(ibis.util.gen_name("features"), self._filled.pop(name)[0])
