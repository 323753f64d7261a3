from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from ews.simulation.arrays import NEVER
from ews.simulation.latent.course import ABSENT
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.main_loans import BULLET, BUSINESS, INSTALMENT
from ews.simulation.months import Months
from ews.simulation.rows.block import Block
from ews.simulation.rows.loan_terms import UNSECURED, WORKING_CAPITAL
from ews.simulation.rows.loans import NO_DAY, Loans, sign_loans
from ews.simulation.rows.repayments import service
from tests.simulation.rows.courses import Episode, Plan, village, wild_plan

QUIET: dict[str, Any] = {"stock": True, "joined": 0, "due_day": 20}


def one(arrears: list[int], episodes: tuple[Episode, ...] = (), **changed: Any) -> Block:
    """Return a block of one borrower with this course of arrears who always pays on the day."""
    months = Months.ending(date(2026, 6, 30), len(arrears))
    block = village(1, months, **{**QUIET, **changed}).block(Plan(episodes, arrears={0: arrears}))
    return replace(block, late=np.zeros_like(block.late))


def one_loan(repayment: int, **changed: int) -> Loans:
    values = {
        "borrower": 0, "number": 0, "product": BUSINESS, "repayment": repayment, "principal": 120_000_00, "rate": 600,
        "term": 12, "opens": 0, "opened_on": 0, "ends": int(NEVER), "replaces": -1, "security": UNSECURED,
        "purpose": WORKING_CAPITAL, "eased": int(NEVER), "added": 0, "restructured_on": NO_DAY,
    } | changed  # fmt: skip
    return Loans(**{name: np.array([value]) for name, value in values.items()})


def test_equal_principal_with_interest_on_what_is_left():
    course = service(one([0, 0, 0, 0]), one_loan(INSTALMENT))
    assert course.principal_due.tolist() == [10_000_00] * 3
    assert course.interest_due.tolist() == [600_00, 550_00, 500_00]
    assert course.paid.tolist() == [10_600_00, 10_550_00, 10_500_00]
    assert course.principal_left.tolist() == [110_000_00, 100_000_00, 90_000_00]
    assert course.dpd.tolist() == [0, 0, 0]


def test_a_bullet_loan_owes_interest_and_at_the_end_the_principal():
    course = service(one([0, 0, 0, 0]), one_loan(BULLET, term=3, ends=3))
    assert course.principal_due.tolist() == [0, 0, 120_000_00]
    assert course.interest_due.tolist() == [600_00, 600_00, 600_00]
    assert course.principal_left.tolist() == [120_000_00, 120_000_00, 0]


def test_relief_lets_principal_rest_for_half_a_year_and_spreads_it_over_the_longer_term():
    block = one([0] * 30)
    course = service(block, one_loan(INSTALMENT, eased=4, added=12))
    assert course.principal_due[:4].tolist() == [10_000_00] * 4
    assert course.principal_due[4:10].tolist() == [0] * 6
    assert course.principal_due[10:24].tolist() == [80_000_00 // 14] * 13 + [80_000_00 - 13 * (80_000_00 // 14)]
    assert course.principal_left[23] == 0
    assert course.interest_due[4:10].tolist() == [400_00] * 6


def test_relief_puts_off_a_bullet():
    course = service(one([0] * 20), one_loan(BULLET, eased=10, added=6))
    assert np.flatnonzero(course.principal_due).tolist() == [17]
    assert course.interest_due[:18].tolist() == [600_00] * 18


def test_dpd_grows_from_the_first_item_missed_and_passes_90_in_the_fourth_month():
    block = one([0, 0, 1, 2, 3, 4, 5])
    course = service(block, one_loan(BULLET))
    first_missed = int(block.due_on(np.array([0]), np.array([2]))[0])
    assert course.dpd.tolist() == [0] + [int(block.months.last_day(month)) - first_missed for month in range(2, 7)]
    assert course.dpd[3] < 91 < course.dpd[4]


def test_the_first_item_of_all_can_be_missed():
    block = one([0, 1, 2, 3, 4])
    course = service(block, one_loan(INSTALMENT))
    first = int(block.due_on(np.array([0]), np.array([1]))[0])
    assert course.dpd.tolist() == [int(block.months.last_day(month)) - first for month in range(1, 5)]
    assert course.paid.sum() < 10_600_00


def test_arrears_caught_up_are_paid_in_one_sum():
    course = service(one([0, 0, 1, 2, 0, 0]), one_loan(BULLET))
    paid = course.paid + course.paid_first
    assert paid.sum() == 5 * 600_00
    assert paid[1] + paid[2] + course.paid_first[3] == 2 * 600_00
    assert course.paid[3] == 600_00
    assert course.dpd.tolist()[3:] == [0, 0]


@pytest.mark.parametrize("due_day", [5, 14, 25])
@pytest.mark.parametrize("start", range(2, 14))
def test_three_months_caught_up_are_paid_before_the_first_is_91_days_old(due_day, start):
    block = one([0] * start + [1, 2, 3, 0, 0], due_day=due_day)
    course = service(block, one_loan(INSTALMENT, term=24))
    missed, caught_up = start - 1, start + 2
    assert course.first_on[caught_up] - course.due_on[missed] <= 90
    assert course.first_on[caught_up] >= block.months.first_day(start + 3)
    owed = course.principal_due[missed:caught_up] + course.interest_due[missed:caught_up]
    assert course.paid_first[caught_up] == owed.sum() - course.paid[missed:caught_up].sum()


def test_a_default_cured_may_come_back():
    block = one([0, 1, 2, 3, 4, 5, 0, 0, 1, 2, 3, 4])
    course = service(block, one_loan(INSTALMENT))
    assert [dpd > 90 for dpd in course.dpd.tolist()] == [False] * 3 + [True] * 2 + [False] * 5 + [True]
    assert course.dpd[5] == course.dpd[6] == 0


@pytest.mark.parametrize("repayment", [INSTALMENT, BULLET])
def test_less_than_the_first_item_missed_is_paid_in_arrears_however_long_they_last(repayment):
    for seed in range(12):
        block = replace(one([0, *range(1, 20)]), draws=replace(one([0]).draws, seed=seed))
        course = service(block, one_loan(repayment, term=24))
        assert np.all(course.dpd > 0)
        assert course.paid.sum() <= 0.9 * (course.principal_due[0] + course.interest_due[0])


def test_some_pay_the_interest_of_each_month_while_principal_is_missed():
    found = []
    for seed in range(40):
        block = replace(one([0, *range(1, 6)]), draws=replace(one([0]).draws, seed=seed))
        course = service(block, one_loan(INSTALMENT))
        found.append(course.paid.tolist() == course.interest_due.tolist())
    assert 4 < sum(found) < 22


def test_who_vanishes_pays_nothing():
    for seed in range(12):
        block = one([0, 0, *range(1, 8)], (Episode(0, 2, Kind.FRAUD),))
        block = replace(block, draws=replace(block.draws, seed=seed))
        assert service(block, one_loan(INSTALMENT)).paid[1:].sum() == 0


def test_a_called_guarantor_pays_older_items_and_leaves_the_default_standing():
    people = village(3, **QUIET)
    late = [0, *range(1, 15)]
    months = Months.ending(date(2026, 6, 30), len(late))
    call = Episode(2, 5, Kind.CALL, months=4, size=1000.0, other=0)
    block = village(3, months, **QUIET).block(Plan((call,), arrears={0: late}), (0, 1))
    block = replace(block, late=np.zeros_like(block.late))
    called = service(block, one_loan(INSTALMENT, term=24))
    assert len(people.people) == 3
    paid = np.flatnonzero(called.paid_by_guarantor) + 1
    assert paid.min() >= 5
    assert called.paid_by_guarantor.sum() > 2 * 5_000_00
    in_default = called.month >= 4
    assert np.all(called.dpd[in_default] > 90)
    assert called.dpd.max() < 150


def test_a_matured_bullet_is_never_paid_off_by_a_guarantor():
    late = [0] * 4 + list(range(1, 15))
    months = Months.ending(date(2026, 6, 30), len(late))
    call = Episode(2, 8, Kind.CALL, months=4, size=1000.0, other=0)
    block = village(3, months, **QUIET).block(Plan((call,), arrears={0: late}), (0, 1))
    course = service(block, one_loan(BULLET, term=4))
    assert course.paid_by_guarantor.sum() > 100_000_00
    assert np.all(course.dpd[-9:] > 90)
    assert np.all(course.principal_left > 0)


def test_a_borrower_who_leaves_repays_what_is_outstanding():
    course = service(one([0, 0, 0, ABSENT, ABSENT]), one_loan(INSTALMENT, ends=3))
    assert course.month.tolist() == [1, 2, 3]
    assert course.paid.tolist() == [10_600_00, 10_550_00, 10_500_00 + 90_000_00]
    assert course.principal_left.tolist()[-1] == 0


def test_a_loan_written_off_ends_without_a_payment():
    course = service(one([0, *range(1, 23), ABSENT]), one_loan(BULLET, ends=23))
    assert course.month.tolist() == list(range(1, 23))
    assert course.dpd[-1] > 600


def test_an_item_paid_after_the_month_end_is_past_due_on_the_ledger():
    block = one([0, 0, 0], due_day=25)
    block = replace(block, late=np.full_like(block.late, 10))
    course = service(block, one_loan(INSTALMENT))
    assert course.dpd.tolist() == (block.months.last_day(course.month) - course.due_on).tolist()
    assert (course.paid + course.paid_first).tolist() == [10_600_00, 10_550_00]
    first = np.maximum(course.paid_first - course.interest_due, 0)
    assert course.principal_left.tolist() == (np.array([120_000_00, 110_000_00]) - first).tolist()


def test_some_late_items_are_paid_in_two_parts():
    block = one([0] * 60)
    block = replace(block, late=np.full_like(block.late, 8))
    course = service(block, one_loan(BULLET, term=80))
    split = course.paid_first > 0
    assert 10 < split.sum() < 35
    assert np.all((course.paid + course.paid_first) == 600_00)
    assert np.all(course.paid_first < 600_00)


def test_a_loan_of_the_stock_goes_on_where_it_stood():
    course = service(one([0, 0]), one_loan(INSTALMENT, opens=-3))
    assert course.month.tolist() == [0, 1]
    assert course.interest_due.tolist() == [500_00, 450_00]
    assert course.principal_left.tolist() == [90_000_00, 80_000_00]


def test_the_default_of_the_course_is_a_default_of_the_book(place):
    block = place.block(wild_plan(place))
    loans = sign_loans(block)
    course = service(block, loans)
    main = loans.number[course.loan] % 2 == 0
    arrears = block.arrears[course.borrower, course.month]
    opened = course.month - loans.opens[course.loan]
    told = main & (arrears >= 1) & (opened >= arrears)
    assert told.sum() > 200
    assert np.array_equal(course.dpd[told] > 90, arrears[told] >= 4)
    calm = main & (arrears == 0) & (block.late[course.borrower, course.month] <= 0)
    assert np.all(course.dpd[calm] == 0)


@pytest.mark.parametrize("due_day", [5, 25])
@pytest.mark.parametrize("start", [date(2023, 11, 1), date(2024, 2, 1), date(2025, 7, 1)])
def test_the_91st_day_past_due_lies_in_the_third_month_after(start, due_day):
    due = start.replace(day=due_day)
    default = date.fromordinal(due.toordinal() + 91)
    assert (default.year * 12 + default.month) - (due.year * 12 + due.month) == 3
