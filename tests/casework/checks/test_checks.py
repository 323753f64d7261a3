from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from ews.casework.checks.answers import FaultyFormError
from ews.casework.checks.attachments import attach
from ews.casework.checks.body import body_of
from ews.casework.checks.checks import Begin, begin_check, save_check, submit_check
from ews.casework.checks.draft import cancel_check
from ews.casework.checks.prefill import BookFacts, Known
from ews.casework.desk import at_work, open_case
from ews.domain.errors import (
    ForbiddenError,
    FormError,
    RequestError,
    StaleVersionError,
    TransitionError,
    UnknownBorrowerError,
    UnknownCaseError,
)
from ews.domain.people import Role
from ews.policy.dated import Dated
from ews.policy.forms import Forms
from ews.store.cases import Case, acts_of, find_case
from ews.store.engine import reading
from ews.store.findings import findings_known_by, findings_of_case
from ews.store.tables import audit
from tests.casework.checks.test_evidence import JPEG, PNG
from tests.casework.people import AUDITOR, HEAD, MANAGER, OFFICER, OFFICER2, OTHER
from tests.store.samples import JUNE, decision, published, row

TODAY = date(2026, 7, 6)
SEEN = "车间三条生产线开工，在岗工人35人，库存约120万元，老板在厂，机器运转正常。"
PHONE = {
    "contact_reached": "reached",
    "controller_reached": "reached",
    "reached_where": "厂里",
    "stoppage": "partly",
    "sales_trend": "falling",
    "purchases_trend": "falling",
    "new_orders": 5_000_000,
    "order_book": "thin",
    "wages_unpaid": 1,
    "summary": SEEN,
}
BOOK = BookFacts(date(2026, 7, 5), {"inflow_3m": 1_500_000.0, "stoppage": "none", "inflow_change_3m": -0.6})


def book_of(_portfolio, _borrower_id):
    return BOOK


@pytest.fixture
def bank(desk):
    """Give a desk over a book with two borrowers of the branch, one of another, and one whose record is gone."""
    loan = decision().loans[0]
    published(desk.store, "old", [row("B0")], as_of=date(2026, 5, 31))
    published(
        desk.store,
        "june",
        [
            row("B1"),
            row("A/2", loans=(replace(loan, loan_id="L2"), replace(loan, loan_id="L3"))),
            row("B9", branch_id="branch-2"),
        ],
    )
    return desk


def begun(desk, form="phone", actor=OFFICER, borrower_id="B1", facts_of=book_of, **more):
    return begin_check(desk, actor, borrower_id, Begin(form, **more), facts_of=facts_of)


def saved(desk, case, answers=None, *, actor=OFFICER, done_on=TODAY, why_empty=None):
    return save_check(
        desk,
        actor,
        case.case_id,
        version=case.version,
        answers=PHONE if answers is None else answers,
        why_empty=why_empty or {},
        done_on=done_on,
    )


def submitted(desk, answers=None, *, actor=OFFICER, done_on=TODAY, **more):
    case = saved(desk, begun(desk, actor=actor, **more), answers, actor=actor, done_on=done_on)
    return submit_check(desk, actor, case.case_id, version=case.version)


def stored(desk, case):
    with reading(desk.store) as connection:
        return find_case(connection, case.case_id), acts_of(connection, [case.case_id])


def findings(desk, case):
    with reading(desk.store) as connection:
        return findings_of_case(connection, case.case_id)


def codes(case):
    return [flag.code for flag in body_of(case).flags]


def test_a_check_begins_with_what_the_book_knows_and_its_day(bank):
    case = begun(bank)
    body = body_of(case)
    assert (case.case_id, case.state, case.assignee, case.role) == ("C0000001", "draft", "officer", "officer")
    assert (case.portfolio, case.borrower_id, case.branch_id, case.officer_id) == ("sme", "B1", "branch-1", "officer-1")
    assert body.prefilled == {"sales_3m": Known(1_500_000, date(2026, 7, 5))}
    assert body.answers == {"sales_3m": 1_500_000}
    assert body.known["feature:inflow_change_3m"] == Known(-0.6, date(2026, 7, 5))
    assert stored(bank, case)[0] == case


def test_a_book_that_knows_nothing_leaves_the_form_empty(bank):
    body = body_of(begun(bank, facts_of=lambda *_: None))
    assert body.answers == {}
    assert body.known == {"feature:inflow_change_3m": Known(-0.6, JUNE)}


def test_what_the_officer_changed_stays_visible_beside_what_was_prefilled(bank):
    body = body_of(saved(bank, begun(bank), {**PHONE, "sales_3m": 900_000}))
    assert body.prefilled["sales_3m"].value == 1_500_000
    assert body.answers["sales_3m"] == 900_000


def test_a_draft_is_replaced_by_what_is_saved_and_is_due_within_the_entry_days(bank):
    case = begun(bank)
    first = saved(bank, case, {"wages_unpaid": 1}, done_on=None)
    second = saved(bank, first, {"order_book": "thin"}, done_on=date(2026, 7, 3), why_empty={"new_orders": "not told"})
    assert (first.due_on, second.due_on) == (None, date(2026, 7, 7))
    assert body_of(second).answers == {"order_book": "thin"}
    assert body_of(second).why_empty == {"new_orders": "not told"}
    assert body_of(second).done_on == date(2026, 7, 3)
    assert stored(bank, case)[0] == second


def test_a_submitted_check_is_closed_and_its_answers_become_findings(bank):
    case = submitted(bank)
    assert (case.state, case.role, case.closed_at, case.due_on) == ("submitted", None, bank.now(), None)
    body = body_of(case)
    assert (body.entered_on, body.entered_by, body.flags) == (TODAY, "officer", ())
    found = findings(bank, case)
    assert [(one.finding_id, one.field, one.value) for one in found] == [
        ("C0000001-contact_reached", "contact_reached", "reached"),
        ("C0000001-order_book", "order_book", "thin"),
        ("C0000001-stoppage", "stoppage", "partly"),
        ("C0000001-wages_unpaid", "wages_unpaid", "1"),
    ]
    assert {(one.borrower_id, one.loan_id, one.author, one.case_id, one.corrects) for one in found} == {
        ("B1", None, "officer", case.case_id, None)
    }


def test_a_finding_is_found_on_the_day_of_the_check_and_known_from_its_entry(bank):
    found = findings(bank, submitted(bank, done_on=date(2026, 7, 3)))
    assert {(one.found_on, one.known_on) for one in found} == {(date(2026, 7, 3), TODAY)}
    assert findings_known_by(bank.store, "sme", date(2026, 7, 5)).num_rows == 0
    assert findings_known_by(bank.store, "sme", TODAY).num_rows == 4


def test_every_step_leaves_an_act_and_an_entry_in_the_log_with_the_rows_it_touched(bank):
    case = submitted(bank)
    _, acts = stored(bank, case)
    assert [(act.version, act.verb, act.user_id) for act in acts] == [
        (1, "begin", "officer"),
        (2, "save", "officer"),
        (3, "submit", "officer"),
    ]
    assert acts[-1].content["answers"] == PHONE
    assert acts[-1].content["findings"] == [one.finding_id for one in findings(bank, case)]
    with reading(bank.store) as connection:
        rows = connection.execute(select(audit.c.action, audit.c.subject, audit.c.rows).order_by(audit.c.entry)).all()
    assert [row.action for row in rows] == ["check.begin", "check.save", "check.submit"]
    assert '["findings","C0000001-stoppage"' in rows[-1].rows


def test_a_finding_on_a_loan_names_the_loan(bank, tmp_path):
    case = begun(bank, "first", borrower_id="A/2", loan_id="L3")
    assert body_of(case).answers["balance"] == 31_200_000
    kept = attach(bank, tmp_path, OFFICER, case.case_id, JPEG, version=1)[0]
    photo = body_of(kept).hashes[0]
    answers = {
        "principal": 40_000_000,
        "contact_reached": "reached",
        "use_of_funds": "as_agreed",
        "paid_to": "供应商甲",
        "used_fen": 39_000_000,
        "evidence": photo,
        "returned": False,
        "to_repay_old": False,
        "conditions_met": True,
        "operating": "no",
        "first_due_from": "货款",
        "photo": photo,
        "summary": "首贷资金按约定支付390000元",
    }
    draft = saved(bank, kept, answers)
    case = submit_check(bank, OFFICER, draft.case_id, version=draft.version)
    assert {one.loan_id for one in findings(bank, case)} == {"L3"}
    assert codes(case) == []


def test_what_is_missing_or_wrong_is_told_at_once_and_nothing_is_stored(bank):
    case = saved(bank, begun(bank), {"stoppage": "no"}, done_on=None)
    with pytest.raises(FaultyFormError) as raised:
        submit_check(bank, OFFICER, case.case_id, version=2)
    names = [one.field for one in raised.value.faults]
    assert names[0] == "done_on"
    assert set(names) == {"done_on", *PHONE} - {"stoppage"}
    assert stored(bank, case)[0] == case
    assert findings(bank, case) == ()


@pytest.mark.parametrize(
    ("answers", "done_on", "fields"),
    [
        ({"stopage": "no"}, TODAY, ["stopage"]),
        ({"stoppage": "perhaps", "wages_unpaid": -1}, date(2026, 7, 7), ["done_on", "stoppage", "wages_unpaid"]),
    ],
)
def test_a_draft_is_not_saved_with_what_can_never_be_right(bank, answers, done_on, fields):
    case = begun(bank)
    with pytest.raises(FaultyFormError) as raised:
        saved(bank, case, answers, done_on=done_on)
    assert [one.field for one in raised.value.faults] == fields
    assert stored(bank, case)[0] == case


def test_a_form_that_the_policy_does_not_have_is_refused(bank):
    with pytest.raises(FormError, match=r"The policy has no form 'survey' on 2026-07-06; its forms are phone, visit"):
        begun(bank, "survey")


def test_the_form_of_the_day_on_which_a_check_was_begun_holds_to_its_end(bank, clock, policy):
    now = policy.forms_on(TODAY)
    shorter = Forms(tuple(replace(one, fields=one.fields[:1]) for one in now.forms))
    changed = replace(policy, forms=Dated(((date(1900, 1, 1), now), (date(2026, 7, 7), shorter))))
    desk = replace(bank, policy_on=lambda _day: changed)
    old = begun(desk)
    clock.forward(1)
    assert submit_check(desk, OFFICER, old.case_id, version=saved(desk, old).version).state == "submitted"
    with pytest.raises(FaultyFormError, match="the form has no such field; it has contact_reached"):
        saved(desk, begun(desk, facts_of=lambda *_: None))


@pytest.mark.parametrize(
    ("form", "borrower_id", "loan_id", "message"),
    [
        ("first", "B1", None, "'loan_id' is missing: the form is about one loan; name it"),
        (
            "first",
            "B1",
            "L2",
            "'loan_id' is 'L2': it is no loan of borrower 'B1' in the newest decision; give one of L1",
        ),
        ("phone", "B0", "L1", "it is no loan of borrower 'B0' in the newest decision; it has none there"),
    ],
)
def test_a_loan_is_one_of_the_borrowers_own(bank, form, borrower_id, loan_id, message):
    with pytest.raises(FaultyFormError, match=message):
        begun(bank, form, borrower_id=borrower_id, loan_id=loan_id)


def a_task(desk, **changed):
    usual = {"portfolio": "sme", "borrower_id": "B1", "branch_id": "branch-1"}
    with at_work(desk, OFFICER, "task.open", "B1") as work:
        return open_case(work, Case("task", "open", **{**usual, **changed}), "open").case_id


def test_a_check_may_name_an_open_task_of_its_borrower(bank):
    assert body_of(begun(bank, task_id=a_task(bank))).task_id == "T0000001"


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"borrower_id": "A/2"}, FormError, "Task 'T0000001' is about another borrower"),
        ({"closed_at": datetime(2026, 7, 1)}, FormError, "Task 'T0000001' is closed"),
        ({"branch_id": "branch-2"}, UnknownCaseError, "There is no case 'T0000001' among those you may see"),
    ],
)
def test_a_task_that_does_not_go_with_the_check_is_refused(bank, changed, error, message):
    task_id = a_task(bank, **changed)
    with pytest.raises(error, match=message):
        begun(bank, task_id=task_id)


@pytest.mark.parametrize("borrower_id", ["B9", "nobody"])
def test_a_borrower_of_another_branch_reads_like_one_that_does_not_exist(bank, borrower_id):
    with pytest.raises(UnknownBorrowerError, match=f"Borrower '{borrower_id}' has no published decision. Check the id"):
        begun(bank, borrower_id=borrower_id)


def test_a_check_of_another_branch_reads_like_one_that_does_not_exist(bank):
    case = begun(bank)
    with pytest.raises(UnknownCaseError, match=f"There is no case '{case.case_id}' among those you may see"):
        saved(bank, case, actor=OTHER)


def test_two_people_cannot_act_on_one_version(bank):
    case = begun(bank)
    saved(bank, case)
    with pytest.raises(StaleVersionError, match="is at version 2 by now, not 1"):
        saved(bank, case)
    with pytest.raises(StaleVersionError):
        submit_check(bank, OFFICER, case.case_id, version=1)


def test_a_stale_version_is_told_before_the_state(bank):
    case = submitted(bank)
    with pytest.raises(StaleVersionError):
        submit_check(bank, OFFICER, case.case_id, version=2)


def test_a_submitted_check_is_not_changed_any_more(bank):
    case = submitted(bank)
    for act in (
        lambda: saved(bank, case),
        lambda: submit_check(bank, OFFICER, case.case_id, version=case.version),
        lambda: cancel_check(bank, OFFICER, case.case_id, version=case.version, reason="wrong"),
    ):
        with pytest.raises(TransitionError, match="is submitted: only a draft is filled in, submitted or cancelled"):
            act()


def test_a_draft_is_filled_in_by_whoever_began_it(bank):
    case = begun(bank)
    with pytest.raises(ForbiddenError, match="is being filled in by 'officer'"):
        saved(bank, case, actor=OFFICER2)


@pytest.mark.parametrize(
    ("actor", "message"),
    [
        (AUDITOR, "'auditor' may not record a check: it takes one of the roles"),
        (replace(HEAD, is_machine=True), "'head' is a machine and may not record a check: it takes the person"),
    ],
)
def test_checks_are_recorded_by_people_who_work_with_borrowers(bank, actor, message):
    with pytest.raises(ForbiddenError, match=message):
        begun(bank, actor=actor)


def test_a_draft_is_given_up_with_a_reason(bank):
    case = begun(bank)
    with pytest.raises(RequestError, match="The reason is empty"):
        cancel_check(bank, OFFICER, case.case_id, version=1, reason="  ")
    cancelled = cancel_check(bank, OFFICER, case.case_id, version=1, reason="wrong form")
    assert (cancelled.state, cancelled.closed_at) == ("cancelled", bank.now())
    assert stored(bank, case)[1][-1].content == {"reason": "wrong form"}


def test_a_doubtful_check_is_stored_all_the_same_and_goes_to_the_branch_manager(bank):
    case = submitted(
        bank, {**PHONE, "sales_trend": "rising", "summary": "一切正常，十分顺利"}, done_on=date(2026, 7, 1)
    )
    assert (case.state, case.role) == ("submitted", Role.BRANCH_MANAGER.value)
    assert codes(case) == ["contradicts", "late_entry"]
    assert len(findings(bank, case)) == 4


def test_copies_are_found_among_the_officers_and_the_borrowers_earlier_checks(bank, clock):
    submitted(bank, {**PHONE, "reached_where": "工厂"})
    assert codes(submitted(bank, borrower_id="A/2")) == ["near_identical"]
    assert codes(submitted(bank, actor=OFFICER2)) == ["near_identical"]
    other = {**PHONE, "summary": "办公室电话会谈，新签合同2份共260000元，原料涨价8%，下周二付清工资。"}
    assert codes(submitted(bank, other)) == []


def test_a_copy_from_a_stranger_about_a_stranger_is_not_compared(bank):
    submitted(bank)
    assert codes(submitted(bank, actor=OTHER, borrower_id="B9")) == []


def test_a_draft_is_nobodys_model(bank):
    saved(bank, begun(bank))
    assert codes(submitted(bank)) == []


def test_a_correction_begins_with_what_it_corrects_and_takes_its_place(bank, clock):
    old = submitted(bank, done_on=date(2026, 7, 3))
    clock.forward(3)
    draft = begun(bank, corrects=old.case_id)
    assert (body_of(draft).answers, body_of(draft).done_on) == (PHONE, date(2026, 7, 3))
    answers = {name: answer for name, answer in PHONE.items() if name != "wages_unpaid"} | {"stoppage": "no"}
    draft = saved(bank, draft, answers, done_on=date(2026, 7, 3), why_empty={"wages_unpaid": "misheard"})
    new = submit_check(bank, OFFICER, draft.case_id, version=draft.version)
    assert (new.state, codes(new)) == ("submitted", [])
    before, acts = stored(bank, old)
    assert (before.state, body_of(before).corrected_by, acts[-1].verb) == ("corrected", new.case_id, "correct")
    assert body_of(before).answers == PHONE
    known = findings_known_by(bank.store, "sme", date(2026, 7, 8)).to_pylist()
    assert {(row["field"], row["value"]) for row in known} == {
        ("contact_reached", "reached"),
        ("order_book", "thin"),
        ("stoppage", "partly"),
        ("wages_unpaid", "1"),
    }
    later = findings_known_by(bank.store, "sme", date(2026, 7, 9)).to_pylist()
    assert {(row["field"], row["value"]) for row in later if row["known_until"] is None} == {
        ("contact_reached", "reached"),
        ("order_book", "thin"),
        ("stoppage", "no"),
    }
    assert {row["known_until"] for row in later if row["finding_id"].startswith(old.case_id)} == {date(2026, 7, 9)}


def test_a_finding_that_was_taken_back_can_be_made_again(bank):
    without = {name: answer for name, answer in PHONE.items() if name != "wages_unpaid"}
    first = submitted(bank)
    draft = saved(bank, begun(bank, corrects=first.case_id), without, why_empty={"wages_unpaid": "misheard"})
    second = submit_check(bank, OFFICER, draft.case_id, version=draft.version)
    third = submitted(bank, {**PHONE, "wages_unpaid": 2}, corrects=second.case_id)
    known = findings_known_by(bank.store, "sme", TODAY).to_pylist()
    assert {row["finding_id"][:8] for row in known} == {third.case_id}
    assert {(row["field"], row["value"]) for row in known} >= {("wages_unpaid", "2")}


def test_a_check_is_corrected_once_and_then_its_correction_is(bank):
    old = submitted(bank)
    rival = begun(bank, corrects=old.case_id, actor=OFFICER2)
    new = submitted(bank, {**PHONE, "wages_unpaid": 0}, corrects=old.case_id)
    message = (
        f"Check '{old.case_id}' is corrected and cannot be corrected. Correct '{new.case_id}', which took its place"
    )
    with pytest.raises(TransitionError, match=message):
        begun(bank, corrects=old.case_id)
    with pytest.raises(TransitionError, match=message):
        submit_check(bank, OFFICER2, rival.case_id, version=rival.version)
    assert findings(bank, rival) == ()


def test_only_a_submitted_check_of_the_same_form_and_borrower_is_corrected(bank):
    old, draft = submitted(bank), begun(bank)
    with pytest.raises(TransitionError, match=f"Check '{draft.case_id}' is draft and cannot be corrected"):
        begun(bank, corrects=draft.case_id)
    for asked in ({"form": "event"}, {"borrower_id": "A/2"}, {"loan_id": "L1"}):
        with pytest.raises(FormError, match=f"Check '{old.case_id}' is form 'phone' about borrower 'B1'; a correction"):
            begun(bank, corrects=old.case_id, **asked)


def test_a_correction_keeps_the_files_of_what_it_corrects(bank, tmp_path):
    case = attach(bank, tmp_path, OFFICER, begun(bank).case_id, PNG, version=1)[0]
    draft = saved(bank, case)
    old = submit_check(bank, OFFICER, draft.case_id, version=draft.version)
    assert body_of(begun(bank, corrects=old.case_id)).files == body_of(old).files


def test_who_begins_a_form_twice_goes_on_with_the_first_draft(bank):
    first = saved(bank, begun(bank))
    assert begun(bank) == first
    assert begun(bank, actor=OFFICER2).case_id != first.case_id
    assert begun(bank, borrower_id="A/2").case_id != first.case_id
    assert begun(bank, loan_id="L1").case_id != first.case_id
    assert begun(bank, form="visit").case_id != first.case_id
    old = submit_check(bank, OFFICER, first.case_id, version=first.version)
    assert begun(bank).case_id != first.case_id
    assert begun(bank, corrects=old.case_id) == begun(bank, corrects=old.case_id)


def test_a_check_of_long_ago_is_not_entered_and_its_correction_is(bank, clock):
    with pytest.raises(FaultyFormError, match=r"'done_on' is 2026-05-06: .*up to 60 days afterwards; give a day from"):
        saved(bank, begun(bank), done_on=date(2026, 5, 6))
    old = submitted(bank, done_on=date(2026, 5, 7))
    clock.forward(30)
    draft = saved(bank, begun(bank, corrects=old.case_id), done_on=date(2026, 5, 7))
    assert submit_check(bank, OFFICER, draft.case_id, version=draft.version).state == "submitted"


def test_a_manager_may_check_and_correct_too(bank):
    old = submitted(bank)
    new = submitted(bank, {**PHONE, "stoppage": "yes"}, actor=MANAGER, corrects=old.case_id)
    assert {one.author for one in findings(bank, new)} == {"manager"}


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**16), 10**16),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["reached", "no", "partly", "thin", "\x00", "\ud800", "'; DROP TABLE cases; --"]),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=st.dictionaries(st.sampled_from([*PHONE, "sales_3m", "strange"]), anything, max_size=6))
def test_any_answers_are_stored_and_read_back_equal_or_told_by_their_field(bank, answers):
    with reading(bank.store) as connection:
        case = None if connection.execute(select(audit)).first() is None else find_case(connection, "C0000001")
    case = begun(bank) if case is None else case
    kept, wrong = _saved_or_told(bank, case, answers)
    if kept is None:
        assert wrong <= set(answers)
        assert stored(bank, case)[0] == case
    else:
        said = {name: value for name, value in answers.items() if value is not None and str(value).strip()}
        assert body_of(stored(bank, kept)[0]).answers == said


def _saved_or_told(desk, case, answers):
    try:
        return saved(desk, case, answers), set()
    except FaultyFormError as error:
        return None, {one.field for one in error.faults}


def test_the_days_of_a_check_survive_being_stored(bank):
    case = submitted(bank, done_on=TODAY - timedelta(days=3))
    body = body_of(stored(bank, case)[0])
    assert (body.began_on, body.done_on, body.entered_on) == (TODAY, date(2026, 7, 3), TODAY)
