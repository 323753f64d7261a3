import pytest

from ews.casework.report.values import chance, change, in_table, measure, money, scaled
from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.domain.text import Language
from ews.policy.source_text import source_text

ZH, EN = Language.ZH, Language.EN


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [
        (None, "—", "—"),
        (0, "0 元", "CNY 0"),
        (999_999, "10,000 元", "CNY 10,000"),
        (1_000_000, "1.0 万元", "CNY 10,000"),
        (-3_393_700, "-3.4 万元", "CNY -33,937"),
        (9_999_999_999, "10,000.0 万元", "CNY 100,000,000"),
        (10_000_000_000, "1.00 亿元", "CNY 100,000,000"),
    ],
)
def test_money_is_written_as_people_there_do(fen, zh, en):
    assert (money(fen, ZH), money(fen, EN)) == (zh, en)


def test_tables_and_charts_share_one_unit():
    assert (in_table(312_500_000, ZH), in_table(312_500_000, EN), in_table(None, ZH)) == ("312.50", "3,125.0", "—")
    assert scaled((312_500_000, None), ZH) == (312.5, None)
    assert scaled((312_500_000, None), EN) == (3125.0, None)


def test_chances_are_finer_where_they_are_small():
    assert [chance(one) for one in (None, 0.143, 0.0083, 0.00042)] == ["—", "14.3%", "0.83%", "0.042%"]


def test_a_change_needs_something_to_compare_with():
    assert [change(*one) for one in ((2.0, 1.0), (0.0, 1.0), (None, 1.0), (1.0, None))] == ["-50%", "—", "—", "—"]


@pytest.mark.parametrize(
    ("unit", "value", "zh"),
    [
        ("fen", 312_500_000, "312.5 万元"),
        ("share", 0.943, "94%"),
        ("change", -0.62, "-62%"),
        ("ratio", 0.4567, "0.46"),
        ("days", 56.0, "56 天"),
        ("flag", 1.0, "是"),
        ("count", None, "—"),
    ],
)
def test_measures_come_in_their_unit(unit, value, zh):
    assert measure(Feature("x", unit, "higher", ReasonCode.ARREARS, "x", "x"), value, ZH) == zh


@pytest.mark.parametrize(
    ("source", "article", "zh"),
    [
        (
            "CBIRC and PBoC Order [2023] No. 1",
            "10 (1) (to verify)",
            "《商业银行金融资产风险分类办法》（银保监会、人民银行令〔2023〕第1号）第10条第1项（待核）",
        ),
        ("practice (to verify)", None, "行业惯例（待核）"),
        (
            "EBA/GL/2020/06 §8.5 (legal action); level: practice (to verify)",
            None,
            "欧洲银行管理局 EBA/GL/2020/06 第8.5节（涉诉）；级别：行业惯例（待核）",
        ),
        ("本行信贷制度〔2025〕3号", "17-20", "本行信贷制度〔2025〕3号第17-20条"),
    ],
)
def test_sources_are_named_as_a_chinese_reader_knows_them(source, article, zh):
    assert source_text(source, article, ZH) == zh


def test_a_source_is_to_be_verified_once():
    told = source_text("CBIRC and PBoC Order [2023] No. 1 (to verify)", "14 (to verify)", EN)
    assert told == "CBIRC and PBoC Order [2023] No. 1, art. 14 (to verify)"
