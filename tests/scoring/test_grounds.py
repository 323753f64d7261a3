from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ews.domain.decisions import Held, LoanDecision, Override
from ews.domain.levels import Tier, WarningLevel
from ews.domain.lifts import Lift
from ews.domain.paths import Channel, Hop, Path
from ews.domain.raised import Raised
from ews.domain.text import Language
from ews.policy.policy import Policy
from ews.scoring import grounds
from tests.policy.policies import POLICY
from tests.store.samples import decision

DAY = date(2026, 6, 30)
ZH, EN = Language.ZH, Language.EN
DPD = Lift("dpd", "<=", 0)
CLEAN = Lift("months_clean", ">=", 6)
CLEAN_EN = "Whole months since anything was last past due"
SIGNAL = next(signal for signal in POLICY.signals if signal.lingers)


def held(code: str = "OVERDUE", *, kind: str = "tier_rule", gives: str = "special_mention", **more: Any) -> Held:
    return replace(Held(kind, code, gives, {}), **more)


@pytest.mark.parametrize(
    ("one", "policy", "zh", "en"),
    [
        (held(lifts=((DPD,),)), POLICY, "逾期天数 ≤ 0 天", "Days past due ≤ 0 days"),
        (
            held(lifts=((DPD, CLEAN), (Lift("", "not", "impaired"),))),
            POLICY,
            "逾期天数 ≤ 0 天 且 连续正常还款月数 ≥ 6 个月；或 不再成立：impaired",
            f"Days past due ≤ 0 days and {CLEAN_EN} ≥ 6 months; or no longer: impaired",
        ),
        (held(), POLICY, "不可由借款人自行解除", "nothing the borrower can move"),
        (held(state="lingers"), POLICY, "", ""),
        (held(state="carried", lifts=((DPD,),)), POLICY, "", ""),
        (
            held(SIGNAL.code, kind="signal", gives="yellow", lifts=((Lift("dpd_max", "<", 1),),)),
            POLICY,
            "最长逾期天数 < 1 天（并消失满 56 天）",
            "Most days past due of any loan < 1 day (and gone for 56 days)",
        ),
        (held("GONE", lifts=((Lift("grade_rank", "<=", 7),),)), POLICY, "等级升至 G7 或更好", "grade G7 or better"),
        (
            held("GONE", lifts=((Lift("product", "not in", "card, other"),),)),
            None,
            "产品 不属于 card, other",
            "Product not among card, other",
        ),
    ],
)
def test_what_would_lift_a_rule_is_its_threshold_turned_round(one: Held, policy: Policy | None, zh: str, en: str):
    assert (grounds.lifts_text(one, policy, DAY, ZH), grounds.lifts_text(one, policy, DAY, EN)) == (zh, en)


def test_a_rule_is_told_with_its_source_and_article():
    told = grounds.source_text(held("OVERDUE_90"), POLICY, ZH)
    assert told.startswith("CBIRC and PBoC Order [2023] No. 1")
    assert told.endswith("，第 11 (1) 条（待核）")
    assert grounds.source_text(held("OVERDUE_90"), POLICY, EN).endswith(", art. 11 (1) (to verify)")
    assert "to verify" not in told
    assert grounds.source_text(held("GONE"), POLICY, ZH) == grounds.source_text(held(), None, ZH) == ""


@pytest.mark.parametrize(
    ("one", "zh", "en"),
    [
        (held(), "", ""),
        (held(since=DAY), "自 2026-06-30 起", "since 2026-06-30"),
        (held(state="lingers", since=DAY), "延续，自 2026-06-30 起", "lingers, since 2026-06-30"),
        (held(state="carried"), "沿用上次结果", "carried, as last seen"),
    ],
)
def test_a_rule_is_told_with_how_it_counts_and_since_when(one: Held, zh: str, en: str):
    assert (grounds.state_text(one, ZH), grounds.state_text(one, EN)) == (zh, en)


LOAN = LoanDecision("L1", "business", 100, 0, Tier.SUBSTANDARD, (), floor=Tier.SUBSTANDARD, proposal=Tier.PASS)
APPROVED = Override("V1", Tier.PASS, "x", "a", "b", DAY, date(2026, 12, 31), ("OVERDUE_90",))


def test_a_tier_is_told_by_its_parts():
    assert grounds.parts_text(LOAN, ZH) == "下限 次级 · 模型建议 正常 · 人工调整 无"
    assert grounds.parts_text(replace(LOAN, override=APPROVED), EN) == (
        "floor substandard · model proposes pass · override pass (V1, until 2026-12-31, cannot beat OVERDUE_90)"
    )
    assert grounds.parts_text(replace(LOAN, floor=None), ZH) == ""


def test_provisions_are_told_as_indicative_and_what_is_unknown_as_missing():
    valued = replace(LOAN, stage=3, expected_loss_fen=3_500_000, provision_general_fen=100_000)
    assert grounds.money_parts_text(valued, ZH) == "第 3 阶段 · 预期损失 3.5 万元 · 准备金（参考）一般 1,000 元、专项 —"
    assert "provisions (indicative)" in grounds.money_parts_text(valued, EN)
    assert grounds.money_parts_text(LOAN, ZH) == ""


def test_the_record_of_payments_is_told_as_far_as_it_is_known():
    served = replace(LOAN, months_clean=5, periods_clean=4, observation_months=3)
    assert grounds.record_text(served, ZH) == "正常还款 5 个月、4 期 · 观察期已满 3 个月、— 期"
    assert grounds.record_text(replace(LOAN, months_clean=5, periods_clean=4), EN) == (
        "paid as due 5 months and 4 due dates"
    )
    assert grounds.record_text(LOAN, ZH) == ""


HOP = Hop("B9", "华信五金", "N1", 47, False, "special_mention", "G8")


@pytest.mark.parametrize(
    ("path", "zh"),
    [
        (Path(Channel.GUARANTEES, (HOP,), 180_000_000), "B1 →(担保 180.0 万元) B9 华信五金 逾期 47 天，等级 G8"),
        (Path(Channel.GROUP, (replace(HOP, dpd=None, in_default=True),), None), "B1 →(关联) B9 华信五金 已违约"),
        (
            Path(Channel.GUARANTEES, (Hop("B5", None, None, None, None, None, None), replace(HOP, grade=None)), None),
            "B1 →(担保) B5 → B9 华信五金 逾期 47 天",
        ),
    ],
)
def test_a_path_says_who_how_much_and_how_bad(path: Path, zh: str):
    assert grounds.path_text(path, "B1", ZH) == zh


def test_a_new_warning_says_when_it_goes_to_whom_and_its_place():
    waiting = Raised(("A", "B"), "O1", date(2026, 7, 6), 11, is_waiting=True)
    assert grounds.raised_text(waiting, ZH) == "新预警 A、B · 计划 2026-07-06 移交 O1 · 第 11 位"
    out = Raised(("A",), "branch:N1", DAY, 1, is_waiting=False, was_overdue=True)
    assert grounds.raised_text(out, EN) == (
        "new: A · handed out on 2026-06-30 to branch:N1 · place 1 · waited too long, beyond the cap"
    )


def test_a_level_on_its_way_down_says_so():
    falling = decision(level=WarningLevel.ORANGE, level_now=WarningLevel.NONE)
    assert grounds.level_text(falling, ZH) == "当日信号为无预警，橙色预警逐级下调中"
    assert grounds.level_text(decision(level_now=WarningLevel.ORANGE), ZH) == ""
    assert grounds.level_text(decision(), EN) == ""


def test_own_risk_stands_beside_what_comes_through_others():
    told = decision(split={Channel.OWN: 1.31, Channel.GUARANTEES: 0.42, Channel.GROUP: 0.0})
    assert grounds.split_text(told, ZH) == "自身 +1.31 · 担保 +0.42 · 关联 +0.00"
    assert grounds.split_text(decision(), ZH) == ""


def test_what_is_due_next_is_told_with_what_is_left_to_pay():
    due = replace(LOAN, next_due_on=date(2026, 7, 20), next_due_fen=1_250_000, matures_on=date(2027, 1, 10))
    assert grounds.due_text(due, DAY, ZH) == "下期应还 2026-07-20 1.2 万元 · 到期日 2027-01-10"
    assert grounds.due_text(replace(due, next_due_fen=None, first_due_missed=True), DAY, EN) == (
        "next due 2026-07-20: — · matures 2027-01-10 · first instalment missed"
    )
    assert grounds.due_text(replace(LOAN, first_due_missed=False), DAY, ZH) == ""
    late = replace(due, next_due_on=date(2026, 5, 5), coming_on=date(2026, 7, 20), coming_fen=900_000)
    assert (
        grounds.due_text(late, DAY, ZH)
        == "最早欠款 2026-05-05 1.2 万元 · 下期应还 2026-07-20 9,000 元 · 到期日 2027-01-10"
    )


def test_a_customer_type_is_told_with_its_meaning_as_far_as_the_policy_tells():
    told = decision(customer_type="A", as_of=DAY)
    assert grounds.customer_type_text(told, POLICY, ZH) == "A · 一直正常还款"
    assert grounds.customer_type_text(told, None, EN) == "A"
    assert grounds.customer_type_text(replace(told, customer_type="X"), POLICY, EN) == "X"
    assert grounds.customer_type_text(replace(told, customer_type=None), POLICY, EN) == ""
