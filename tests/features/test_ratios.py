import ibis
import pytest

from ews.features.ratios import change, only_where, ratio
from tests.books import ENGINE


def number(value: int | None):
    return ibis.literal(value, "int64")


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(1, 4, 0.25), (0, 4, 0.0), (1, 0, None), (1, -2, None), (None, 4, None), (1, None, None)],
)
def test_a_ratio_is_null_where_the_whole_is_not_above_zero(part, whole, expected):
    assert ENGINE.execute(ratio(number(part), number(whole)).isnull()) == (expected is None)
    if expected is not None:
        assert ENGINE.execute(ratio(number(part), number(whole))) == expected


def test_half_the_monthly_mean_is_a_change_of_minus_a_half():
    assert ENGINE.execute(change(number(30), 3, number(180), 9)) == -0.5
    assert ENGINE.execute(change(number(30), 3, number(0), 9).isnull())


def test_a_value_stands_only_where_the_condition_is_known_to_hold():
    for condition, is_null in [(True, False), (False, True), (None, True)]:
        assert ENGINE.execute(only_where(ibis.literal(condition, "boolean"), number(7)).isnull()) == is_null
