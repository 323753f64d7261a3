"""Duties, by hand: what is asked for on which day, around the National Day of 2026.

Days off    25 to 27 September, 1 to 7 October; the Saturday 10 October and the Sunday 20 September are worked
"""

from datetime import date, timedelta

import pytest

from ews.casework.tasks.duties import CheckMade, View, duties_of
from ews.casework.tasks.task import form_text, sentence
from ews.domain.levels import WarningLevel
from tests.casework.loan_books import loan, quiet

SEPTEMBER = date(2026, 9, 30)


def on(month: int, day: int) -> date:
    return date(2026, month, day)


def duties(policy, decision, today, kind, published_on=None, **more):
    view = View(decision, published_on or decision.as_of + timedelta(days=1), today, policy, **more)
    return [duty for duty in duties_of(view) if duty.body.type == kind]


@pytest.mark.parametrize(
    ("next_due", "expected"),
    [
        (on(9, 28), on(9, 24)),  # the 25th is off, the 24th the last day before it
        (on(10, 8), on(9, 30)),  # the 5th lies in the holidays
        (on(10, 10), on(9, 30)),  # so does the 7th
        (on(10, 11), on(10, 8)),
        (on(10, 13), on(10, 10)),  # a Saturday that is worked
        (on(10, 14), on(10, 10)),  # the 11th is a Sunday
        (on(9, 23), on(9, 20)),  # a Sunday that is worked
    ],
)
def test_a_reminder_falls_on_the_working_day_three_days_before_or_the_one_before_that(policy, next_due, expected):
    decision = quiet("B1", loan(next_due_on=next_due), as_of=on(8, 31))

    (found,) = duties(policy, decision, next_due - timedelta(days=3), "reminder")

    assert found.due_on == expected


@pytest.mark.parametrize(
    ("today", "is_there"),
    [(on(7, 7), False), (on(7, 8), True), (on(7, 11), True), (on(7, 14), True), (on(7, 15), False)],
)
def test_a_reminder_is_there_from_six_days_before_an_instalment_until_it_is_due(policy, today, is_there):
    decision = quiet("B1", loan(next_due_on=on(7, 14)))

    assert bool(duties(policy, decision, today, "reminder")) == is_there


@pytest.mark.parametrize(("repayment", "asks"), [("instalment", ()), ("bullet", ("paid_from",))])
def test_only_a_loan_that_falls_due_at_once_asks_from_what_it_will_be_paid(policy, repayment, asks):
    decision = quiet("B1", loan(next_due_on=on(7, 8), repayment=repayment))

    (found,) = duties(policy, decision, on(7, 6), "reminder")

    assert found.body.asks == asks


def test_an_item_that_was_due_before_the_batch_is_late_and_not_reminded_of(policy):
    decision = quiet("B1", loan(next_due_on=on(6, 29), dpd=1))

    assert duties(policy, decision, on(6, 29), "reminder") == []


def test_a_bullet_is_reminded_of_thirty_days_before(policy):
    decision = quiet("B1", loan(next_due_on=on(11, 4), repayment="bullet"), as_of=SEPTEMBER)

    (found,) = duties(policy, decision, on(10, 4), "reminder")

    assert (found.due_on, found.body.code) == (on(9, 30), "BULLET_DUE")  # 5 October lies in the holidays


def test_the_first_check_falls_between_15_and_30_days_after_payout_on_a_working_day(policy):
    decision = quiet("B1", loan(opened_on=on(9, 5)), as_of=on(9, 30))

    (found,) = duties(policy, decision, on(10, 1), "first_check", on(9, 30))

    assert (found.body.from_on, found.due_on) == ("2026-09-20", on(9, 30))  # 5 October lies in the holidays
    assert (found.body.form, found.body.asks) == ("first", ("check",))


@pytest.mark.parametrize(("opened_on", "is_asked"), [(on(5, 1), True), (on(4, 30), False)])
def test_the_first_check_of_a_loan_is_not_asked_for_once_it_was_due_before_the_batch_compared_with(
    policy, opened_on, is_asked
):
    decision = quiet("B1", loan(opened_on=opened_on))  # compared with 31 May

    assert bool(duties(policy, decision, on(7, 1), "first_check")) == is_asked


@pytest.mark.parametrize(
    ("today", "zh"),
    [
        (on(7, 1), "放款后首次检查（含资金用途），须在2026-06-16至2026-07-01之间完成"),
        (on(7, 2), "放款后首次检查（含资金用途）：应在2026-06-16至2026-07-01之间完成，期限已过，请立即补查"),
    ],
)
def test_a_first_check_whose_days_are_over_says_so(policy, today, zh):
    decision = quiet("B1", loan(opened_on=on(6, 1)))

    (found,) = duties(policy, decision, today, "first_check")

    assert found.body.text["zh"] == zh
    assert ("has passed; make it now" in found.body.text["en"]) is (today > on(7, 1))


def test_a_check_goes_by_the_name_of_its_form_and_nothing_is_said_twice(policy):
    decision = quiet("B1", loan(opened_on=on(6, 1)))

    (first,) = duties(policy, decision, on(6, 20), "first_check")
    regular = duties(policy, decision, on(6, 20), "regular_check")[0].body

    assert sentence(first.body).zh.startswith("放款后首次检查（含资金用途），须在")
    form = form_text(policy, regular.form, on(6, 20))
    every = regular.terms["every_days"]
    assert sentence(regular).en == f"Regular check: {form.en}, every {every} days. None is on record"
    assert sentence(regular).zh == f"常规检查：{form.zh}，每{every}天一次（尚无此类检查记录）"


def test_a_question_ends_with_its_own_mark(policy):
    (found,) = duties(policy, quiet("B1", loan(next_due_on=on(7, 8), repayment="bullet")), on(7, 6), "reminder")

    assert "other lenders? Loan L1" in sentence(found.body).en


def test_a_product_of_which_the_policy_wants_no_first_check_gets_none(policy):
    other = loan(opened_on=on(6, 20))
    card = type(other)(**{**{name: getattr(other, name) for name in other.__slots__}, "product": "card"})

    assert duties(policy, quiet("B1", card), on(7, 1), "first_check") == []


def regular(policy, form, decision=None, **more):
    found = duties(policy, decision or quiet(exposure_fen=30_000_00), on(7, 6), "regular_check", on(7, 1), **more)
    return next((one for one in found if one.body.form == form), None)


def test_the_next_check_counts_from_the_newest_of_its_form(policy):
    checks = (
        CheckMade("C1", "visit", on(5, 4), None),
        CheckMade("C2", "visit", on(6, 1), None),
        CheckMade("C3", "phone", on(6, 20), None),
    )

    assert regular(policy, "visit", checks=checks).due_on == on(
        11, 27
    )  # 180 days after 1 June: 28 November, a Saturday


def test_a_check_that_became_overdue_by_a_graver_level_is_due_two_working_days_after_the_batch(policy):
    red = quiet(level=WarningLevel.RED, exposure_fen=30_000_00)

    found = regular(policy, "visit", red, checks=(CheckMade("C1", "visit", on(6, 1), None),))

    assert (found.due_on, found.body.code) == (on(7, 3), "VISIT_RED")


def test_where_no_check_is_known_it_counts_from_the_payout(policy):
    decision = quiet("B1", loan(opened_on=on(6, 10)), exposure_fen=30_000_00)

    assert regular(policy, "phone", decision).due_on == on(9, 8)  # 90 days


def test_who_was_paid_out_long_before_anybody_asked_is_checked_one_interval_from_now(policy):
    assert regular(policy, "phone").due_on == on(9, 29)  # 90 days after 1 July


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, "VISIT_ALL"),
        ({"level": WarningLevel.YELLOW}, "VISIT_YELLOW"),
        ({"customer_type": "C"}, "VISIT_C"),
        ({"exposure_fen": 90_000_000}, "VISIT_LARGE"),
        ({"level": WarningLevel.RED, "customer_type": "C", "exposure_fen": 90_000_000}, "VISIT_RED"),
    ],
)
def test_checks_go_by_level_size_and_customer_type(policy, changed, code):
    assert regular(policy, "visit", quiet(**{"exposure_fen": 30_000_00, **changed})).body.code == code


def test_who_is_on_the_watch_list_is_checked_as_those(policy):
    assert regular(policy, "visit", watched=True).body.code == "VISIT_WATCHED"


def test_only_a_large_borrower_is_audited(policy):
    assert regular(policy, "audit") is None
    assert regular(policy, "audit", quiet(exposure_fen=90_000_000)).body.code == "AUDIT_LARGE"


def test_each_group_member_in_default_asks_for_an_assessment(policy):
    found = duties(policy, quiet(assess=("F7", "F9")), on(7, 6), "assessment", on(7, 1))

    assert [(one.body.terms["member_id"], one.due_on) for one in found] == [("F7", on(7, 15)), ("F9", on(7, 15))]


@pytest.mark.parametrize(("code", "asked"), [(None, 0), ("A", 0), ("B", 1), ("C", 1)])
def test_a_type_is_handled_where_the_borrower_does_not_pay_as_due(policy, code, asked):
    assert len(duties(policy, quiet(customer_type=code), on(7, 6), "customer_type")) == asked


def test_a_type_is_handled_before_the_next_payment(policy):
    decision = quiet("B1", loan(next_due_on=on(10, 8)), customer_type="C", as_of=SEPTEMBER)

    (found,) = duties(policy, decision, on(10, 1), "customer_type", on(9, 30))

    assert (found.due_on, found.body.code) == (on(9, 30), "CUSTOMER_TYPE_C")


def test_nobody_asks_for_a_day_off(policy):
    for day in range(60):
        decision = quiet(
            "B1",
            loan(next_due_on=on(9, 1) + timedelta(days=day), opened_on=on(8, 1) + timedelta(days=day), dpd=day),
            customer_type="B",
            assess=("F1",),
            as_of=on(8, 31),
        )
        view = View(decision, on(8, 31) + timedelta(days=day), on(9, 1) + timedelta(days=day), policy)
        assert [duty for duty in duties_of(view) if not policy.calendar.is_working(duty.due_on)] == []
