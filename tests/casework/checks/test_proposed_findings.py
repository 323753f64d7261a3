"""Findings that take two people, on both databases: when they count, who decides, that none is lost."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import select

from ews.casework.checks.body import body_of
from ews.casework.checks.checks import Begin, begin_check, save_check, submit_check
from ews.casework.checks.prefill import knows_nothing
from ews.casework.checks.proposed_findings import approve_findings, proposed_of, refuse_findings
from ews.casework.day.my_day import my_day
from ews.casework.tasks.agenda import plan_tasks
from ews.casework.tasks.tasks import Told, cancel_task, do_task
from ews.domain.decisions import Held
from ews.domain.errors import (
    ForbiddenError,
    RequestError,
    SecondPersonError,
    StaleVersionError,
    TransitionError,
    UnknownCaseError,
)
from ews.domain.levels import Tier
from ews.policy.dated import Dated
from ews.policy.forms import Forms
from ews.store.cases import acts_of, find_case
from ews.store.engine import reading
from ews.store.findings import findings_known_by, findings_of_case
from ews.store.tables import audit
from tests.casework.loan_books import bring_out, loan, quiet, tasks
from tests.casework.people import HEAD, HEAD2, MACHINE, MANAGER, OFFICER, OFFICER2, OTHER, RISK

TODAY, TUESDAY = date(2026, 7, 6), date(2026, 7, 7)
MANAGER2 = replace(MANAGER, user_id="manager2")
BAD = {"impaired": True, "bankruptcy": "liquidation", "stoppage": "yes", "summary": "厂房查封，35人离岗"}
WAITING = ["bankruptcy", "impaired"]


@pytest.fixture
def bank(desk, policy):
    """Give a desk with a short form about what the law is strict with."""
    forms = policy.forms_on(TODAY)
    fields = [
        *(forms.form("audit").field(name) for name in ("impaired", "bankruptcy", "repayment_ability")),
        *(forms.form("phone").field(name) for name in ("stoppage", "summary")),
    ]
    short = replace(forms.form("audit"), fields=tuple(replace(one, required=False) for one in fields))
    changed = replace(policy, forms=Dated(((date(1900, 1, 1), Forms((short,))),)))
    bring_out(desk.store, "june", quiet("B1", loan("L1", dpd=1)), quiet("B9", branch_id="branch-2"))
    return replace(desk, policy_on=lambda _day: changed)


def submitted(desk, answers=None, *, actor=OFFICER, **begin):
    case = begin_check(desk, actor, "B1", Begin("audit", **begin), facts_of=knows_nothing)
    answers = BAD if answers is None else answers
    case = save_check(desk, actor, case.case_id, version=case.version, answers=answers, why_empty={}, done_on=TODAY)
    return submit_check(desk, actor, case.case_id, version=case.version)


def approved(desk, case, actor=MANAGER, **more):
    return approve_findings(desk, actor, case.kind, case.case_id, version=case.version, **more)


def refused(desk, case, actor=MANAGER, reason="No papers", **more):
    return refuse_findings(desk, actor, case.kind, case.case_id, version=case.version, reason=reason, **more)


def found(desk, case):
    with reading(desk.store) as connection:
        return {one.field: one for one in findings_of_case(connection, case.case_id)}


def known(desk, day):
    """Return what counts as of a day, by field."""
    rows = findings_known_by(desk.store, "sme", day).to_pylist()
    return {row["field"]: row["value"] for row in rows if row["known_until"] is None}


def outcomes(case):
    return {one.field: one.outcome for one in proposed_of(case)}


def acts(desk, case):
    with reading(desk.store) as connection:
        return acts_of(connection, [case.case_id])


def approvals(actor, desk):
    return [item for item in my_day(desk, actor).items if item.case.body.get("type") == "approval"]


def test_what_makes_a_loan_non_performing_waits_and_what_only_burdens_counts_at_once(bank):
    case = submitted(bank)
    assert (case.state, case.is_open) == ("submitted", False)
    assert list(found(bank, case)) == ["stoppage"]
    assert outcomes(case) == {"bankruptcy": None, "impaired": None}
    last = acts(bank, case)[-1].content
    assert (last["findings"], last["to_approve"]) == ([f"{case.case_id}-stoppage"], WAITING)


def test_it_counts_from_the_day_of_the_approval_by_the_name_of_who_found_it(bank, clock):
    case = submitted(bank)
    clock.forward(1)
    after = approved(bank, case, reason="Order of the court seen")
    impaired = found(bank, case)["impaired"]
    assert (impaired.value, impaired.found_on, impaired.known_on, impaired.author) == ("yes", TODAY, TUESDAY, "officer")
    assert known(bank, TODAY) == {"stoppage": "yes"}
    assert known(bank, TUESDAY) == {"stoppage": "yes", "impaired": "yes", "bankruptcy": "liquidation"}
    one = next(one for one in body_of(after).proposed if one.field == "impaired")
    assert (one.outcome, one.by, one.on, one.reason) == ("approved", "manager", "2026-07-07", "Order of the court seen")
    last = acts(bank, case)[-1]
    assert (last.verb, last.user_id, last.content["fields"]) == ("approve-findings", "manager", WAITING)
    assert last.content["findings"] == [f"{case.case_id}-bankruptcy", f"{case.case_id}-impaired"]


def test_the_log_holds_what_was_approved(bank):
    case = approved(bank, submitted(bank))
    with reading(bank.store) as connection:
        rows = connection.execute(select(audit.c.action, audit.c.user_id, audit.c.rows).order_by(audit.c.entry)).all()
    assert (rows[-1].action, rows[-1].user_id) == ("check.approve-findings", "manager")
    assert f'["findings","{case.case_id}-impaired"' in rows[-1].rows


def test_it_stands_on_the_list_of_those_above_and_of_nobody_else(bank):
    case = submitted(bank)
    (item,) = approvals(MANAGER, bank)
    assert (item.next, item.case.due_on, item.case.role) == (("approve", "refuse"), date(2026, 7, 9), "branch_manager")
    assert (item.case.body["terms"]["case_id"], item.case.body["terms"]["fields"]) == (case.case_id, WAITING)
    assert item.why.en == (
        "Approve or refuse: Bankruptcy: Liquidation; Credit-impaired: yes. Found by officer in C0000001: by 2026-07-09."
    )
    assert item.why.zh == ("审批认定：破产程序：清算；是否信用减值：是（officer于C0000001提出）：2026-07-09前")
    assert [approvals(one, bank) for one in (OFFICER, OFFICER2, RISK, HEAD, OTHER)] == [[], [], [], [], []]


def test_the_decision_takes_it_off_the_list(bank):
    refused(bank, submitted(bank))
    assert approvals(MANAGER, bank) == []
    assert [(one.state, one.is_open) for one in tasks(bank, "approval")] == [("done", False)]


def test_what_is_refused_never_counts_and_is_not_lost(bank):
    case = refused(bank, submitted(bank), reason=" No order of a court ")
    assert list(found(bank, case)) == ["stoppage"]
    assert {(one.outcome, one.by, one.reason) for one in body_of(case).proposed} == {
        ("refused", "manager", "No order of a court")
    }
    with pytest.raises(TransitionError, match="No finding of 'C0000001', which is submitted, waits for approval"):
        approved(bank, case)


def test_some_may_be_approved_and_others_refused(bank):
    case = approved(bank, submitted(bank), fields=["impaired"])
    (item,) = approvals(MANAGER, bank)
    assert item.case.body["terms"]["fields"] == ["bankruptcy"]
    assert item.case.body["text"]["en"] == "Approve or refuse: Bankruptcy: Liquidation"
    case = refused(bank, case, fields=["bankruptcy"])
    assert outcomes(case) == {"bankruptcy": "refused", "impaired": "approved"}
    assert sorted(found(bank, case)) == ["impaired", "stoppage"]
    assert approvals(MANAGER, bank) == []


@pytest.mark.parametrize(
    ("actor", "error", "message"),
    [
        (OFFICER, ForbiddenError, "'officer' may not decide on findings: it takes one of the roles"),
        (OFFICER2, ForbiddenError, "'officer2' may not decide on findings"),
        (MACHINE, ForbiddenError, "'machine' may not decide on findings"),
        (replace(MANAGER, is_machine=True), SecondPersonError, "is a machine and may not decide on the findings"),
        (replace(OTHER, roles=MANAGER.roles), UnknownCaseError, "There is no case 'C0000001' among those you may see"),
    ],
)
def test_who_may_not_decide_is_told_why_and_nothing_is_stored(bank, actor, error, message):
    case = submitted(bank)
    with pytest.raises(error, match=message):
        approved(bank, case, actor)
    assert list(found(bank, case)) == ["stoppage"]


@pytest.mark.parametrize(
    ("author", "role", "no", "yes"),
    [
        (OFFICER, "branch_manager", OFFICER2, MANAGER),
        (MANAGER, "risk_manager", MANAGER2, RISK),
        (RISK, "head_office", MANAGER, HEAD),
        (HEAD, "head_office", RISK, HEAD2),
    ],
    ids=["officer", "manager", "risk manager", "head office"],
)
def test_the_decision_is_of_somebody_above_who_found_it(bank, author, role, no, yes):
    case = submitted(bank, actor=author)
    assert [one.role for one in tasks(bank, "approval")] == [role]
    assert [approvals(one, bank) for one in (author, no)] == [[], []]
    for actor in (author, no):
        with pytest.raises((ForbiddenError, SecondPersonError)):
            approved(bank, case, actor)
    assert len(approvals(yes, bank)) == 1
    assert found(bank, approved(bank, case, yes))["impaired"].author == author.user_id


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (["stoppage"], "'stoppage' does not wait for approval in 'C0000001'. Name some of bankruptcy, impaired"),
        (["impairred"], "'impairred' does not wait for approval"),
        ([], "No field is named in 'C0000001'. Name some of bankruptcy, impaired, or none for all"),
    ],
)
def test_a_field_that_does_not_wait_is_refused(bank, fields, message):
    with pytest.raises(RequestError, match=message):
        approved(bank, submitted(bank), fields=fields)


def test_two_people_cannot_decide_on_one_version(bank):
    case = submitted(bank)
    approved(bank, case, fields=["impaired"])
    with pytest.raises(StaleVersionError, match="is at version 4 by now, not 3"):
        refused(bank, case, RISK)


def test_a_refusal_says_why(bank):
    with pytest.raises(RequestError, match="The reason is empty"):
        refused(bank, submitted(bank), reason=" ")


def test_what_nobody_decides_on_goes_up_role_by_role_and_stays_when_the_borrower_has_left(bank, clock):
    submitted(bank)
    clock.at = datetime(2026, 7, 10, 9)
    plan_tasks(bank, clock.at.date())
    assert [one.role for one in tasks(bank, "approval")] == ["risk_manager"]
    (item,) = approvals(RISK, bank)
    assert (item.escalated, item.late_days) == (True, 1)
    assert approvals(OFFICER2, bank) == []
    bring_out(bank.store, "july", quiet("B2"), as_of=date(2026, 7, 31), at=datetime(2026, 8, 1, 2))
    clock.at = datetime(2026, 9, 1, 9)
    plan_tasks(bank, clock.at.date())
    (task,) = tasks(bank, "approval")
    assert (task.state, task.role, task.body["escalations"]) == ("open", "head_office", ["risk_manager", "head_office"])
    assert len(approvals(HEAD, bank)) == 1


def test_the_task_ends_with_the_decision_only(bank):
    submitted(bank)
    (task,) = tasks(bank, "approval")
    message = rf"'{task.case_id}' is not done: it ends .* POST /v1/checks/C0000001/findings/approve or /refuse"
    with pytest.raises(TransitionError, match=message):
        do_task(bank, MANAGER, task.case_id, Told("Seen"), version=1)
    with pytest.raises(TransitionError, match=f"'{task.case_id}' is not cancelled: it ends"):
        cancel_task(bank, RISK, task.case_id, "Seen", version=1)


def test_a_correction_overtakes_what_waits(bank):
    old = submitted(bank)
    new = submitted(bank, {**BAD, "bankruptcy": None}, corrects=old.case_id)
    with reading(bank.store) as connection:
        old = find_case(connection, old.case_id)
    assert outcomes(old) == {"bankruptcy": "overtaken", "impaired": "overtaken"}
    assert {one.reason for one in body_of(old).proposed} == {"Corrected by C0000002"}
    with pytest.raises(TransitionError):
        approved(bank, old)
    assert [(one.state, one.body["terms"]["case_id"]) for one in tasks(bank, "approval")] == [
        ("moot", "C0000001"),
        ("open", "C0000002"),
    ]
    approved(bank, new)
    assert known(bank, TODAY) == {"stoppage": "yes", "impaired": "yes"}


def test_what_was_approved_stands_until_the_correction_is_approved_too(bank, clock):
    old = approved(bank, submitted(bank))
    clock.forward(1)
    new = submitted(bank, {"impaired": False, "stoppage": "no", "summary": "复工35人"}, corrects=old.case_id)
    assert known(bank, TUESDAY) == {"impaired": "yes", "bankruptcy": "liquidation", "stoppage": "no"}
    assert [one.label["en"] for one in body_of(new).proposed] == ["Bankruptcy: taken back", "Credit-impaired: no"]
    clock.forward(1)
    approved(bank, new)
    assert known(bank, date(2026, 7, 8)) == {"impaired": "no", "stoppage": "no"}


def test_a_correction_after_a_refused_one_takes_the_place_of_what_still_stands(bank, clock):
    first = approved(bank, submitted(bank))
    clock.forward(1)
    second = refused(bank, submitted(bank, {"impaired": False, "summary": "复工35人"}, corrects=first.case_id))
    clock.forward(1)
    third = approved(bank, submitted(bank, {"impaired": False, "summary": "复工36人"}, corrects=second.case_id))
    assert found(bank, third)["impaired"].corrects == f"{first.case_id}-impaired"
    clock.forward(1)
    assert known(bank, date(2026, 7, 9)) == {"impaired": "no"}


GOOD = {"repayment_ability": "able", "impaired": False, "bankruptcy": "none", "summary": "订单12份"}


def test_a_good_word_that_lifts_nothing_counts_at_once(bank):
    for _ in range(2):
        case = submitted(bank, GOOD)
        assert {name: one.value for name, one in found(bank, case).items()} == {
            "repayment_ability": "able", "impaired": "no", "bankruptcy": "none",
        }  # fmt: skip
        assert (outcomes(case), tasks(bank, "approval")) == ({}, [])


def test_able_to_pay_waits_after_unable_which_counts_at_once(bank):
    unable = submitted(bank, {"repayment_ability": "unable", "summary": "停产，欠薪3个月"})
    able = submitted(bank, GOOD)
    assert (outcomes(unable), found(bank, unable)["repayment_ability"].value) == ({}, "unable")
    assert (outcomes(able), sorted(found(bank, able))) == ({"repayment_ability": None}, ["bankruptcy", "impaired"])
    approved(bank, able)
    again = submitted(bank, GOOD)
    assert outcomes(again) == {}


def test_a_good_word_waits_while_a_bad_one_waits_for_approval(bank):
    submitted(bank)
    assert outcomes(submitted(bank, GOOD)) == {"bankruptcy": None, "impaired": None}


@pytest.mark.parametrize(
    ("changed", "waits"),
    [
        ({"tier": Tier.SPECIAL_MENTION}, False),
        ({"held": (Held("tier_rule", "OVERDUE", "special_mention", {"dpd": 3}),)}, False),
        ({"held": (Held("tier_rule", "RESTRUCTURED", "special_mention", {"restructured": True}),)}, True),
        ({"held": (Held("tier_rule", "LISTED_DEFAULT", "substandard", {"listed_default": True}),)}, True),
        ({"tier": Tier.SUBSTANDARD}, True),
        ({"carried": ("RESTRUCTURED",)}, True),
    ],
)
def test_a_good_word_about_a_loan_that_it_could_help_out_waits(bank, changed, waits):
    one = replace(loan("L1"), **changed)
    bring_out(bank.store, "july", quiet("B1", one), as_of=date(2026, 7, 5), at=datetime(2026, 7, 6, 2))
    expected = ["bankruptcy", "impaired", "repayment_ability"] if waits else []
    assert sorted(outcomes(submitted(bank, GOOD))) == expected


def test_a_good_word_waits_where_no_newest_batch_tells_of_the_borrower(bank):
    case = begin_check(bank, OFFICER, "B1", Begin("audit"), facts_of=knows_nothing)
    bring_out(bank.store, "july", quiet("B2"), as_of=date(2026, 7, 5), at=datetime(2026, 7, 6, 2))
    case = save_check(bank, OFFICER, case.case_id, version=1, answers=GOOD, why_empty={}, done_on=TODAY)
    assert "repayment_ability" in outcomes(submit_check(bank, OFFICER, case.case_id, version=2))


def test_a_bank_may_want_more_approved(bank):
    policy = bank.policy_on(TODAY)
    edition = policy.casework_on(TODAY)
    strict = replace(edition, findings=replace(edition.findings, also=("stoppage",), approver="risk_manager"))
    desk = replace(bank, policy_on=lambda _day: replace(policy, casework=Dated(((date(1900, 1, 1), strict),))))
    case = submitted(desk)
    assert found(desk, case) == {}
    assert [one.role for one in tasks(desk, "approval")] == ["risk_manager"]
    with pytest.raises(ForbiddenError, match="the policy asks for risk_manager or above"):
        approved(desk, case)
    assert found(desk, approved(desk, case, RISK))["stoppage"].value == "yes"


@pytest.fixture
def call(bank):
    """Give the task to call about a loan that is late."""
    plan_tasks(bank, TODAY)
    return next(one for one in tasks(bank) if one.body["code"] == "CALL_1")


def test_a_cause_that_excuses_arrears_waits_and_the_task_is_done(bank, call, clock):
    done = do_task(bank, OFFICER, call.case_id, Told("Our transfer failed", cause="technical"), version=1)
    assert (done.state, done.body["cause"], outcomes(done)) == ("done", "technical", {"overdue_cause": None})
    assert found(bank, done) == {}
    (item,) = approvals(MANAGER, bank)
    assert item.case.body["terms"]["kind"] == "task"
    assert item.case.body["text"]["zh"].startswith("审批认定：借据L1逾期原因：")
    clock.forward(1)
    after = approved(bank, done)
    finding = found(bank, done)["overdue_cause"]
    assert (finding.value, finding.loan_id, finding.found_on, finding.known_on, finding.author) == (
        "technical",
        "L1",
        TODAY,
        TUESDAY,
        "officer",
    )
    assert (after.state, outcomes(after)) == ("done", {"overdue_cause": "approved"})


def test_a_cause_that_is_refused_excuses_nothing(bank, call):
    done = do_task(bank, OFFICER, call.case_id, Told("Says our transfer failed", cause="operational"), version=1)
    with pytest.raises((ForbiddenError, SecondPersonError)):
        approved(bank, done, OFFICER)
    after = refused(bank, done, reason="The transfer was on time")
    assert (found(bank, after), outcomes(after)) == ({}, {"overdue_cause": "refused"})


def test_any_other_cause_counts_at_once(bank, call):
    done = do_task(bank, OFFICER, call.case_id, Told("Forgot", cause="forgot"), version=1)
    assert (found(bank, done)["overdue_cause"].value, outcomes(done)) == ("forgot", {})
    assert approvals(MANAGER, bank) == []
