"""A measure and its value as one phrase, and where it stands among peers."""

import pytest

from ews.domain.decisions import Evidence
from ews.domain.text import Language
from ews.features.catalogue import FEATURES
from ews.scoring.wording import evidence_sentence

ZH, EN = Language.ZH, Language.EN


@pytest.mark.parametrize(
    ("feature", "value", "worse_than", "zh", "en"),
    [
        (
            "inflow_change_3m", -0.62, 0.94, "近3个月月均入账比前9个月减少 62%，低于 94% 的同业",
            "Monthly money received, last 3 months against the 9 before: down 62 %, lower than 94 % of peers",
        ),
        ("inflow_change_3m", 0.0, None, "近3个月月均入账与前9个月持平",
         "Monthly money received, last 3 months against the 9 before: +0 %"),
        ("inflow_3m", 31_000_000, 0.94, "近3个月入账 31.0 万元，低于 94% 的同业",
         "Money received in the last 3 months: 310,000, lower than 94 % of peers"),
        ("late_streak", 2, None, "已连续 2 个月逾期", "overdue for 2 months on end"),
        ("inquiries_12m", 9, 0.9, "近12个月征信查询 9 次，高于 90% 的同业",
         "Credit inquiries of the last 12 months: 9, higher than 90 % of peers"),
        ("customers_12m", 8, None, "近12个月客户 8 户", "Customers of the last 12 months: 8"),
        ("balance_to_debt_3m", 0.04, None, "近3个月平均余额为本行贷款余额的 0.04 倍",
         "Mean account balance of the last 3 months as a multiple of the debt outstanding here: 0.04"),
        ("balance_to_debt_3m", 0.004, None, "近3个月平均余额不到本行贷款余额的 1%",
         "Mean account balance of the last 3 months as a multiple of the debt outstanding here: 0.00"),
        ("net_flow_to_due_3m", -0.004, None, "近3个月净流入为负，不到未来3个月应还本息的 1%",
         "Money received less money paid out in the last 3 months as a multiple of what falls due in the next 3: 0.00"),
        ("late_days_drift_3m", -3.5, None, "近3个月平均还款比前9个月早 3.5 天",
         "paid 3.5 days earlier on average than in the 9 months before, over the last 3"),
        ("industry_past_due_rise_3m", 0.021, None, "同行业逾期占比近3个月上升 2.1 个百分点",
         "the industry's share past due rose by 2.1 points in 3 months"),
        ("inquiry_acceleration", 3.0, None, "近3个月月均查询为近12个月月均的 4 倍",
         "inquiries of the last 3 months come at 4 times the rate of all 12"),
        ("dishonest_debtor", 1.0, None, "曾被列入失信被执行人", "Listed as a dishonest debtor: yes"),
    ],
)  # fmt: skip
def test_a_measure_reads_aloud(feature, value, worse_than, zh, en):
    evidence = Evidence(feature, value, worse_than)
    assert (evidence_sentence(evidence, ZH), evidence_sentence(evidence, EN)) == (zh, en)


@pytest.mark.parametrize(("worse_than", "said"), [(0.0, False), (0.009, False), (0.01, True), (None, False)])
def test_at_the_good_end_there_is_nothing_to_say_of_peers(worse_than, said):
    assert ("同业" in evidence_sentence(Evidence("inquiries_3m", 1.0, worse_than), ZH)) is said


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
@pytest.mark.parametrize("value", [-1.0, 0.0, 1.0, 2.5])
def test_every_measure_makes_a_phrase_in_both_languages(feature, value):
    for language in Language:
        told = evidence_sentence(Evidence(feature.name, value, None), language)
        assert told
        assert "{" not in told
        assert "：" not in told or feature.unit == "flag"
