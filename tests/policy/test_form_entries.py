import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ews.domain.errors import PolicyError
from ews.policy.files import read_file
from ews.policy.form_entries import RECORD, read_forms
from ews.policy.forms import Form
from tests.policy.policies import POLICY, VOCABULARY

DAY = date(2026, 1, 1)
FIELD: dict[str, Any] = {"name": "x", "unit": "text", "element": "1111", "en": "X", "zh": "某"}
COUNT = {**FIELD, "unit": "count"}
FLAG = {**FIELD, "unit": "flag"}
FEN = {**FIELD, "unit": "fen"}
YES_NO = [{"code": "as_agreed", "en": "A", "zh": "甲"}, {"code": "diverted", "en": "B", "zh": "乙"}]
CHOICE = {**FIELD, "unit": "choice", "choices": YES_NO}
TREND = {"source": "feature:inflow_change_3m", "answers": ["as_agreed"], "below": -0.3}


def given(*fields: dict[str, Any], **changes: Any) -> dict[str, Any]:
    form = {"code": "f", "starts": DAY, "about": "borrower", "en": "F", "zh": "表", "field": list(fields) or [FIELD]}
    return {**form, "source": "practice (to verify)", "confidence": "M", **changes}


def read(*forms: dict[str, Any]) -> Form:
    return read_forms({"form": list(forms)}, "forms.toml", VOCABULARY).first[1].forms[0]


@pytest.mark.parametrize(
    ("field", "message"),
    [
        (
            {**FIELD, "label": "x"},
            "'label' is not a field here; the fields are name, en, zh, unit, choices, element, req",
        ),
        (
            {**FIELD, "unit": "money"},
            "'unit' is 'money'; it must be one of text, flag, fen, count, share, date, choice, ",
        ),
        ({**FIELD, "unit": "choice"}, "the unit is choice and 'choices' is []; give a list of { code, en, zh }."),
        ({**FIELD, "choices": YES_NO}, "the unit is text and 'choices' is [{"),
        ({**CHOICE, "choices": ["a"]}, "the unit is choice and 'choices' is ['a']; give a list of { code, en, zh }."),
        ({**FIELD, "element": "1199"}, "'element' is '1199'; it must be one of 1101, 1102"),
        ({**FIELD, "zh": ""}, "'zh' is ''; give a text."),
        ({**FIELD, "required": "yes"}, "'required' is 'yes'; give true or false."),
        (
            {**FIELD, "why_empty_allowed": False},
            "'why_empty_allowed' is given for a field that may be left out. Take it out, or say required = true.",
        ),
        (
            {**FIELD, "may_be_future": True},
            "'may_be_future' is given for a field of unit text; only dates can be to come. Take it out.",
        ),
        (
            {**FIELD, "source": "inflow_3m"},
            "'source' is 'inflow_3m'; give one of feature, fact, loan, record, and a name",
        ),
        (
            {**FIELD, "source": "feature:inflow_3n"},
            "'source' is 'feature:inflow_3n', which nobody knows; did you mean 'feature:inflow_3m'?",
        ),
        ({**FIELD, "source": "feature:dpd_max"}, "'source' is 'feature:dpd_max', which nobody knows; did you mean"),
        (
            {**FIELD, "source": "fact:inflow_3m"},
            "'source' is 'fact:inflow_3m', which nobody knows; see docs/features.md",
        ),
        (
            {**FIELD, "source": "record:tire"},
            "'source' is 'record:tire', which nobody knows; did you mean 'record:tier'?",
        ),
        (
            {**FEN, "source": "loan:balance"},
            "'source' is 'loan:balance', but the form is about a borrower, who may have several loans.",
        ),
        (
            {**COUNT, "source": "feature:inflow_3m"},
            "'source' is 'feature:inflow_3m', which is told in fen; the field holds count.",
        ),
        (
            {**FIELD, "unit": "date", "source": "fact:loans"},
            "'source' is 'fact:loans', which is told in count; the field",
        ),
        (
            {**FIELD, "finding": "mood"},
            "'finding' is 'mood'; it must be one of use_of_funds, external_rating, bankruptcy",
        ),
        (
            {**FIELD, "finding": "use_of_funds"},
            (
                "'finding' is 'use_of_funds', which knows none, as_agreed, unclear, diverted; the field holds text. "
                "Rename it, or say is_finding = false."
            ),
        ),
        (
            {**CHOICE, "finding": "bankruptcy"},
            "'finding' is 'bankruptcy', which knows none, reorganisation, liquidation; the answer 'as_agreed' is",
        ),
        (
            {**FLAG, "finding": "use_of_funds"},
            "'finding' is 'use_of_funds', which knows none, as_agreed, unclear, diver",
        ),
        (
            {**CHOICE, "finding": "overdue_cause"},
            "'finding' is 'overdue_cause', which counts on a loan only; the form is about a borrower.",
        ),
        (
            {**COUNT, "finding": "impairment_share"},
            "'finding' is 'impairment_share', a number in share; the field holds count.",
        ),
    ],
)
def test_a_field_that_cannot_be_used_says_why(field: dict[str, Any], message: str):
    with pytest.raises(PolicyError) as caught:
        read(given(field))
    assert str(caught.value).startswith(f"forms.toml: f x: {message}")


@pytest.mark.parametrize(
    ("field", "doubt", "message"),
    [
        (CHOICE, {**TREND, "source": "feature:nix"}, "x contradicts: 'source' is 'feature:nix', which nobody knows"),
        (
            CHOICE,
            {**TREND, "answers": ["never"]},
            "x contradicts: 'answers' is ['never']; give one or more of as_agreed",
        ),
        (CHOICE, {**TREND, "answers": []}, "x contradicts: 'answers' is []; give one or more of as_agreed, diverted."),
        (
            CHOICE,
            {**TREND, "above": 1},
            "x contradicts: say 'below' or 'above' which value of the source the answers are",
        ),
        (CHOICE, {"source": TREND["source"], "answers": ["as_agreed"]}, "x contradicts: say 'below' or 'above'"),
        (CHOICE, {**TREND, "below": "low"}, "x contradicts: 'below' is 'low'; give a number."),
        (
            CHOICE,
            {**TREND, "than": "more"},
            "x contradicts: 'than' is not a field here; the fields are source, answers",
        ),
        (CHOICE, {**TREND, "when": 1}, "x contradicts: 'when' is not a field here"),
        (
            CHOICE,
            {**TREND, "source": "fact:stoppage"},
            "x contradicts: 'source' is 'fact:stoppage'; only numbers and flags",
        ),
        (
            CHOICE,
            {**TREND, "source": "loan:balance"},
            "x contradicts: 'source' is 'loan:balance'; only numbers and flags",
        ),
        (CHOICE, "inflow", "x: 'contradicts' is 'inflow'; give a table of fields and values."),
        (FLAG, {**TREND, "answers": ["true"]}, "x contradicts: 'answers' is ['true']; give one or more of yes, no."),
        (FIELD, TREND, "x contradicts: an answer of unit text cannot be contradicted; only choices, flags and numbers"),
        (COUNT, {"source": "feature:lawsuits_12m"}, "x contradicts: 'than' is None; give a text."),
        (
            COUNT,
            {"source": "feature:lawsuits_12m", "than": "equal"},
            "x contradicts: 'than' is 'equal'; it must be one of",
        ),
        (
            COUNT,
            {"source": "feature:inflow_3m", "than": "more"},
            "x contradicts: 'source' is 'feature:inflow_3m', which is told in fen; the field holds count.",
        ),
        (
            COUNT,
            {"source": "feature:lawsuits_12m", "than": "less", "below": 1},
            "x contradicts: 'below' is not a field",
        ),
    ],
)
def test_a_contradiction_that_cannot_be_held_says_why(field: dict[str, Any], doubt: object, message: str):
    with pytest.raises(PolicyError) as caught:
        read(given({**field, "contradicts": doubt}))
    assert str(caught.value).startswith(f"forms.toml: f {message}")


@pytest.mark.parametrize(
    ("form", "message"),
    [
        (
            given(colour="red"),
            "f: 'colour' is not a field here; the fields are code, starts, en, zh, about, field, source",
        ),
        (given(about="group"), "f: 'about' is 'group'; it must be one of borrower, loan."),
        (given(field=[]), "f: there is no [[field]] in the file. Give at least one."),
        (given(FIELD, COUNT), "f x: the name 'x' is used twice. Rename one."),
        (
            given(
                {**CHOICE, "finding": "use_of_funds"},
                {**CHOICE, "name": "y", "finding": "use_of_funds"},
            ),
            "f y: another field of the form becomes the finding 'use_of_funds' already. Keep one of them.",
        ),
        (given({**CHOICE, "choices": [YES_NO[0], YES_NO[0]]}), "f x choice 2: the code 'as_agreed' is used twice."),
        (
            given({**CHOICE, "choices": [{**YES_NO[0], "fr": "x"}]}),
            "f x choice 1: 'fr' is not a field here; the fields",
        ),
        (
            given({**CHOICE, "choices": [{**YES_NO[0], "is_finding": 0}]}),
            "f x choice 1: 'is_finding' is 0; give true or",
        ),
        (given(source="law"), "f: the confidence is M and the source 'law'"),
        (given(starts="2026"), "f: 'starts' is '2026'; give a date like 2026-07-01, without quotes."),
        (given(code=5), "form 1: 'code' is 5; give a text."),
    ],
)
def test_a_form_that_cannot_be_used_says_why(form: dict[str, Any], message: str):
    with pytest.raises(PolicyError) as caught:
        read(form)
    assert str(caught.value).startswith(f"forms.toml: {message}")


def test_two_forms_of_one_code_on_one_day_are_an_error():
    with pytest.raises(PolicyError, match=r"f: two forms 'f' start on 2026-01-01. Give each its own day"):
        read(given(), given())


def test_an_error_names_the_line_of_the_field(tmp_path: Path):
    path = tmp_path / "forms.toml"
    path.write_text(
        '[[form]]\ncode = "f"\nstarts = 2026-01-01\nabout = "borrower"\nen = "F"\nzh = "表"\n'
        'source = "practice (to verify)"\nconfidence = "M"\n\n[[form.field]]\nname = "a"\nunit = "text"\n'
        'element = "1111"\nen = "A"\nzh = "甲"\n\n[[form.field]]\nname = "b"\nunit = "choice"\nchoices = [\n'
        '  { code = "yes", en = "Yes", zh = "是" },\n  { code = "no", en = "No" },\n]\n'
        'element = "1111"\nen = "B"\nzh = "乙"\n',
        encoding="utf-8",
    )
    with pytest.raises(PolicyError) as caught:
        read_forms(read_file(path), "forms.toml", VOCABULARY)
    assert str(caught.value) == "forms.toml:22: f b choice 2: 'zh' is None; give a text."


def test_a_new_version_of_one_form_leaves_the_others_as_they_are():
    first, second = given(), given(code="g")
    later = given({**FIELD, "name": "y"}, starts=date(2026, 7, 1))
    editions = read_forms({"form": [first, second, later]}, "forms.toml", VOCABULARY)
    told = [(start, [(form.code, form.fields[0].name) for form in forms.forms]) for start, forms in editions.values]
    assert told == [(DAY, [("f", "x"), ("g", "x")]), (date(2026, 7, 1), [("f", "y"), ("g", "x")])]


def test_a_form_counts_from_its_day_only():
    editions = read_forms({"form": [given(), given(code="g", starts=date(2026, 7, 1))]}, "forms.toml", VOCABULARY)
    assert [forms.codes for _, forms in editions.values] == [("f",), ("f", "g")]


def test_what_is_not_said_of_a_field_is_the_mildest():
    (field,) = read(given()).fields
    assert (field.required, field.why_empty_allowed, field.source, field.finding, field.contradicts) == (
        False, True, None, None, (),
    )  # fmt: skip


def test_an_answer_may_be_contradicted_in_several_ways():
    doubts = [TREND, {**TREND, "below": -0.5}]
    (field,) = read(given({**CHOICE, "contradicts": doubts})).fields
    assert [one.below for one in field.contradicts] == [TREND["below"], -0.5]
    with pytest.raises(PolicyError, match="or a list of them"):
        read(given({**CHOICE, "contradicts": [TREND, "x"]}))


def test_a_field_is_asked_only_with_what_the_book_can_know_and_never_when_it_is_required():
    asked = {**FEN, "asked_with": "feature:collateral_seized"}
    assert read(given(asked)).fields[0].asked_with == "feature:collateral_seized"
    with pytest.raises(PolicyError, match="which nobody knows"):
        read(given({**asked, "asked_with": "feature:nix"}))
    with pytest.raises(PolicyError, match="asked of everybody"):
        read(given({**asked, "required": True}))


def test_prefill_may_come_from_the_record_the_facts_and_the_features():
    sources = ("record:exposure_fen", "fact:exposure", "feature:inflow_3m")
    fields = [{**FEN, "name": source.partition(":")[2], "source": source} for source in sources]
    assert [one.source for one in read(given(*fields)).fields] == list(sources)
    loan = read(given({**FEN, "source": "loan:balance"}, about="loan"))
    assert loan.fields[0].source == "loan:balance"


def test_each_field_of_a_record_can_be_told_as_text():
    fields = [{**FIELD, "name": name, "source": f"record:{name}"} for name in RECORD]
    assert [one.name for one in read(given(*fields)).fields] == list(RECORD)


def test_the_default_forms_are_prefilled_from_what_the_book_can_show():
    fields = [one for form in POLICY.forms.first[1].forms for one in form.fields]
    sources = {one.source for one in fields if one.source is not None}
    doubted = {doubt.source for one in fields for doubt in one.contradicts}
    assert sources == {
        "fact:stoppage", "feature:inflow_3m", "feature:lawsuits_12m", "feature:external_debt",
        "feature:guaranteed_amount", "loan:principal", "loan:balance",
    }  # fmt: skip
    assert {"feature:inflow_change_3m", "feature:wage_months_missed_3m", "fact:dpd_max"} <= doubted


@pytest.mark.parametrize(
    ("field", "message"),
    [
        (
            {**FIELD, "low": 0},
            "'low' is given for a field of unit text; only count, fen, share have bounds. Take it",
        ),
        ({**COUNT, "high": 1.5}, "'high' is 1.5, but the field holds count: whole numbers. Give one."),
        ({**COUNT, "high": "9"}, "'high' is '9'; give a number."),
        ({**FEN, "high": -1}, "'high' is -1, below 'low', which is 0. No answer could lie between."),
        ({**FEN, "low": 5, "high": 4}, "'high' is 4, below 'low', which is 5. No answer could lie between."),
        ({**FIELD, "unit": "share", "high": 75}, "'high' is 75, not a share from 0 to 1; write 20 % as 0.2."),
    ],
)
def test_bounds_that_cannot_hold_are_told(field: dict[str, Any], message: str):
    with pytest.raises(PolicyError, match=re.escape(message)):
        read(given(field))


def test_bounds_are_kept_and_may_be_left_out():
    fields = read(given({**FEN, "low": -100, "high": 100}, {**COUNT, "name": "y"})).fields
    assert [(one.low, one.high) for one in fields] == [(-100, 100), (None, None)]
