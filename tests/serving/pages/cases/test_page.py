"""The panel of a warning: what is offered, what is done, what lists are told, and what is kept of what was written."""

import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from ews.casework.day.offered import offered as offered_to
from ews.casework.desk import Desk
from ews.casework.warnings.deadlines import terms_on
from ews.casework.warnings.life import acknowledge, verify
from ews.store.accounts import Profile, add_user
from ews.store.cases import find_case
from ews.store.engine import reading
from tests.casework.people import AUDITOR, HEAD, MANAGER, OFFICER, OFFICER2, OTHER, VALIDATOR
from tests.casework.signals import LARGE, batch, borrower, held
from tests.casework.submitted import checked
from tests.serving.conftest import NOW, WORDING
from tests.serving.pages.cases.desk_of_pages import FORM, PART, choices, form_of, offered, text_of
from tests.store.samples import decision

W = "W0000001"
TRUE = {"verdict": "true", "reason": "Half the hall stands still.", "how": "visit"}


@pytest.fixture
def warned(desk):
    """Give a function that raises a warning of B1 with these signals; the desk's day is Saturday, 1 August 2026."""

    def raised(*codes, **changed):
        batch(desk, borrower("B1", *(held(code) for code in codes), **changed), as_of=NOW.date())

    return raised


def now(desk: Desk, case_id: str = W):
    with reading(desk.store) as connection:
        return find_case(connection, case_id)


def test_a_red_warning_goes_through_its_life_in_the_panel(sit, desk, warned):
    warned("GRADE_RED")
    officer = sit(OFFICER)
    check = checked(desk)
    walk = [
        ("acknowledge", {}),
        ("verify", {**TRUE, "check_id": check, "cause": "customer_lost"}),
        ("plan", {"text": "Second mortgage by October."}),
        ("handle", {"text": "Mortgage registered."}),
    ]
    for version, (verb, content) in enumerate(walk, start=1):
        assert offered(officer.get(f"/cases/{W}").text, W)[0] == verb
        answer = officer.send(f"/cases/{W}/{verb}", version=version, **content)
        assert answer.status_code == 200, answer.text
        assert json.loads(answer.headers["hx-trigger"]) == {"case-changed": {"case_id": W, "target": "body"}}
        assert 'class="case-done"' in answer.text
    case = now(desk)
    assert (case.state, case.version, case.body["plan"]) == ("handled", 5, "Second mortgage by October.")


@pytest.mark.parametrize("actor", [OFFICER, MANAGER, HEAD, AUDITOR, VALIDATOR], ids=lambda one: one.user_id)
@pytest.mark.parametrize("steps", [0, 1])
def test_the_forms_are_what_casework_offers_to_this_person(sit, desk, warned, colleagues, actor, steps):
    warned("LATE_ELSEWHERE", exposure_fen=LARGE)
    if steps:
        acknowledge(desk, OFFICER, W, version=1)
    terms = terms_on(desk.policy_on(NOW.date()), NOW.date())
    assert tuple(sit(actor).verbs(W)) == offered_to(actor, now(desk), terms)


def test_an_auditor_reads_and_is_offered_nothing(sit, warned):
    warned("BALANCE_THIN")
    page = sit(AUDITOR).get(f"/cases/{W}").text
    assert "<form" not in page
    assert "There is nothing for you to do with it now." in page


def test_the_most_usual_act_is_open_and_the_others_are_folded(sit, warned, colleagues):
    warned("BALANCE_THIN")
    page = sit(OFFICER).get(f"/cases/{W}").text
    assert re.findall(r'<details class="verb"( open)?', page) == [" open", ""]


def test_a_large_red_one_is_reported_first(sit, desk, warned, colleagues):
    warned("GRADE_RED", exposure_fen=LARGE)
    acknowledge(desk, OFFICER, W, version=1)
    assert sit(OFFICER).verbs(W) == ["report", "hand-over"]  # to verify it takes a check
    assert sit(OFFICER).send(f"/cases/{W}/report", version=2, how="Called at ten.").status_code == 200
    assert now(desk).body["reported_on"] == "2026-08-01"


def test_it_says_who_what_why_by_when_and_how_much(sit, warned):
    warned("LATE_ELSEWHERE")
    shown = text_of(sit(OFFICER).get(f"/cases/{W}").text)
    for said in ("B1", "3 working days left", "30,000", "raised acknowledged verified", "Orange warning, raised"):
        assert said in shown
    assert "en:LATE_ELSEWHERE" in shown
    chinese = text_of(sit(OFFICER, "zh").get(f"/cases/{W}").text)
    for said in ("还剩 3 个工作日", "3.0 万元", "已发出 已签收 已核实", "橙色预警，已发出", "系统 发出预警"):
        assert said in chinese


def test_it_is_a_page_of_its_own_without_scripts(sit, desk, warned):
    warned("BALANCE_THIN")
    officer = sit(OFFICER)
    page = officer.get(f"/cases/{W}", part=False).text
    assert page.startswith("<!doctype html>")
    assert '<h1 id="case-title"' in page
    answer = officer.send(f"/cases/{W}/acknowledge", part=False, version=1)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{W}")
    assert "hx-trigger" not in answer.headers
    assert now(desk).state == "acknowledged"


def test_the_look_up_tells_the_log_whom_it_is_about(sit, warned, looked):
    warned("BALANCE_THIN")
    sit(OFFICER).get(f"/cases/{W}")
    assert (looked.entries[-1].subject, looked.entries[-1].borrowers) == (f"/cases/{W}", ("B1",))


@pytest.mark.parametrize("path", [f"/cases/{W}", "/cases/W0000099"])
def test_a_case_of_another_branch_reads_like_one_that_does_not_exist(sit, warned, path):
    warned("BALANCE_THIN")
    other = sit(OTHER)
    read, act = other.get(path), other.send(f"{path}/acknowledge", version=1)
    assert (read.status_code, act.status_code) == (404, 404)
    assert 'data-problem="unknown-case"' in read.text
    assert 'data-problem="unknown-case"' in act.text
    assert "Firm" not in read.text


def test_of_two_people_the_second_keeps_what_was_written_and_sees_what_the_first_did(sit, desk, warned):
    warned("BALANCE_THIN")
    acknowledge(desk, OFFICER, W, version=1)
    sit(OFFICER2).send(f"/cases/{W}/snooze", version=2, until="2026-08-04", reason="Waits for statements.")
    written = {"verdict": "true", "how": "data", "reason": "Balance gone for <b>good</b>."}
    late = sit(OFFICER).send(f"/cases/{W}/verify", version=2, **written)
    assert late.status_code == 409
    form = form_of(late.text, f"/cases/{W}/verify")
    assert 'name="version" value="3"' in form
    assert "Balance gone for &lt;b&gt;good&lt;/b&gt;.</textarea>" in form
    assert re.search(r'name="verdict" value="true" checked', form)
    assert '<option value="data" selected>' in form
    shown = text_of(form)
    assert "Somebody else was faster" in shown
    assert "officer2 put off Reason Waits for statements." in shown
    assert sit(OFFICER).send(f"/cases/{W}/verify", version=3, **written).status_code == 200
    assert now(desk).body["verdict_reason"] == "Balance gone for <b>good</b>."


def test_what_may_not_be_done_any_more_leaves_the_text_to_be_copied(sit, desk, warned):
    warned("BALANCE_THIN")
    acknowledge(desk, OFFICER, W, version=1)
    verify(desk, OFFICER2, W, verdict="true", reason="Seen.", how="data", version=2)
    late = sit(OFFICER).send(f"/cases/{W}/verify", version=2, verdict="true", how="data", reason="My own finding.")
    assert late.status_code == 409
    assert "verify" not in offered(late.text, W)
    said = text_of(late.text)
    kept = said.partition("What you wrote, to copy; it was not recorded: ")[2]
    assert kept.startswith("What did you find? True: the risk is real How was it found out? ")
    assert "What was found My own finding." in kept
    assert "send it again" not in said
    assert "<textarea" not in late.text.partition("case-verbs")[0]
    again = sit(OFFICER, "zh").send(f"/cases/{W}/acknowledge", version=3)
    assert (again.status_code, "当前状态不能进行此操作" in again.text) == (409, True)


def test_who_was_faster_oneself_is_told_when_and_what(sit, desk, warned, clock):
    warned("BALANCE_THIN")
    clock.at = datetime(2026, 8, 1, 16, 42)
    acknowledge(desk, OFFICER, W, version=1)
    chinese = text_of(sit(OFFICER, "zh").send(f"/cases/{W}/acknowledge", version=1).text)
    assert "您已于 16:42 办理：签收" in chinese
    assert "他人已先行处理" not in chinese
    english = text_of(sit(OFFICER).send(f"/cases/{W}/acknowledge", version=1).text)
    assert "You did this yourself at 16:42: acknowledge" in english
    others = text_of(sit(OFFICER2).send(f"/cases/{W}/acknowledge", version=1).text)
    assert "You did this yourself" not in others


def test_an_answer_that_fails_after_the_act_was_stored_does_not_say_that_nothing_was_changed(
    sit, desk, warned, monkeypatch
):
    warned("BALANCE_THIN")

    def broken(*_args, **_more):
        message = "cannot be shown"
        raise ValueError(message)

    officer = sit(OFFICER, "zh")
    monkeypatch.setattr("ews.serving.pages.cases.page._shown", broken)
    answer = officer.send(f"/cases/{W}/acknowledge", version=1)
    assert (answer.status_code, now(desk).state) == (500, "acknowledged")
    said = text_of(answer.text)
    assert "可能已办理，请刷新核对后再决定是否重新提交" in said
    assert "未作更改" not in said
    assert "可能已办理" not in text_of(officer.get(f"/cases/{W}").text)


def test_without_scripts_what_was_refused_is_shown_with_what_was_written(sit, desk, warned):
    warned("BALANCE_THIN")
    acknowledge(desk, OFFICER, W, version=1)
    day = "2026-12-31"
    answer = sit(OFFICER).send(f"/cases/{W}/snooze", part=False, version=2, until=day, reason="Harvest comes late.")
    assert answer.status_code == 422
    assert answer.text.startswith("<!doctype html>")
    form = form_of(answer.text, f"/cases/{W}/snooze")
    assert "Harvest comes late.</textarea>" in form
    assert f'value="{day}"' in form
    assert now(desk).version == 2


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"reason": "x" * 4_001}, "What was found: is too long"),
        ({"verdict": "maybe"}, "What did you find?: choose one of those offered"),
        ({"reason": ""}, "What was found: has to be filled in"),
        ({"check_id": "C0000009"}, "That cannot be used"),
        ({"cause": "the moon"}, "That cannot be used"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field_and_nothing_is_done(sit, desk, warned, fields, said):
    warned("BALANCE_THIN")
    acknowledge(desk, OFFICER, W, version=1)
    given = {"version": 2, "verdict": "true", "how": "data", "reason": "Seen.", **fields}
    answer = sit(OFFICER).send(f"/cases/{W}/verify", **given)
    assert answer.status_code == 422
    assert "<form" not in answer.text  # it goes into the form, whose fields stay as they are
    assert said in text_of(answer.text)
    assert now(desk).version == 2


def test_faults_are_told_in_chinese_as_well(sit, desk, warned):
    warned("BALANCE_THIN")
    acknowledge(desk, OFFICER, W, version=1)
    answer = sit(OFFICER, "zh").send(f"/cases/{W}/verify", version=2, verdict="true", how="data", reason="长" * 4_001)
    assert "请修改后再提交 已填内容均予保留。 核实情况：内容过长" in text_of(answer.text)


@pytest.mark.parametrize("hidden", ["\x00", "\x1b", "\u202e", "\u200f"])
def test_characters_that_nobody_sees_are_refused(sit, desk, warned, hidden):
    warned("BALANCE_THIN")
    acknowledge(desk, OFFICER, W, version=1)
    answer = sit(OFFICER).send(f"/cases/{W}/verify", version=2, verdict="true", how="data", reason=f"Seen{hidden}.")
    assert (answer.status_code, now(desk).version) == (422, 2)
    assert f"U+{ord(hidden):04X}" in answer.text


def test_markup_and_right_to_left_letters_are_shown_as_they_were_written(sit, desk, store, casework_policy):
    name = "<script>alert(1)</script>مصنع" + "华" * 160
    batch(desk, borrower("B1", held("BALANCE_THIN"), name=name), as_of=NOW.date())
    officer = sit(OFFICER)
    officer.send(f"/cases/{W}/acknowledge", version=1)
    reason = '<img src=x onerror="alert(1)">'
    page = officer.send(f"/cases/{W}/verify", version=2, verdict="true", how="data", reason=reason).text
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;img src=x onerror=&#34;alert(1)&#34;&gt;" in page
    assert '<bdi class="name">&lt;script&gt;alert(1)&lt;/script&gt;مصنع' in page


@pytest.mark.parametrize("verb", ["frobnicate", "done", "begin", "approve-findings"])
def test_a_verb_that_no_page_has_for_the_kind_is_no_page(sit, warned, verb):
    warned("BALANCE_THIN")
    assert sit(OFFICER).send(f"/cases/{W}/{verb}", version=1).status_code == 404


def test_a_session_that_ended_is_told_inside_the_form(client_of, services, desk, warned, sit):
    warned("BALANCE_THIN")
    form = form_of(sit(OFFICER).get(f"/cases/{W}").text, f"/cases/{W}/acknowledge")
    assert "hx-status:4xx='target:\"find .said\" swap:innerHTML'" in form
    assert '<div class="said">' in form
    officer = Profile("Officer", OFFICER.roles, "branch-1")
    add_user(desk.log, "officer", officer, by="test", at=NOW)
    nobody = client_of(services)
    answer = nobody.post(f"/cases/{W}/acknowledge", content="version=1", headers={**FORM, **PART})
    assert answer.status_code == 401
    assert 'data-problem="unauthenticated"' in answer.text
    assert 'href="/login" target="_blank"' in answer.text
    assert now(desk).version == 1


def test_a_red_warning_is_not_verified_without_a_check_and_says_where_to_write_one(sit, desk, warned):
    warned("GRADE_RED")
    acknowledge(desk, OFFICER, W, version=1)
    page = sit(OFFICER).get(f"/cases/{W}").text
    assert "verify" not in offered(page, W)
    assert f'href="/borrowers/B1/checks/new?portfolio=sme&amp;for={W}"' in page
    assert "A red warning is verified by a check (visit or audit) made since 2026-08-01" in text_of(page)
    checked(desk, "phone")
    checked(desk, "visit", done_on=date(2026, 7, 1))
    assert "verify" not in sit(OFFICER).verbs(W)
    check = checked(desk)
    form = form_of(sit(OFFICER).get(f"/cases/{W}").text, f"/cases/{W}/verify")
    assert (choices(form, "check_id"), choices(form, "how")) == ([check], ["visit", "audit"])


def test_an_orange_one_is_found_false_by_a_check_only(sit, desk, warned):
    warned("LATE_ELSEWHERE")
    acknowledge(desk, OFFICER, W, version=1)
    path = f"/cases/{W}/verify"
    form = form_of(sit(OFFICER).get(f"/cases/{W}").text, path)
    assert (choices(form, "verdict"), choices(form, "how")) == (["true"], ["documents", "data"])
    check = checked(desk, "phone")
    form = form_of(sit(OFFICER).get(f"/cases/{W}").text, path)
    assert (choices(form, "verdict"), choices(form, "check_id")) == (["true", "false"], [check])
    answer = sit(OFFICER).send(path, version=2, verdict="false", how="phone", check_id=check, reason="A holiday.")
    assert (answer.status_code, now(desk).body["verdict"]) == (200, "false")


def test_what_the_book_proves_is_not_offered_to_be_false(sit, desk, warned):
    warned("OVERDUE_NOW")
    acknowledge(desk, OFFICER, W, version=1)
    form = form_of(sit(OFFICER).get(f"/cases/{W}").text, f"/cases/{W}/verify")
    assert choices(form, "verdict", is_open=False) == ["false"]
    assert "The book itself proves it" in form


def test_the_latest_day_of_a_snooze_is_shown_and_holds(sit, desk, warned):
    warned("BALANCE_THIN")
    acknowledge(desk, OFFICER, W, version=1)
    form = form_of(sit(OFFICER).get(f"/cases/{W}").text, f"/cases/{W}/snooze")
    latest = date.fromisoformat(re.search(r'name="until"[^>]* max="([^"]+)"', form)[1])
    assert f"{latest} at the latest" in form
    path = f"/cases/{W}/snooze"
    after = desk.policy_on(latest).calendar.after(latest, 1)
    assert sit(OFFICER).send(path, version=2, until=after, reason="x").status_code == 422
    assert sit(OFFICER).send(path, version=2, until=latest, reason="x").status_code == 200
    assert now(desk).body["snoozed_until"] == latest.isoformat()


def test_it_is_handed_over_to_a_colleague_of_the_branch(sit, desk, warned, colleagues):
    warned("BALANCE_THIN")
    form = form_of(sit(OFFICER).get(f"/cases/{W}").text, f"/cases/{W}/hand-over")
    assert choices(form, "to") == ["manager", "officer2"]
    answer = sit(OFFICER).send(f"/cases/{W}/hand-over", version=1, to="officer2", reason="On leave.")
    assert (answer.status_code, now(desk).assignee) == (200, "officer2")
    assert "To act Officer2 officer" in text_of(answer.text)
    assert choices(form_of(answer.text, f"/cases/{W}/hand-over"), "to") == ["manager", "officer"]
    given = sit(OFFICER).send(f"/cases/{W}/hand-over", version=2, to="manager", reason="On leave.")
    assert "To act Manager branch manager" in text_of(given.text)
    assert sit(OFFICER).send(f"/cases/{W}/hand-over", version=3, to="other", reason="x").status_code == 422


def test_a_signal_that_is_gone_is_told_with_the_values_that_raised_it(sit, desk, warned, services):
    warned("BALANCE_THIN")
    raised = now(desk).body["batch_id"]
    batch(desk, borrower("B1"), as_of=NOW.date() + timedelta(days=1))

    def find(borrower_id, *, batch_id=None, portfolio=None):
        return decision(borrower_id, batch_id=batch_id or "newest", held=(held("BALANCE_THIN"),) if batch_id else ())

    officer = sit(OFFICER)
    told = replace(WORDING, held_sentence=lambda of, one, _: f"{of.batch_id} told {one.code}")
    officer.client.app.state.services = replace(services, find_decision=find, wording=told)
    assert f"{raised} told BALANCE_THIN" in text_of(officer.get(f"/cases/{W}").text)


def test_lifting_is_asked_for_and_decided_with_the_evidence_in_sight(sit, desk, warned):
    warned("BALANCE_THIN")
    officer = sit(OFFICER)
    officer.send(f"/cases/{W}/acknowledge", version=1)
    officer.send(f"/cases/{W}/verify", version=2, verdict="true", how="data", reason="x")
    officer.send(f"/cases/{W}/plan", version=3, text="x")
    officer.send(f"/cases/{W}/handle", version=4, text="x")
    for number in range(1, 4):
        batch(desk, borrower("B1"), as_of=NOW.date() + timedelta(days=number))
    version = now(desk).version
    told = text_of(officer.get(f"/cases/{W}").text)
    assert "gone for 3 of 3 batches" in told
    officer.send(f"/cases/{W}/ask-lift", version=version, evidence="Statements attached.")
    assert officer.verbs(W) == []
    manager = sit(MANAGER)
    page = manager.get(f"/cases/{W}").text
    assert offered(page, W) == ["lift", "refuse-lift"]
    assert "officer asks: Statements attached." in text_of(page)
    assert manager.send(f"/cases/{W}/lift", version=version + 1).status_code == 200
    assert (now(desk).state, manager.verbs(W)) == ("lifted", [])
