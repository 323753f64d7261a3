import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ews.events.engine import connect
from ews.scoring.rows import Beside, Columns, frame_of


def columns() -> Columns:
    return Columns(pd.DataFrame({"borrower_id": ["A", "B"], "dpd": pd.array([3, None], "Int64"), "pd": [0.1, np.nan]}))


def test_a_row_tells_plain_values_by_name():
    first, second = columns().row(0), columns().row(1)
    assert dict(first) == {"borrower_id": "A", "dpd": 3, "pd": 0.1}
    assert (type(first["dpd"]), type(first["pd"])) == (int, float)
    assert second["dpd"] is pd.NA
    assert np.isnan(second["pd"])


def test_only_columns_that_were_asked_for_are_turned_into_lists():
    table = columns()
    assert table.row(1)["borrower_id"] == "B"
    assert list(table) == ["borrower_id"]


def test_a_name_that_no_column_has_is_a_key_error_and_not_there():
    row = columns().row(0)
    with pytest.raises(KeyError, match="grade"):
        row["grade"]
    assert row.get("grade") is None


def test_of_two_rows_the_first_speaks_before_the_second():
    both = Beside({"tier": 1, "dpd": 5}, columns().row(0))
    assert (both["tier"], both["dpd"], both["pd"]) == (1, 5, 0.1)
    assert dict(both) == {"tier": 1, "dpd": 5, "borrower_id": "A", "pd": 0.1}
    assert len(both) == 4


def test_equal_lists_are_one_and_all_else_is_as_the_engine_tells_it():
    rows = pa.table(
        {
            "borrower_id": ["D", "C", "B", "A"],
            "held": pa.array([["A", "B"], [], ["A", "B"], None], pa.list_(pa.string())),
            "dpd": [1, 2, None, 4],
            "name": ["a", None, "b", "c"],
        }
    )
    table = connect().create_table("rows", rows, temp=True)
    found = frame_of(table, "borrower_id")
    assert list(found["borrower_id"]) == ["A", "B", "C", "D"]
    assert found["held"][1] is found["held"][3]
    assert [None if one is None else list(one) for one in found["held"]] == [None, ["A", "B"], [], ["A", "B"]]
    usual = table.order_by("borrower_id").to_pandas()
    assert list(found.columns) == list(usual.columns)
    pd.testing.assert_frame_equal(found.drop(columns="held"), usual.drop(columns="held"))


def test_a_table_without_lists_or_rows_is_read_as_it_is():
    engine = connect()
    bare = engine.create_table("bare", pa.table({"borrower_id": ["B", "A"]}), temp=True)
    assert list(frame_of(bare, "borrower_id")["borrower_id"]) == ["A", "B"]
    empty = pa.schema([("borrower_id", pa.string()), ("held", pa.list_(pa.string()))]).empty_table()
    assert len(frame_of(engine.create_table("empty", empty, temp=True), "borrower_id")) == 0
