from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.domain.errors import PolicyError
from ews.domain.levels import WarningLevel
from ews.policy.casework import casework_on, checks_for, customer_type_of
from tests.policy.policies import POLICY

DAY = date(2026, 6, 30)
CASEWORK = POLICY.casework_on(DAY)
NONE, YELLOW, ORANGE, RED = WarningLevel


def every(level: WarningLevel, *, large=False, several=False, watched=False, customer_type=None) -> dict[str, int]:
    rows = checks_for(
        CASEWORK.checks, level, large=large, several=several, watched=watched, customer_type=customer_type
    )
    return {row.form: row.every_days for row in rows}


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (time(7, 59, 59), False),
        (time(8), True),
        (time(21, 59, 59), True),
        (time(22), False),
        (time(23, 59), False),
        (time(0), False),
    ],
)
def test_nobody_is_called_between_22_and_8(at: time, is_open: bool):
    assert CASEWORK.contacts.is_open(at) == is_open


def test_at_most_three_calls_a_day_go_to_the_debtor_or_a_guarantor():
    assert (CASEWORK.contacts.calls_a_day, CASEWORK.contacts.parties) == (3, ("debtor", "guarantor"))


def test_close_monitoring_is_a_call_every_10_days_and_two_visits_a_month():
    assert every(RED) == {"visit": 15, "phone": 10}
    assert every(NONE, watched=True) == {"visit": 15, "phone": 10}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"visit": 180, "phone": 90}),
        ({"several": True}, {"visit": 120, "phone": 90}),
        ({"large": True}, {"visit": 90, "phone": 30, "audit": 365}),
        ({"customer_type": "A"}, {"visit": 180, "phone": 90}),
        ({"customer_type": "B"}, {"visit": 180, "phone": 30}),
        ({"customer_type": "C"}, {"visit": 30, "phone": 15}),
    ],
)
def test_large_loans_several_loans_and_a_bad_past_get_more_checks(given, expected):
    assert every(NONE, **given) == expected


@pytest.mark.parametrize(
    ("level", "given", "expected"),
    [
        (YELLOW, {}, {"visit": 60, "phone": 30}),
        (YELLOW, {"customer_type": "C"}, {"visit": 30, "phone": 15}),
        (ORANGE, {"large": True}, {"visit": 30, "phone": 15, "audit": 365}),
        (RED, {"large": True}, {"visit": 15, "phone": 10, "audit": 90}),
    ],
)
def test_of_the_rows_that_fit_the_shortest_interval_counts_for_each_form(level, given, expected):
    assert every(level, **given) == expected


@given(
    level=st.sampled_from([NONE, YELLOW, ORANGE]),
    large=st.booleans(),
    several=st.booleans(),
    watched=st.booleans(),
    customer_type=st.sampled_from([None, "A", "B", "C"]),
)
def test_one_risk_more_never_means_one_check_less(level, large, several, watched, customer_type):
    before = every(level, large=large, several=several, watched=watched, customer_type=customer_type)
    worse = WarningLevel(list(WarningLevel)[level.rank + 1])
    more = (
        every(worse, large=large, several=several, watched=watched, customer_type=customer_type),
        every(level, large=True, several=several, watched=watched, customer_type=customer_type),
        every(level, large=large, several=True, watched=watched, customer_type=customer_type),
        every(level, large=large, several=several, watched=True, customer_type=customer_type),
        every(level, large=large, several=several, watched=watched, customer_type="C"),
    )
    for after in more:
        assert all(after[form] <= days for form, days in before.items())


@pytest.mark.parametrize(
    ("months_late", "confirmed", "first_missed", "code"),
    [
        (0, False, False, "A"),
        (0, False, None, "A"),
        (0, True, False, "B"),
        (1, False, False, "B"),
        (1, True, False, "B"),
        (2, False, False, "C"),
        (3, False, None, "C"),
        (0, False, True, "C"),
        (None, False, True, "C"),
        (None, True, None, None),
        (None, False, False, None),
    ],
)
def test_a_borrower_is_of_the_worst_customer_type_that_is_true(months_late, confirmed, first_missed, code):
    found = customer_type_of(CASEWORK.customer_types, months_late, confirmed=confirmed, first_missed=first_missed)
    assert (found and found.code) == code


@pytest.mark.parametrize(
    ("role", "following"),
    [
        ("officer", "branch_manager"),
        ("branch_manager", "risk_manager"),
        ("risk_manager", "head_office"),
        ("head_office", None),
        ("validator", "officer"),
    ],
)
def test_a_late_warning_goes_to_the_next_role(role: str, following: str | None):
    assert CASEWORK.lifecycle.after_role(role) == following


def test_a_red_warning_is_never_put_off_and_has_the_least_time():
    life = CASEWORK.lifecycle
    assert life.snooze_days == {RED: 0, ORANGE: 5, YELLOW: 10}
    assert life.escalation_days[RED] < life.escalation_days[ORANGE] < life.escalation_days[YELLOW]
    assert life.handle_days[RED] < life.handle_days[ORANGE] < life.handle_days[YELLOW]


def test_the_measures_are_those_of_a_customer_who_still_pays():
    told = [(one.code, one.cuts_credit, one.gives_credit, one.approver) for one in CASEWORK.measures]
    assert told == [
        ("keep", False, False, "branch_manager"),
        ("reduce", True, False, "branch_manager"),
        ("freeze_drawing", True, False, "branch_manager"),
        ("add_security", False, False, "branch_manager"),
        ("exit_at_maturity", True, False, "risk_manager"),
        ("underwrite_anew", False, False, "risk_manager"),
        ("relief", False, True, "risk_manager"),
    ]
    assert CASEWORK.measure("relief") == CASEWORK.measures[-1]
    assert CASEWORK.measure("sue") is None


def test_reminders_come_3_days_before_an_instalment_and_30_before_a_bullet():
    assert {one.repayment: one.days_before for one in CASEWORK.reminders} == {
        "instalment": 3,
        "bullet": 30,
        "revolving": 30,
    }


def test_the_first_check_falls_15_to_30_days_after_payout_and_is_entered_within_two():
    plan = CASEWORK.checks
    assert (plan.first_from_days, plan.first_to_days, plan.entry_days) == (15, 30, 2)
    assert CASEWORK.quality.entry_days == 2


def test_a_session_is_held_each_quarter_and_approved_twice():
    assert (CASEWORK.session.every_months, CASEWORK.session.approvals) == (3, ("branch_manager", "risk_manager"))


def test_causes_are_asked_for_by_what_they_are_about():
    late = {cause.code for cause in CASEWORK.causes_of("overdue")}
    assert late >= {"forgot", "business", "outside_lenders_cut", "operational", "technical"}
    assert {cause.code for cause in CASEWORK.causes_of("trouble")} >= {"disaster", "fraud", "guarantee", "diversion"}
    assert {cause.about for cause in CASEWORK.causes_of("overdue")} == {"overdue"}


def test_what_the_bank_has_not_looked_up_says_so():
    sourced = (
        CASEWORK.lifecycle, CASEWORK.contacts, CASEWORK.checks, CASEWORK.quality, CASEWORK.session, CASEWORK.overrides,
        *CASEWORK.measures, *CASEWORK.reminders, *CASEWORK.customer_types,
    )  # fmt: skip
    assert {(one.confidence, "(to verify)" in one.source) for one in sourced} == {("M", True)}


def test_a_day_before_the_first_edition_is_an_error():
    with pytest.raises(PolicyError, match=r"no casework on 1899-12-31; its first starts on 1900-01-01. Add an earlier"):
        casework_on(POLICY.casework, date(1899, 12, 31))


def test_of_two_editions_the_one_in_force_counts():
    later = replace(CASEWORK, contacts=replace(CASEWORK.contacts, calls_a_day=2))
    both = replace(POLICY.casework, values=(*POLICY.casework.values, (date(2026, 7, 1), later)))
    assert [casework_on(both, day).contacts.calls_a_day for day in (DAY, date(2026, 7, 1))] == [3, 2]
