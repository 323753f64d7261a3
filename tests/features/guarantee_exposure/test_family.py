from datetime import date, datetime
from typing import Any

import pytest

from ews.features.guarantee_exposure import family as guarantee_exposure
from tests.books import book_of
from tests.features.observed import observed

AS_OF = date(2026, 6, 30)
BORROWERS = [{"borrower_id": f"B{number}", "kind": "firm"} for number in range(1, 8)]


def guarantee(guarantor: str, borrower: str, amount: int | None = 100, **more) -> dict[str, object]:
    begins = more.pop("starts_on", date(2025, 1, 1))
    return {
        "guarantee_id": f"G{guarantor}{borrower}{begins}",
        "guarantor_id": guarantor,
        "borrower_id": borrower,
        "amount": amount,
        "starts_on": begins,
        **more,
    }


def late(borrower: str, dpd: int, balance: int = 10) -> dict[str, list[Any]]:
    return {
        "loans": [
            {"loan_id": f"L{borrower}", "borrower_id": borrower, "product": "business", "opened_on": date(2025, 1, 1)}
        ],
        "ledger": [{"loan_id": f"L{borrower}", "stated_on": AS_OF, "balance": balance, "dpd": dpd}],
    }


def exposed(guarantees, borrower="B1", **tables) -> dict[str, float | None]:
    book = book_of({"borrowers": BORROWERS, "guarantees": guarantees, **tables})
    return observed(guarantee_exposure, book, AS_OF, borrower)


def merged(*parts: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: [row for part in parts for row in part[name]] for name in parts[0]}


CIRCLE = [
    guarantee("B1", "B2", 300),
    guarantee("B1", "B2", 50, starts_on=date(2026, 1, 1)),
    guarantee("B1", "B3", 70),
    guarantee("B3", "B1", 20),
    guarantee("OUTSIDER", "B3", 5),
    guarantee("B4", "OUTSIDER", 5),
    guarantee("B5", "B6", 9),
]


def test_a_circle_worked_by_hand():
    money = {
        "accounts": [{"account_id": "A1", "borrower_id": "B1", "opened_on": date(2020, 1, 1)}],
        "transactions": [{"posting_id": "P1", "account_id": "A1", "occurred_at": datetime(2026, 1, 5), "amount": 840}],
    }
    arrears = merged(late("B2", 31), late("B3", 30), late("B4", 90), late("B6", 90))
    assert exposed(CIRCLE, **arrears, **money) == {
        "guaranteed_amount": 420,
        "guaranteed_parties": 2,
        "guaranteed_to_inflow": 0.5,
        "guaranteed_to_debt": None,
        "guaranteed_late": 2,
        "guaranteed_troubled": 1,
        "guaranteed_troubled_amount": 350,
        "guaranteed_troubled_share": 350 / 420,
        "guaranteed_second_troubled": 0,
        "guaranteed_second_amount": 0,
        "guarantee_calls_12m": None,
        "guarantee_call_amount": 0,
        "guarantee_call_to_inflow": 0,
        "guarantor_count": 1,
        "guarantors_troubled": 0,
        "guarantee_received_to_debt": None,
        "unit_guarantors": 0,
        "unit_guaranteed_amount": 0,
        "mutual_guarantees": 1,
        "guarantee_ring_size": 2,
        "guarantee_depth": 1,
        "circle_size": 5,
        "circle_troubled_share": 0.5,
    }
    assert exposed(CIRCLE, "B3", **merged(late("B1", 45), late("B3", 99)))["guarantors_troubled"] == 1


@pytest.mark.parametrize(
    ("outcome", "troubled"),
    [
        ({"kind": "write_off", "occurred_on": AS_OF}, 1),
        ({"kind": "default", "occurred_on": date(2025, 2, 1)}, 1),
        ({"kind": "dpd_90", "occurred_on": date(2026, 7, 1)}, 0),
        ({"kind": "dpd_90", "occurred_on": AS_OF, "known_on": date(2026, 7, 1)}, 0),
        ({"kind": "default", "occurred_on": None}, 0),
        ({"kind": "restructured", "occurred_on": AS_OF}, 0),
    ],
)
def test_a_party_listed_as_in_default_is_in_trouble_though_no_loan_of_its_own_is_late(outcome, troubled):
    seen = exposed(CIRCLE, **late("B3", 0), outcomes=[{"borrower_id": "B2", **outcome}])
    assert seen["guaranteed_troubled"] == troubled
    assert seen["guaranteed_troubled_amount"] == 350 * troubled
    # of OUTSIDER, B2, B3 and B4, who hang together with B1
    assert seen["circle_troubled_share"] == troubled / 4


def test_a_party_both_late_and_listed_counts_once():
    seen = exposed(CIRCLE, **late("B2", 99), outcomes=[{"borrower_id": "B2", "kind": "default", "occurred_on": AS_OF}])
    assert (seen["guaranteed_troubled"], seen["guaranteed_troubled_amount"]) == (1, 350)


def test_the_borrower_itself_does_not_make_its_circle_troubled():
    assert exposed(CIRCLE, "B2", **late("B2", 99))["circle_troubled_share"] == 0


def test_a_borrower_without_guarantees_answers_for_nothing_and_is_a_circle_of_one():
    seen = exposed(CIRCLE, "B7", **late("B2", 99))
    assert (seen["guaranteed_amount"], seen["guaranteed_parties"], seen["circle_size"]) == (0, 0, 1)
    assert (seen["guaranteed_troubled"], seen["guaranteed_troubled_amount"]) == (0, 0)
    assert (seen["circle_troubled_share"], seen["guaranteed_to_inflow"]) == (None, None)


def test_without_any_guarantee_in_the_book_everyone_stands_alone():
    assert exposed([], "B1", **late("B2", 99))["circle_size"] == 1


@pytest.mark.parametrize(
    ("terms", "parties"),
    [
        ({"starts_on": AS_OF}, 1),
        ({"starts_on": date(2026, 7, 1)}, 0),
        ({"ends_on": AS_OF}, 1),
        ({"ends_on": date(2026, 6, 29)}, 0),
        ({"known_on": date(2026, 7, 1)}, 0),
    ],
)
def test_only_guarantees_valid_and_known_on_the_day_count(terms, parties):
    assert exposed([guarantee("B1", "B2", **terms)])["guaranteed_parties"] == parties


def test_amounts_that_no_guarantee_tells_and_arrears_that_no_table_tells_are_null():
    seen = exposed([guarantee("B1", "B2", None)])
    assert (seen["guaranteed_parties"], seen["guaranteed_amount"]) == (1, None)
    assert (seen["guaranteed_troubled"], seen["guarantors_troubled"], seen["circle_troubled_share"]) == (
        None,
        None,
        None,
    )
    mixed = exposed([guarantee("B1", "B2", None), guarantee("B1", "B3", 7)])
    assert mixed["guaranteed_amount"] == 7
    assert exposed([guarantee("B1", "B2", None)], **late("B2", 40))["guaranteed_troubled_amount"] is None


def test_guaranteeing_oneself_is_no_guarantee():
    assert exposed([guarantee("B1", "B1")])["circle_size"] == 1


def test_what_is_given_and_received_is_set_against_the_debt():
    seen = exposed([guarantee("B1", "B2", 300), guarantee("B3", "B1", 50)], **late("B1", 0, balance=200))
    assert (seen["guaranteed_to_debt"], seen["guarantee_received_to_debt"]) == (1.5, 0.25)
    assert (seen["guarantor_count"], seen["guaranteed_late"]) == (1, 0)
    nothing = exposed([guarantee("B1", "B2")], "B7", **late("B7", 0))
    assert (nothing["guaranteed_to_debt"], nothing["guarantee_received_to_debt"]) == (0, 0)
    assert nothing["guaranteed_troubled_share"] is None


CHAIN = [guarantee("B1", "B2", 300), guarantee("B2", "B3", 80), guarantee("B2", "B4", 30), guarantee("B1", "B4", 5)]


def test_trouble_two_steps_away_threatens_up_to_what_is_guaranteed_on_the_way():
    bad = merged(late("B2", 0), late("B3", 31), late("B4", 31))
    seen = exposed(CHAIN, **bad)
    # B4 is guaranteed directly, and counted there
    assert (seen["guaranteed_troubled"], seen["guaranteed_second_troubled"]) == (1, 1)
    assert seen["guaranteed_second_amount"] == 80
    narrow = [guarantee("B1", "B2", 60), *CHAIN[1:]]
    assert exposed(narrow, **bad)["guaranteed_second_amount"] == 60
    untold = [CHAIN[0], guarantee("B2", "B3", None)]
    assert exposed(untold, **late("B3", 31))["guaranteed_second_amount"] == 300


def test_a_guaranteed_party_in_trouble_itself_is_no_way_to_a_second_step():
    seen = exposed(CHAIN[:2], **merged(late("B2", 31), late("B3", 31)))
    assert (seen["guaranteed_troubled"], seen["guaranteed_second_troubled"]) == (1, 0)


def test_ones_own_trouble_does_not_come_back_as_that_of_a_party_two_steps_away():
    ring = [guarantee("B1", "B2"), guarantee("B2", "B1")]
    assert exposed(ring, **late("B1", 99))["guaranteed_second_troubled"] == 0


@pytest.mark.parametrize(
    ("amount", "dpd", "balance", "call"),
    [(300, 90, 200, 0), (300, 91, 200, 200), (150, 91, 200, 150), (300, 91, 0, 300), (None, 91, 200, 200)],
)
def test_a_call_is_the_smaller_of_guarantee_and_debt_of_a_party_in_default(amount, dpd, balance, call):
    assert exposed([guarantee("B1", "B2", amount)], **late("B2", dpd, balance))["guarantee_call_amount"] == call


def test_a_call_is_set_against_the_money_received():
    money = {
        "accounts": [{"account_id": "A1", "borrower_id": "B1", "opened_on": date(2020, 1, 1)}],
        "transactions": [{"posting_id": "P1", "account_id": "A1", "occurred_at": datetime(2026, 1, 5), "amount": 400}],
    }
    seen = exposed([guarantee("B1", "B2", 100)], **late("B2", 91, 200), **money)
    assert seen["guarantee_call_to_inflow"] == 0.25


@pytest.mark.parametrize(
    ("finding", "calls"),
    [
        ({"found_on": AS_OF}, 1),
        ({"found_on": date(2025, 6, 30)}, 0),
        ({"found_on": date(2025, 7, 1), "value": "120000"}, 1),
        ({"found_on": AS_OF, "value": "No"}, 0),
        ({"found_on": AS_OF, "field": "use_of_funds"}, 0),
        ({"found_on": AS_OF, "known_on": date(2026, 7, 1)}, 0),
        ({"found_on": AS_OF, "borrower_id": "B2"}, 0),
    ],
)
def test_a_call_that_a_check_found_counts_for_a_year(finding, calls):
    row = {"finding_id": "F1", "borrower_id": "B1", "field": "guarantee_called", **finding}
    assert exposed([guarantee("B1", "B2")], findings=[row])["guarantee_calls_12m"] == calls


def test_guarantees_within_the_own_unit_are_told_apart_and_make_no_circle():
    relations = [
        {"from_id": "B5", "to_id": "B1", "kind": "controller"},
        {"from_id": "B5", "to_id": "B6", "kind": "spouse"},
        {"from_id": "B5", "to_id": "B2", "kind": "controller"},
    ]
    ties = [
        guarantee("B5", "B1", 10),
        guarantee("B6", "B1", 10),
        guarantee("B1", "B2", 40),
        guarantee("B2", "B1", 40),
        guarantee("B3", "B1", 7),
    ]
    bad = merged(late("B5", 99), late("B3", 0))
    seen = exposed(ties, relations=relations, **bad)
    assert (seen["unit_guarantors"], seen["guarantor_count"], seen["guarantors_troubled"]) == (3, 1, 0)
    assert (seen["unit_guaranteed_amount"], seen["guaranteed_amount"], seen["mutual_guarantees"]) == (40, 0, 0)
    assert (seen["circle_size"], seen["circle_troubled_share"], seen["guarantee_ring_size"]) == (2, 0, 1)
    # to B3 all of them are others
    assert exposed(ties, "B3", relations=relations, **bad)["circle_size"] == 5
    late_known = [{**row, "known_on": date(2026, 7, 1)} for row in relations]
    before = exposed(ties, relations=late_known, **bad)
    assert (before["unit_guarantors"], before["guarantor_count"], before["circle_size"]) == (0, 4, 5)


@pytest.mark.parametrize(
    ("borrower", "ring", "depth"), [("B1", 3, 2), ("B2", 3, 2), ("B4", 1, 1), ("B5", 1, 0), ("B6", 1, 3)]
)
def test_rings_and_chains_worked_by_hand(borrower, ring, depth):
    ties = [guarantee(f"B{one}", f"B{other}") for one, other in ("12", "23", "31", "34", "45", "61")]
    seen = exposed(ties, borrower)
    assert (seen["guarantee_ring_size"], seen["guarantee_depth"]) == (ring, depth)
