import pytest

from tests.features.account_flows.cases import flows, month, posting


def test_money_outside_the_trade_worked_by_hand():
    rows = [
        posting(month(0), 700, category="sales"),
        posting(month(1), 200, category="other"),
        posting(month(2), 100, category="securities"),
        posting(month(0), 500, category="related_party"),
        posting(month(1), -800, category="related_party"),
        posting(month(1), -250, category="securities"),
        posting(month(2), -150, category="wage"),
        posting(month(6), -350, category="securities"),
        posting(month(6), 1_000, category="sales"),
    ]
    seen = flows({"B": rows, "SILENT": []})
    names = ("off_trade_income_share_3m", "related_drain_3m", "securities_out_share_3m", "securities_drain_12m")
    assert [seen["B"][name] for name in names] == pytest.approx([0.3, 300 / 1_500, 250 / 400, 500 / 2_500])
    assert [seen["SILENT"][name] for name in names] == [None] * 4


KINDS = {
    "ALL_NEW": [
        posting(month(2), sign * 10, category=category)
        for category in ("securities", "private_person", "related_party", "other")
        for sign in (1, -1)
    ],
    "HAD_BEFORE": [posting(month(back), -10, category="securities") for back in (0, 3)],
    "HAD_A_YEAR_AGO": [posting(month(back), -10, category="securities") for back in (0, 12)],
    "OTHER_DIRECTION": [posting(month(0), -10, category="other"), posting(month(5), 10, category="other")],
    "ENDED": [posting(month(3), -10, category="other")],
    "TRADE": [posting(month(0), 10, category="sales"), posting(month(0), -10, category="cash")],
    "SILENT": [],
}


def test_a_kind_of_flow_is_new_that_the_nine_months_before_did_not_see():
    seen = flows(KINDS)
    assert {case: row["new_flow_kinds_3m"] for case, row in seen.items()} == {
        "ALL_NEW": 8,
        "HAD_BEFORE": 0,
        "HAD_A_YEAR_AGO": 1,
        "OTHER_DIRECTION": 1,
        "ENDED": 0,
        "TRADE": 0,
        "SILENT": 0,
    }
