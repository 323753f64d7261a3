import numpy as np
import pandas as pd
import pytest

from ews.scoring.rows import Beside, Columns, with_shared_lists


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


def test_equal_lists_are_one_and_all_else_is_as_it_was():
    lists = [np.array(["A", "B"], object), np.array([], object), np.array(["A", "B"], object), None]
    frame = pd.DataFrame({"held": pd.Series(lists, dtype=object), "dpd": [1, 2, 3, 4], "name": ["a", None, "b", "c"]})
    found = with_shared_lists(frame)
    assert found["held"][0] is found["held"][2]
    assert [None if one is None else list(one) for one in found["held"]] == [["A", "B"], [], ["A", "B"], None]
    pd.testing.assert_frame_equal(found.drop(columns="held"), frame.drop(columns="held"))
