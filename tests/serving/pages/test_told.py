from datetime import date, datetime

import pytest

from ews.domain.errors import PolicyError
from ews.domain.levels import Tier
from ews.domain.text import Language, Text, sentence
from ews.serving.pages.told import told

OF_POLICY = {"business": Text("business is bad", "经营恶化"), "VISIT": Text("visit", "走访表")}


def said(message, language=Language.ZH):
    return told(message, language, lambda: OF_POLICY)


@pytest.mark.parametrize(
    ("message", "zh", "en"),
    [
        (sentence("{state}", state="draft"), "草稿", "draft"),
        (
            sentence("{one} or {other}", one=Text("prepared", "已初分"), other=Text("returned", "已退回")),
            "已初分或已退回",
            "prepared or returned",
        ),
        (
            sentence("The policy has no form '{form}'. Its forms are: {forms}.", form="X", forms=("VISIT", "Y")),
            "政策中没有检查表“X”。可用的检查表：走访表、Y。",
            "The policy has no form 'X'. Its forms are: visit, Y.",
        ),
        (
            sentence("The policy knows no cause '{cause}'. Give one of {causes}.", cause="x", causes=("'business'",)),
            "政策中没有成因“x”。请选择：经营恶化。",
            "The policy knows no cause 'x'. Give one of 'business is bad'.",
        ),
        (
            sentence("The tier is '{tier}' already. State another one, or leave it.", tier=Tier.SPECIAL_MENTION),
            "目前分类已是“关注”。请认定为其他分类，或无需调整。",
            "The tier is 'special mention' already. State another one, or leave it.",
        ),
        (
            sentence("It is allowed again from {again_at:%Y-%m-%d %H:%M}.", again_at=datetime(2026, 8, 2, 8)),
            "2026-08-02 08:00 起可再次联系。",
            "It is allowed again from 2026-08-02 08:00.",
        ),
        (
            sentence(", not done before {from_on}", from_on=date(2026, 8, 2)),
            "、检查日不早于 2026-08-02",
            ", not done before 2026-08-02",
        ),
        (
            sentence("The policy '{name}' cannot be used: {error}", name="a", error=PolicyError(sentence("no loan"))),
            "政策“a”无法使用：没有借据",
            "The policy 'a' cannot be used: no loan",
        ),
        (
            sentence("give {expected}", expected="'red', 'orange' or 'x'"),
            "请从以下选项中选择：红色预警、橙色预警、x",
            None,
        ),
        ("The disk is full.", "The disk is full.", "The disk is full."),
    ],
)
def test_a_sentence_and_what_stands_in_it_are_told_in_the_language_of_the_reader(message, zh, en):
    assert said(message) == zh
    assert en is None or said(message, Language.EN) == en


def test_money_is_told_with_its_unit_in_chinese():
    message = sentence(
        "The amount is {amount_fen} fen. Give more than 0, or no amount where the measure has none.", amount_fen=-120050
    )
    assert said(message).startswith("金额为 -1,200.50 元。")
    assert said(message, Language.EN) == str(message)


def test_what_somebody_wrote_is_never_taken_for_a_word_of_ours():
    message = sentence("'{party_id}' stands for a party of another branch and names nobody. Give the id from the contract.", party_id="officer")  # fmt: skip  # noqa: E501
    assert said(message).startswith("“officer”")


def test_what_the_policy_calls_its_codes_is_asked_only_where_one_stands():
    def never():
        raise AssertionError

    assert told(sentence("{state}", state="draft"), Language.ZH, never) == "草稿"
