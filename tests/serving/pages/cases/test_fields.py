"""Fields of forms: what was sent, as requests take it, and what a field begins with."""

from datetime import date

import pytest
from fastapi.exceptions import RequestValidationError
from hypothesis import given as tried
from hypothesis import strategies as st

from ews.domain.text import Text
from ews.serving.pages.cases.fields import FEN_OF_WAN, Field, Look, Option, choice, day, flag, given, ticks

SAID = Text("x", "x")
AMOUNT = Field("amount_fen", Look.MONEY, SAID)
A, B, SHUT = Option("a", SAID), Option("b", SAID), Option("c", SAID, is_open=False)


@tried(st.integers(1, 10**15))
def test_an_amount_in_ten_thousand_yuan_keeps_every_fen(fen):
    written = f"{fen // FEN_OF_WAN}.{fen % FEN_OF_WAN:06d}"
    assert given([AMOUNT], {"amount_fen": (written,)}) == {"amount_fen": fen}


@pytest.mark.parametrize(
    ("written", "fen"), [("312.5", 312_500_000), ("1,000", 1_000_000_000), (" 3 ", 3_000_000), ("0.000001", 1)]
)
def test_an_amount_is_read_as_people_write_it(written, fen):
    assert given([AMOUNT], {"amount_fen": (written,)}) == {"amount_fen": fen}


@pytest.mark.parametrize("written", ["0.0000001", "three", "inf", "1.2.3"])
def test_what_is_no_amount_is_told_with_its_field(written):
    with pytest.raises(RequestValidationError) as told:
        given([AMOUNT], {"amount_fen": (written,)})
    (fault,) = told.value.errors()
    assert (fault["loc"], fault["input"]) == (("amount_fen",), written)


def test_a_field_that_was_left_empty_is_left_out():
    fields = [AMOUNT, flag("reached", SAID, SAID, SAID)]
    assert given(fields, {"amount_fen": ("",), "reached": (" ",)}) == {}


@pytest.mark.parametrize(("sent", "taken"), [("true", {"reached": True}), ("false", {"reached": False}), ("maybe", {})])
def test_yes_and_no_are_truths_and_all_else_is_left_to_the_request(sent, taken):
    assert given([flag("reached", SAID, SAID, SAID)], {"reached": (sent,)}) == taken


def test_boxes_are_a_list_also_where_none_is_ticked():
    box = ticks("fields", SAID, [A, B])
    assert given([box], {"fields": ("a", "b")}) == {"fields": ["a", "b"]}
    assert given([box], {}) == {"fields": []}
    assert ticks("fields", SAID, [A, B], all_on=True).values == ("a", "b")


@pytest.mark.parametrize(
    ("options", "is_required", "begins"),
    [([A], True, ("a",)), ([A, SHUT], True, ("a",)), ([A, B], True, ()), ([A], False, ()), ([], True, ())],
)
def test_a_choice_that_is_none_is_made_already(options, is_required, begins):
    assert choice("one", SAID, options, is_required=is_required).values == begins


def test_a_day_is_bounded_as_asked():
    bounded = day("until", SAID, least=date(2026, 8, 2), most=date(2026, 8, 5), value=date(2026, 8, 5))
    assert (bounded.least, bounded.most, bounded.values) == ("2026-08-02", "2026-08-05", ("2026-08-05",))
    assert (day("until", SAID).least, day("until", SAID).values) == (None, ())
