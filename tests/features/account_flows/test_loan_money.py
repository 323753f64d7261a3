from datetime import date

import pytest

from ews.events.owners import with_borrower
from ews.features.account_flows.loan_money import FEATURES, loan_money
from ews.features.account_flows.unit_money import unit_names
from ews.features.economic_unit.members import members
from tests.features.account_flows.cases import ACCOUNT, book_with, flows, part, posting

PAID_ON = date(2026, 5, 10)
PAYOUT = posting(PAID_ON, 1_000, category="loan_payout")
USES = ("payout_left", "payout_to_securities", "payout_to_persons", "payout_back")


def left(amount, day=PAID_ON, *, category="purchase", party="K1", **more):
    return posting(day, -amount, category=category, counterparty_id=party, hour=13, **more)


def back(amount, day, *, party="K1"):
    return posting(day, amount, category="sales", counterparty_id=party, hour=14)


CASES = {
    # postings beside the payout -> what left, to securities, to persons and related parties, what came back
    "STAYED": ([], (0, 0, 0, 0)),
    "SUPPLIER": ([left(700)], (700, 0, 0, 0)),
    "SECURITIES": ([left(300, category="securities")], (300, 300, 0, 0)),
    "PERSON": ([left(200, category="private_person")], (200, 0, 200, 0)),
    "RELATED": ([left(200, category="related_party")], (200, 0, 200, 0)),
    "OWNER_BY_NAME": ([left(200, party="OWNER")], (200, 0, 200, 0)),
    "OWNER_BY_ACCOUNT": ([left(200, party="OWNER-A1")], (200, 0, 200, 0)),
    "OWN_ACCOUNT": ([left(200, party="OWN_ACCOUNT-A2"), left(100, category="own_transfer")], (0, 0, 0, 0)),
    "FROM_ANOTHER_ACCOUNT": ([left(200, account="A2")], (200, 0, 0, 0)),
    "LOAN_SERVICE": ([left(200, category="loan_service")], (0, 0, 0, 0)),
    "BEFORE_THE_PAYOUT": ([posting(PAID_ON, -200, category="securities", hour=11)], (0, 0, 0, 0)),
    "LAST_DAY": ([left(200, date(2026, 5, 17))], (200, 0, 0, 0)),
    "A_DAY_LATE": ([left(200, date(2026, 5, 18))], (0, 0, 0, 0)),
    "MORE_THAN_THE_PAYOUT": ([left(900, category="securities"), left(800)], (1_000, 900, 0, 0)),
    "CAME_BACK": ([left(700), back(650, date(2026, 6, 9))], (700, 0, 0, 650)),
    "CAME_BACK_LATE": ([left(700), back(650, date(2026, 6, 10))], (700, 0, 0, 0)),
    "CAME_BACK_IN_PARTS": ([left(700), back(100, date(2026, 5, 12)), back(50, date(2026, 5, 20))], (700, 0, 0, 150)),
    "MORE_THAN_THE_TAKER_GOT": ([left(100), left(500, party="K2"), back(900, date(2026, 5, 20))], (600, 0, 0, 100)),
    "ANOTHER_PAID": ([left(700), back(650, date(2026, 5, 20), party="K2")], (700, 0, 0, 0)),
}
OWNER = [
    {"from_id": "OWNER", "to_id": case, "kind": "controller", "starts_on": date(2020, 1, 1)}
    for case in ("OWNER_BY_NAME", "OWNER_BY_ACCOUNT")
]
ACCOUNTS = (ACCOUNT, {**ACCOUNT, "account_id": "A2"})


def made(book, spine):
    return loan_money(spine, with_borrower(book, "transactions"), unit_names(book, members(book, spine)))


def test_where_loan_money_went_case_by_case():
    cases = {case: [PAYOUT, *rows] for case, (rows, _) in CASES.items()}
    book = book_with({**cases, "OWNER": []}, accounts=ACCOUNTS, relations=OWNER)
    told = part(book, made, *USES)
    seen = {case: tuple(told[case][name] or 0 for name in USES) for case in CASES}
    assert seen == {case: uses for case, (_, uses) in CASES.items()}


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2026, 5, 9), (None, None)),
        (date(2026, 5, 11), (1_000, 0)),
        (date(2026, 5, 12), (1_000, 400)),
        (date(2026, 11, 9), (1_000, 400)),
        (date(2026, 11, 10), (None, None)),
    ],
)
def test_a_payout_is_followed_for_six_months_by_what_is_known(as_of, expected):
    rows = [PAYOUT, left(400, date(2026, 5, 11), known_on=date(2026, 5, 12))]
    told = part(book_with({"B": rows}), made, "payouts", "payout_left", as_of=as_of)["B"]
    assert (told["payouts"], told["payout_left"] if told["payouts"] is None else told["payout_left"] or 0) == expected


def test_shares_are_of_all_that_was_paid_out():
    second = posting(date(2026, 6, 1), 3_000, category="loan_payout")
    rows = [PAYOUT, second, left(500, category="securities"), left(1_500, date(2026, 6, 3))]
    seen = flows({"B": rows, "NO_PAYOUT": [left(500)], "STAYED": [PAYOUT]})
    names = [feature.name for feature in FEATURES]
    assert [seen["B"][name] for name in names] == [0.5, 0.125, 0, 0]
    assert [seen["NO_PAYOUT"][name] for name in names] == [None] * 4
    assert [seen["STAYED"][name] for name in names] == [0] * 4
