from datetime import date

import pytest

from ews.domain.decisions import Before, Decision, Evidence, Held, Reason
from ews.domain.levels import Tier, WarningLevel
from ews.domain.reasons import ReasonCode
from ews.domain.text import Language
from ews.features.catalogue import FEATURES
from ews.policy.policy import load_policy
from ews.policy.vocabulary import vocabulary_of
from ews.scoring.wording import (
    action_text,
    evidence_sentence,
    headline,
    held_sentence,
    money_text,
    pd_text,
    reason_sentence,
    value_text,
)

POLICY = load_policy(vocabulary=vocabulary_of(FEATURES))
ZH, EN = Language.ZH, Language.EN
PAID_WELL = "信用卡还款情况——近3期账单余额偿还比例 90.0%，低于 10% 的同业"


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [
        (85_000, "850 元", "850"),
        (999_999, "10,000 元", "10,000"),
        (1_000_000, "1.0 万元", "10,000"),
        (31_250_000, "31.2 万元", "312,500"),
        (12_345_678_900, "1.2 亿元", "123,456,789"),
        (-3_000_000, "-3.0 万元", "-30,000"),
    ],
)
def test_money_is_shown_as_officers_read_it(fen, zh, en):
    assert (money_text(fen, ZH), money_text(fen, EN)) == (zh, en)


@pytest.mark.parametrize(
    ("name", "value", "zh"),
    [
        ("inflow_change_3m", -0.62, "-62%"),
        ("inflow_change_3m", 0.05, "+5%"),
        ("card_utilisation", 0.876, "87.6%"),
        ("guaranteed_to_inflow", 1.5, "1.50"),
        ("net_flow_to_due_3m", -0.001, "0.00"),
        ("inquiries_3m", 9.0, "9"),
        ("dpd_now", 12.0, "12 天"),
        ("first_instalment_missed", 1.0, "是"),
        ("inflow_3m", None, "—"),
    ],
)
def test_a_value_is_shown_in_its_unit(name, value, zh):
    assert value_text(name, value, ZH) == zh


def test_english_puts_a_space_before_per_cent_and_tells_one_from_many():
    assert value_text("card_utilisation", 0.876, EN) == "87.6 %"
    assert [value_text("dpd_now", days, EN) for days in (1.0, 2.0)] == ["1 day", "2 days"]


@pytest.mark.parametrize(
    ("pd", "months", "zh", "en"),
    [
        (1 / 7, 12, "1 年内违约约 1/7（14%）", "default within 1 year: about 1 in 7 (14 %)"),
        (1 / 65, 12, "1 年内违约约 1/65（1.5%）", "default within 1 year: about 1 in 65 (1.5 %)"),
        (0.0004, 12, "1 年内违约约 1/2,500（0.04%）", "default within 1 year: about 1 in 2,500 (0.04 %)"),
        (1e-6, 12, "1 年内违约约 1/10,000（<0.01%）", "default within 1 year: about 1 in 10,000 (<0.01 %)"),
        (0.55, 12, "1 年内违约约 55%", "default within 1 year: about 55 %"),
        (0.02, 1, "1 个月内违约约 1/50（2.0%）", "default within 1 month: about 1 in 50 (2.0 %)"),
        (0.02, 6, "6 个月内违约约 1/50（2.0%）", "default within 6 months: about 1 in 50 (2.0 %)"),
        (None, 12, "已违约", "in default"),
    ],
)
def test_risk_is_told_as_one_in_so_many(pd, months, zh, en):
    assert (pd_text(pd, months, ZH), pd_text(pd, months, EN)) == (zh, en)


def decision(**changes: object) -> Decision:
    content = {
        "batch_id": "b", "portfolio": "sme", "borrower_id": "B1", "as_of": date(2026, 6, 30),
        "known_by": date(2026, 6, 30), "name": "华信五金有限公司", "industry": None, "region": None, "branch_id": None,
        "officer_id": None, "in_default": False, "horizon_months": 12, "pd": 1 / 7, "log_odds": -1.8,
        "base_log_odds": -3.0, "grade": "G8", "tier": Tier.SPECIAL_MENTION, "level": WarningLevel.RED,
        "exposure_fen": 312_500_000, "before": None, "reasons": (), "loans": (), "held": (), "blind": (),
        "model_id": "m", "policy_hash": "p", **changes,
    }  # fmt: skip
    return Decision(**content)  # type: ignore[arg-type]  # a mapping of mixed types


def test_the_headline_gives_the_answer_first_and_how_it_moved():
    before = Before("a", date(2026, 5, 31), 1 / 21, "G5", Tier.PASS, WarningLevel.NONE)
    assert headline(decision(before=before), ZH) == (
        "红色预警 · 1 年内违约约 1/7（14%），2026-05-31 为 1/21（4.8%） · 等级 G5→G8 · 五级分类 关注 · 敞口 312.5 万元"
    )
    assert headline(decision(exposure_fen=None), EN) == (
        "red · default within 1 year: about 1 in 7 (14 %) · grade G8 · tier special mention · exposure —"
    )


@pytest.mark.parametrize(
    ("before", "now", "zh"),
    [
        (None, None, "已违约 · "),
        (0.25, None, "已违约，2026-05-31 为 1/4（25%） · "),
        (None, 0.25, "1 年内违约约 1/4（25%），2026-05-31 已违约 · "),
    ],
)
def test_default_is_part_of_the_movement_and_told_once(before, now, zh):
    was = Before("a", date(2026, 5, 31), before, "D", Tier.PASS, WarningLevel.NONE)
    assert f"红色预警 · {zh}等级" in headline(decision(before=was, pd=now), ZH)


def test_a_reason_is_told_with_its_values_and_where_they_stand():
    reason = Reason(
        "INFLOW_FELL", 0.9, (Evidence("inflow_change_3m", -0.62, 0.94), Evidence("inflow_3m", 100_000, 0.5))
    )
    assert reason_sentence(reason, ZH) == (
        "入账减少——近3个月月均入账比前9个月减少 62%，低于 94% 的同业；近3个月入账 1,000 元，低于 50% 的同业"
    )
    assert reason_sentence(reason, EN) == (
        "Money coming in has fallen – monthly money received, last 3 months against the 9 before: down 62 %, "
        "lower than 94 % of peers; money received in the last 3 months: 1,000, lower than 50 % of peers"
    )


@pytest.mark.parametrize(
    ("log_odds", "evidence", "zh"),
    [
        (0.1, (("card_paid_share_3m", 1.0, 0.0),), "信用卡还款情况——近3期账单余额偿还比例 100.0%"),
        (
            0.1,
            (("card_paid_share_3m", 1.0, 0.49), ("card_unpaid_6m", 2.0, 0.8)),
            "信用卡还款不足——近6期未还款 2 次，高于 80% 的同业",
        ),
        (0.1, (("card_paid_6m", 85_000.0, None),), "信用卡还款情况——近6期信用卡还款 850 元"),
        (0.1, (("card_unpaid_6m", None, None), ("card_paid_share_3m", 0.9, 0.1)), PAID_WELL),
        (-0.1, (("card_unpaid_6m", 2.0, 0.8), ("card_paid_share_3m", 0.9, 0.1)), PAID_WELL),
        (0.1, (), "信用卡还款情况"),
    ],
)
def test_a_reason_claims_nothing_that_its_evidence_denies(log_odds, evidence, zh):
    reason = Reason("CARD_MINIMUM_ONLY", log_odds, tuple(Evidence(*one) for one in evidence))
    assert reason_sentence(reason, ZH) == zh


@pytest.mark.parametrize(
    ("feature", "value", "zh", "en"),
    [
        ("months_since_late", 3.0, "最近一次逾期在 3 个月前", "a repayment was last overdue 3 months ago"),
        ("months_since_late", 0.0, "本月仍有逾期", "a repayment is overdue this month"),
        (
            "months_since_late",
            60.0,
            "近60个月无逾期",
            "no repayment has been overdue in 60 months",
        ),
        ("circle_size", 1.0, "担保圈规模 1（无担保为1）", "Size of the guarantee circle: 1 (1 without guarantees)"),
    ],
)
def test_a_special_value_is_explained_only_where_it_is_the_value(feature, value, zh, en):
    evidence = Evidence(feature, value, None)
    assert (evidence_sentence(evidence, ZH), evidence_sentence(evidence, EN)) == (zh, en)


@pytest.mark.parametrize(
    ("members", "zh", "en"),
    [
        ((), "", ""),
        (("P1",), "（来自 P1）", " (from P1)"),
        (("B1", "P1", "P2"), "（来自 B1、P1、P2）", " (from B1, P1, P2)"),
        (("P1", "P2", "P3", "P4", "P5"), "（来自 P1、P2、P3 等 5 户）", " (from P1, P2, P3 and 2 more)"),
    ],
)
def test_a_value_of_the_economic_unit_says_from_whom_it_comes(members, zh, en):
    evidence = Evidence("owner_dpd_now", 12.0, 0.9, members)
    assert evidence_sentence(evidence, ZH) == f"实际控制人及配偶当前最长逾期 12 天，差于 90% 的同业{zh}"
    assert evidence_sentence(evidence, EN) == (
        f"Days past due now of controller and spouse, the longest: 12 days, worse than 90 % of peers{en}"
    )


def test_every_reason_has_a_topic_in_both_languages():
    assert all(code.topic.en and code.topic.zh for code in ReasonCode)


def test_a_signal_is_told_with_the_values_it_held_on():
    held = Held("signal", "OVERDUE_NOW", "yellow", {"dpd_max": 17, "significant_rise_above_dpd": 30})
    assert held_sentence(held, POLICY, ZH) == "已逾期17天"
    assert held_sentence(Held("signal", "GONE", "red", {}), POLICY, EN) == "GONE"
    gone = Held("signal", "LATE_ELSEWHERE", "orange", {"external_dpd": None}, "carried")
    assert held_sentence(gone, POLICY, ZH) == "他行负债情况"  # not "— days past due": the day tells nothing of it


def test_every_signal_of_the_policy_tells_all_its_values_in_both_languages():
    for signal in POLICY.signals:
        inputs = dict.fromkeys(signal.told, 0.25)
        for language in Language:
            sentence = held_sentence(Held("signal", signal.code, signal.level.value, inputs), POLICY, language)
            assert "{" not in sentence
            assert "—" not in sentence or not signal.told


def test_who_has_no_warning_and_no_arrears_has_nothing_to_do():
    assert action_text(decision(level=WarningLevel.NONE), POLICY, ZH) == ""
    assert action_text(decision(), POLICY, ZH) != ""
