"""Opening a book for Spark: its Parquet files, or tables of the same names in a Hive database.

Files   the folder of the book is one that driver and workers share
Hive    the tables lie in the catalog of the session; the manifest still says which there are and what they cover, so
        that their rows are counted against it
"""

from functools import partial
from pathlib import Path

import ibis.expr.types as ir
import pyarrow.parquet as pq
from pyspark.errors import AnalysisException

from ews.domain.errors import BookError
from ews.events.book import Book, book_read, stored_file
from ews.events.manifest import TableEntry, read_manifest
from ews.events.schemas import SQL_TYPES, EventTable
from ews.events.spark.engine import SparkEngine
from ews.events.spark.values import spark_schema

_KNOWLEDGE = {"known_on": "date", "known_until": "date", "withdrawn": "boolean"}
_HIVE = {
    "VARCHAR": "string",
    "DATE": "date",
    "TIMESTAMP": "timestamp_ntz",
    "BIGINT": "bigint",
    "DOUBLE": "double",
    "BOOLEAN": "boolean",
}


def open_on_spark(directory: Path, engine: SparkEngine, *, database: str | None = None) -> Book:
    """Open the book in `directory`, its tables from Hive `database` where one is named; BookError as in `open_book`."""
    read = partial(_file, engine, directory) if database is None else partial(_hive_table, engine, database)
    return book_read(read_manifest(directory), engine, read)


def _file(engine: SparkEngine, directory: Path, schema: EventTable, entry: TableEntry) -> ir.Table:
    path = stored_file(directory, entry).resolve()
    columns = spark_schema(pq.read_schema(path).remove_metadata())
    return engine.named(f"book_{schema.name}", engine.session.read.schema(columns).parquet(path.as_uri()))


def _hive_table(engine: SparkEngine, database: str, schema: EventTable, entry: TableEntry) -> ir.Table:
    """Return the table with the types that a stored one has."""
    name = f"{database}.{schema.name}"
    try:
        found = engine.session.table(name)
    except AnalysisException as error:
        message = f"Hive has no table '{name}', which the book's manifest names. Create it or name another --hive."
        raise BookError(message) from error
    wanted = {column.name: _HIVE[SQL_TYPES[column.kind]] for column in schema.columns if not column.is_later}
    missing = sorted({*wanted, *_KNOWLEDGE} - set(found.columns))
    if missing:
        message = f"Hive table '{name}' lacks {', '.join(missing)}. Load it from the book's files."
        raise BookError(message)
    later = {
        column.name: _HIVE[SQL_TYPES[column.kind]]
        for column in schema.columns
        if column.is_later and column.name in found.columns
    }
    typed = found.selectExpr(
        *(f"CAST(`{column}` AS {kind}) AS `{column}`" for column, kind in {**wanted, **later, **_KNOWLEDGE}.items())
    )
    rows = typed.count()
    if rows != entry.rows:
        message = (
            f"Hive table '{name}' has {rows} rows, the book's manifest {entry.rows}. Load it from the book's files."
        )
        raise BookError(message)
    return engine.named(f"book_{schema.name}", typed)
