from typing import Any

import pytest

from ews.domain.lifts import Lift
from ews.policy.expressions import parse
from ews.policy.trials import ends, least

ROW: dict[str, Any] = {"a": 6.0, "b": 2.0, "days": 95, "late": True, "use": "diverted", "none": None}
A, DAYS = Lift("a", "<=", 4), Lift("days", "<=", 90)


@pytest.mark.parametrize(
    ("text", "alternative", "is_ended"),
    [
        ("a > 4", (A,), True),
        ("a > 4 or days > 90", (A,), False),
        ("a > 4 or days > 90", (A, DAYS), True),
        ("a > 3", (A,), False),
        ("days > 90", (Lift("days", "<", 91),), True),
        ("days > 89", (DAYS,), False),
        ("late", (Lift("late", "==", value=False),), True),
        ("use == 'diverted' or use == 'sold'", (Lift("use", "!=", "diverted"),), False),
        ("use in ('diverted', 'sold')", (Lift("use", "not in", "diverted, sold"),), True),
        ("days in (95, 96) or days > 100", (Lift("days", "not in", "95, 96"),), False),
        ("a > 4", (A, Lift("a", ">=", 5)), False),
        ("a * a > 4", (Lift("", "not", "(a * a) > 4"),), True),
        ("a * a > 4 or a * a <= 4", (Lift("", "not", "(a * a) > 4"),), False),
        ("a > none or a > 4", (A,), True),
    ],
)
def test_a_way_out_is_one_only_if_it_ends_the_rule(text: str, alternative: tuple[Lift, ...], is_ended: bool):
    assert ends(alternative, parse(text), ROW, {}) is is_ended


def test_what_is_not_needed_is_left_out():
    assert least((A, DAYS), parse("a > 4 and days > 90"), ROW, {}) == (DAYS,)
    assert least((A, DAYS), parse("a > 4 or days > 90"), ROW, {}) == (A, DAYS)
    assert least((A,), parse("a > 4 or days > 90"), ROW, {}) is None
