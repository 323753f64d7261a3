from datetime import date
from typing import Any

import pytest

from ews.domain.errors import PolicyError
from ews.policy.parameters import Parameter, read_parameters

MISFIT = (
    "limit: the confidence is M and the source 'law'; "
    "a source says (to verify) where the confidence is M, and only there."
)
NO_FIELD = (
    "limit: 'value' is not a field here; the fields are unit, en, zh, source, article, confidence, values, earlier."
)


def parameter(**changes: Any) -> Parameter:
    fields = {
        "unit": "days",
        "en": "x",
        "zh": "x",
        "source": "law",
        "confidence": "H",
        "values": {"2023-07-01": 90},
        **changes,
    }
    given = {key: value for key, value in fields.items() if value is not None}
    return read_parameters({"limit": given}, "parameters.toml")[0]


@pytest.mark.parametrize(
    ("day", "value"),
    [(date(2023, 7, 1), 90), (date(2026, 12, 31), 90), (date(2027, 1, 1), 60)],
)
def test_the_newest_value_that_has_begun_counts(day: date, value: int):
    assert parameter(values={"2027-01-01": 60, "2023-07-01": 90}).value_on(day) == value


def test_a_day_before_any_value_is_an_error_that_says_what_to_do():
    with pytest.raises(PolicyError) as caught:
        parameter().value_on(date(2023, 6, 30))
    assert str(caught.value) == (
        "Parameter 'limit' has no value on 2023-06-30; its first is of 2023-07-01. "
        "Add an earlier value, or 'earlier = \"first\"' if the first may serve for older books."
    )


def test_a_value_lent_to_an_older_book_is_told_from_one_in_force():
    lent = parameter(earlier="first")
    assert lent.value_on(date(2005, 9, 30)) == 90
    assert not lent.in_force(date(2023, 6, 30))
    assert lent.in_force(date(2023, 7, 1))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"source": None}, "limit: 'source' is None; give a text."),
        ({"source": " "}, "limit: 'source' is ' '; give a text."),
        ({"confidence": "M"}, MISFIT),
        ({"zh": None}, "limit: 'zh' is None; give a text."),
        (
            {"unit": "weeks"},
            "limit: 'unit' is 'weeks'; it must be one of fen, count, days, months, share, ratio, change.",
        ),
        ({"values": {"2023-07-01": "90"}}, "limit: the value '90' is not a number."),
        ({"values": {"2023-07-01": True}}, "limit: the value True is not a number."),
        ({"values": {"2023-07-01": 90.5}}, "limit: the value 90.5 must be a whole number of days."),
        (
            {"unit": "share", "values": {"2023-07-01": 20}},
            "limit: the value 20 is not a share from 0 to 1; write 20 % as 0.2.",
        ),
        (
            {"unit": "ratio", "values": {"2023-07-01": float("inf")}},
            "limit: the value inf is no number that can be compared exactly.",
        ),
        (
            {"unit": "ratio", "values": {"2023-07-01": float("nan")}},
            "limit: the value nan is no number that can be compared exactly.",
        ),
        (
            {"values": {"2023-07-01": 2**53 + 1}},
            f"limit: the value {2**53 + 1} is no number that can be compared exactly.",
        ),
        ({"earlier": "never"}, "limit: 'earlier' is 'never'; it must be one of first."),
        ({"value": 90}, NO_FIELD),
    ],
)
def test_a_parameter_that_cannot_be_used_says_why(changes: dict[str, Any], message: str):
    with pytest.raises(PolicyError) as caught:
        parameter(**changes)
    assert str(caught.value) == f"parameters.toml: {message}"


def test_a_name_that_conditions_cannot_use_is_an_error():
    with pytest.raises(PolicyError, match="large-exposure: a parameter's name has letters"):
        read_parameters({"large-exposure": {}}, "parameters.toml")


def test_a_bare_value_instead_of_a_parameter_is_an_error():
    with pytest.raises(PolicyError, match="limit: 'unit' is None"):
        read_parameters({"limit": 90}, "parameters.toml")
