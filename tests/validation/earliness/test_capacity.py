import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.validation.earliness.capacity import UNLIMITED, Capacity, placed

THIRDS = Capacity(red=0.25, orange=0.25, yellow=0.25)
"""One place of each kind in a book of four."""


def given_to(levels, urgency, capacity=THIRDS):
    names = np.arange(len(levels))
    return placed(np.array(levels, np.int8), np.array(urgency, float), names, capacity).tolist()


@pytest.mark.parametrize(
    ("borrowers", "places"),
    [(1_000, (5, 15, 50)), (199, (0, 2, 9)), (200, (1, 3, 10)), (0, (0, 0, 0)), (12_345, (61, 185, 617))],
)
def test_places_are_shares_of_the_book_rounded_down(borrowers, places):
    assert Capacity().places(borrowers) == places


def test_a_share_that_binary_numbers_miss_is_whole():
    assert Capacity(red=0.07, orange=0.29, yellow=0.57).places(100) == (7, 29, 57)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_capacity_beyond_the_book_is_refused(share):
    with pytest.raises(ValueError, match="not three shares of the book"):
        Capacity(red=share)


def test_who_finds_no_place_of_the_own_level_gets_one_below():
    assert given_to([3, 3, 3, 3], [1, 4, 3, 2]) == [0, 3, 2, 1]
    assert given_to([3, 3, 2, 1], [1, 2, 9, 9]) == [2, 3, 1, 0]


def test_nobody_gets_a_place_above_the_own_level():
    assert given_to([1, 1, 0, 0], [2, 1, 9, 9]) == [1, 0, 0, 0]
    assert given_to([2, 1, 0, 0], [1, 9, 0, 0]) == [2, 1, 0, 0]


def test_the_more_urgent_come_first_the_unknown_last_and_then_the_first_by_name():
    capacity = Capacity(red=0.0, orange=0.0, yellow=0.5)
    assert given_to([1, 1, 1, 1], [np.nan, 0, 5, -3], capacity) == [0, 1, 1, 0]
    assert given_to([1, 1, 1, 1], [7, 7, 7, 7], capacity) == [1, 1, 0, 0]


def test_with_room_for_all_each_has_the_own_level():
    assert given_to([3, 0, 1, 2, 3], [1, 2, 3, 4, 5], UNLIMITED) == [3, 0, 1, 2, 3]


books = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5) | st.none()), max_size=60)
shares = st.floats(0, 0.4)


@given(book=books, red=shares, orange=shares, yellow=shares)
def test_lists_keep_to_capacity_level_and_order(book, red, orange, yellow):
    capacity = Capacity(red, orange, yellow)
    levels = [level for level, _ in book]
    urgency = [np.nan if one is None else float(one) for _, one in book]
    places = given_to(levels, urgency, capacity)
    limits = dict(zip((3, 2, 1), capacity.places(len(book)), strict=True))
    assert [rank for rank in (1, 2, 3) if places.count(rank) > limits[rank]] == []
    assert [place for level, place in zip(levels, places, strict=True) if place > level] == []
    keys = [
        (-level, -np.nan_to_num(one, nan=-1.0), name)
        for name, (level, one) in enumerate(zip(levels, urgency, strict=True))
    ]
    on_list = [key for key, place in zip(keys, places, strict=True) if place]
    left_out = [key for key, level, place in zip(keys, levels, places, strict=True) if level and not place]
    assert not on_list or not left_out or max(on_list) < min(left_out)


@given(book=books, seed=st.integers(0, 99))
def test_the_order_of_the_rows_changes_nothing(book, seed):
    levels = np.array([level for level, _ in book], np.int8)
    urgency = np.array([np.nan if one is None else one for _, one in book], float)
    names = np.arange(len(book))
    mixed = np.random.default_rng(seed).permutation(len(book))
    whole = placed(levels, urgency, names, THIRDS)
    assert placed(levels[mixed], urgency[mixed], names[mixed], THIRDS).tolist() == whole[mixed].tolist()
