"""Contact limits, by the table of boundaries: hours, calls a day, and who may be contacted."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.casework.contacts.limits import breaches_of
from ews.policy.casework import ContactLimits

LIMITS = ContactLimits(time(8), time(22), 3, 5, 30, ("debtor", "guarantor"), "guideline", "M")
DAY = date(2026, 7, 6)


def broken(at="10:00", *, party="debtor", channel="call", calls=0, case_calls=0):
    moment = datetime.combine(DAY, time.fromisoformat(at))
    return breaches_of(LIMITS, party=party, channel=channel, at=moment, effective_calls=calls, case_calls=case_calls)


@pytest.mark.parametrize(
    ("at", "again"),
    [
        ("00:00", datetime(2026, 7, 6, 8)),
        ("07:59", datetime(2026, 7, 6, 8)),
        ("07:59:59.999999", datetime(2026, 7, 6, 8)),
        ("08:00", None),
        ("21:59", None),
        ("21:59:59.999999", None),
        ("22:00", datetime(2026, 7, 7, 8)),
        ("23:59", datetime(2026, 7, 7, 8)),
    ],
)
@pytest.mark.parametrize("channel", ["call", "message", "visit"])
def test_nobody_is_contacted_before_eight_or_from_ten_in_the_evening_on(at, again, channel):
    assert [(one.limit, one.again_at) for one in broken(at, channel=channel)] == (
        [] if again is None else [("hours", again)]
    )


@pytest.mark.parametrize(("calls", "limits"), [(0, []), (2, []), (3, ["calls_a_day"]), (4, ["calls_a_day"])])
def test_a_fourth_effective_call_on_a_day_is_one_too_many(calls, limits):
    assert [one.limit for one in broken(calls=calls)] == limits


@pytest.mark.parametrize(
    ("case_calls", "limits"), [(4, []), (5, ["calls_a_day_per_case"]), (6, ["calls_a_day_per_case"])]
)
def test_calls_about_one_borrower_are_limited_over_all_persons(case_calls, limits):
    assert [one.limit for one in broken(calls=2, case_calls=case_calls)] == limits


def test_a_call_too_many_is_allowed_again_when_the_next_day_begins():
    assert broken(calls=3)[0].again_at == datetime(2026, 7, 7, 8)


@pytest.mark.parametrize("channel", ["message", "visit"])
def test_only_calls_are_counted(channel):
    assert broken(channel=channel, calls=3) == ()


@pytest.mark.parametrize(
    ("party", "limits"), [("debtor", []), ("guarantor", []), ("relative", ["party"]), ("colleague", ["party"])]
)
def test_relatives_and_colleagues_are_never_contacted(party, limits):
    found = broken(party=party)

    assert [(one.limit, one.again_at) for one in found] == [(limit, None) for limit in limits]


def test_all_limits_that_are_broken_are_told():
    assert [one.limit for one in broken("23:00", party="relative", calls=3)] == ["party", "hours", "calls_a_day"]


@given(st.times(), st.integers(0, 6))
def test_a_contact_is_allowed_exactly_within_the_hours_and_the_calls(at, calls):
    allowed = time(8) <= at < time(22) and calls < 3

    assert (broken(at.isoformat(), calls=calls) == ()) is allowed
