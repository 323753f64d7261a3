"""Tasks on both databases: what each asks for before it is done, and who may cancel it."""

from datetime import date

import pytest

from ews.casework.contacts.contact import Result, Wanted
from ews.casework.contacts.contacts import begin, end
from ews.casework.measures.lessons import lessons_of
from ews.casework.tasks.agenda import plan_tasks
from ews.casework.tasks.tasks import Told, cancel_task, do_task
from ews.domain.errors import (
    ForbiddenError,
    RequestError,
    SecondPersonError,
    StaleVersionError,
    TransitionError,
    UnknownCaseError,
)
from ews.store.cases import acts_of
from ews.store.engine import reading
from ews.store.findings import findings_of_case
from tests.casework.loan_books import bring_out, loan, quiet, tasks
from tests.casework.people import AUDITOR, HEAD, HEAD2, MACHINE, MANAGER, OFFICER, OFFICER2, OTHER, RISK
from tests.casework.tasks.test_agenda import submitted

TODAY = date(2026, 7, 6)


@pytest.fixture
def desk(desk):
    loans = (
        loan("L1", dpd=1),
        loan("L2", next_due_on=date(2026, 7, 8), repayment="bullet"),
        loan("L3", dpd=16),
        loan("L4", opened_on=date(2026, 6, 20)),
    )
    bring_out(desk.store, "june", quiet("B1", *loans, assess=("F7",)), quiet("B2"))
    plan_tasks(desk, TODAY)
    return desk


def task(desk, code, loan_id=None):
    found = [one for one in tasks(desk) if one.body["code"] == code and one.body["loan_id"] == loan_id]
    return found[0]


def test_a_late_payment_is_done_with_its_cause_which_is_there_for_later(desk):
    call = task(desk, "CALL_1", "L1")

    done = do_task(desk, OFFICER, call.case_id, Told("Buyer pays late", cause="payer_late"), version=1)

    assert (done.state, done.is_open, done.role, done.body["cause"]) == ("done", False, None, "payer_late")
    with reading(desk.store) as connection:
        last = acts_of(connection, [call.case_id])[-1]
        (finding,) = findings_of_case(connection, call.case_id)
    assert (last.verb, last.user_id, last.content["cause"], last.content["note"]) == (
        "done",
        "officer",
        "payer_late",
        "Buyer pays late",
    )
    assert (finding.field, finding.value, finding.loan_id) == ("overdue_cause", "payer_late", "L1")
    causes = [one for one in lessons_of(desk.store, OFFICER, "B1").lines if one.code == "payer_late"]
    assert [one.case_id for one in causes] == [call.case_id]


@pytest.mark.parametrize(
    ("code", "loan_id", "told", "said"),
    [
        ("CALL_1", "L1", Told("Called"), "only with the cause of the delay"),
        ("CALL_1", "L1", Told("Called", cause="bored"), "'bored' is not known to the policy"),
        ("CALL_1", "L1", Told(" ", cause="forgot"), "note is empty"),
        ("CALL_1", "L1", Told("Called", cause="forgot", paid_from="own_money"), "no room for 'paid_from'"),
        ("BULLET_DUE", "L2", Told("Asked"), "asks from what the loan will be paid"),
        ("BULLET_DUE", "L2", Told("Asked", paid_from="lottery"), "'paid_from' is 'lottery'"),
        ("BULLET_DUE", "L2", Told("Asked", paid_from="own_money", cause="forgot"), "no room for 'cause'"),
        ("FIRST_CHECK", "L4", Told("Was there"), "is done by a check"),
    ],
)
def test_a_task_is_not_done_without_what_it_asks_for(desk, code, loan_id, told, said):
    with pytest.raises(RequestError, match=said):
        do_task(desk, OFFICER, task(desk, code, loan_id).case_id, told, version=1)


def test_a_bullet_is_done_with_what_it_will_be_paid_from(desk):
    reminder = task(desk, "BULLET_DUE", "L2")

    done = do_task(desk, OFFICER, reminder.case_id, Told("Has offers", paid_from="other_lenders"), version=1)

    assert (done.state, done.body["paid_from"]) == ("done", "other_lenders")


@pytest.mark.parametrize(
    ("form", "done_on", "borrower_id", "loan_id", "fits"),
    [
        ("first", date(2026, 7, 5), "B1", "L4", True),  # 15 days after payout
        ("first", date(2026, 7, 4), "B1", "L4", False),
        ("visit", date(2026, 7, 6), "B1", "L4", False),
        ("first", date(2026, 7, 6), "B1", "L2", False),
        ("first", date(2026, 7, 6), "B2", "L4", False),
    ],
)
def test_a_check_is_done_by_a_submitted_one_that_fits(desk, form, done_on, borrower_id, loan_id, fits):
    first = task(desk, "FIRST_CHECK", "L4")
    check = submitted(desk, form, done_on, borrower_id, loan_id)
    told = Told("Money went into stock", check_id=check.case_id)

    if fits:
        assert do_task(desk, OFFICER, first.case_id, told, version=1).body["check_id"] == check.case_id
    else:
        with pytest.raises(RequestError, match="by form 'first', not done before 2026-07-05"):
            do_task(desk, OFFICER, first.case_id, told, version=1)


def test_a_task_names_the_contact_by_which_it_was_done(desk):
    call = task(desk, "CALL_1", "L1")
    contact = begin(desk, OFFICER, Wanted("B1", "debtor", "call", about=call.case_id))
    told = Told("Called", cause="forgot", contact_id=contact.case_id)

    with pytest.raises(RequestError, match="has not ended"):
        do_task(desk, OFFICER, call.case_id, told, version=1)
    end(desk, OFFICER, contact.case_id, Result(is_effective=True), version=1)

    assert do_task(desk, OFFICER, call.case_id, told, version=1).state == "done"


def test_an_assessment_that_was_made_is_a_finding(desk):
    assessment = task(desk, "GROUP_ASSESSMENT")

    do_task(desk, OFFICER, assessment.case_id, Told("Stands on its own"), version=1)

    with reading(desk.store) as connection:
        (finding,) = findings_of_case(connection, assessment.case_id)
    assert (finding.field, finding.value, finding.loan_id) == ("group_assessment", "done", None)


@pytest.mark.parametrize(("actor", "may"), [(OFFICER, False), (MANAGER, True), (RISK, True)])
def test_a_step_is_taken_by_the_role_of_the_playbook_or_above(desk, actor, may):
    plan = task(desk, "PLAN_15", "L3")

    if may:
        assert do_task(desk, actor, plan.case_id, Told("Restructure"), version=1).state == "done"
    else:
        with pytest.raises(ForbiddenError, match="asks for branch_manager or above"):
            do_task(desk, actor, plan.case_id, Told("Restructure"), version=1)


@pytest.mark.parametrize(
    ("actor", "error"),
    [(OTHER, UnknownCaseError), (AUDITOR, ForbiddenError), (MACHINE, ForbiddenError)],
)
def test_who_has_no_business_with_the_borrower_does_no_task(desk, actor, error):
    with pytest.raises(error):
        do_task(desk, actor, task(desk, "GROUP_ASSESSMENT").case_id, Told("Done"), version=1)


def test_of_two_who_act_on_the_same_version_the_second_is_refused(desk):
    case_id = task(desk, "GROUP_ASSESSMENT").case_id
    do_task(desk, OFFICER, case_id, Told("Done"), version=1)

    with pytest.raises(StaleVersionError):
        do_task(desk, OFFICER2, case_id, Told("Done"), version=1)
    with pytest.raises(TransitionError, match="is done and cannot be done"):
        do_task(desk, OFFICER2, case_id, Told("Done"), version=2)


@pytest.mark.parametrize(
    ("code", "loan_id", "actor", "error"),
    [
        ("CALL_1", "L1", OFFICER, ForbiddenError),
        ("CALL_1", "L1", MANAGER, None),
        ("PLAN_15", "L3", MANAGER, SecondPersonError),
        ("PLAN_15", "L3", RISK, None),
        ("CALL_1", "L1", MACHINE, ForbiddenError),
    ],
)
def test_a_task_is_cancelled_by_somebody_above_whom_it_was_for(desk, code, loan_id, actor, error):
    case_id = task(desk, code, loan_id).case_id

    if error is None:
        cancelled = cancel_task(desk, actor, case_id, "Sold the loan", version=1)
        assert (cancelled.state, cancelled.is_open) == ("cancelled", False)
    else:
        with pytest.raises(error):
            cancel_task(desk, actor, case_id, "Sold the loan", version=1)


def test_a_task_is_not_cancelled_without_a_reason(desk):
    with pytest.raises(RequestError, match="reason is empty"):
        cancel_task(desk, MANAGER, task(desk, "CALL_1", "L1").case_id, "  ", version=1)


def test_a_cancelled_task_does_not_come_back(desk):
    cancel_task(desk, HEAD, task(desk, "CALL_1", "L1").case_id, "Sold the loan", version=1)

    assert plan_tasks(desk, TODAY).opened == 0
    assert task(desk, "CALL_1", "L1").state == "cancelled"
    with pytest.raises(TransitionError, match="is cancelled"):
        cancel_task(desk, HEAD2, task(desk, "CALL_1", "L1").case_id, "Again", version=2)
