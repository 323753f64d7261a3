import pytest

from tests.features.account_flows.cases import flows, month, posting


def sale(back, amount, customer):
    return posting(month(back), amount, category="sales", counterparty_id=customer)


def purchase(back, amount, supplier):
    return posting(month(back), -amount, category="purchase", counterparty_id=supplier)


def test_partners_are_counted_by_name_and_lost_by_what_they_meant_before():
    rows = [
        *(sale(back, 100, "STAYS") for back in (0, 4, 11)),
        *(sale(back, 300, "LOST") for back in (3, 5)),
        sale(1, 50, "NEW"),
        sale(12, 9_999, "LONG_GONE"),
        purchase(2, 10, "PAID"),
        purchase(6, 30, "PAID"),
        purchase(7, 90, "UNPAID"),
        posting(month(6), -7, counterparty_id="REFUND"),
    ]
    seen = flows({"B": rows})["B"]
    assert (seen["counterparties_3m"], seen["customers_12m"]) == (3, 3)
    assert seen["top_counterparty_share_12m"] == pytest.approx(600 / 950)
    assert seen["customers_lost_share"] == pytest.approx(600 / 800)
    assert seen["suppliers_lost_share"] == pytest.approx(97 / 127)


def test_partners_are_unknown_where_no_posting_names_one():
    seen = flows(
        {
            "UNNAMED": [posting(month(0), 10, category="sales")],
            "NO_TRADE": [posting(month(0), -10, category="rent")],
            "NEW": [sale(0, 10, "K1")],
        }
    )
    names = ("counterparties_3m", "customers_12m", "customers_lost_share")
    assert {case: tuple(row[name] for name in names) for case, row in seen.items()} == {
        "UNNAMED": (None, None, None),
        "NO_TRADE": (0, 0, None),
        "NEW": (1, 1, None),
    }
