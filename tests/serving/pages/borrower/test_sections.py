"""Where a borrower stands among peers, on a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.domain.exhibits import Standing
from ews.domain.text import Language
from ews.serving.pages.borrower.sections import group, strip


def standing(value, *quantiles):
    return Standing("inflow_3m", value, *quantiles, 0.5, "firm/retail", 10)


def test_marks_keep_their_order_and_the_borrower_its_place():
    found = strip(standing(50.0, 0.0, 25.0, 50.0, 75.0, 100.0))
    assert found["p50"] == found["own"] == 100.0
    assert found["p10"] < found["p25"] < found["p50"] < found["p75"] < found["p90"]


def test_who_stands_far_outside_is_drawn_at_the_edge():
    assert strip(standing(1e9, 0, 1, 2, 3, 4))["own"] == 198.0
    assert strip(standing(-1e9, 0, 1, 2, 3, 4))["own"] == 2.0


def test_without_peers_there_is_no_line_and_without_a_value_no_mark():
    assert strip(standing(1.0, None, None, None, None, None)) is None
    assert "own" not in strip(standing(None, 0, 1, 2, 3, 4))


@given(st.lists(st.floats(-1e12, 1e12), min_size=5, max_size=5).map(sorted), st.floats(-1e12, 1e12))
def test_nothing_is_drawn_outside(quantiles, value):
    assert all(0 <= place <= 200 for place in strip(standing(value, *quantiles)).values())


@pytest.mark.parametrize(
    ("name", "zh"), [("firm/retail", "企业 · retail"), ("*", "全部客户"), ("individual/", "个人"), ("odd/x", "odd/x")]
)
def test_a_peer_group_is_told_in_words(name, zh):
    assert group(name, Language.ZH) == zh
