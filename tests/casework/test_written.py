from datetime import date

import pytest

from ews.casework.written import LONGEST, check_shown, not_past, written
from ews.domain.errors import RequestError


def test_white_space_around_a_text_is_left_out():
    assert written(" 已电话核实 \n", "reason") == "已电话核实"


@pytest.mark.parametrize("text", ["", "  ", "\n\t", "\u3000", "\u200d\ufe0f", "\U000e0100 "])
def test_a_text_that_says_nothing_is_refused(text):
    with pytest.raises(RequestError, match="The reason is empty"):
        written(text, "reason")


def test_a_text_may_be_as_long_as_the_limit_and_no_longer():
    assert written("x" * LONGEST, "note") == "x" * LONGEST
    with pytest.raises(RequestError, match=r"The note has 4,001 characters; give 4,000 or fewer"):
        written("x" * (LONGEST + 1), "note")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a\x00b", r"U\+0000 \(a control character\) as character 2"),
        ("\x1b[31m", r"U\+001B"),
        ("\x7f", r"U\+007F"),
        ("ab\ud83d", r"U\+D83D \(half a character\) as character 3"),
        ("\u202efdp", r"U\+202E \(RIGHT-TO-LEFT OVERRIDE\) as character 1"),
        ("\u2066", r"U\+2066"),
        ("a\u200b", r"U\+200B \(ZERO WIDTH SPACE\) as character 2"),
        ("\u3164", r"U\+3164 \(HANGUL FILLER\) as character 1"),
        ("已\u00ad核实", r"U\+00AD"),
        ("\ufeff已核实", r"U\+FEFF"),
        ("\u2800", r"U\+2800"),
        ("\U000e0041", r"U\+E0041"),
    ],
)
def test_a_character_that_nobody_sees_is_refused_and_named(text, code):
    with pytest.raises(RequestError, match=f"'reason' holds {code}"):
        written(text, "reason")


def test_lines_tabs_and_all_that_is_seen_are_kept():
    text = "第一行\r\n\t第二行 👨‍👩‍👧 ñ € 葛\U000e0100"
    check_shown(text, "note")
    assert written(text, "note") == text


def test_today_is_not_past():
    today = date(2026, 7, 6)
    assert not_past(today, today, "expiry") == today
    with pytest.raises(RequestError, match="The expiry is 2026-07-05, which is before today, 2026-07-06"):
        not_past(date(2026, 7, 5), today, "expiry")
