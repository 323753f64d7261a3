import pytest

from ews.features.account_flows.costs import FEATURES
from tests.features.account_flows.cases import flows, month, posting


def paid(category, amounts):
    """Return payments for `category` per month back, the newest first."""
    return [posting(month(back), -amount, category=category) for back, amount in enumerate(amounts) if amount]


def sold(amounts):
    return [posting(month(back), amount, category="sales") for back, amount in enumerate(amounts) if amount]


def test_fifteen_months_worked_by_hand():
    rows = [
        *sold([100, 100, 100, *[200] * 9, 150, 150, 150]),
        *paid("wage", [0, 30, 0, *[20] * 9, 40, 40, 40]),
        *paid("utility", [5, 5, 5, *[10] * 9, 10, 10, 10]),
        *paid("tax", [0, 0, 0, 0, 60]),
        *paid("rent", [8, 8, 8]),
        *paid("purchase", [30, 30, 30, *[80] * 9]),
    ]
    seen = flows({"B": rows})["B"]
    assert {name: seen[name] for name in (feature.name for feature in FEATURES)} == pytest.approx(
        {
            "wage_change_3m": 10 / 20 - 1,
            "tax_utility_change_3m": 5 / (150 / 9) - 1,
            "purchase_change_3m": 30 / 80 - 1,
            "purchase_to_sales_change_3m": (90 / 300) / (720 / 1_800) - 1,
            "costs_vs_last_year_3m": (30 + 15 + 24) / 150 - 1,
            "wage_months_missed_3m": 2,
            "utility_months_missed_3m": 0,
            "months_since_tax": 4,
            "wage_to_sales_3m": 30 / 300,
            "costs_held_as_inflow_fell_3m": 69 / 150 - 300 / 450,
        }
    )


def test_months_without_wages_count_where_wages_were_the_rule():
    cases = {
        "RULE": paid("wage", [0, 0, 0, 0, 0, 0, *[9] * 6]),
        "EXCEPTION": paid("wage", [0, 0, 0, 0, 0, 0, 0, *[9] * 5]),
        "NEVER": paid("rent", [9] * 12),
    }
    seen = flows(cases)
    assert {case: row["wage_months_missed_3m"] for case, row in seen.items()} == {
        "RULE": 3,
        "EXCEPTION": None,
        "NEVER": None,
    }
    assert seen["NEVER"]["months_since_tax"] is None


MOVED = {
    "ACCOUNT_MOVED": (sold([20] * 3 + [100] * 12) + paid("wage", [40] * 15), 1 - 0.2),
    "BUSINESS_SHRANK": (sold([20] * 3 + [100] * 12) + paid("wage", [8] * 3 + [40] * 12), 0),
    "COSTS_CUT": (sold([100] * 15) + paid("wage", [10] * 3 + [40] * 12), 0.25 - 1),
    "BOTH_GREW": (sold([900] * 3 + [100] * 12) + paid("wage", [400] * 3 + [40] * 12), 0),
    "NO_COSTS_BEFORE": (sold([20] * 15) + paid("wage", [8] * 3), None),
    "NO_SALES_BEFORE": (sold([20] * 3) + paid("wage", [8] * 15), None),
}


def test_costs_that_hold_while_inflow_falls_tell_a_moved_account_from_a_shrunk_business():
    seen = flows({case: rows for case, (rows, _) in MOVED.items()})
    held = {case: row["costs_held_as_inflow_fell_3m"] for case, row in seen.items()}
    assert held == pytest.approx({case: expected for case, (_, expected) in MOVED.items()})
