import pytest

from ews.casework.checks.figures import figures_of, words_of


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("1,200,000 元", ("1200000",)),
        ("120万", ("1200000",)),
        ("一百二十万", ("1200000",)),
        ("壹佰贰拾万元整", ("1200000",)),
        ("１２０万", ("1200000",)),
        ("1.5亿", ("150000000",)),
        ("一亿二千三百万", ("123000000",)),
        ("30%，百分之三十，三成", ("0.3", "0.3", "0.3")),
        ("三十五人", ("35",)),
        ("十五", ("15",)),
        ("十人在岗", ("10",)),
        ("两台机器", ("2",)),
        ("一千零五", ("1005",)),
        ("二〇二六", ("2026",)),
        ("停产15天，停产十五天", ("15", "15")),
        ("库存12.50吨", ("12.5",)),
        ("0 orders", ("0",)),
    ],
)
def test_a_number_is_one_figure_however_it_is_written(text, figures):
    assert figures_of(text) == figures


@pytest.mark.parametrize(
    "text",
    [
        "",
        "一切正常，十分配合",
        "以防万一，千万不要",
        "第一次，进一步，统一，一一核实",
        "7月3日走访",
        "七月三日走访",
        "二〇二六年七月三日",
        "2026-07-03 10:30 visited",
        "2026年7月份",
        "近三个月流水正常，过去12个月无诉讼",
        "电话13800138000",
    ],
)
def test_words_that_look_like_numbers_and_what_says_when_are_no_figures(text):
    assert figures_of(text) == ()


def test_words_are_left_without_spaces_marks_and_case_and_with_a_place_for_each_number():
    assert words_of("工人 35 人；Stock：1,200 t。") == "工人0人stock0t"
    assert words_of("工人三十五人，ＳＴＯＣＫ 900 T") == words_of("工人 35 人；Stock：1,200 t。")
