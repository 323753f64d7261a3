import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.simulation.arrays import NEVER, next_month, ragged, running


def test_ragged_rows_know_their_owner_and_their_place():
    owner, position = ragged(np.array([2, 0, 3]))
    assert owner.tolist() == [0, 0, 2, 2, 2]
    assert position.tolist() == [0, 1, 0, 1, 2]


def test_nobody_has_no_ragged_rows():
    assert [part.tolist() for part in ragged(np.array([], dtype=np.int64))] == [[], []]


def test_a_running_sum_starts_anew_with_each_owner():
    values, owner = np.array([1, 2, 3, 4]), np.array([0, 0, 2, 2])
    assert running(values, owner).tolist() == [1, 3, 3, 7]


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=5), max_size=6))
def test_a_running_sum_equals_the_sums_owner_by_owner(groups):
    values = np.array([value for group in groups for value in group], dtype=np.int64)
    owner = np.repeat(np.arange(len(groups)), [len(group) for group in groups]).astype(np.int64)
    expected = [int(total) for group in groups for total in np.cumsum(group)]
    assert running(values, owner).tolist() == expected


def test_the_next_month_may_be_this_one_or_never_come():
    when = np.array([[False, True, False], [False, False, False]])
    assert next_month(when).tolist() == [[1, 1, NEVER], [NEVER, NEVER, NEVER]]
