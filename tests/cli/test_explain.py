import io
from dataclasses import replace
from datetime import date

import pytest
from rich.cells import cell_len
from rich.console import Console

from ews.cli.explain import show_decision
from ews.domain.decisions import Before, Decision, Evidence, Held, LoanDecision, Reason
from ews.domain.levels import Tier, WarningLevel
from ews.domain.text import Language
from ews.domain.unit import Role, UnitMember
from ews.features.catalogue import FEATURES
from ews.policy.policy import load_policy
from ews.policy.vocabulary import vocabulary_of

POLICY = load_policy(vocabulary=vocabulary_of(FEATURES))
ZH, EN = Language.ZH, Language.EN


def tier_rule(code: str, gives: str) -> Held:
    return Held("tier_rule", code, gives, {"dpd": 400})


LOAN = LoanDecision(
    "L000122206", "business", 28_645_556_100, 400, Tier.LOSS,
    (tier_rule("OVERDUE", "special_mention"), tier_rule("OVERDUE_90", "substandard"), tier_rule("OVERDUE_360", "loss")),
)  # fmt: skip
REASONS = (
    Reason("PAYS_LATE", 4.2, (Evidence("months_since_late", 0.0, 0.91), Evidence("late_share_12m", 0.136, 0.9))),
    Reason("ARREARS", 1.0, (Evidence("dpd_now", 49.0, 0.91), Evidence("dpd_max_3m", 49.0, 0.91))),
    Reason("CREDIT_SOUGHT", 0.24, (Evidence("inquiry_acceleration", 3.0, 0.9), Evidence("inquiries_3m", 9.0, 0.9))),
    Reason("DEBT_HEAVY", 0.004, (Evidence("debt_to_inflow", 9.0, 0.9),)),
)
HELD = (
    Held("signal", "WAGES_SHRANK", "yellow", {"wage_change_3m": -0.42}),
    Held("signal", "OVERDUE_NOW_30", "orange", {"dpd_max": 49}),
    Held("standing", "GRADE_RED", "red", {"pd": 0.65}),
)
DECISION = Decision(
    batch_id="b" * 32, portfolio="sme", borrower_id="B0001222", as_of=date(2026, 6, 30), known_by=date(2026, 6, 30),
    name="平湖湾泰和住宿餐饮有限公司", industry="住宿餐饮", region="平湖湾", branch_id="BR20", officer_id="OF025",
    in_default=False, horizon_months=12, pd=0.65, log_odds=0.6, base_log_odds=-4.0, grade="G9",
    tier=Tier.SPECIAL_MENTION, level=WarningLevel.RED, exposure_fen=294_645_280,
    before=Before("a", date(2026, 5, 31), 0.186, "G8", Tier.PASS, WarningLevel.ORANGE),
    reasons=REASONS, loans=(LOAN, LOAN), held=HELD, blind=("account_flows", "credit_inquiries"), model_id="m" * 64,
    policy_hash="p",
)  # fmt: skip


def told(decision: Decision, language: Language, width: int = 80) -> str:
    console = Console(width=width, file=io.StringIO())
    show_decision(decision, POLICY, language, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def changed(**changes: object) -> Decision:
    content = {name: getattr(DECISION, name) for name in Decision.__slots__}
    return Decision(**{**content, **changes})


@pytest.mark.parametrize("width", [40, 80, 140])
@pytest.mark.parametrize("language", list(Language))
def test_no_word_is_lost_at_the_end_of_a_line(language, width):
    text = told(changed(name="平湖湾泰和住宿餐饮有限公司" * 2), language, width)
    assert "…" not in text
    assert {cell_len(line) for line in text.splitlines()} == {width}
    assert "B0001222" in text


def test_bars_have_one_scale_and_reasons_that_add_nothing_are_hidden():
    lines = told(DECISION, EN, 140).splitlines()
    assert [(line.count("▇"), line.split()[-2]) for line in lines if "▇" in line] == [
        (12, "+4.20"),
        (4, "+1.00"),
        (1, "+0.24"),
    ]
    assert "+0.00" not in "".join(lines)


def test_the_gravest_of_what_held_comes_first():
    text = told(DECISION, ZH)
    assert text.index("GRADE_RED") < text.index("OVERDUE_NOW_30") < text.index("WAGES_SHRANK")


def test_below_a_loan_stand_all_its_rules_the_gravest_first_each_with_its_source():
    text = told(DECISION, ZH, 140)
    assert text.count("逾期超过360天") == text.count("OVERDUE_360") == 2
    assert text.index("OVERDUE_360") < text.index("OVERDUE_90") < text.index("OVERDUE 关注")
    assert "依据: CBIRC and PBoC Order [2023] No. 1" in text


def test_a_decision_whose_policy_is_gone_is_told_by_its_codes():
    console = Console(width=140, file=io.StringIO())
    show_decision(DECISION, None, ZH, console)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "OVERDUE_360 损失: OVERDUE_360" in text
    assert "处置要求" not in text
    assert "依据" not in text.replace("贷款与分类依据", "")


def test_limits_in_working_days_stand_beside_what_is_to_be_done():
    assert "（1 个工作日内确认，3 个工作日内定方案）" in told(DECISION, ZH, 300)
    assert "(acknowledge within 1, plan within 3 working days)" in told(DECISION, EN, 300)


def test_what_is_unknown_leaves_no_empty_line():
    text = told(changed(industry=None, region=None, branch_id=None, officer_id=None, loans=()), ZH)
    assert "│" + " " * 78 + "│" not in text
    assert text.splitlines()[1].startswith("│ 红色预警")
    assert "缺少数据  账户资金往来、征信查询" in text
    assert "经济单元" not in text


UNIT = (
    UnitMember("P0000017", Role.CONTROLLER, "周建国"),
    UnitMember("P0000018", Role.SPOUSE, None),
    *(UnitMember(f"F{number}", Role.AFFILIATE, None) for number in range(8)),
)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (ZH, "经济单元  实际控制人 周建国 P0000017 · 配偶 P0000018 · 关联企业 F0"),
        (EN, "Economic unit  controller 周建国 P0000017 · spouse P0000018 · affiliate F0"),
    ],
)
def test_the_economic_unit_is_told_with_roles_and_names_and_the_last_of_many_are_counted(language, line):
    text = told(changed(unit=UNIT), language, 240)
    assert line in text
    assert "F5 · " in text
    assert "F6" not in text
    assert ("另有 2 户" if language is ZH else "and 2 more") in text


def test_a_family_that_is_no_longer_there_is_told_by_its_bare_name():
    assert "No data on  economic unit, palmistry" in told(changed(blind=("economic_unit", "palmistry")), EN, 140)


def test_the_customer_type_and_what_is_due_next_are_told():
    loan = replace(LOAN, next_due_on=date(2026, 7, 20), next_due_fen=1_250_000)
    text = told(changed(customer_type="C", loans=(loan,)), EN, 140)
    assert "Customer type  C · First instalment missed, or late in two months of three" in text
    assert "next due 2026-07-20: 12,500" in text
    assert "Customer type" not in told(DECISION, EN, 140)
