"""Agenda: which tasks are open after which nights."""

import itertools
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ews.casework import chunk
from ews.casework.checks.body import CheckBody, write_body
from ews.casework.desk import at_work, change_case, open_case
from ews.casework.tasks.agenda import Planned, plan_tasks
from ews.casework.tasks.tasks import Told, do_task
from ews.domain.levels import WarningLevel
from ews.domain.people import SYSTEM
from ews.store.cases import Case, acts_of
from ews.store.engine import reading
from tests.casework.loan_books import JUNE, PUBLISHED, bring_out, loan, only, quiet, tasks
from tests.casework.people import OFFICER

MONDAY = date(2026, 7, 6)
JULY = date(2026, 7, 31)
AUGUST = datetime(2026, 8, 1, 2)


def submitted(desk, form, done_on, borrower_id="B1", loan_id=None):
    """Store a submitted check, whatever its answers."""
    body = CheckBody(form, done_on, loan_id=loan_id, done_on=done_on, entered_on=done_on, entered_by="officer")
    with at_work(desk, SYSTEM, "check.submit", borrower_id) as work:
        return open_case(
            work,
            Case(
                "check",
                "submitted",
                "sme",
                borrower_id,
                branch_id="branch-1",
                body=write_body(body),
                closed_at=work.at,
            ),
            "submit",
        )


def told(case):
    return case.same_as, case.state, case.due_on, case.role


def acts(desk, case_id):
    with reading(desk.store) as connection:
        return acts_of(connection, [case_id])


def test_a_loan_that_pays_has_its_next_checks_and_nothing_else(desk):
    bring_out(desk.store, "june", quiet(exposure_fen=30_000_00))

    planned = plan_tasks(desk, MONDAY)

    assert planned == Planned(opened=2)
    assert [(one.body["code"], one.due_on) for one in tasks(desk)] == [
        ("VISIT_ALL", date(2026, 12, 28)),
        ("PHONE_ALL", date(2026, 9, 29)),
    ]


def test_a_task_belongs_to_the_officer_of_the_borrower_with_the_money_at_risk(desk):
    bring_out(desk.store, "june", quiet("B1", loan(dpd=1), level=WarningLevel.YELLOW))

    plan_tasks(desk, MONDAY)

    call = only(desk, "dpd_step")
    assert (call.role, call.officer_id, call.branch_id) == ("officer", "officer-1", "branch-1")
    assert (call.at_risk_fen, call.level) == (500_000, WarningLevel.YELLOW)


def test_a_second_run_does_nothing(desk):
    bring_out(desk.store, "june", quiet("B1", loan(dpd=5), customer_type="C", assess=("F1",)))
    plan_tasks(desk, MONDAY)
    before = tasks(desk)

    assert plan_tasks(desk, MONDAY) == Planned()
    assert tasks(desk) == before


def test_what_is_paid_meanwhile_is_moot_by_the_system_and_says_why(desk):
    bring_out(desk.store, "june", quiet("B1", loan(dpd=1)))
    plan_tasks(desk, date(2026, 7, 1))
    bring_out(desk.store, "july", quiet("B1", loan(dpd=0), as_of=JULY), as_of=JULY, at=AUGUST)

    planned = plan_tasks(desk, date(2026, 8, 3))

    call = only(desk, "dpd_step")
    assert (planned.moot, call.state, call.is_open, call.role) == (1, "moot", False, None)
    assert call.body["moot"] == {
        "en": "Paid: nothing is past due as of 2026-07-31",
        "zh": "已还清欠款：截至2026-07-31无逾期",
    }
    last = acts(desk, call.case_id)[-1]
    assert (last.verb, last.user_id) == ("moot", "ews")


def test_days_past_due_that_nobody_knows_end_nothing(desk):
    bring_out(desk.store, "june", quiet("B1", loan(dpd=1)))
    plan_tasks(desk, MONDAY)
    bring_out(desk.store, "july", quiet("B1", loan(dpd=None), as_of=JULY), as_of=JULY, at=AUGUST)

    plan_tasks(desk, date(2026, 8, 3))

    assert only(desk, "dpd_step").is_open


def test_a_payment_that_is_reversed_brings_its_steps_back(desk):
    bring_out(desk.store, "june", quiet("B1", loan(dpd=1)))
    plan_tasks(desk, date(2026, 7, 1))
    bring_out(desk.store, "paid", quiet("B1", loan(dpd=0)), at=datetime(2026, 7, 2, 2))
    plan_tasks(desk, date(2026, 7, 2))
    bring_out(desk.store, "reversed", quiet("B1", loan(dpd=1)), at=datetime(2026, 7, 3, 2))

    planned = plan_tasks(desk, date(2026, 7, 3))

    call = only(desk, "dpd_step")
    assert (planned.reopened, call.state, call.due_on) == (1, "open", date(2026, 7, 3))
    assert [act.verb for act in acts(desk, call.case_id)] == ["open", "moot", "reopen"]


def test_a_new_item_that_is_late_begins_a_new_episode(desk):
    bring_out(desk.store, "june", quiet("B1", loan(dpd=1)))
    plan_tasks(desk, date(2026, 7, 1))
    bring_out(desk.store, "july", quiet("B1", loan(dpd=1), as_of=JULY), as_of=JULY, at=AUGUST)

    plan_tasks(desk, date(2026, 8, 3))

    assert [(one.state, one.body["terms"]["late_since"]) for one in tasks(desk, "dpd_step")] == [
        ("moot", "2026-06-29"),
        ("open", "2026-07-30"),
    ]


def test_tasks_about_a_loan_that_left_the_book_are_moot(desk):
    bring_out(desk.store, "june", quiet("B1", loan("L1", dpd=1), loan("L2")))
    plan_tasks(desk, MONDAY)
    bring_out(desk.store, "july", quiet("B1", loan("L2"), as_of=JULY), as_of=JULY, at=AUGUST)

    plan_tasks(desk, date(2026, 8, 3))

    assert only(desk, "dpd_step").body["moot"]["en"] == "Loan L1 is no longer in the book as of 2026-07-31"


@pytest.mark.parametrize(("rejected", "state"), [(0, "moot"), (1, "open")])
def test_a_borrower_who_left_the_book_needs_nothing_unless_somebody_was_rejected(desk, rejected, state):
    bring_out(desk.store, "june", quiet("B1", loan(dpd=1)), quiet("B2"))
    plan_tasks(desk, MONDAY)
    bring_out(desk.store, "july", quiet("B2", as_of=JULY), as_of=JULY, at=AUGUST, rejected=rejected)

    plan_tasks(desk, date(2026, 8, 3))

    assert {one.state for one in tasks(desk) if one.borrower_id == "B1"} == {state}


def test_a_reminder_that_was_missed_ends_with_the_day_of_the_payment(desk):
    bring_out(desk.store, "june", quiet("B1", loan(next_due_on=date(2026, 7, 9))))
    plan_tasks(desk, MONDAY)
    assert only(desk, "reminder").due_on == MONDAY

    plan_tasks(desk, date(2026, 7, 10))

    reminder = only(desk, "reminder")
    assert (reminder.state, reminder.body["moot"]["en"]) == (
        "moot",
        "The day of the payment, 2026-07-09, has passed without the reminder",
    )


def test_a_submitted_check_does_the_task_and_the_next_one_counts_from_it(desk):
    bring_out(desk.store, "june", quiet(exposure_fen=30_000_00))
    plan_tasks(desk, MONDAY)
    check = submitted(desk, "visit", date(2026, 7, 3))

    planned = plan_tasks(desk, MONDAY)

    visits = [one for one in tasks(desk, "regular_check") if one.body["form"] == "visit"]
    assert (planned.done, planned.opened) == (1, 1)
    assert [(one.state, one.body["check_id"]) for one in visits] == [("done", check.case_id), ("open", None)]
    assert visits[1].due_on == date(2026, 12, 30)  # 180 days after 3 July


@pytest.mark.parametrize(("done_on", "loan_id", "state"), [(9, "L1", "open"), (10, "L1", "done"), (10, "L2", "open")])
def test_a_first_check_is_done_by_one_on_the_loan_not_too_soon_after_payout(desk, clock, done_on, loan_id, state):
    bring_out(desk.store, "june", quiet("B1", loan("L1", opened_on=date(2026, 6, 25)), loan("L2")))
    plan_tasks(desk, MONDAY)
    clock.forward(10)
    submitted(desk, "first", date(2026, 7, done_on), loan_id=loan_id)

    plan_tasks(desk, date(2026, 7, 16))

    assert only(desk, "first_check").state == state


def test_a_graver_level_brings_the_next_check_forward_and_a_milder_one_does_not_put_it_off(desk):
    bring_out(desk.store, "june", quiet(exposure_fen=30_000_00))
    plan_tasks(desk, MONDAY)
    red = quiet(exposure_fen=30_000_00, level=WarningLevel.RED)
    bring_out(desk.store, "red", red, at=datetime(2026, 7, 7, 2))
    assert plan_tasks(desk, date(2026, 7, 7)).moved == 2
    phone = next(one for one in tasks(desk) if one.body["form"] == "phone")
    assert (phone.due_on, phone.body["code"]) == (date(2026, 7, 17), "PHONE_RED")

    bring_out(desk.store, "calm", quiet(exposure_fen=30_000_00), at=datetime(2026, 7, 8, 2))
    plan_tasks(desk, date(2026, 7, 8))

    assert next(one for one in tasks(desk) if one.body["form"] == "phone").due_on == date(2026, 7, 17)


def test_a_task_follows_the_borrower_to_another_officer(desk):
    bring_out(desk.store, "june", quiet("B1", loan(dpd=1)))
    plan_tasks(desk, date(2026, 7, 1))
    handed = quiet("B1", loan(dpd=1), officer_id="officer-2", branch_id="branch-2")
    bring_out(desk.store, "handed", handed, at=datetime(2026, 7, 1, 3))

    plan_tasks(desk, date(2026, 7, 1))

    assert {(one.officer_id, one.branch_id) for one in tasks(desk)} == {("officer-2", "branch-2")}


@pytest.mark.parametrize(
    ("today", "role", "due_on"),
    [
        (date(2026, 7, 1), "officer", date(2026, 7, 1)),  # the day counts to its end
        (date(2026, 7, 2), "branch_manager", date(2026, 7, 8)),  # yellow: five working days each
        (date(2026, 7, 8), "branch_manager", date(2026, 7, 8)),
        (date(2026, 7, 9), "risk_manager", date(2026, 7, 15)),
        (date(2026, 7, 16), "head_office", date(2026, 7, 22)),
        (date(2026, 12, 31), "head_office", date(2026, 7, 22)),  # there it stays, open and late
    ],
)
def test_a_late_task_goes_up_role_by_role(desk, today, role, due_on):
    bring_out(desk.store, "june", quiet("B1", loan(dpd=1)))
    plan_tasks(desk, date(2026, 7, 1))

    plan_tasks(desk, today)

    call = only(desk, "dpd_step")
    assert (call.state, call.role, call.due_on) == ("open", role, due_on)
    assert call.body["late_since"] == (None if role == "officer" else "2026-07-01")


def test_the_roles_are_the_same_whether_or_not_the_agenda_ran_every_night(desk):
    bring_out(desk.store, "june", quiet("B1", loan(dpd=1)))
    for day in range(1, 31):
        plan_tasks(desk, date(2026, 7, day))

    assert told(only(desk, "dpd_step"))[1:] == ("open", date(2026, 7, 22), "head_office")
    assert only(desk, "dpd_step").body["escalations"] == ["branch_manager", "risk_manager", "head_office"]


def test_an_override_is_looked_at_before_it_expires(desk):
    bring_out(desk.store, "june", quiet())
    with at_work(desk, SYSTEM, "override.state", "B1") as work:
        override = open_case(
            work,
            Case("override", "approved", "sme", "B1", "branch-1", officer_id="officer-1", due_on=date(2026, 10, 8)),
            "state",
        )
    plan_tasks(desk, date(2026, 9, 1))
    assert tasks(desk, "review") == []  # more than 15 working days ahead

    plan_tasks(desk, date(2026, 9, 16))

    review = only(desk, "review")
    assert (review.due_on, review.role, review.body["terms"]["case_id"]) == (
        date(2026, 10, 8),
        "officer",
        override.case_id,
    )


def test_a_review_task_is_moot_once_its_case_has_moved(desk):
    bring_out(desk.store, "june", quiet())
    with at_work(desk, SYSTEM, "watch.on", "B1") as work:
        watch = open_case(
            work, Case("watch", "on", "sme", "B1", "branch-1", assignee="officer", due_on=date(2026, 7, 10)), "on"
        )
    plan_tasks(desk, MONDAY)
    assert only(desk, "review").assignee == "officer"
    with at_work(desk, SYSTEM, "watch.review", watch.case_id) as work:
        change_case(work, replace(watch, due_on=date(2026, 10, 8)), "review")

    plan_tasks(desk, MONDAY)

    assert only(desk, "review").state == "moot"


def test_a_task_that_was_done_is_not_opened_again_in_the_same_episode(desk, clock):
    bring_out(desk.store, "june", quiet("B1", loan(dpd=1)))
    plan_tasks(desk, MONDAY)
    call = only(desk, "dpd_step")
    do_task(desk, OFFICER, call.case_id, Told("Pays on Friday", cause="forgot"), version=call.version)
    bring_out(desk.store, "next", quiet("B1", loan(dpd=2), as_of=date(2026, 7, 1)), as_of=date(2026, 7, 1))

    planned = plan_tasks(desk, MONDAY)

    assert planned.opened == 0
    assert only(desk, "dpd_step").state == "done"


_FRESH = itertools.count()


def fresh(desk, **changed):
    """Publish a batch of one borrower whom no run has seen before, and return the name."""
    name = f"F{next(_FRESH)}"
    bring_out(desk.store, name, quiet(name, **changed), at=PUBLISHED)
    return name


def tasks_of(desk, borrower_id):
    return [one for one in tasks(desk) if one.borrower_id == borrower_id]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=st.lists(st.integers(0, 40), max_size=4))
def test_any_order_of_nights_leaves_open_what_the_last_one_asks_for(desk, nights):
    loans = loan("L1", dpd=8, next_due_on=date(2026, 7, 20)), loan("L2", opened_on=date(2026, 6, 20))
    name = fresh(desk, loans=loans, customer_type="C", assess=("F1",))
    for night in nights:
        plan_tasks(desk, JUNE + timedelta(days=night))

    plan_tasks(desk, JUNE + timedelta(days=45))

    left = [one for one in tasks_of(desk, name) if one.is_open]
    assert sorted(one.body["code"] for one in left) == OPEN_AT_LAST


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=st.permutations(range(1, 8)))
def test_a_week_of_nights_in_any_order_opens_each_task_once(desk, nights):
    name = fresh(desk, loans=(loan(dpd=8, next_due_on=date(2026, 7, 9)),), customer_type="C")
    for night in nights:
        plan_tasks(desk, JUNE + timedelta(days=night))

    assert sorted(one.body["code"] for one in tasks_of(desk, name)) == [
        "CALL_1",
        "CALL_3",
        "CUSTOMER_TYPE_C",
        "INSTALMENT_DUE",
        "PHONE_C",
        "VISIT_5",
        "VISIT_7",
        "VISIT_C",
    ]


OPEN_AT_LAST = sorted(
    [
        *("CALL_1", "CALL_3", "VISIT_5", "VISIT_7", "CUSTOMER_TYPE_C", "GROUP_ASSESSMENT"),
        *("FIRST_CHECK", "VISIT_C", "PHONE_C"),
    ]
)


def test_a_run_that_is_killed_goes_on_where_it_was(desk, monkeypatch):
    bring_out(desk.store, "june", *(quiet(f"B{number}", loan(dpd=1)) for number in range(6)))
    monkeypatch.setattr(chunk, "CHUNK", 2)
    done = []

    def killed(*arguments):
        done.append(1)
        if len(done) == 2:
            raise KeyboardInterrupt
        return chunk.do_steps(*arguments)

    monkeypatch.setattr("ews.casework.tasks.agenda.do_steps", killed)
    with pytest.raises(KeyboardInterrupt):
        plan_tasks(desk, MONDAY)
    monkeypatch.setattr("ews.casework.tasks.agenda.do_steps", chunk.do_steps)
    assert len({one.borrower_id for one in tasks(desk)}) == 2

    plan_tasks(desk, MONDAY)

    names = [one.same_as for one in tasks(desk)]
    assert len(names) == len(set(names)) == len(tasks(desk, "dpd_step")) * 3
    assert {one.borrower_id for one in tasks(desk)} == {f"B{number}" for number in range(6)}
