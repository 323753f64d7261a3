from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.domain.errors import PolicyError
from ews.policy.calendar import Calendar, read_calendar
from tests.policy.policies import POLICY

CALENDAR = POLICY.calendar
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))


def of_2026(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        ("02-13", True),  # Friday
        ("02-14", True),  # Saturday, worked for Spring Festival
        ("02-15", False),  # Sunday
        ("02-16", False),  # New Year's Eve
        ("02-20", False),  # Friday
        ("02-23", False),  # Monday, the last day off
        ("02-24", True),
        ("02-28", True),  # Saturday, worked for Spring Festival
        ("03-01", False),
        ("09-19", False),
        ("09-20", True),  # Sunday, worked for National Day
        ("09-25", False),  # Mid-Autumn, a Friday
        ("09-30", True),
        ("10-01", False),
        ("10-07", False),
        ("10-08", True),
        ("10-10", True),  # Saturday, worked for National Day
        ("10-11", False),
    ],
)
def test_the_working_days_of_2026_are_those_of_the_state_council(day: str, is_working: bool):
    assert CALENDAR.is_working(of_2026(day)) == is_working


@pytest.mark.parametrize(
    ("day", "days", "expected"),
    [
        ("02-13", 0, "02-13"),
        ("02-13", 1, "02-14"),
        ("02-13", 2, "02-24"),
        ("02-13", 6, "02-28"),
        ("02-13", 7, "03-02"),
        ("02-15", 0, "02-24"),
        ("02-15", 1, "02-24"),
        ("02-18", 3, "02-26"),
        ("09-18", 1, "09-20"),
        ("09-24", 1, "09-28"),
        ("09-30", 1, "10-08"),
        ("09-30", 3, "10-10"),
        ("09-30", 4, "10-12"),
        ("10-03", 0, "10-08"),
        ("10-10", 0, "10-10"),
    ],
)
def test_deadlines_over_the_festivals_of_2026_count_worked_weekends(day: str, days: int, expected: str):
    assert CALENDAR.after(of_2026(day), days) == of_2026(expected)


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("02-13", "02-24", 2),
        ("02-15", "02-23", 0),
        ("02-24", "02-13", -2),
        ("02-13", "02-13", 0),
        ("09-18", "10-12", 12),
        ("10-12", "09-18", -12),
        ("09-30", "10-08", 1),
    ],
)
def test_the_days_between_are_those_after_the_first_up_to_the_last(first: str, last: str, days: int):
    assert CALENDAR.between(of_2026(first), of_2026(last)) == days


def test_a_deadline_may_lie_in_the_next_year():
    assert CALENDAR.after(date(2026, 12, 31), 1) == date(2027, 1, 4)


@given(day=DAYS, days=st.integers(1, 60))
def test_the_nth_working_day_is_one_and_n_lie_up_to_it(day: date, days: int):
    found = CALENDAR.after(day, days)
    assert CALENDAR.is_working(found)
    assert CALENDAR.between(day, found) == days
    assert CALENDAR.between(day, found - timedelta(days=1)) == days - 1


@given(day=DAYS)
def test_no_days_is_the_day_itself_or_the_next_that_is_worked(day: date):
    found = CALENDAR.after(day, 0)
    assert found == (day if CALENDAR.is_working(day) else CALENDAR.after(day, 1))


def test_days_before_a_day_are_not_asked_for():
    with pytest.raises(ValueError, match="-1 working days after 2026-02-13 is asked for; give 0 or more"):
        CALENDAR.after(of_2026("02-13"), -1)


def test_the_bank_may_rest_and_work_otherwise_than_its_country():
    own = replace(CALENDAR, off=(of_2026("02-14"), of_2026("02-24")), working=(of_2026("02-23"),))
    assert [own.is_working(of_2026(day)) for day in ("02-13", "02-14", "02-23", "02-24", "02-25")] == [
        True, False, True, False, True,
    ]  # fmt: skip
    assert own.after(of_2026("02-13"), 2) == of_2026("02-25")


def test_worked_weekends_are_known_up_to_a_year_that_the_bank_can_move():
    assert CALENDAR.known_until == 2026
    assert replace(CALENDAR, working=(date(2027, 2, 13),)).known_until == 2027  # a Saturday
    assert replace(CALENDAR, working=(date(2027, 2, 12),)).known_until == 2026  # a Friday makes up for nothing
    assert Calendar("DE", (), (), "law", "H").known_until is None


GIVEN: dict[str, Any] = {"country": "CN", "off": [], "working": [], "source": "law", "confidence": "H"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"country": "XX"}, "'country' is 'XX', whose holidays are not known. Give a code like CN."),
        ({"country": 86}, "'country' is 86; give a text."),
        ({"off": "2027-01-01"}, "'off' has '2027-01-01'; give a list of dates like [2027-02-13], without quotes."),
        ({"off": ["2027-01-01"]}, "'off' has '2027-01-01'; give a list of dates"),
        ({"working": None}, "'working' has None; give a list of dates"),
        (
            {"off": [date(2027, 1, 4), date(2027, 1, 4)]},
            "'off' has 2027-01-04 twice. Give each day once.",
        ),
        (
            {"off": [date(2027, 1, 4)], "working": [date(2027, 1, 4)]},
            "2027-01-04 is given under 'off' and under 'working'. Take it out of one.",
        ),
        ({"holidays": []}, "'holidays' is not a field here; the fields are country, off, working, source, confidence."),
        ({"source": ""}, "'source' is ''; give a text."),
        ({"confidence": "M"}, "the confidence is M and the source 'law'"),
    ],
)
def test_a_calendar_that_cannot_be_used_says_why(changes: dict[str, Any], message: str):
    with pytest.raises(PolicyError) as caught:
        read_calendar({"calendar": {**GIVEN, **changes}}, "calendar.toml")
    assert str(caught.value).startswith(f"calendar.toml: calendar: {message}")


def test_a_file_without_the_table_says_what_to_give():
    with pytest.raises(PolicyError, match=r"calendar.toml: there is no \[calendar\] in the file. Give one"):
        read_calendar({}, "calendar.toml")


def test_days_are_kept_in_order_whatever_their_order_in_the_file():
    read = read_calendar({"calendar": {**GIVEN, "off": [date(2027, 1, 5), date(2027, 1, 4)]}}, "calendar.toml")
    assert read.off == (date(2027, 1, 4), date(2027, 1, 5))
