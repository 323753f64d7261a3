"""Values in their units, windows and sources."""

import pytest

from ews.domain.text import Language
from ews.features.catalogue import FEATURES
from ews.serving.pages.borrower import values


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (None, "fen", "—", "—"),
        (312_500_000, "fen", "312.5 万元", "CNY 3.1 m"),
        (0, "fen", "0 元", "CNY 0"),
        (0.634, "share", "63.4%", "63.4%"),
        (-0.62, "change", "−62%", "−62%"),
        (0.05, "change", "+5%", "+5%"),
        (-0.2, "ratio", "−0.20", "−0.20"),
        (1, "days", "1 天", "1 day"),
        (12, "months", "12 个月", "12 months"),
        (2.5, "count", "2.5", "2.5"),
        (1, "flag", "是", "yes"),
        (0, "flag", "否", "no"),
    ],
)
def test_a_value_is_written_in_its_unit(value, unit, zh, en):
    assert values.valued(value, unit, Language.ZH) == zh
    assert values.valued(value, unit, Language.EN) == en


@pytest.mark.parametrize(
    ("name", "window"),
    [
        ("inflow_3m", "3 months"),
        ("inflow_change_1m", "1 month"),
        ("months_late_12m", "12 months"),
        ("loan_to_value", "on the day"),
    ],
)
def test_the_window_is_that_of_the_name(name, window):
    assert values.window(name, Language.EN) == window


def test_a_source_tells_tables_window_and_day():
    assert values.source("inflow_3m", "2026-06-30", Language.ZH) == "账户、账户流水 · 3 个月 · 2026-06-30"


@pytest.mark.parametrize("language", Language)
def test_every_feature_has_unit_and_source(language):
    for one in FEATURES:
        assert one.unit in values.UNIT_TEXTS
        assert values.tables(one.name, language)
        assert values.family_title(values.family_name_of(one.name), language) != ""


def test_what_the_catalogue_no_longer_has_is_told_by_its_name():
    assert values.tables("gone", Language.ZH) == ""
    assert values.family_name_of("gone") == ""
    assert values.family_title("gone", Language.ZH) == "gone"
