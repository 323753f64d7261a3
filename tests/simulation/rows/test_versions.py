from datetime import date

import numpy as np
import pyarrow as pa

from ews.simulation.rows.columns import dates
from ews.simulation.rows.versions import later, only, taken_back

ROWS = {"id": pa.array(["a", "b", "c"]), "value": pa.array([1, 2, 3]), "known_on": dates(np.array([0, 0, 0]))}


def test_a_later_version_repeats_the_row_with_what_changed():
    again = later(ROWS, np.array([2, 0]), np.array([5, 6]), 10, value=pa.array([30, 10]))
    assert again["id"].to_pylist() == ["c", "a"]
    assert again["value"].to_pylist() == [30, 10]
    assert again["known_on"].to_pylist() == [date(1970, 1, 6), date(1970, 1, 7)]


def test_what_is_known_only_after_the_book_is_left_out():
    again = later(ROWS, np.array([2, 0]), np.array([11, 10]), 10, value=pa.array([30, 10]))
    assert (again["id"].to_pylist(), again["value"].to_pylist()) == (["a"], [10])


def test_a_tombstone_takes_a_row_back():
    gone = taken_back(ROWS, np.array([1]), np.array([3]), 10)
    assert (gone["id"].to_pylist(), gone["withdrawn"].to_pylist()) == (["b"], [True])


def test_rows_that_are_not_kept_go():
    assert only(ROWS, np.array([True, False, True]))["id"].to_pylist() == ["a", "c"]
