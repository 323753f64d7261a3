"""Temporary tables of DuckDB: made, filled and named without asking the engine what it was just told.

Ibis writes the columns anew for each table it makes and has the engine describe it afterwards, which for a table of
few rows takes longer than to fill it.
"""

from collections.abc import Sequence
from functools import lru_cache

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
from ibis.expr.schema import Schema

from ews.events import sql

DUCKDB = "duckdb"
"""Name that Ibis gives to the engine."""
_KEPT = 2048


@lru_cache(maxsize=_KEPT)
def columns_of(schema: Schema) -> str:
    """Return the columns of a table of this schema, as CREATE TABLE has them in parentheses."""
    return ", ".join(column.sql("duckdb") for column in schema.to_sqlglot_column_defs("duckdb"))


def named(engine: ibis.BaseBackend, name: str, schema: Schema) -> ir.Table:
    """Return the temporary table `name` of `engine`, which was made with `schema`."""
    place = ops.Namespace(catalog="temp", database="main")
    return ops.DatabaseTable(name, schema=schema, source=engine, namespace=place).to_expr()


def keep(engine: ibis.BaseBackend, rows: ir.Table | pa.Table) -> ir.Table:
    """Return `rows`, described or at hand, as a temporary table of `engine`."""
    name = ibis.util.gen_name("kept")
    if not isinstance(rows, pa.Table):
        if rows.op().find(ops.InMemoryTable):
            return engine.create_table(name, rows, temp=True)
        schema = rows.schema()
        _fill(engine, name, schema, engine.compile(rows))
        return named(engine, name, schema)
    schema, at_hand = Schema.from_pyarrow(rows.schema), f"{name}_at_hand"
    engine.con.register(at_hand, rows)
    _fill(engine, name, schema, f'SELECT * FROM "{at_hand}"')
    engine.con.unregister(at_hand)
    return named(engine, name, schema)


def select_all(rows: ir.Table, engine: ibis.BaseBackend) -> str:
    """Return the SELECT of `rows`; that of a table with a name needs no compiling."""
    found = rows.op()
    if type(found) is not ops.DatabaseTable:
        return str(engine.compile(rows))
    place = [part for part in (found.namespace.catalog, found.namespace.database, found.name) if part is not None]
    return f"SELECT * FROM {'.'.join(map(sql.name, place))}"


def put_together(engine: ibis.BaseBackend, parts: Sequence[ir.Table]) -> ir.Table:
    """Return the rows of temporary tables of one schema in one, those of the first at first; the parts are dropped."""
    name, schema = ibis.util.gen_name("together"), parts[0].schema()
    engine.con.execute(f'CREATE TEMP TABLE "{name}" ({columns_of(schema)})')
    for part in parts:
        place = f'temp.main."{part.op().name}"'
        engine.con.execute(f'INSERT INTO "{name}" SELECT * FROM {place}')
        engine.con.execute(f"DROP TABLE {place}")
    return named(engine, name, schema)


def _fill(engine: ibis.BaseBackend, name: str, schema: Schema, select: str) -> None:
    engine.con.execute(f'CREATE TEMP TABLE "{name}" ({columns_of(schema)})')
    engine.con.execute(f'INSERT INTO "{name}" {select}')
