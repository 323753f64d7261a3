from datetime import datetime

import pyarrow as pa
import pytest

from ews.scoring.again.columns import same_values

NAN = float("nan")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ([1, None, 3], [1, None, 4], [True, True, False]),
        ([1, None], [None, 2], [False, False]),
        (["a", None], ["a", None], [True, True]),
        ([0.1 + 0.2, 0.0, NAN, None], [0.3, -0.0, NAN, None], [False, False, True, True]),
        ([["a"], [], None, ["a", "b"]], [["a"], None, None, ["ab"]], [True, False, True, False]),
        ([["a", "b"], ["c"], ["d", None]], [["a", "x"], ["c"], ["d", None]], [False, True, True]),
        ([[], ["a"]], [[], ["a"]], [True, True]),
        ([{"a": 1}, {"a": None}], [{"a": 1}, {"a": 2}], [True, False]),
        ([True, False], [True, True], [True, False]),
        ([None, None], ["a", None], [False, True]),
        ([1, 2], ["1", "2"], [False, False]),
        ([], [], []),
    ],
)
def test_values_are_the_same_bit_by_bit(one, other, same):
    assert same_values(pa.array(one), pa.array(other)).tolist() == same


def test_a_timestamp_is_the_same_in_whatever_unit_it_is_kept():
    noon, one = datetime(2026, 6, 30, 12), datetime(2026, 6, 30, 12, 0, 1)
    seconds = pa.array([noon, one, None], pa.timestamp("s"))
    assert same_values(seconds, pa.array([noon, noon, None], pa.timestamp("ms"))).tolist() == [True, False, True]
