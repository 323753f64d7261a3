"""Dpd steps, by hand: which are asked for at how many days past due, by when, and what has to be told."""

from dataclasses import replace
from datetime import date

import pytest

from ews.casework.tasks.dpd_steps import late_since, step_duties
from ews.policy.playbook import playbook_on
from tests.casework.loan_books import JUNE, loan, quiet

PUBLISHED = date(2026, 7, 1)


def steps(policy, dpd, **changed):
    decision = quiet("B1", loan(dpd=dpd), **changed)
    playbook = playbook_on(policy.playbook, JUNE).steps
    return step_duties(decision, decision.loans[0], playbook, policy.calendar, PUBLISHED)


@pytest.mark.parametrize(
    ("dpd", "codes"),
    [
        (None, []),
        (0, []),
        (1, ["CALL_1"]),
        (2, ["CALL_1"]),
        (3, ["CALL_1", "CALL_3"]),
        (5, ["CALL_1", "CALL_3", "VISIT_5"]),
        (7, ["CALL_1", "CALL_3", "VISIT_5", "VISIT_7"]),
        (30, ["CALL_1", "CALL_3", "VISIT_5", "VISIT_7", "PLAN_15", "REVIEW_30"]),
        (31, ["CALL_3", "VISIT_5", "VISIT_7", "PLAN_15", "REVIEW_30"]),  # the first was seen a month ago
        (90, ["LEGAL_60"]),
        (91, ["PRESERVATION_91"]),
        (500, ["RECOVERY_180"]),
    ],
)
def test_steps_reached_since_a_month_ago_are_asked_for_and_the_newest_always(policy, dpd, codes):
    assert [duty.body.code for duty in steps(policy, dpd)] == codes


def test_who_comes_into_the_book_late_is_asked_for_the_newest_step_alone(policy):
    assert [duty.body.code for duty in steps(policy, 25, before=None)] == ["PLAN_15"]


def test_the_cause_is_told_with_the_newest_step_where_those_that_need_it_are_past(policy):
    (found,) = steps(policy, 25, before=None)

    assert found.body.asks == ("cause",)


def test_a_step_that_needs_no_cause_asks_for_none_where_another_does(policy):
    assert [(duty.body.code, duty.body.asks) for duty in steps(policy, 3)] == [("CALL_1", ("cause",)), ("CALL_3", ())]


@pytest.mark.parametrize(
    ("dpd", "code", "due_on"),
    [
        (1, "CALL_1", date(2026, 7, 1)),  # days past due 1 and 2: 30 June and 1 July
        (5, "VISIT_5", date(2026, 7, 1)),
        (15, "PLAN_15", date(2026, 7, 14)),  # 29 days past due on 14 July
        (60, "LEGAL_60", date(2026, 7, 30)),  # 90 days past due on 30 July
        (180, "RECOVERY_180", date(2026, 9, 24)),  # as long as the step before: until 26 September, in the holidays
        (16, "CALL_1", date(2026, 7, 1)),  # its days are over: the first day on which anybody could know
    ],
)
def test_a_step_is_due_before_the_next_one_is_reached(policy, dpd, code, due_on):
    (found,) = (duty for duty in steps(policy, dpd) if duty.body.code == code)

    assert found.due_on == due_on


def test_an_episode_has_the_same_name_as_long_as_the_same_item_stays_unpaid(policy):
    june = quiet("B1", loan(dpd=1))
    july = replace(june, as_of=date(2026, 7, 5), loans=(loan(dpd=6),))
    playbook = playbook_on(policy.playbook, JUNE).steps

    first, second = (step_duties(one, one.loans[0], playbook, policy.calendar, PUBLISHED) for one in (june, july))

    assert first[0].name == second[0].name
    assert late_since(june, june.loans[0]) == late_since(july, july.loans[0]) == date(2026, 6, 29)


def test_the_playbook_says_who_takes_a_step(policy):
    roles = {duty.body.code: duty.body.role for duty in steps(policy, 16)} | {
        duty.body.code: duty.body.role for duty in steps(policy, 60)
    }

    assert (roles["CALL_1"], roles["PLAN_15"], roles["LEGAL_60"]) == ("officer", "branch_manager", "risk_manager")
