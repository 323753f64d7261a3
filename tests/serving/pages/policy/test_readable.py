import pytest

from ews.domain.text import Language, Text
from ews.policy.conditions import Condition
from ews.policy.expressions import parse
from ews.serving.pages.policy.readable import Meaning, amount, clauses

EN, ZH = Language.EN, Language.ZH
PARAMETERS = {"limit": Meaning(Text("A limit", "限额"), "days", 90)}


def told(text, language=EN):
    return clauses(Condition(text, parse(text), (), ()), PARAMETERS, language)


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        ("dpd > 30", "Days past due > 30 days", "逾期天数 > 30 天"),
        ("dpd > limit", "Days past due > 90 days (limit)", "逾期天数 > 90 天（limit）"),
        ("balance >= 50_000_000", "Principal outstanding ≥ CNY 500,000", "本金余额 ≥ 50.0 万元"),
        ("retail", "Classified as retail: yes", "是否零售：是"),
        ("not retail", "Classified as retail: no", "是否零售：否"),
        ('product in ("card", "other")', "Product is one of card, other", "产品属于 card、other"),
        ('product not in ("card",)', "Product is none of card", "产品不属于 card"),
        ("known(dpd)", "Days past due is known", "逾期天数已知"),
        ("not known(dpd)", "Days past due is not known", "逾期天数未知"),
        ("not dpd > 30", "not: Days past due > 30 days", "不成立：逾期天数 > 30 天"),
        ("inflow_change_3m <= -0.5", None, "近3个月月均入账较前9个月变化 ≤ −50%"),
        ("no_such_name > 1", "no_such_name > 1", "no_such_name > 1"),
    ],
)
def test_a_comparison_is_told_in_words_with_its_unit(text, en, zh):
    if en is not None:
        assert told(text).text == en
    assert told(text, ZH).text == zh


def test_what_must_hold_together_is_a_list_and_what_may_hold_a_list_in_it():
    found = told("dpd > 30 and (retail or is_card)")
    assert (found.how, [one.how for one in found.parts]) == ("all", ["", "any"])
    assert [one.text for one in found.parts[1].parts] == ["Classified as retail: yes", "Is a card: yes"]


def test_a_denied_list_says_so():
    assert told("not (retail or is_card)").how == "none"
    assert told("not (retail and is_card)").how == "not_all"


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.5, "share", "50%"),
        (-0.3, "change", "−30%"),
        (1.5, "ratio", "1.5×"),
        (3, "count", "3"),
        (2, "months", "2 months"),
    ],
)
def test_a_number_stands_in_its_unit(value, unit, shown):
    assert amount(value, unit, EN) == shown
