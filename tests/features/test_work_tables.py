import duckdb
import pytest
from ibis.expr.schema import Schema

from ews.events.engine import connect
from ews.features.work_tables import SPARK, TempTables, told_to

FILTERED = 'WITH "t1" AS (SELECT * FROM "features_table_1" AS "t0" WHERE "t0"."x" > 1) SELECT * FROM "t1", "t1" AS "u"'


class Narrow:
    """An engine whose memory does for one thread only, and for none where `least` is 0."""

    def __init__(self, least: int = 1) -> None:
        self.engine, self.least, self.done = connect(threads=2), least, list[str]()

    @property
    def con(self) -> "Narrow":
        return self

    def execute(self, statement: str) -> duckdb.DuckDBPyConnection:
        self.done.append(statement)
        con: duckdb.DuckDBPyConnection = self.engine.con
        (threads,) = con.execute("SELECT current_setting('threads')").fetchone() or (0,)
        if statement.startswith("INSERT") and threads > self.least:
            message = "Out of Memory Error: failed to pin block"
            raise duckdb.OutOfMemoryException(message)
        return con.execute(statement)


def test_a_table_that_memory_is_short_for_is_filled_on_one_thread_and_then_there_are_two_again():
    engine = Narrow()
    TempTables(engine).fill("numbers", Schema({"x": "int64"}), "SELECT 7 AS x", None)
    assert engine.execute("FROM numbers").fetchall() == [(7,)]
    assert engine.execute("SELECT current_setting('threads')").fetchone() == (2,)


def test_memory_that_does_not_do_for_one_thread_either_is_told():
    engine = Narrow(least=0)
    with pytest.raises(duckdb.OutOfMemoryException):
        TempTables(engine).fill("numbers", Schema({"x": "int64"}), "SELECT 7 AS x", None)
    assert engine.execute("SELECT current_setting('threads')").fetchone() == (2,)


def test_a_table_that_is_only_filtered_is_not_copied_by_duckdb():
    told = told_to("duckdb", FILTERED)
    assert told.startswith('WITH "t1" AS NOT MATERIALIZED (SELECT * FROM "features_table_1"')
    assert told_to(SPARK, FILTERED) == FILTERED


def test_a_table_that_is_worked_out_is_kept_for_its_readers():
    select = 'WITH "t1" AS (SELECT "t0"."x", SUM("t0"."y") AS "y" FROM "features_table_1" AS "t0" GROUP BY 1) SELECT 1'
    assert told_to("duckdb", select) == select
