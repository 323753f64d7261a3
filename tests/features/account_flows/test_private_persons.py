import pytest

from ews.events.owners import with_borrower
from ews.features.account_flows.private_persons import private_persons
from tests.features.account_flows.cases import book_with, flows, month, part, posting

ROUND = {
    "10,000 CNY": (-1_000_000, 1_000_000),
    "25,000 CNY": (2_500_000, 2_500_000),
    "9,000 CNY": (-900_000, 0),
    "10,500 CNY": (-1_050_000, 0),
    "10,000.01 CNY": (-1_000_001, 0),
}


def of_persons(book, spine):
    return private_persons(spine, with_borrower(book, "transactions"))


def test_sums_are_round_from_ten_thousand_in_whole_thousands():
    cases = {case: [posting(month(1), amount, category="private_person")] for case, (amount, _) in ROUND.items()}
    cases |= {"OLD": [posting(month(6), -1_000_000, category="private_person")]}
    cases |= {"TRADE": [posting(month(0), -1_000_000, category="purchase")]}
    told = part(book_with(cases), of_persons, "round_sum_6")
    expected = {case: round_sum for case, (_, round_sum) in ROUND.items()} | {"OLD": None, "TRADE": None}
    assert {case: row["round_sum_6"] for case, row in told.items()} == expected


def paid(days, *, person="K1", amount=-30):
    """Return a payment on each (months back, day of the month)."""
    return [posting(month(back, day), amount, category="private_person", counterparty_id=person) for back, day in days]


FIXED = {
    "ALWAYS_THE_20TH": (paid([(back, 20) for back in range(6)]), 6),
    "WEEKENDS_BETWEEN": (paid([(0, 19), (1, 21), (2, 20)]), 3),
    "A_DAY_TOO_WIDE": (paid([(0, 19), (1, 22), (2, 20)]), 0),
    "TWICE_A_MONTH": (paid([(0, 20), (0, 21), (1, 20)]), 2),
    "DIFFERENT_PEOPLE": (paid([(0, 20)]) + paid([(1, 20)], person="K2"), 1),
    "THE_MOST_REGULAR": (paid([(0, 5), (1, 25)]) + paid([(0, 9), (1, 9)], person="K2"), 2),
    "RECEIVED": (paid([(0, 20), (1, 20)], amount=30), 0),
    "TOO_OLD": (paid([(6, 20), (7, 20)]), 0),
    "UNNAMED": (paid([(0, 20), (1, 20)], person=None), None),
    "NO_PERSONS": ([posting(month(0), -5, category="rent")], 0),
}


def test_payments_on_fixed_days_are_counted_for_the_most_regular_taker():
    seen = flows({case: rows for case, (rows, _) in FIXED.items()})
    told = {case: row["private_fixed_day_months_6m"] for case, row in seen.items()}
    assert told == {case: months for case, (_, months) in FIXED.items()}


def test_shares_of_private_money_worked_by_hand():
    rows = [
        posting(month(0), 6_000_000, category="sales"),
        posting(month(1), 2_000_000, category="private_person"),
        posting(month(2), -1_500_000, category="private_person"),
        posting(month(2), -500_000, category="tax"),
        posting(month(5), -5_000_000, category="private_person"),
    ]
    seen = flows({"B": rows})["B"]
    assert seen["private_in_share_3m"] == pytest.approx(2 / 8)
    assert seen["private_out_share_3m"] == pytest.approx(1.5 / 2)
    assert seen["private_round_share_6m"] == pytest.approx((2 + 1.5 + 5) / (8 + 7))
