from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ews.casework.checks.answers import LARGEST, FaultyFormError, answer_of, day_fault, read_answers
from ews.casework.written import LONGEST
from ews.domain.text import Text
from ews.policy.forms import UNITS, Choice, Field, Form

TODAY = date(2026, 7, 6)
FILE = "a" * 64


def field(name, unit, **more):
    usual = {"choices": (), "required": False, "why_empty_allowed": True, "element": "1102"}
    if unit == "choice":
        usual["choices"] = (Choice("yes", Text("yes", "是")), Choice("no", Text("no", "否")))
    return Field(name, Text(name, name), unit, **{**usual, **more})


def form(*fields, about="borrower"):
    return Form("visit", Text("Visit", "现场检查"), about, fields, "practice", "M")


EVERY = form(
    *(field(unit, unit) for unit in UNITS),
    field("expected", "date", may_be_future=True),
    field("needed", "count", required=True),
    field("must", "flag", required=True, why_empty_allowed=False),
)


def read(answers, why_empty=None, *, complete=False, of=EVERY):
    return read_answers(of, answers, why_empty or {}, today=TODAY, files=(FILE,), complete=complete)


def faults_of(*args, **more):
    with pytest.raises(FaultyFormError) as raised:
        read(*args, **more)
    return [(one.field, one.value, one.message) for one in raised.value.faults]


@pytest.mark.parametrize(
    ("unit", "value"),
    [
        ("text", "正常生产\n35人"),
        ("flag", False),
        ("fen", 0),
        ("fen", LARGEST),
        ("count", 0),
        ("count", LARGEST),
        ("share", 0),
        ("share", 1),
        ("share", 0.25),
        ("date", "2026-07-06"),
        ("expected", "2027-01-01"),
        ("choice", "yes"),
        ("file", FILE),
    ],
)
def test_a_right_answer_is_kept_as_it_came(unit, value):
    assert read({unit: value}).answers == {unit: value}


@pytest.mark.parametrize(
    ("unit", "value", "message"),
    [
        ("text", 5, "give a text"),
        ("text", "a\x00b", "give a text without control characters"),
        ("text", "a\ud800", "give a text without control characters"),
        ("text", "a" * (LONGEST + 1), "give at most 4,000 characters, not 4,001"),
        ("flag", 1, "give true or false"),
        ("flag", "yes", "give true or false"),
        ("fen", 1.5, "give a whole number of fen (1/100 of the currency unit)"),
        ("fen", "100", "give a whole number of fen (1/100 of the currency unit)"),
        ("fen", True, "give a whole number of fen (1/100 of the currency unit)"),
        ("fen", LARGEST + 1, "give a sum in fen from 0 to 1,000,000,000,000,000"),
        ("fen", -1, "give a sum in fen from 0 to 1,000,000,000,000,000"),
        ("count", 2.0, "give a whole number"),
        ("count", -1, "give a number from 0 to 1,000,000,000,000,000"),
        ("count", True, "give a whole number"),
        ("share", 1.01, "give a share from 0 to 1; 75 % is 0.75"),
        ("share", -0.01, "give a share from 0 to 1; 75 % is 0.75"),
        ("share", float("nan"), "give a share from 0 to 1, like 0.75"),
        ("share", False, "give a share from 0 to 1, like 0.75"),
        ("date", "2026-07-07", "the day is to come; give today, 2026-07-06, or an earlier one"),
        ("date", "2026-02-30", "the calendar has no such day; give one like 2026-06-30"),
        ("date", "20260630", "give a day like 2026-06-30"),
        ("date", 20260630, "give a day like 2026-06-30"),
        ("choice", "maybe", "give one of yes, no"),
        ("choice", True, "give one of yes, no"),
        (
            "file",
            "b" * 64,
            "nothing of this SHA-256 was handed in with this check; send the file with POST /v1/evidence first",
        ),
    ],
)
def test_a_wrong_answer_is_told_with_field_value_and_what_to_do(unit, value, message):
    ((name, shown, told),) = faults_of({unit: value})
    assert (name, told) == (unit, message)
    assert shown == repr(value) or (len(shown) == 101 and shown.endswith("…"))


def test_a_field_that_the_form_does_not_have_is_refused_in_answers_and_in_reasons():
    names = [(name, value) for name, value, _ in faults_of({"workrs": 5}, {"workers2": "away"})]
    assert names == [("workrs", "5"), ("workers2", "'away'")]


def test_all_faults_are_told_at_once():
    found = faults_of({"count": -1, "flag": "x", "strange": 1}, complete=True)
    assert [name for name, _, _ in found] == ["strange", "flag", "count", "needed", "must"]


def test_the_message_names_form_fields_values_and_what_to_do():
    with pytest.raises(FaultyFormError) as raised:
        read({"count": -1}, {"must": "asleep"}, complete=True)
    assert str(raised.value) == (
        "Form 'visit': 'count' is -1: give a number from 0 to 1,000,000,000,000,000; 'needed' is missing: give it, or "
        "say in why_empty.needed why nobody can know; 'why_empty.must' is 'asleep': the form does not let this field "
        "be empty; answer it; 'must' is missing: give it; it may not be left empty. Mend what is named and send it "
        "again."
    )
    assert raised.value.code == "bad-form"


def test_a_required_field_may_be_empty_with_a_reason_where_the_form_allows_it():
    filled = read({"must": True, "needed": None, "text": "  "}, {"needed": " gate closed ", "text": ""}, complete=True)
    assert (filled.answers, filled.why_empty) == ({"must": True}, {"needed": "gate closed"})


def test_a_draft_may_lack_required_fields():
    assert read({}).answers == {}


def test_an_answer_and_a_reason_why_it_is_empty_do_not_go_together():
    assert faults_of({"needed": 5}, {"needed": "away"}) == [
        ("why_empty.needed", "'away'", "the field is answered; leave out why it would be empty")
    ]


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (None, "give the day of the check, like 2026-06-30"),
        (date(2026, 7, 7), "the day is to come; give today"),
        (TODAY, None),
        (TODAY - timedelta(days=60), None),
        (TODAY - timedelta(days=61), "the policy has checks entered up to 60 days afterwards; give a day from"),
    ],
)
def test_a_check_was_done_on_a_day_up_to_today(day, told):
    fault = day_fault(day, TODAY, first=TODAY - timedelta(days=60))
    assert (fault is None) if told is None else (fault.field == "done_on" and fault.message.startswith(told))


def test_a_kept_day_is_a_day_again():
    assert answer_of(field("on", "date"), "2026-07-01") == date(2026, 7, 1)
    assert answer_of(field("on", "text"), "2026-07-01") == "2026-07-01"


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["yes", "no", FILE, "2026-07-01", "2026-07-07", " "]),
    st.lists(st.integers(), max_size=2),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine draws slowly
@given(answers=st.dictionaries(st.sampled_from([*UNITS, "expected", "needed", "must", "strange"]), anything))
def test_any_answers_are_kept_as_they_are_or_told_by_their_field(answers):
    said = {name: value for name, value in answers.items() if not (value is None or str(value).strip() == "")}
    try:
        filled = read(answers)
    except FaultyFormError as error:
        wrong = {one.field for one in error.faults}
        assert wrong
        assert wrong <= set(answers)
        assert read({name: value for name, value in answers.items() if name not in wrong})
    else:
        assert filled.answers == said
        assert all(type(filled.answers[name]) is type(value) for name, value in said.items())


@pytest.mark.parametrize(
    ("bounds", "unit", "value", "message"),
    [
        ({"low": -5_00}, "fen", -5_00, None),
        ({"low": -5_00}, "fen", -5_01, "give a sum in fen from -500 to 1,000,000,000,000,000"),
        ({"high": 200}, "count", 200, None),
        ({"high": 200}, "count", 201, "give a number from 0 to 200"),
        ({"low": 0.1, "high": 0.5}, "share", 0.1, None),
        ({"low": 0.1, "high": 0.5}, "share", 0.09, "give a share from 0.1 to 0.5; 75 % is 0.75"),
    ],
)
def test_a_number_lies_between_the_bounds_of_its_field(bounds, unit, value, message):
    of = form(field("x", unit, **bounds))
    if message is None:
        assert read({"x": value}, of=of).answers == {"x": value}
    else:
        assert [told for _, _, told in faults_of({"x": value}, of=of)] == [message]
