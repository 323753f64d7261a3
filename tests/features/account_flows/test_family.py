from datetime import date

import pytest

from ews.features.account_flows import family as account_flows
from ews.features.account_flows.family import inflow_12m
from tests.features.account_flows.cases import ACCOUNT, AS_OF, WIDE, book_with, flows, month, part, posting
from tests.features.observed import frame


def test_a_year_worked_by_hand():
    sales = [
        posting(month(back), 100 if back < 3 else 200, category="sales", counterparty_id="K1") for back in range(12)
    ]
    others = [
        posting(month(0), 60, counterparty_id="K2"),
        posting(month(1), 1_000, category="loan_payout"),
        posting(month(1), 2_000, category="own_transfer"),
        posting(month(1), -40, category="purchase", counterparty_id="K3"),
        posting(month(2), -50, category="securities"),
        posting(month(2), -10, category="private_person"),
        posting(month(2), -700, category="loan_service"),
        posting(month(5), -90, category="wage"),
        posting(month(0), -15, category="wage"),
        posting(month(8), -450, category="tax"),
        posting(month(0), -30, category="utility"),
    ]
    seen = flows({"B": sales + others})["B"]
    assert seen["inflow_3m"] == 360
    assert seen["inflow_12m"] == 360 + 1_800
    assert seen["inflow_change_3m"] == pytest.approx(120 / 200 - 1)
    assert seen["outflow_3m"] == 40 + 50 + 10 + 15 + 30
    assert seen["net_flow_3m"] == 360 - 145
    assert seen["inflow_months_12m"] == 12
    assert seen["net_outflow_months_12m"] == 1
    assert seen["inflow_top_month_share_12m"] == pytest.approx(200 / 2_160)
    assert seen["postings_12m"] == 23
    assert seen["wage_change_3m"] == pytest.approx((15 / 3) / (90 / 9) - 1)
    assert seen["tax_utility_change_3m"] == pytest.approx((30 / 3) / (450 / 9) - 1)
    assert seen["purchase_change_3m"] is None
    assert seen["securities_out_share_3m"] == pytest.approx(50 / 145)
    assert seen["private_out_share_3m"] == pytest.approx(10 / 145)
    assert seen["counterparties_3m"] == 3
    assert seen["customers_12m"] == 2
    assert seen["top_counterparty_share_12m"] == pytest.approx(2_100 / 2_160)
    mean = 2_160 / 12
    squares = (160 - mean) ** 2 + 2 * (100 - mean) ** 2 + 9 * (200 - mean) ** 2
    assert seen["inflow_volatility_12m"] == pytest.approx((squares / 12) ** 0.5 / mean)
    assert seen["balance_min_3m"] is None


def test_a_seen_account_without_postings_has_zero_flows_and_no_ratios():
    seen = flows({"B": []})["B"]
    zero = {name for name, value in seen.items() if value == 0}
    assert zero == {
        "inflow_3m", "inflow_12m", "inflow_24m", "outflow_3m", "net_flow_3m", "inflow_months_12m", "inflow_months_24m",
        "net_outflow_months_12m", "net_outflow_months_24m", "postings_12m", "postings_24m", "counterparties_3m",
        "customers_12m", "new_flow_kinds_3m", "private_fixed_day_months_6m",
    }  # fmt: skip
    assert set(seen.values()) == {0, None}


def test_silence_of_an_account_is_zero_and_of_none_is_null():
    book = book_with({"B": []}, accounts=())
    assert set(frame(account_flows, book, [AS_OF]).iloc[0].dropna().index) == {"borrower_id", "as_of"}


def test_an_account_of_unknown_opening_is_as_old_as_its_first_posting():
    recent = [posting(month(back), 10) for back in range(12)]
    cases = {"YOUNG": recent, "OLD": [*recent, posting(date(2025, 6, 30), 1)]}
    seen = flows(cases, accounts=({**ACCOUNT, "opened_on": None},))
    assert {case: row["inflow_change_3m"] for case, row in seen.items()} == {"YOUNG": None, "OLD": 0}


def test_snapshots_on_one_anchor_day_share_months_and_agree_with_hand_counts():
    book = book_with({"B": [posting(month(back), 10 * (back + 1)) for back in range(15)]})
    rows = frame(account_flows, book, [date(2026, 4, 30), date(2026, 5, 31), AS_OF])
    assert rows.inflow_3m.tolist() == [30 + 40 + 50, 20 + 30 + 40, 10 + 20 + 30]


@pytest.mark.parametrize(
    ("covered", "inflow"), [(WIDE, 600), ((date(2025, 7, 1), AS_OF), 600), ((date(2025, 7, 2), AS_OF), None)]
)
def test_other_families_get_the_same_turnover(covered, inflow):
    circle = [posting(month(1), 700, counterparty_id="K1"), posting(month(1), -700, counterparty_id="K1")]
    cases = {"B": [posting(month(11), 600, category="sales"), posting(month(12), 50), *circle], "SILENT": []}
    told = part(book_with(cases, covered=covered), inflow_12m, "inflow_12m")
    silent = None if inflow is None else 0
    assert {case: row["inflow_12m"] for case, row in told.items()} == {"B": inflow, "SILENT": silent}
