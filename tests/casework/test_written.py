from datetime import date

import pytest

from ews.casework.written import LONGEST, not_past, written
from ews.domain.errors import RequestError


def test_white_space_around_a_text_is_left_out():
    assert written(" 已电话核实 \n", "reason") == "已电话核实"


@pytest.mark.parametrize("text", ["", "  ", "\n\t", "\u3000"])
def test_a_text_that_says_nothing_is_refused(text):
    with pytest.raises(RequestError, match="The reason is empty"):
        written(text, "reason")


def test_a_text_may_be_as_long_as_the_limit_and_no_longer():
    assert written("x" * LONGEST, "note") == "x" * LONGEST
    with pytest.raises(RequestError, match=r"The note has 4,001 characters; give 4,000 or fewer"):
        written("x" * (LONGEST + 1), "note")


def test_today_is_not_past():
    today = date(2026, 7, 6)
    assert not_past(today, today, "expiry") == today
    with pytest.raises(RequestError, match="The expiry is 2026-07-05, which is before today, 2026-07-06"):
        not_past(date(2026, 7, 5), today, "expiry")
