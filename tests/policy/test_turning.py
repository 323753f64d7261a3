from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.policy.evaluate import COMPARE, truth
from ews.policy.expressions import parse
from ews.policy.turning import inwards, mirrored, render, turned
from tests.policy.test_lifts import LIMITS, conditions, rows

NUMBERS = st.integers(-2, 2)


@pytest.mark.parametrize("op", list(COMPARE))
@given(left=NUMBERS, right=NUMBERS)
def test_a_comparison_turned_or_mirrored_says_the_same(op: Any, left: int, right: int):
    assert COMPARE[turned(op)](left, right) is not COMPARE[op](left, right)
    assert COMPARE[mirrored(op)](right, left) is COMPARE[op](left, right)


@given(text=conditions, row=rows)
def test_a_condition_with_its_nots_inside_means_the_same(text: str, row: dict[str, Any]):
    assert truth(inwards(parse(text)), row, LIMITS) == truth(parse(text), row, LIMITS)


@pytest.mark.parametrize("text", ["a > 0.5", "(a * b) > 2", "a == card", "known(a)"])
def test_a_comparison_is_told_as_it_was_written(text: str):
    assert render(parse(text.replace("card", "'card'"))) == text
