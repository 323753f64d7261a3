"""Panels of tasks, checks, contacts, measures, overrides and the watch list; findings that take a second person."""

from datetime import date, datetime

import pytest

from ews.casework.checks.body import CheckBody, write_body
from ews.casework.checks.proposed import ProposedFinding
from ews.casework.contacts.contact import Result, Wanted
from ews.casework.contacts.contacts import begin, record
from ews.casework.desk import Desk, at_work, open_case
from ews.casework.tasks.agenda import plan_tasks
from ews.casework.tasks.tasks import Told, do_task
from ews.store.cases import Case, CaseFilter, find_case, find_cases
from ews.store.engine import reading
from tests.casework.borrowers import borrower, publish_day
from tests.casework.loan_books import bring_out, loan, quiet
from tests.casework.people import HEAD, MANAGER, OFFICER, OFFICER2, OTHER, RISK
from tests.casework.submitted import checked
from tests.serving.pages.cases.desk_of_pages import choices, form_of, offered, text_of

AUGUST = date(2026, 8, 31)
MEASURE = {"measure": "keep", "cause": "disaster", "reason": "Flooded, orders are there"}


def now(desk: Desk, case_id: str) -> Case:
    with reading(desk.store) as connection:
        return find_case(connection, case_id)


def task_of(desk: Desk, code: str) -> str:
    with reading(desk.store) as connection:
        found = find_cases(connection, CaseFilter(kinds=("task",), borrower_id="B1"))
    return next(one.case_id for one in found if one.body["code"] == code)


@pytest.fixture
def late(desk, clock):
    """Let B1 be late on L1 on 1 September, and plan the tasks of the day."""
    clock.at = datetime(2026, 9, 1, 9)
    rows = quiet("B1", loan("L1", dpd=1), as_of=AUGUST), quiet("B2", as_of=AUGUST)
    bring_out(desk.store, "august", *rows, at=datetime(2026, 9, 1, 2), as_of=AUGUST)
    plan_tasks(desk, date(2026, 9, 1))
    return task_of(desk, "CALL_1")


def test_a_task_is_done_with_what_it_asks_for(sit, desk, late):
    page = sit(OFFICER).get(f"/cases/{late}").text
    assert offered(page, late) == ["done"]
    form = form_of(page, f"/cases/{late}/done")
    assert "business" in choices(form, "cause")
    missing = sit(OFFICER).send(f"/cases/{late}/done", version=1, note="Called at ten.")
    assert (missing.status_code, now(desk, late).state) == (422, "open")
    done = sit(OFFICER).send(f"/cases/{late}/done", version=1, note="Called at ten.", cause="business")
    assert (done.status_code, now(desk, late).state, now(desk, late).body["cause"]) == (200, "done", "business")


def test_a_senior_cancels_a_task_and_an_officer_does_not(sit, desk, late):
    assert sit(MANAGER).verbs(late) == ["done", "cancel"]
    refused = sit(OFFICER).send(f"/cases/{late}/cancel", version=1, reason="x")
    assert (refused.status_code, "Your role does not allow this" in refused.text) == (403, True)
    assert sit(MANAGER).send(f"/cases/{late}/cancel", version=1, reason="Visited.").status_code == 200
    assert now(desk, late).state == "cancelled"


def test_a_task_that_takes_a_check_leads_to_it_and_then_names_it(sit, desk, late):
    with reading(desk.store) as connection:
        found = find_cases(connection, CaseFilter(kinds=("task",), borrower_id="B1"))
    task = next(one for one in found if one.body["asks"] == ["check"] and one.body["type"] == "regular_check")
    page = sit(OFFICER).get(f"/cases/{task.case_id}").text
    assert offered(page, task.case_id) == []
    assert f"/borrowers/B1/checks/new?portfolio=sme&amp;for={task.case_id}" in page
    check = checked(desk, task.body["form"])
    form = form_of(sit(OFFICER).get(f"/cases/{task.case_id}").text, f"/cases/{task.case_id}/done")
    assert choices(form, "check_id") == [check]
    sit(OFFICER).send(f"/cases/{task.case_id}/done", version=1, note="Seen.", check_id=check)
    assert now(desk, task.case_id).body["check_id"] == check


def test_findings_that_wait_are_decided_from_the_task_that_asks_for_it(sit, desk, late):
    do_task(desk, OFFICER, late, Told("Switched system.", cause="operational"), version=1)
    approval = task_of(desk, "FINDINGS")
    assert sit(OFFICER).verbs(approval) == []
    page = sit(RISK).get(f"/cases/{approval}").text
    assert offered(page, approval) == ["approve-findings", "refuse-findings"]
    assert "officer found on 2026-09-01" in text_of(page)
    assert sit(RISK).send(f"/cases/{approval}/approve-findings", version=2).status_code == 200
    assert [one["outcome"] for one in now(desk, late).body["proposed"]] == ["approved"]
    assert now(desk, approval).state == "done"


def found(field: str) -> ProposedFinding:
    label = {"en": f"{field}: yes", "zh": f"{field}：是"}
    return ProposedFinding(f"C-{field}", field, "yes", None, "2026-08-01", "officer", 1, label)


def put_check(desk: Desk, state: str, *proposed: ProposedFinding) -> str:
    body = write_body(CheckBody("audit", desk.now().date(), proposed=proposed))
    closed = None if state == "draft" else desk.now()
    with at_work(desk, OFFICER, "test", "B1") as work:
        draft = Case("check", state, "sme", "B1", branch_id="branch-1", assignee="officer", body=body, closed_at=closed)
        opened = open_case(work, draft, "begin")
    assert opened is not None
    return opened.case_id


def test_some_findings_of_a_check_are_approved_and_the_others_wait(sit, desk):
    check = put_check(desk, "submitted", found("impaired"), found("bankruptcy"))
    form = form_of(sit(RISK).get(f"/cases/{check}").text, f"/cases/{check}/refuse-findings")
    assert form.count(" checked") == 2
    sit(RISK).send(f"/cases/{check}/refuse-findings", version=1, fields=["impaired"], reason="It pays.")
    assert [one["outcome"] for one in now(desk, check).body["proposed"]] == ["refused", None]
    sit(RISK).send(f"/cases/{check}/refuse-findings", version=2, reason="It pays.")
    assert [one["outcome"] for one in now(desk, check).body["proposed"]] == ["refused", "refused"]


def test_a_draft_is_filled_in_on_its_own_page_and_taken_over_by_a_senior(sit, desk):
    check = put_check(desk, "draft")
    page = sit(OFFICER).get(f"/cases/{check}").text
    assert f'href="/checks/{check}"' in page
    assert offered(page, check) == ["cancel"]
    assert (sit(OFFICER2).verbs(check), sit(MANAGER).verbs(check)) == ([], ["take-over", "cancel"])
    sit(MANAGER).send(f"/cases/{check}/take-over", version=1, reason="She has left.")
    assert now(desk, check).assignee == "manager"


def test_a_measure_is_proposed_in_units_of_ten_thousand_yuan_approved_and_done(sit, desk):
    path = "/borrowers/B1/act?kind=measure"
    proposed = sit(OFFICER).send(path, **MEASURE, amount_fen="0.0005", until="2026-12-31")
    assert proposed.status_code == 200, proposed.text
    assert '"case_id": "M0000001"' in proposed.headers["hx-trigger"]
    assert now(desk, "M0000001").body["amount_fen"] == 500
    assert (sit(OFFICER).verbs("M0000001"), sit(MANAGER).verbs("M0000001")) == ([], ["approve", "refuse"])
    sit(MANAGER).send("/cases/M0000001/approve", version=1)
    assert sit(OFFICER).verbs("M0000001") == ["done"]
    sit(OFFICER).send("/cases/M0000001/done", version=2, evidence="Letter", learnt="Insure")
    assert (now(desk, "M0000001").state, now(desk, "M0000001").body["learnt"]) == ("done", "Insure")


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("a lot", "give an amount in units of 10,000 yuan, like 312.5"),
        ("NaN", "give an amount in units of 10,000 yuan, like 312.5"),
        ("0.00000001", "give an amount in units of 10,000 yuan, like 312.5"),
        ("1e999", "is too large"),
        ("-1", "is too small"),
    ],
)
def test_an_amount_that_is_none_is_told_at_its_field(sit, amount, said):
    answer = sit(OFFICER).send("/borrowers/B1/act?kind=measure", **MEASURE, amount_fen=amount)
    assert (answer.status_code, f"Amount: {said}" in text_of(answer.text)) == (422, True)


def test_a_tier_is_stated_noted_and_ended(sit, desk, store):
    publish_day(store, "august", [borrower("B1")], AUGUST)
    path = "/borrowers/B1/act?kind=override"
    form = form_of(sit(OFFICER).get(path).text, "/borrowers/B1/act?kind=override&portfolio=sme")
    assert choices(form, "loan_id") == ["L1", "L2"]
    assert "L2: substandard now, no better than substandard" in form
    given = {"tier": "loss", "loan_id": "L1", "reason": "Stopped.", "expires_on": "2026-12-31"}
    assert sit(OFFICER).send(path, **given).status_code == 200
    assert (sit(OFFICER).verbs("O0000001"), sit(RISK).verbs("O0000001")) == ([], ["note", "end"])
    sit(RISK).send("/cases/O0000001/note", version=1)
    assert now(desk, "O0000001").body["noted_by"] == "risk"
    assert sit(HEAD).send("/cases/O0000001/end", version=2, reason="Runs again.").status_code == 200
    assert now(desk, "O0000001").state == "ended"


def test_a_name_is_put_on_the_watch_list_reviewed_and_taken_off_by_another(sit, desk, colleagues):
    path = "/borrowers/B1/act?kind=watch"
    sit(OFFICER).send(path, reason="Largest buyer in trouble", owner="officer2", review_on="2026-08-20")
    assert (now(desk, "L0000001").assignee, now(desk, "L0000001").due_on) == ("officer2", date(2026, 8, 20))
    page = sit(OFFICER).get(path).text
    assert "<form" not in page
    assert 'href="/cases/L0000001"' in page
    assert (sit(OFFICER).verbs("L0000001"), sit(MANAGER).verbs("L0000001")) == (["review"], ["review", "off"])
    sit(OFFICER).send("/cases/L0000001/review", version=1, note="Pays again.", review_on="2026-09-20")
    sit(MANAGER).send("/cases/L0000001/off", version=2, reason="Over.")
    assert now(desk, "L0000001").state == "off"


def test_a_contact_is_begun_and_ended_by_who_began_it(sit, desk, clock):
    path = "/borrowers/B1/act?kind=contact"
    page = sit(OFFICER).get(path).text
    assert "Calls today: 0 of 3 to the debtor, 0 of 6 about the borrower. Allowed between 08:00–22:00." in text_of(page)
    begun = sit(OFFICER).send(path, party="debtor", channel="call")
    assert begun.status_code == 200, begun.text
    assert (sit(OFFICER).verbs("K0000001"), sit(OFFICER2).verbs("K0000001")) == (["end"], [])
    fields = {"is_effective": "true", "note": "Pays.", "promised_on": "2026-08-10", "promised_half_day": "morning"}
    ended = sit(OFFICER).send("/cases/K0000001/end", version=1, **fields)
    assert (ended.status_code, now(desk, "K0000001").body["is_effective"]) == (200, True)
    assert "1 of 3 to the debtor" in text_of(sit(OFFICER).get(path).text)


def test_at_night_nobody_is_contacted_and_the_next_hour_is_told(sit, desk, clock):
    clock.at = datetime(2026, 8, 1, 22, 30)
    page = sit(OFFICER, "zh").get("/borrowers/B1/act?kind=contact").text
    assert "当前不可联系，2026-08-02 08:00起可再次联系。" in text_of(page)
    assert "kind=contact&" not in page
    refused = sit(OFFICER, "zh").send("/borrowers/B1/act?kind=contact", party="debtor", channel="call")
    assert (refused.status_code, "催收联系限制不允许" in refused.text) == (409, True)


def test_a_fourth_call_is_told_beforehand_and_refused(sit, desk, clock):
    for _ in range(3):
        case = begin(desk, OFFICER, Wanted("B1", "debtor", "call"))
        sit(OFFICER).send(f"/cases/{case.case_id}/end", version=1, is_effective="true")
    page = text_of(sit(OFFICER).get("/borrowers/B1/act?kind=contact").text)
    assert "3 of 3 to the debtor" in page
    assert "3 effective calls on 2026-08-01 have been made" in page
    assert sit(OFFICER).send("/borrowers/B1/act?kind=contact", party="debtor", channel="call").status_code == 409


def test_a_contact_made_outside_the_system_is_recorded_and_its_breach_reviewed(sit, desk):
    path = "/borrowers/B1/act?kind=contact-recorded"
    fields = {"party": "debtor", "channel": "visit", "is_effective": "false", "begun_at": "2026-07-31T23:10"}
    assert sit(OFFICER).send(path, **fields).status_code == 200
    assert (sit(OFFICER).verbs("K0000001"), sit(MANAGER).verbs("K0000001")) == ([], ["review"])
    sit(MANAGER).send("/cases/K0000001/review", version=1, note="Spoken with.")
    assert now(desk, "K0000001").state == "ended"


def test_a_guarantor_whom_the_book_does_not_know_is_confirmed_in_the_review(sit, desk):
    at = datetime(2026, 7, 31, 10)
    record(desk, OFFICER, Wanted("B1", "guarantor", "call", "G7"), at, Result(is_effective=True, note="Willing."))
    form = form_of(sit(MANAGER).get("/cases/K0000001").text, "/cases/K0000001/review")
    assert choices(form, "is_guarantor") == ["true", "false"]
    sit(MANAGER).send("/cases/K0000001/review", version=1, note="By contract.", is_guarantor="true")
    assert now(desk, "K0000001").body["is_guarantor"] is True


@pytest.mark.parametrize(
    ("actor", "path", "status"),
    [
        (OFFICER, "/borrowers/B9999/act?kind=watch", 404),
        (OTHER, "/borrowers/B1/act?kind=watch", 404),
        (OFFICER, "/borrowers/B1/act?kind=loan", 422),
        (OFFICER, "/borrowers/B1/act", 422),
        (OFFICER, "/borrowers/A%2F1/act?kind=watch", 200),
    ],
)
def test_forms_are_opened_about_borrowers_in_sight_only(sit, actor, path, status):
    read, sent = sit(actor).get(path), sit(actor).send(path, reason="x")
    assert (read.status_code, sent.status_code) == (status, status)
