from datetime import date

import pytest

from ews.events.owners import with_borrower
from ews.features.peers.flows import flows
from ews.features.window import spine_on
from tests.features.peers.economies import AS_OF, WIDE, book, borrower, inflows, posting

FIGURES = ("change", "volatility", "wage_share", "tax_share")


def figures(postings, covered=WIDE) -> dict[str, float | None]:
    economy = book([borrower("B1")], postings=postings, covered=covered)
    rows = flows(economy, spine_on(economy, [AS_OF]), with_borrower(economy, "transactions")).to_pyarrow().to_pylist()
    return {name: rows[0][name] for name in FIGURES} if rows else {}


def test_the_last_three_months_stand_against_the_same_three_a_year_before():
    postings = [posting("B1", back, amount) for back, amount in [(0, 10), (2, 20), (3, 999), (11, 999), (12, 40)]]
    assert figures([*postings, posting("B1", 14, 20), posting("B1", 15, 999)])["change"] == pytest.approx(30 / 60 - 1)


def test_variation_and_costs_are_those_of_a_year():
    postings = [posting("B1", back, 100 if back % 2 else 300) for back in range(13)]
    costs = [posting("B1", 4, -600, "wage"), posting("B1", 12, -999, "wage"), posting("B1", 5, -120, "tax")]
    seen = figures(postings + costs)
    assert seen["volatility"] == pytest.approx(0.5)
    assert (seen["wage_share"], seen["tax_share"]) == (600 / 2_400, 120 / 2_400)


def test_a_young_account_has_neither_change_nor_variation():
    assert figures([posting("B1", back, 100) for back in range(12)]) == dict.fromkeys(FIGURES)


def test_who_lost_all_inflow_fell_by_the_whole():
    assert figures([posting("B1", 13, 100)])["change"] == -1


def test_time_that_is_not_covered_is_not_known():
    postings = [posting("B1", back, 100) for back in range(15)]
    fourteen = (date(2025, 5, 1), AS_OF)
    assert figures(postings, fourteen)["change"] is None
    assert figures(postings, fourteen)["volatility"] == 0
    assert figures(postings, (date(2025, 4, 1), AS_OF))["change"] == 0


def test_loans_paid_out_and_own_transfers_are_no_trade():
    postings = [*inflows("B1", 50, 100), posting("B1", 0, 900, "loan_payout"), posting("B1", 0, 900, "own_transfer")]
    assert figures(postings)["change"] == -0.5
