import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.domain.text import Language, Text
from ews.serving.pages.figures import (
    MISSING,
    chance,
    day,
    money,
    money_column,
    odds,
    percent,
    said,
    signed_count,
    signed_money,
)

ZH, EN = Language.ZH, Language.EN


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [
        (None, MISSING, MISSING),
        (0, "0 元", "CNY 0"),
        (850_000, "8,500 元", "CNY 8,500"),
        (999_999, "10,000 元", "CNY 10,000"),
        (1_000_000, "1.0 万元", "CNY 10,000"),
        (312_500_000, "312.5 万元", "CNY 3.1 m"),
        (9_999_999_999, "10,000.0 万元", "CNY 100.0 m"),
        (10_000_000_000, "1.0 亿元", "CNY 100.0 m"),
        (125_000_000_000, "12.5 亿元", "CNY 1.25 bn"),
        (-312_500_000, "-312.5 万元", "-CNY 3.1 m"),
    ],
)
def test_money_is_written_as_people_there_write_it(fen, zh, en):
    assert (money(fen, ZH), money(fen, EN)) == (zh, en)


@pytest.mark.parametrize(
    ("fen", "among_millions", "among_thousands"),
    [
        (None, MISSING, MISSING),
        (0, "0.00", "0"),
        (39_216_500, "0.39", "392,165"),
        (499_999, "<0.01", "5,000"),
        (-39_216_500, "-0.39", "-392,165"),
    ],
)
def test_an_english_column_of_money_is_in_one_unit_that_its_head_names(fen, among_millions, among_thousands):
    large, small = money_column([110_000_000, None], EN), money_column([39_216_500, None], EN)
    assert (large.head("Exposure"), small.head("Exposure")) == ("Exposure, CNY m", "Exposure, CNY")
    assert (large.tell(fen), small.tell(fen)) == (among_millions, among_thousands)


def test_a_chinese_column_of_money_carries_its_units():
    column = money_column([110_000_000], ZH)
    assert (column.head("敞口"), column.tell(1_000_000), column.signed(-1_000_000)) == ("敞口", "1.0 万元", "−1.0 万元")


def test_a_change_of_money_has_its_sign():
    assert [signed_money(one, ZH) for one in (None, 0, 1_000_000, -1_000_000)] == [
        "—",
        "±0 元",
        "+1.0 万元",
        "−1.0 万元",
    ]


def test_a_change_of_a_number_has_its_sign():
    assert [signed_count(one) for one in (None, 0, 1200, -3)] == ["—", "±0", "+1,200", "−3"]


@pytest.mark.parametrize(
    ("pd", "zh", "en"),
    [
        (None, MISSING, MISSING),
        (0.0001, "低于 1/2000", "below 1 in 2,000"),
        (0.0005, "约 1/2000", "about 1 in 2,000"),
        (1 / 21, "约 1/21", "about 1 in 21"),
        (0.142, "约 1/7", "about 1 in 7"),
        (0.5, "约 1/2", "about 1 in 2"),
        (0.72, "约 7/10", "about 7 in 10"),
        (0.999, "约 9/10", "about 9 in 10"),
    ],
)
def test_a_chance_is_said_as_people_say_it(pd, zh, en):
    assert (odds(pd, ZH), odds(pd, EN)) == (zh, en)


@given(st.floats(0, 1))
def test_every_chance_can_be_said(pd):
    assert odds(pd, ZH) != MISSING
    assert "1/1" not in odds(pd, ZH).split()


def test_small_chances_keep_the_digits_that_tell():
    assert [chance(one) for one in (None, 0.142, 0.0083, 0.00042)] == ["—", "14.2%", "0.83%", "0.042%"]


def test_shares_days_and_texts():
    assert [percent(one) for one in (None, float("nan"), 0.1234)] == ["—", "—", "12.3%"]
    assert day(None) == "—"
    assert [said(Text("red", "红"), one) for one in (EN, ZH)] == ["red", "红"]
    assert said({EN: "red"}, ZH) == "—"
