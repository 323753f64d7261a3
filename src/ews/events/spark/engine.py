"""The Spark engine: Ibis's backend, with tables that are worked out once and values as DuckDB gives them.

Work    a table that is kept is written as Parquet below a work folder that driver and workers share, and read back: a
        worker that is lost takes nothing with it, and no plan grows over what it reads
Values  leave Spark as Arrow tables of the types that DuckDB gives, and become frames by the same conversion
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import ibis.expr.operations as ops
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb.converter import DuckDBPandasData, DuckDBPyArrowData
from ibis.backends.pyspark import Backend
from pyspark.sql import DataFrame, SparkSession

from ews.events.spark.dialect import COMPILER
from ews.events.spark.parts import GROUP_BYTES, TOLD, Function, Work, done, parts_of
from ews.events.spark.values import duckdb_like, ibis_schema, spark_schema

_SMALL = 8 * 2**20
"""Bytes of a table at hand that travel with the plan; a larger one is written to the work folder."""


class SparkEngine(Backend):  # type: ignore[misc] # Ibis's backends are made by a metaclass
    """`work` is a folder that the driver and all workers reach."""

    compiler = COMPILER

    @classmethod
    def on(cls, session: SparkSession, work: str) -> "SparkEngine":
        """Return the engine of a session that was started."""
        engine = cls()
        engine.do_connect(session, work)
        return engine

    def do_connect(self, session: SparkSession, work: str) -> None:
        super().do_connect(session)
        self.session = session
        self._work = work.rstrip("/")

    def create_table(self, name: str, /, obj: Any = None, *, temp: bool = False, **others: Any) -> ir.Table:
        """Return a table of the rows of `obj`, written to the work folder; Ibis's own where `temp` is not asked for."""
        if not temp:
            return super().create_table(name, obj, **others)
        frame = self.worked_out(self.described(obj)) if isinstance(obj, ir.Expr) else self.at_hand(obj)
        return self.named(name, frame)

    def described(self, rows: ir.Table) -> DataFrame:
        """Return the rows that `rows` describes."""
        self._run_pre_execute_hooks(rows)
        return self.session.sql(self.compile(rows))

    def at_hand(self, rows: pa.Table) -> DataFrame:
        """Return `rows` as a table of Spark."""
        frame = self.session.createDataFrame(rows.combine_chunks(), spark_schema(rows.schema))
        return frame if rows.nbytes < _SMALL else self.worked_out(frame)

    def worked_out(self, frame: DataFrame) -> DataFrame:
        """Return `frame` as read back from the work folder."""
        return self.written(frame)[0]

    def written(self, frame: DataFrame) -> tuple[DataFrame, str]:
        """Return `frame` as read back from the work folder, and where it lies."""
        place = f"{self._work}/{uuid4().hex}"
        frame.write.option("parquet.block.size", GROUP_BYTES).parquet(place)
        return self.session.read.schema(frame.schema).parquet(place), place

    def mapped(
        self, rows: ir.Table, columns: tuple[str, ...], function: Function, given: Any, schema: pa.Schema
    ) -> pa.Table:
        """Return what `function` makes of `given` and of `columns` of the parts of `rows`, on the workers.

        `rows` is a table that was worked out; what comes back (columns of `schema`) is in no order.
        """
        parts = parts_of(self.session.table(rows.get_name()).inputFiles())
        place = Path(unquote(urlsplit(self._work).path)) / uuid4().hex
        place.mkdir()
        work = Work(function, given, columns, schema, parts, str(place))
        sent = self.session.sparkContext.broadcast(work)
        numbers = self.session.range(0, len(parts), numPartitions=max(1, len(parts)))
        told = numbers.mapInArrow(lambda asked: done(sent.value, asked), spark_schema(TOLD)).toArrow()
        files = sorted(told["file"].to_pylist())
        found = pa.concat_tables([schema.empty_table(), *(pq.read_table(file, schema=schema) for file in files)])
        sent.unpersist()
        self.forget(place.as_uri())
        return found

    def forget(self, place: str) -> None:
        """Remove what `worked_out` wrote there; it may lie on any file system that Spark reaches."""
        context = self.session.sparkContext  # it tells its file systems in no other way
        path = context._jvm.org.apache.hadoop.fs.Path(place)  # noqa: SLF001
        path.getFileSystem(context._jsc.hadoopConfiguration()).delete(path, True)  # noqa: SLF001

    def named(self, name: str, frame: DataFrame) -> ir.Table:
        """Return the table that stands for `frame` in descriptions."""
        frame.createOrReplaceTempView(name)
        return ops.DatabaseTable(name, schema=ibis_schema(frame.schema), source=self).to_expr()

    def to_pyarrow(self, expr: ir.Expr, /, **_: Any) -> Any:
        return expr.__pyarrow_result__(duckdb_like(self.described(expr.as_table())), data_mapper=DuckDBPyArrowData)

    def execute(self, expr: ir.Expr, /, **_: Any) -> Any:
        told = duckdb_like(self.described(expr.as_table()))
        frame = pd.DataFrame({name: _values(told[name]) for name in told.column_names})
        return expr.__pandas_result__(DuckDBPandasData.convert_table(frame, expr.as_table().schema()))

    def _register_in_memory_table(self, op: ops.InMemoryTable) -> None:
        self.at_hand(op.data.to_pyarrow(op.schema)).createOrReplaceTempView(op.name)


def _values(column: pa.ChunkedArray) -> Iterable[Any]:
    """Return a column as Ibis hands over those of DuckDB."""
    if pa.types.is_nested(column.type) or column.null_count:
        return column.to_pylist()  # type: ignore[no-any-return]
    return column.to_pandas()  # type: ignore[no-any-return]
