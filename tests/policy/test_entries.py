from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from ews.domain.errors import PolicyError
from ews.policy.entries import Entry, dated, editions, tables, unique


def entry(**fields: Any) -> Entry:
    return Entry("rules.toml", "RULE", fields)


def test_white_space_in_a_text_is_made_single():
    assert entry(en=" a\n  b ").string("en") == "a b"


@pytest.mark.parametrize(
    ("method", "value"),
    [
        ("string", None),
        ("string", "  "),
        ("string", 5),
        ("number", "5"),
        ("number", True),
        ("count", -1),
        ("count", 1.5),
        ("count", True),
        ("clock", "08:00"),
        ("clock", datetime(2026, 7, 1, 8)),
        ("clock", time(8, tzinfo=UTC)),
        ("share", "0.2"),
        ("strings", "officer"),
        ("strings", [1]),
        ("table", [1]),
        ("day", "2026-07-01"),
        ("day", datetime(2026, 7, 1)),
    ],
)
def test_a_field_of_another_kind_is_named_with_its_value(method: str, value: object):
    with pytest.raises(PolicyError) as caught:
        getattr(entry(field=value), method)("field")
    assert str(caught.value).startswith(f"rules.toml: RULE: 'field' is {value!r}; give a")


def test_a_field_that_would_be_ignored_is_an_error():
    with pytest.raises(PolicyError, match="RULE: 'sorce' is not a field here; the fields are source"):
        entry(sorce="x").only("source")


def test_a_word_outside_the_choices_is_an_error():
    with pytest.raises(PolicyError, match="'level' is 'blue'; it must be one of red, yellow"):
        entry(level="blue").choice("level", ("red", "yellow"))


def test_the_same_value_twice_is_an_error():
    with pytest.raises(PolicyError, match="RULE: the code 'A' is used twice"):
        unique([entry(code="A"), entry(code="A")], "code")


@pytest.mark.parametrize("key", ["20230701", "2023-7-1", "tomorrow", "2023-02-30"])
def test_a_day_is_written_in_one_way_only(key: str):
    with pytest.raises(PolicyError, match=f"'{key}' is not a date like 2023-07-01"):
        dated(entry(values={key: 1}), "values", lambda value: value)


def test_days_come_in_order_whatever_their_order_in_the_file():
    values = dated(entry(values={"2027-01-01": 2, "2023-07-01": 1}), "values", lambda value: value)
    assert values.values == ((date(2023, 7, 1), 1), (date(2027, 1, 1), 2))


@pytest.mark.parametrize("values", [None, 90, {}])
def test_values_without_dates_are_an_error(values: object):
    with pytest.raises(PolicyError, match="give values by date"):
        dated(entry(values=values), "values", lambda value: value)


def test_two_editions_on_one_day_are_an_error():
    with pytest.raises(PolicyError, match="two editions start on 2026-01-01"):
        editions([entry(starts=date(2026, 1, 1)), entry(starts=date(2026, 1, 1))], lambda one: one)


@pytest.mark.parametrize("content", [{}, {"signal": []}, {"signal": {}}, {"signal": [1]}])
def test_a_file_without_entries_is_an_error(content: dict[str, Any]):
    with pytest.raises(PolicyError, match=r"signals.toml: there is no \[\[signal\]\]"):
        tables(content, "signal", "signals.toml")


@pytest.mark.parametrize("text", ["Drawn \x1b[31m", "Drawn\u200b", "\u202eDrawn"])
def test_what_a_terminal_would_not_show_is_refused(text: str):
    with pytest.raises(PolicyError, match=r"RULE: 'en' is .*, with a character that cannot be shown"):
        entry(en=text).string("en")


@pytest.mark.parametrize("value", [0, 1, 0.5])
def test_a_share_lies_between_0_and_1(value: float):
    assert entry(x=value).share("x") == value


@pytest.mark.parametrize("value", [-0.01, 1.01, 20, float("nan")])
def test_what_is_no_share_is_an_error(value: float):
    with pytest.raises(PolicyError, match=rf"'x' is {value}, not a share from 0 to 1; write 20 % as 0\.2"):
        entry(x=value).share("x")


@pytest.mark.parametrize("value", ["true", 1, None])
def test_what_is_neither_true_nor_false_is_an_error(value: object):
    with pytest.raises(PolicyError, match=rf"RULE: 'x' is {value!r}; give true or false"):
        entry(x=value).flag("x")


def test_a_number_below_the_least_is_an_error():
    assert entry(x=1).at_least(1, "x") == 1
    with pytest.raises(PolicyError, match="'x' is 0; give 1 or more"):
        entry(x=0).at_least(1, "x")


def test_a_flag_that_is_not_said_has_its_default():
    assert (entry().flag("x"), entry().flag("x", default=True), entry(x=False).flag("x", default=True)) == (
        False, True, False,
    )  # fmt: skip


def test_a_list_holds_each_of_the_choices_once():
    assert entry(x=["b", "a"]).strings("x", ("a", "b")) == ("b", "a")
    assert entry(x=[]).strings("x") == ()
    for wrong in ([], ["c"]):
        with pytest.raises(PolicyError, match=r"'x' is \[.*\]; give one or more of a, b"):
            entry(x=wrong).strings("x", ("a", "b"))
    with pytest.raises(PolicyError, match=r"with one of them twice\. Give each once"):
        entry(x=["a", "a"]).strings("x")


def test_a_table_within_an_entry_is_told_with_the_names_of_both():
    with pytest.raises(PolicyError, match=r"rules\.toml: RULE part: 'y' is None; give a number"):
        entry(part={"x": 1}).table("part").number("y")
