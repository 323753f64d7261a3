"""My day on both databases: what stands on whose list, in which order, and why."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.casework.contacts.contact import Result, Wanted
from ews.casework.contacts.contacts import begin, record
from ews.casework.day.my_day import Band, Item, my_day
from ews.casework.desk import at_work, open_case
from ews.casework.tasks.agenda import plan_tasks
from ews.casework.tasks.task import TaskBody
from ews.domain.errors import ForbiddenError
from ews.domain.people import SYSTEM, Actor, Role
from ews.domain.text import Text
from ews.store.cases import Case
from tests.casework.loan_books import bring_out, loan, quiet, tasks
from tests.casework.people import AUDITOR, HEAD, MANAGER, OFFICER, OFFICER2, OPERATOR, OTHER, RISK

THURSDAY = datetime(2026, 9, 24, 9)
"""Before the holidays: the next working days are 28, 29 and 30 September, then 8 October."""

PLAIN = {"en": "Call.", "zh": "致电。"}


def put(
    desk, *, kind="task", state="open", due_on=None, at_risk_fen=100, user=SYSTEM, body=None, borrower_id="B1", **more
):
    """Open a case as it is given."""
    task_body = {
        "type": "dpd_step", "code": "CALL_1", "role": "officer", "text": PLAIN, "why": PLAIN, "loan_id": None,
        "form": None, "from_on": None, "asks": [], "terms": {}, "escalations": [], "late_since": None, "cause": None,
        "paid_from": None, "check_id": None, "moot": None,
    }  # fmt: skip
    given = {"branch_id": "branch-1", "officer_id": "officer-1", "role": "officer", **more}
    content = {**(task_body if kind == "task" else {}), **(body or {})}
    with at_work(desk, user, "test", "x") as work:
        draft = Case(kind, state, "sme", borrower_id, due_on=due_on, at_risk_fen=at_risk_fen, body=content, **given)
        return open_case(work, draft, "open").case_id


def ids(desk, actor):
    return [item.case.case_id for item in my_day(desk, actor).items]


def test_bands_go_by_deadline_over_the_holidays(desk, clock):
    clock.at = THURSDAY
    days = [None, date(2026, 10, 8), date(2026, 9, 30), date(2026, 9, 28), date(2026, 9, 24), date(2026, 9, 23)]
    for day in days:
        put(desk, due_on=day)
    put(desk, due_on=date(2026, 9, 24), body={"snoozed_until": "2026-09-24"}, kind="measure", state="approved")

    day = my_day(desk, OFFICER)

    assert [(item.band.value, item.case.due_on) for item in day.items] == [
        ("late", date(2026, 9, 23)),
        ("today", date(2026, 9, 24)),
        ("soon", date(2026, 9, 28)),
        ("soon", date(2026, 9, 30)),
        ("later", date(2026, 10, 8)),
        ("later", None),
        ("snoozed", date(2026, 9, 24)),
    ]
    assert day.counts == {Band.LATE: 1, Band.TODAY: 1, Band.SOON: 2, Band.LATER: 2, Band.SNOOZED: 1}


def test_within_a_band_more_money_comes_first_and_unknown_money_last(desk):
    day = date(2026, 7, 6)
    put(desk, due_on=day, at_risk_fen=None)
    put(desk, due_on=day, at_risk_fen=0)
    put(desk, due_on=day, at_risk_fen=5)
    put(desk, due_on=day, at_risk_fen=7)
    put(desk, due_on=day, at_risk_fen=5)

    assert ids(desk, OFFICER) == ["T0000004", "T0000003", "T0000005", "T0000002", "T0000001"]


def test_an_officer_sees_own_borrowers_and_those_of_nobody(desk):
    own, nobodys = put(desk), put(desk, officer_id=None)
    colleagues = put(desk, officer_id="officer-2")
    put(desk, branch_id="branch-2", officer_id="officer-9")

    assert ids(desk, OFFICER) == [own, nobodys]
    assert ids(desk, OFFICER2) == [nobodys, colleagues]


def test_what_is_assigned_to_somebody_is_theirs_alone(desk):
    mine = put(desk, kind="check", state="draft", assignee="officer")

    assert ids(desk, OFFICER) == [mine]
    assert ids(desk, OFFICER2) == []


def test_what_went_up_stands_on_the_list_of_the_manager_and_still_on_the_officers(desk, clock):
    bring_out(desk.store, "june", quiet("B1", loan(dpd=1)))
    plan_tasks(desk, date(2026, 7, 1))
    plan_tasks(desk, date(2026, 7, 6))

    (up,) = (item for item in my_day(desk, MANAGER).items)

    assert (up.band, up.late_days, up.escalated, up.next) == (Band.LATE, 5, True, ("done", "cancel"))
    assert up.why == Text(
        "Step by days past due: Call the borrower, fix date and half-day of payment, record the cause (forgot, "
        "business, outside lenders cut). Loan L1 was 1 day past due on 2026-06-30, unpaid since 2026-06-29: "
        "late by 5 days, since 2026-07-01, gone up for it.",
        "逾期处置步骤：电话联系借款人，约定还款日期与时段，记录逾期原因（遗忘、经营、外部抽贷）"
        "（借据L1截至2026-06-30已逾期1天（自2026-06-29起欠款））：已逾期5天（应于2026-07-01完成），已上报上级",
    )
    assert [item.band for item in my_day(desk, OFFICER).items] == [Band.LATE, Band.LATER, Band.LATER]
    assert [len(my_day(desk, actor).items) for actor in (RISK, HEAD, OFFICER2, OTHER)] == [0, 0, 0, 0]


def test_head_office_has_what_is_for_risk_managers_of_every_branch_and_for_itself(desk):
    put(desk, role="risk_manager", branch_id="branch-2")
    put(desk, role="head_office")

    assert len(ids(desk, HEAD)) == 2
    assert ids(desk, RISK) == []


@pytest.mark.parametrize("state", ["proposed", "determined"])
def test_what_waits_for_a_second_person_is_not_on_the_list_of_the_first(desk, state):
    kind = "measure" if state == "proposed" else "review"
    body = {"determination": {"by": "manager"}} if kind == "review" else {}
    waiting = put(desk, kind=kind, state=state, role="branch_manager", user=MANAGER, body=body)
    second = Actor("manager2", "Manager2", frozenset({Role.BRANCH_MANAGER}), "branch-1")

    assert ids(desk, MANAGER) == []
    assert ids(desk, second) == [waiting]


def test_a_contact_that_was_begun_waits_to_be_ended(desk):
    bring_out(desk.store, "june", quiet("B1"))
    begin(desk, OFFICER, Wanted("B1", "debtor", "call"))

    (item,) = my_day(desk, OFFICER).items

    assert (item.band, item.next, item.why.en) == (
        Band.TODAY,
        ("end",),
        "Tell what came of the contact: by 2026-07-06.",
    )


def test_a_contact_that_broke_a_limit_is_on_the_managers_list(desk):
    bring_out(desk.store, "june", quiet("B1"))
    record(desk, OFFICER, Wanted("B1", "debtor", "call"), datetime(2026, 7, 3, 23), Result(is_effective=False))

    assert [item.next for item in my_day(desk, MANAGER).items] == [("review",)]
    assert ids(desk, OFFICER) == []


def test_unknown_money_is_said(desk):
    put(desk, due_on=date(2026, 7, 8), at_risk_fen=None)

    (item,) = my_day(desk, OFFICER).items

    assert item.why == Text(
        "Step by days past due: Call. Call: by 2026-07-08; expected loss not known.",
        "逾期处置步骤：致电（致电）：2026-07-08前；预期损失未知",
    )


@pytest.mark.parametrize("actor", [AUDITOR, OPERATOR])
def test_who_does_not_work_with_borrowers_has_no_list(desk, actor):
    with pytest.raises(ForbiddenError, match="list of work"):
        my_day(desk, actor)


def test_a_closed_case_is_on_no_list(desk):
    bring_out(desk.store, "june", quiet("B1", loan(dpd=1)))
    plan_tasks(desk, date(2026, 7, 6))
    bring_out(desk.store, "later", quiet("B1", loan(dpd=0)), at=datetime(2026, 7, 7, 2))
    plan_tasks(desk, date(2026, 7, 7))

    assert len(tasks(desk)) == 3
    assert [item.case.body["code"] for item in my_day(desk, OFFICER).items] == ["PHONE_ALL", "VISIT_ALL"]


ITEMS = st.builds(
    lambda number, band, risk, due: Item(
        Case("task", "open", at_risk_fen=risk, due_on=due, case_id=f"T{number:07d}"), band, 0, False, Text("", ""), ()
    ),
    st.integers(1, 999),
    st.sampled_from(Band),
    st.none() | st.integers(0, 3),
    st.none() | st.dates(date(2026, 7, 1), date(2026, 7, 3)),
)


@given(st.lists(ITEMS, unique_by=lambda item: item.case.case_id), st.randoms())
def test_the_order_is_total_whatever_order_the_store_gives(items, random):
    mixed = random.sample(items, len(items))

    assert sorted(mixed, key=lambda item: item.place) == sorted(items, key=lambda item: item.place)
    assert len({item.place for item in items}) == len(items)


def test_a_body_that_is_stored_reads_the_same(desk):
    bring_out(desk.store, "june", quiet("B1", loan(dpd=1)))
    plan_tasks(desk, date(2026, 7, 6))

    assert {TaskBody.of(one).asks for one in tasks(desk, "dpd_step")} == {("cause",)}
