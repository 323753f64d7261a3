from datetime import date

import pytest

from ews.events.owners import with_borrower
from ews.features.account_flows.repayment_source import repayment_source
from ews.features.economic_unit.members import members
from tests.features.account_flows.cases import book_with, flows, part, posting

SERVED_ON = date(2026, 4, 15)
SERVICE = posting(SERVED_ON, -1_000, category="loan_service")


def came(amount, day=SERVED_ON, *, category="private_person", party="K1", **more):
    return posting(day, amount, category=category, counterparty_id=party, hour=9, **more)


def left(amount, day, *, category="private_person"):
    return posting(day, -amount, category=category, counterparty_id="K2", hour=15)


def made(book, spine):
    return repayment_source(book, spine, with_borrower(book, "transactions"), members(book, spine))


SOURCES = {
    # postings beside a service of 1,000 -> source money, bridge money, cash paid in
    "TRADE": ([came(900, category="sales")], (0, 0, 0)),
    "PERSON": ([came(400)], (400, 0, 0)),
    "RELATED": ([came(400, category="related_party")], (400, 0, 0)),
    "OTHER": ([came(400, category="other")], (400, 0, 0)),
    "FIVE_DAYS_BEFORE": ([came(400, date(2026, 4, 10))], (400, 0, 0)),
    "SIX_DAYS_BEFORE": ([came(400, date(2026, 4, 9))], (0, 0, 0)),
    "AFTER": ([came(400, date(2026, 4, 16))], (0, 0, 0)),
    "MORE_THAN_SERVED": ([came(4_000)], (1_000, 0, 0)),
    "IN_PARTS": ([came(300), came(200, date(2026, 4, 12))], (500, 0, 0)),
    "UNKNOWN_AND_NEW": ([came(400, category=None)], (400, 0, 0)),
    "UNKNOWN_BUT_SEEN": ([came(400, category=None), came(1, date(2026, 2, 1), category=None)], (0, 0, 0)),
    "UNKNOWN_AND_UNNAMED": ([came(400, category=None, party=None)], (0, 0, 0)),
    "CASH": ([came(400, category="cash")], (0, 0, 400)),
    "LEFT_AGAIN": ([came(400), left(390, date(2026, 5, 15))], (400, 390, 0)),
    "LEFT_LATER": ([came(400), left(390, date(2026, 5, 16))], (400, 0, 0)),
    "MORE_LEFT_THAN_CAME": ([came(400), left(900, date(2026, 4, 20))], (400, 400, 0)),
    "LEFT_TO_A_SUPPLIER": ([came(400), left(390, date(2026, 4, 20), category="purchase")], (400, 0, 0)),
    "LEFT_WITHOUT_A_SOURCE": ([left(390, date(2026, 4, 20))], (0, 0, 0)),
    "AFTER_THE_NEXT_PAYOUT": (
        [came(400), posting(date(2026, 6, 10), 9_000, category="loan_payout"), left(390, date(2026, 6, 15))],
        (400, 390, 0),
    ),
    "LONG_AFTER_THE_NEXT_PAYOUT": (
        [came(400), posting(date(2026, 6, 10), 9_000, category="loan_payout"), left(390, date(2026, 6, 16))],
        (400, 0, 0),
    ),
    "BOTH_SPANS_COUNT_ONCE": (
        [came(400), posting(date(2026, 4, 20), 9_000, category="loan_payout"), left(150, date(2026, 4, 21))],
        (400, 150, 0),
    ),
    "LEARNT_LATER": ([came(400, known_on=date(2026, 7, 1))], (0, 0, 0)),
}


def test_what_loan_service_was_paid_from_case_by_case():
    cases = {case: [SERVICE, *rows] for case, (rows, _) in SOURCES.items()}
    names = ("bridge_source", "bridge_returned", "cash_before")
    told = part(book_with(cases), made, *names)
    seen = {case: tuple(row[name] or 0 for name in names) for case, row in told.items()}
    assert seen == {case: expected for case, (_, expected) in SOURCES.items()}


def test_money_before_several_services_is_there_for_the_largest():
    interest = posting(date(2026, 4, 13), -20, category="loan_service")
    told = part(book_with({"B": [SERVICE, interest, came(700, date(2026, 4, 12))]}), made, "served_12", "bridge_source")
    assert told["B"] == {"served_12": 1_020, "bridge_source": 700}


def statement(card, on, cash):
    return {"card_id": card, "borrower_id": card, "stated_on": on, "cash_advance": cash}


CARDS = [
    statement("B", date(2026, 4, 28), 300),
    statement("B", date(2026, 5, 28), 5_000),
    statement("B", date(2026, 3, 28), None),
    statement("OWNER", date(2026, 4, 20), 200),
    statement("STRANGER", date(2026, 4, 20), 999),
]
OWNER = {"from_id": "OWNER", "to_id": "B", "kind": "controller", "starts_on": date(2020, 1, 1)}
SERVICES = [posting(date(2026, number, 15), -1_000, category="loan_service") for number in (3, 4)]


def test_cash_drawn_on_the_units_cards_is_set_against_the_months_loan_service():
    cases = {"B": SERVICES, "OWNER": SERVICES, "NO_CARD": SERVICES, "NO_SERVICE": [], "STRANGER": []}
    seen = flows(cases, relations=[OWNER], card_statements=CARDS)
    assert {case: row["card_cash_to_service_6m"] for case, row in seen.items()} == {
        "B": pytest.approx(500 / 2_000),
        "OWNER": pytest.approx(500 / 2_000),
        "NO_CARD": 0,
        "NO_SERVICE": None,
        "STRANGER": None,
    }
    assert seen["B"]["bridge_source_share_12m"] == 0


def test_shares_are_of_all_loan_service_of_the_year():
    old = posting(date(2025, 7, 1), -3_000, category="loan_service")
    rows = [old, SERVICE, came(400), came(100, category="cash"), left(100, date(2026, 5, 1))]
    seen = flows({"B": rows, "NO_SERVICE": [came(400)]})
    names = ("bridge_source_share_12m", "bridge_returned_share_12m", "cash_before_service_share_12m")
    assert [seen["B"][name] for name in names] == [0.1, 0.025, 0.025]
    assert [seen["NO_SERVICE"][name] for name in names] == [None] * 3
    assert seen["B"]["card_cash_to_service_6m"] is None
