"""Values: the types of Spark, Arrow and Ibis beside each other, as DuckDB has them.

Naive   a timestamp has no zone anywhere: TIMESTAMP_NTZ in Spark, microseconds in Arrow
Null    every column may be null: Spark's plans say otherwise of what they know, and files do not keep it
"""

import ibis.expr.datatypes as dt
import pyarrow as pa
import pyspark.sql.functions as sf
import pyspark.sql.types as st
from ibis.backends.pyspark.datatypes import PySparkType
from ibis.expr.schema import Schema
from pyspark.sql import DataFrame

_SPARK = {
    pa.string(): st.StringType(),
    pa.bool_(): st.BooleanType(),
    pa.int8(): st.ByteType(),
    pa.int16(): st.ShortType(),
    pa.int32(): st.IntegerType(),
    pa.int64(): st.LongType(),
    pa.float64(): st.DoubleType(),
    pa.date32(): st.DateType(),
    pa.timestamp("us"): st.TimestampNTZType(),
    pa.null(): st.IntegerType(),
}


def spark_schema(schema: pa.Schema | Schema) -> st.StructType:
    """Return the columns of an Arrow or Ibis schema as Spark's."""
    fields = schema if isinstance(schema, pa.Schema) else schema.to_pyarrow()
    return st.StructType([st.StructField(field.name, _spark_type(field.type)) for field in fields])


def ibis_schema(schema: st.StructType) -> Schema:
    """Return the columns of a Spark table as Ibis has those of DuckDB."""
    return Schema({field.name: _ibis_type(field.dataType) for field in schema})


def as_schema(frame: DataFrame, schema: st.StructType) -> DataFrame:
    """Return `frame` with its columns cast to those of `schema`, by position as SQL inserts them."""
    if [field.dataType for field in frame.schema] == [field.dataType for field in schema]:
        return frame.toDF(*schema.names)
    named = frame.toDF(*schema.names)
    return named.select(*(sf.col(f"`{field.name}`").cast(field.dataType).alias(field.name) for field in schema))


def duckdb_like(frame: DataFrame) -> pa.Table:
    """Return the rows of `frame` as an Arrow table; naive timestamps stay naive."""
    return frame.toArrow()


def _spark_type(kind: pa.DataType) -> st.DataType:
    if pa.types.is_decimal(kind):
        return st.DecimalType(kind.precision, kind.scale)
    if pa.types.is_list(kind):
        return st.ArrayType(_spark_type(kind.value_type))
    if pa.types.is_struct(kind):
        return st.StructType([st.StructField(field.name, _spark_type(field.type)) for field in kind])
    if pa.types.is_timestamp(kind) and kind.tz is None:
        return st.TimestampNTZType()
    if pa.types.is_large_string(kind):
        return st.StringType()
    return _SPARK[kind]


def _ibis_type(kind: st.DataType) -> dt.DataType:
    return dt.Timestamp(scale=6) if isinstance(kind, st.TimestampNTZType) else PySparkType.to_ibis(kind)
