from fractions import Fraction
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.scoring.change.parts import BILLION, carried, shapley, units_of, whole, whole_of

parts = st.lists(st.floats(-8, 8), min_size=1, max_size=40)


@given(parts=parts, start=st.floats(-6, 6))
def test_whole_parts_add_up_exactly_and_none_is_off_by_more_than_rounding(parts, start):
    end = start + sum(parts)
    total = units_of(np.array([end])) - units_of(np.array([start]))
    found = whole(np.array([parts]), total)[0]
    assert found.sum() == total[0]
    off = np.abs(found - np.array(parts) * BILLION)
    assert np.sort(off)[:-1].max(initial=0) <= 0.5 + 1e-6
    assert off.max() <= len(parts) / 2 + 2
    assert np.all(found[np.array(parts) == 0] == 0) or not any(parts)


def test_parts_that_do_not_make_up_the_move_are_refused():
    with pytest.raises(ValueError, match="miss it by 999"):
        whole(np.array([[0.1, 0.2]]), np.array([300_000_999]))


@given(parts=parts, before=st.floats(1e-6, 1 - 1e-6))
def test_parts_carried_to_probability_add_up_exactly_and_keep_their_sign(parts, before):
    units = units_of(np.array([parts]))
    start = np.log(before / (1 - before))
    after = 1 / (1 + np.exp(-(start + units.sum() / BILLION)))
    total = units_of(np.array([after])) - units_of(np.array([before]))
    found = carried(units, total, np.array([before * (1 - before)]))[0]
    assert found.sum() == total[0]
    for log_odds, point in zip(units[0], found, strict=True):
        assert point * np.sign(log_odds) >= -len(parts) / 2 - 1


def test_by_hand_a_move_of_probability_is_shared_by_the_mean_slope():
    """Log-odds +3 and -1 of a move from 20 % to 30 %: the points are 15 and -5."""
    found = carried(np.array([[3 * BILLION, -BILLION]]), np.array([BILLION // 10]), np.array([0.16]))
    assert found.tolist() == [[BILLION * 15 // 100, -BILLION * 5 // 100]]


def test_parts_that_cancel_out_are_carried_by_the_slope_where_they_stand():
    found = carried(np.array([[BILLION, -BILLION]]), np.array([0]), np.array([0.25]))
    assert found.tolist() == [[BILLION // 4, -BILLION // 4]]


def by_orders(values, players):
    """Return Shapley's values by walking all orders."""
    orders = list(permutations(players))
    found = dict.fromkeys(players, Fraction(0))
    for order in orders:
        for place, one in enumerate(order):
            before = frozenset(order[:place])
            found[one] += Fraction(values[before | {one}] - values[before], len(orders))
    return found


@settings(max_examples=50, deadline=None)
@given(data=st.data(), count=st.integers(1, 4))
def test_shapley_is_the_average_over_all_orders_and_adds_up(data, count):
    players = [f"p{number}" for number in range(count)]
    sets = [frozenset(some) for size in range(count + 1) for some in combinations(players, size)]
    values = {some: data.draw(st.integers(0, 4)) for some in sets}
    found = shapley(values, players)
    assert found == by_orders(values, players)
    total = values[frozenset(players)] - values[frozenset()]
    assert sum(found.values()) == total
    assert sum(whole_of(found, total).values()) == total * BILLION


def test_by_hand_two_that_each_alone_would_have_raised_the_level_share_it():
    """Level 0; pd alone gives 2, rules alone 2, both 2."""
    values = {frozenset(): 0, frozenset({"pd"}): 2, frozenset({"rules"}): 2, frozenset({"pd", "rules"}): 2}
    assert shapley(values, ["pd", "rules"]) == {"pd": 1, "rules": 1}


def test_thirds_are_told_in_billionths_that_add_up():
    third = Fraction(1, 3)
    assert whole_of({"a": third, "b": third, "c": third}, 1) == {"a": 333_333_334, "b": 333_333_333, "c": 333_333_333}
