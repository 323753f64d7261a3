from dataclasses import replace
from datetime import date

import pytest

from ews.casework.checks.prefill import BookFacts, Known, known_for, prefilled, source_text
from ews.domain.decisions import Held
from ews.domain.text import Text
from ews.policy.forms import Contradiction
from tests.casework.checks.test_answers import TODAY, field, form
from tests.store.samples import JUNE, decision

JULY_5 = date(2026, 7, 5)
ONE = decision()
TWO = decision(loans=(*ONE.loans, replace(ONE.loans[0], loan_id="L2", balance_fen=100, dpd=0, held=())))
RULE = Held("tier_rule", "R", "pass", {"principal": 900})


def known(source, record, *, loan_id=None, book=None):
    return known_for(form(field("x", "text", source=source)), record, loan_id, book).get(source)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("record:exposure_fen", 31_200_000),
        ("record:exposure", 31_200_000),
        ("record:level", "orange"),
        ("record:tier", "special_mention"),
        ("record:loans", 1),
        ("record:signals", "INFLOW_HALVED"),
        ("record:in_default", False),
        ("loan:balance", 31_200_000),
        ("loan:dpd", 3),
        ("feature:inflow_change_3m", -0.6),
    ],
)
def test_the_newest_decision_tells_columns_loans_signals_and_what_it_rests_on(source, value):
    assert known(source, ONE) == Known(value, JUNE)


@pytest.mark.parametrize(
    "source", ["record:strange", "record:reasons", "loan:principal", "feature:wage_change_3m", "fact:dpd_max"]
)
def test_what_nobody_knows_is_not_guessed(source):
    assert known(source, ONE) is None
    assert known(source, None) is None


def test_a_decision_without_signals_prefills_none():
    assert known("record:signals", decision(held=())) is None


def test_a_loan_is_told_where_it_is_named_or_the_only_one():
    assert known("loan:balance", TWO) is None
    assert known("loan:balance", TWO, loan_id="L2") == Known(100, JUNE)
    assert known("loan:balance", TWO, loan_id="L9") is None
    assert known("loan:principal", decision(loans=(replace(ONE.loans[0], held=(RULE,)),))) == Known(900, JUNE)


def test_the_book_comes_before_the_decision_with_its_own_day():
    book = BookFacts(JULY_5, {"inflow_change_3m": -0.1, "wage_change_3m": None, "exposure_fen": 5})
    assert known("feature:inflow_change_3m", ONE, book=book) == Known(-0.1, JULY_5)
    assert known("feature:inflow_change_3m", None, book=book) == Known(-0.1, JULY_5)
    assert known("feature:wage_change_3m", ONE, book=book) is None
    assert known("record:exposure_fen", ONE, book=book) == Known(31_200_000, JUNE)


def test_what_answers_are_held_against_is_kept_though_it_prefills_nothing():
    asked = form(field("sales", "text", contradicts=(Contradiction("feature:inflow_change_3m", ("up",), below=0),)))
    found = known_for(asked, ONE, None, None)
    assert found == {"feature:inflow_change_3m": Known(-0.6, JUNE)}
    assert prefilled(asked, found, TODAY) == {}


@pytest.mark.parametrize(
    ("unit", "value", "begun"),
    [
        ("fen", 1_200.0, 1_200),
        ("fen", 1_200.5, None),
        ("count", 3.0, 3),
        ("count", -1, None),
        ("share", 0.25, 0.25),
        ("share", 1.25, None),
        ("flag", 1.0, True),
        ("flag", 2, None),
        ("choice", "yes", "yes"),
        ("choice", "none", None),
        ("text", "retail", "retail"),
    ],
)
def test_a_field_begins_only_with_what_it_could_be_answered_with(unit, value, begun):
    asked = form(field("x", unit, source="fact:x"))
    found = prefilled(asked, {"fact:x": Known(value, JUNE)}, TODAY)
    assert found == ({} if begun is None else {"x": Known(begun, JUNE)})
    assert all(type(one.value) is type(begun) for one in found.values())


def test_a_source_is_told_in_both_languages():
    assert source_text("fact:dpd_max") == Text("Most days past due of any loan", "最长逾期天数")
    assert source_text("record:strange") == Text("strange", "strange")
