from datetime import date

import pytest

from ews.outcomes.definition import Definition
from ews.outcomes.fates import arrears_days, circles, defaults_by_day
from tests.books import book_of

KNOWN = date(2026, 6, 30)
LOANS = [{"loan_id": f"L{number}", "borrower_id": f"B{number}"} for number in (1, 2)]
SPOKEN = {"loan_id": "L1", "component": "principal", "due_amount": 100}
DUE = [{**SPOKEN, "due_on": date(2026, month, 10)} for month in (1, 2, 3, 4)]
PAID = [
    {"payment_id": "P1", "loan_id": "L1", "paid_on": date(2026, 1, 10), "paid_amount": 100},
    {"payment_id": "P2", "loan_id": "L1", "paid_on": date(2026, 2, 11), "paid_amount": 100},
    {"payment_id": "P3", "loan_id": "L1", "paid_on": date(2026, 3, 13), "paid_amount": 100},
]
LEDGER = [
    {"loan_id": "L1", "stated_on": date(2026, 3, 31), "balance": 500, "dpd": 21},
    {"loan_id": "L2", "stated_on": date(2026, 4, 30), "balance": 500, "dpd": 0},
    {"loan_id": "L2", "stated_on": date(2026, 5, 31), "balance": 500, "dpd": 11},
]
DEFINITION = Definition(default_above_dpd=30, horizon_months=12, outcome_kinds=("write_off",))


def days(frame, name):
    return [(row["borrower_id"], row[name].strftime("%Y-%m-%d")) for row in frame.to_dict("records")]


def test_a_loan_is_late_from_the_day_after_an_item_that_was_not_paid_that_day():
    book = book_of({"loans": LOANS[:1], "instalments": DUE, "payments": PAID})
    assert days(arrears_days(book, KNOWN), "arrears_on") == [("B1", "2026-03-11"), ("B1", "2026-04-11")]


def test_what_only_the_ledger_tells_began_as_many_days_before_as_it_states():
    book = book_of({"loans": LOANS, "instalments": DUE, "payments": PAID, "ledger": LEDGER})
    found = days(arrears_days(book, KNOWN), "arrears_on")
    assert [one for one in found if one[0] == "B2"] == [("B2", "2026-05-21"), ("B2", "2026-05-31")]
    assert [one for one in found if one[0] == "B1"] == [("B1", "2026-03-11"), ("B1", "2026-04-11")]


def test_what_was_learnt_later_is_not_known():
    book = book_of({"loans": LOANS, "instalments": DUE, "payments": PAID, "ledger": LEDGER})
    assert days(arrears_days(book, date(2026, 3, 31)), "arrears_on") == [("B1", "2026-03-11")]


def test_default_is_too_many_days_past_due_or_a_listed_outcome_with_a_date():
    outcomes = [
        {"borrower_id": "B2", "kind": "write_off", "occurred_on": date(2026, 6, 1)},
        {"borrower_id": "B2", "kind": "repaid", "occurred_on": date(2026, 6, 2)},
        {"borrower_id": "B3", "kind": "write_off", "occurred_on": None, "known_on": date(2026, 6, 3)},
    ]
    book = book_of({"loans": LOANS, "instalments": DUE, "payments": PAID, "outcomes": outcomes})
    found = days(defaults_by_day(book, DEFINITION, KNOWN), "default_on")
    assert found == [("B1", "2026-05-11"), ("B2", "2026-06-01")]


@pytest.mark.parametrize("name", ["arrears_on", "default_on"])
def test_a_book_without_loans_tells_of_no_day(name):
    book = book_of({})
    found = arrears_days(book, KNOWN) if name == "arrears_on" else defaults_by_day(book, DEFINITION, KNOWN)
    assert (list(found.columns), len(found)) == (["borrower_id", name], 0)


def test_who_is_linked_over_others_is_one_circle():
    guarantees = [
        {"guarantee_id": "G1", "guarantor_id": "B2", "borrower_id": "B5", "starts_on": date(2020, 1, 1)},
        {"guarantee_id": "G2", "guarantor_id": "X9", "borrower_id": "B2", "starts_on": date(2020, 1, 1)},
    ]
    relations = [{"from_id": "B4", "to_id": "X9", "kind": "shareholder"}]
    book = book_of({"guarantees": guarantees, "relations": relations})
    assert circles(book, ["B1", "B2", "B4", "B5"]) == {"B1": "B1", "B2": "B2", "B4": "B2", "B5": "B2"}
    assert circles(book_of({}), ["B1"]) == {"B1": "B1"}
