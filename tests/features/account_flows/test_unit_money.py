from datetime import date

import pytest

from tests.features.account_flows.cases import ACCOUNT, flows, month, posting

OWNER = {"from_id": "OWNER", "to_id": "FIRM", "kind": "controller", "starts_on": date(2020, 1, 1)}
TRADE = [posting(month(1), 1_000, category="sales", counterparty_id="K1"), posting(month(1), -100, category="rent")]


def firm(rows):
    return flows({"FIRM": [*TRADE, *rows], "OWNER": []}, relations=[OWNER])["FIRM"]


def test_money_of_the_unit_is_no_turnover_whatever_its_category_says():
    seen = firm(
        [
            posting(month(0), 300, category="sales", counterparty_id="OWNER"),
            posting(month(0), 200, counterparty_id="OWNER-A1"),
            posting(month(0), 70, category="related_party"),
            posting(month(2), -800, category="purchase", counterparty_id="OWNER"),
            posting(month(2), -30, category="related_party"),
        ]
    )
    assert (seen["inflow_3m"], seen["outflow_3m"], seen["inflow_12m"]) == (1_000, 100, 1_000)
    assert seen["circular_inflow_share_3m"] == pytest.approx(570 / 1_570)
    assert seen["related_drain_3m"] == pytest.approx((800 + 30 - 570) / 1_570)
    assert (seen["customers_12m"], seen["counterparties_3m"]) == (1, 1)


def test_money_between_the_borrowers_own_accounts_is_neither_turnover_nor_circular():
    own = [
        posting(month(0), 300, counterparty_id="FIRM-A2"),
        posting(month(0), -300, account="A2", counterparty_id="FIRM-A1"),
        posting(month(0), 50, counterparty_id="FIRM"),
    ]
    cases = {"FIRM": [*TRADE, *own]}
    seen = flows(cases, accounts=(ACCOUNT, {**ACCOUNT, "account_id": "A2"}))["FIRM"]
    assert (seen["inflow_3m"], seen["outflow_3m"], seen["circular_inflow_share_3m"]) == (1_000, 100, 0)
    assert seen["returned_inflow_share_12m"] == 0


TERMS = {
    "STANDS": ({}, 1_000),
    "ENDED_THE_DAY_BEFORE": ({"ends_on": date(2026, 6, 29)}, 1_300),
    "ENDS_TODAY": ({"ends_on": date(2026, 6, 30)}, 1_000),
    "LEARNT_TOMORROW": ({"known_on": date(2026, 7, 1)}, 1_300),
    "LEARNT_TODAY": ({"known_on": date(2026, 6, 30)}, 1_000),
}


def test_the_unit_is_the_one_known_on_the_day():
    paid = posting(month(0), 300, category="sales", counterparty_id="OWNER")
    relations = [{**OWNER, "to_id": case, **terms} for case, (terms, _) in TERMS.items()]
    seen = flows({case: [*TRADE, paid] for case in TERMS}, relations=relations)
    assert {case: seen[case]["inflow_3m"] for case in TERMS} == {case: inflow for case, (_, inflow) in TERMS.items()}
