from datetime import date

import ibis
import pyarrow as pa
import pytest

from ews.events.engine import connect
from ews.events.temp_tables import keep, select_all

ROWS = pa.table(
    {
        "borrower_id": pa.array(["B2", "B1", None]),
        "amount": pa.array([1, None, 3], pa.int64()),
        "rank": pa.array([1, 2, 3], pa.int8()),
        "share": pa.array([0.5, None, 1.0], pa.float64()),
        "live": pa.array([True, False, None]),
        "on": pa.array([date(2026, 1, 31), None, date(2026, 2, 28)]),
    }
)


@pytest.fixture
def engine():
    return connect(threads=1)


def test_rows_at_hand_are_kept_as_they_are_in_their_order(engine):
    assert keep(engine, ROWS).to_pyarrow() == ROWS


def test_a_kept_table_is_named_as_the_engine_describes_it(engine):
    kept = keep(engine, ROWS)
    described = engine.table(kept.op().name, database=("temp", "main"))
    assert kept.op() == described.op()


def test_what_is_kept_no_longer_depends_on_what_it_was_made_of(engine):
    first = keep(engine, ROWS)
    second = keep(engine, first.filter(first.amount > 1))
    engine.con.execute(f'DELETE FROM "{first.op().name}"')
    assert second.borrower_id.to_pyarrow().to_pylist() == [None]


def test_rows_that_a_description_brings_along_are_kept_too(engine):
    days = ibis.memtable({"as_of": [date(2026, 6, 30)]}, schema={"as_of": "date"})
    crossed = keep(engine, keep(engine, ROWS).cross_join(days))
    assert set(crossed.as_of.to_pyarrow().to_pylist()) == {date(2026, 6, 30)}


def test_the_select_of_a_named_table_gives_its_rows(engine):
    kept = keep(engine, ROWS)
    assert engine.con.sql(select_all(kept, engine)).to_arrow_table() == ROWS
    assert engine.con.sql(select_all(kept.filter(kept.live), engine)).to_arrow_table().num_rows == 1
