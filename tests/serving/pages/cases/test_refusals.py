"""What pages refuse is said in the language of the reader: no English stands in a Chinese answer."""

import re
from datetime import date, datetime

import pytest

from ews.casework.contacts.contact import Wanted
from ews.casework.contacts.contacts import begin
from ews.casework.tasks.agenda import plan_tasks
from ews.casework.warnings.life import acknowledge
from ews.store.cases import CaseFilter, find_cases
from ews.store.engine import reading
from tests.casework.loan_books import bring_out, loan, quiet
from tests.casework.people import HEAD, MANAGER, OFFICER
from tests.casework.signals import AUGUST, batch, borrower, held
from tests.serving.conftest import NOW
from tests.serving.pages.cases.desk_of_pages import text_of

W = "W0000001"
CALL = {"party": "debtor", "channel": "call", "is_effective": "false"}
NIGHT = "/borrowers/B1/act?kind=contact"
_ENGLISH = re.compile(r"(?:\b[A-Za-z']{2,}[ ,:;.]+){3,}")


def said(answer) -> str:
    """Return what an answer says of what was wrong: its alert, the whole of a part."""
    found = re.search(r'<div class="(?:trouble|problem)".*', answer.text, re.DOTALL)
    assert found is not None, answer.text
    return text_of(found[0].partition("</main>")[0].partition("</form>")[0])


@pytest.fixture
def warned(desk):
    batch(desk, borrower("B1", held("GRADE_RED")), as_of=NOW.date())


@pytest.fixture
def late(desk, clock):
    """Let B1 be late on L1 on 1 September; give the task of the first call."""
    clock.at = datetime(2026, 9, 1, 9)
    rows = quiet("B1", loan("L1", dpd=1), as_of=AUGUST), quiet("B2", as_of=AUGUST)
    bring_out(desk.store, "august", *rows, at=datetime(2026, 9, 1, 2), as_of=AUGUST)
    plan_tasks(desk, date(2026, 9, 1))
    with reading(desk.store) as connection:
        found = find_cases(connection, CaseFilter(kinds=("task",), borrower_id="B1"))
    return next(one.case_id for one in found if one.body["code"] == "CALL_1")


def test_a_task_without_its_cause_says_what_to_choose(sit, late):
    answer = sit(OFFICER, "zh").send(f"/cases/{late}/done", version=1, note="十点致电。")
    assert answer.status_code == 422
    assert f"任务 {late} 须填写逾期原因后方可办结。请选择逾期原因。" in said(answer)
    assert _ENGLISH.findall(said(answer)) == []


def test_a_cause_that_the_policy_has_not_is_answered_with_its_causes_in_words(sit, late):
    shown = said(sit(OFFICER, "zh").send(f"/cases/{late}/done", version=1, note="十点致电。", cause="weather"))
    assert "政策中没有逾期原因“weather”。请选择：" in shown
    assert "business" not in shown
    assert _ENGLISH.findall(shown) == []


def test_what_the_role_does_not_allow_names_the_roles_as_the_bank_calls_them(sit, late):
    shown = said(sit(OFFICER, "zh").send(f"/cases/{late}/cancel", version=1, reason="已上门。"))
    assert "您（officer）无权取消任务：须具备以下岗位之一：支行负责人、风险经理。" in shown
    assert "branch_manager" not in shown


def test_the_same_in_english_names_them_in_words_too(sit, late):
    shown = said(sit(OFFICER).send(f"/cases/{late}/cancel", version=1, reason="Visited."))
    assert "'officer' may not cancel a task: it takes one of the roles branch manager, risk manager." in shown


def test_at_night_the_limit_and_the_next_hour_are_told(sit, desk, clock):
    clock.at = datetime(2026, 8, 1, 22, 30)
    shown = said(sit(OFFICER, "zh").send(NIGHT, party="debtor", channel="call"))
    assert "不能联系（触及联系时段限制）：22:30不在可联系时段08:00-22:00之内。2026-08-02 08:00 起可再次联系。" in shown
    assert _ENGLISH.findall(shown) == []


def test_a_second_call_at_once_names_the_first(sit, desk):
    begin(desk, OFFICER, Wanted("B1", "debtor", "call"))
    shown = said(sit(OFFICER, "zh").send(NIGHT, party="debtor", channel="call"))
    assert "通话（K0000001）尚未结束。请先登记该通话的结果。" in shown
    assert _ENGLISH.findall(shown) == []


def test_an_act_out_of_turn_says_how_the_warning_stands_and_what_may_be_done(sit, desk, warned):
    shown = said(sit(OFFICER, "zh").send(f"/cases/{W}/plan", version=1, text="追加抵押。"))
    assert "预警 W0000001 已发出，现在不能办理“制定方案”。目前可办理：签收。" in shown
    assert _ENGLISH.findall(shown) == []


def test_a_verdict_without_its_check_says_which_forms_would_do(sit, desk, warned):
    acknowledge(desk, OFFICER, W, version=1)
    verdict = {"verdict": "true", "how": "data", "reason": "余额骤降。"}
    shown = said(sit(OFFICER, "zh").send(f"/cases/{W}/verify", version=2, **verdict))
    assert "红色预警 W0000001 的核实结论为“属实”，方式为“数据核查”，未附检查，依据不足。" in shown
    assert _ENGLISH.findall(shown) == []


@pytest.mark.parametrize(
    ("path", "fields", "told"),
    [
        ("/cases/W0000001/acknowledge", {"version": 7}, "事项 W0000001 已更新至第 1 版，您看到的是第 7 版"),
        ("/cases/W0000001/hand-over", {"version": 1, "to": "x", "reason": "休假。"}, "不能将预警 W0000001 移交给“x”"),
        ("/cases/W0000001/acknowledge", {"version": 1, "note\u202e": "x\u202e"}, "无法显示。请删除后重新提交。"),
        ("/work/acknowledge", {}, "已勾选 0 条预警。请勾选 1 至"),
        ("/work/acknowledge", {"case": "W1"}, "“W1”不是有效的预警及版本"),
        ("/warnings/views", {"name": "", "query": ""}, "视图名称有 0 个字。请填写 1 至"),
        ("/reviews/determine", {}, "已勾选 0 份评审表"),
        (f"{NIGHT}-recorded", {**CALL, "begun_at": "2030-01-01T10:00"}, "尚未到来"),
    ],
)  # fmt: skip
def test_forms_that_cannot_be_used_are_refused_in_chinese(sit, desk, warned, colleagues, path, fields, told):
    answer = sit(OFFICER, "zh").send(path, part=False, **fields)
    assert answer.status_code in {403, 409, 422}
    shown = text_of(answer.text)
    assert told in shown or "他人已先行处理" in shown
    assert _ENGLISH.findall(shown.partition("办理记录")[0]) == []


@pytest.mark.parametrize(
    ("actor", "path", "told"),
    [
        (OFFICER, "/cases/W9999999", "您可查看的范围内没有事项 W9999999。请核对编号。"),
        (OFFICER, "/borrowers/B404", "客户 B404 尚无已发布的预警结论。请核对客户编号"),
        (OFFICER, "/warnings?level=purple", "请从以下选项中选择：黄色预警、橙色预警、红色预警"),
        (OFFICER, "/warnings?page=x", "页码 ：请填写整数 （填写内容：'x'）"),
        (OFFICER, "/warnings?branch=1&nonsense=1", "网址中的条件“nonsense”本页面不支持"),
        (OFFICER, "/my-day/columns/week?after=x", "翻页标记“x”无法识别。请从列表第一页重新翻页。"),
        (HEAD, "/portfolio?portfolio=none", "资产组合“none”尚无已发布的批次"),
        (HEAD, "/borrowers?tier=nobody", "筛选条件“五级分类”没有“nobody”。可选：正常"),
        (HEAD, "/borrowers?sort=nobody", "排序 ：请从以下选项中选择：客户编号"),
        (MANAGER, "/reviews?branch=branch-2", "机构“branch-2”不在您可查看的范围内"),
    ],
)
def test_addresses_that_cannot_be_used_are_refused_in_chinese(sit, warned, actor, path, told):
    answer = sit(actor, "zh").get(path, part=False)
    shown = said(answer)
    assert (answer.status_code >= 400, told in shown) == (True, True), shown
    assert _ENGLISH.findall(shown) == []
