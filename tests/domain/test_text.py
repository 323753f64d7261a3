from copy import deepcopy
from datetime import datetime

import pytest

from ews.domain.errors import RequestError
from ews.domain.text import Language, Sentence, Text, message_of, sentence

WARM = Text("warm", "暖")


def test_a_sentence_is_the_english_text_and_knows_what_it_was_made_of():
    said = sentence("Task '{case_id}' has {count:,} files.", case_id="T1", count=1200)
    assert said == "Task 'T1' has 1,200 files."
    assert (said.template, said.values) == ("Task '{case_id}' has {count:,} files.", {"case_id": "T1", "count": 1200})


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (WARM, "warm"),
        (sentence("{one} or {other}", one=WARM, other="cold"), "warm or cold"),
        (("a", WARM), "a, warm"),
        ((), ""),
        (None, "None"),
        ("{braces}", "{braces}"),
    ],
)
def test_what_stands_in_a_place_is_told_in_english(value, told):
    assert sentence("It is {value}.", value=value) == f"It is {told}."


def test_a_place_says_how_its_value_is_written():
    at = datetime(2026, 8, 2, 8)
    assert sentence("From {at:%Y-%m-%d %H:%M} on.", at=at) == "From 2026-08-02 08:00 on."


def test_an_error_still_has_the_sentence_that_it_was_raised_with():
    error = RequestError(sentence("No '{code}'.", code="X"))
    assert str(error) == "No 'X'."
    assert isinstance(message_of(error), Sentence)
    assert message_of(deepcopy(error)) == "No 'X'."


def test_an_error_of_plain_text_says_that():
    assert (message_of(ValueError("no")), message_of(ValueError()), message_of(KeyError(1))) == ("no", "", "1")


def test_a_text_is_told_in_the_language_asked_for():
    assert [WARM.in_(one) for one in Language] == ["warm", "暖"]
