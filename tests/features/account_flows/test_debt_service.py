from datetime import date

import pytest

from ews.features.account_flows.debt_service import debt_service
from tests.features.account_flows.cases import book_with, flows, month, part, posting

STATED = date(2026, 5, 31)


def loan(case, *, number=0, **terms):
    return {
        "loan_id": f"{case}-{number}",
        "borrower_id": case,
        "product": "business",
        "principal": 1_000,
        "opened_on": date(2025, 1, 15),
        "matures_on": date(2028, 1, 15),
        "repayment": "instalment",
        **terms,
    }


def due(case, on, amount, component="principal", *, known_on=date(2025, 1, 15)):
    return {
        "loan_id": f"{case}-0",
        "due_on": on,
        "component": component,
        "due_amount": amount,
        "known_on": known_on,
    }


def stated(case, balance, *, on=STATED, number=0):
    return {"loan_id": f"{case}-{number}", "stated_on": on, "balance": balance, "dpd": 0}


BULLET = {"repayment": "bullet", "matures_on": date(2026, 9, 30)}
LATER = {"repayment": "bullet", "matures_on": date(2026, 10, 1)}
LOANS = {
    # loans, instalments, ledger -> what falls due in 3 months, what is owed
    "SCHEDULE": (
        [loan("SCHEDULE")],
        [due("SCHEDULE", date(2026, number, 15), 10 * number) for number in (6, 7, 8, 9, 10)]
        + [due("SCHEDULE", date(2026, 7, 15), 3, "interest")],
        [stated("SCHEDULE", 600)],
        (70 + 80 + 90 + 3, 600),
    ),
    "BULLET": ([loan("BULLET", **BULLET)], [], [stated("BULLET", 900)], (900, 900)),
    "BULLET_WITH_INTEREST": (
        [loan("BULLET_WITH_INTEREST", **BULLET)],
        [due("BULLET_WITH_INTEREST", date(2026, 8, 21), 5, "interest")],
        [stated("BULLET_WITH_INTEREST", 900)],
        (905, 900),
    ),
    "BULLET_LATER": ([loan("BULLET_LATER", **LATER)], [], [stated("BULLET_LATER", 900)], (0, 900)),
    "SCHEDULE_NOT_DELIVERED": (
        [loan("SCHEDULE_NOT_DELIVERED")],
        [due("SCHEDULE_NOT_DELIVERED", date(2026, number, 15), 40) for number in (3, 4, 5, 6)],
        [stated("SCHEDULE_NOT_DELIVERED", 600)],
        (120, 600),
    ),
    "SCHEDULE_LEARNT_LATER": (
        [loan("SCHEDULE_LEARNT_LATER")],
        [due("SCHEDULE_LEARNT_LATER", date(2026, 7, 15), 40, known_on=date(2026, 7, 1))],
        [stated("SCHEDULE_LEARNT_LATER", 600)],
        (None, 600),
    ),
    "TOO_YOUNG_TO_SAY": (
        [loan("TOO_YOUNG_TO_SAY", opened_on=date(2026, 4, 20))],
        [due("TOO_YOUNG_TO_SAY", date(2026, 6, 15), 40)],
        [stated("TOO_YOUNG_TO_SAY", 600)],
        (None, 600),
    ),
    "YOUNGER_THAN_THE_LEDGER": (
        [loan("YOUNGER_THAN_THE_LEDGER", opened_on=date(2026, 6, 20), **BULLET)],
        [],
        [],
        (1_000, 1_000),
    ),
    "PAID_BACK": ([loan("PAID_BACK", **BULLET)], [], [stated("PAID_BACK", 0)], (None, None)),
    "LEFT_THE_LEDGER": (
        [loan("LEFT_THE_LEDGER", **BULLET)],
        [],
        [stated("LEFT_THE_LEDGER", 900, on=date(2026, 2, 28))],
        (None, None),
    ),
    "UNKNOWN_BALANCE": ([loan("UNKNOWN_BALANCE", **LATER)], [], [stated("UNKNOWN_BALANCE", None)], (0, None)),
    "CARD": ([loan("CARD", product="card", repayment="revolving")], [], [stated("CARD", 70)], (None, None)),
    "TWO_LOANS": (
        [loan("TWO_LOANS", **BULLET), loan("TWO_LOANS", number=1, **LATER)],
        [],
        [stated("TWO_LOANS", 900), stated("TWO_LOANS", 50, number=1)],
        (900, 950),
    ),
    "NO_LOANS": ([], [], [], (None, None)),
}


def tables(*, with_ledger=True):
    rows = {
        "loans": [row for loans, *_ in LOANS.values() for row in loans],
        "instalments": [row for _, items, *_ in LOANS.values() for row in items],
    }
    ledger = {"ledger": [row for *_, ledger, _ in LOANS.values() for row in ledger]}
    return rows | (ledger if with_ledger else {})


def test_what_falls_due_and_what_is_owed_case_by_case():
    told = part(book_with({case: [] for case in LOANS}, **tables()), debt_service, "due_3m", "debt")
    assert {case: (row["due_3m"], row["debt"]) for case, row in told.items()} == {
        case: expected for case, (*_, expected) in LOANS.items()
    }


def test_without_a_ledger_an_unmatured_loan_lives_and_a_bullet_owes_what_was_paid_out():
    told = part(book_with({case: [] for case in LOANS}, **tables(with_ledger=False)), debt_service, "due_3m", "debt")
    assert (told["BULLET"]["due_3m"], told["BULLET"]["debt"]) == (1_000, None)
    assert (told["SCHEDULE"]["due_3m"], told["SCHEDULE"]["debt"]) == (243, None)


def test_means_against_what_falls_due():
    rows = [
        posting(month(3), 30, balance_after=30),
        posting(month(0), 450, category="sales", balance_after=300),
        posting(month(1), -150, category="wage", balance_after=120),
    ]
    cases = {"BULLET": rows, "BULLET_LATER": rows, "NO_LOANS": rows, "SCHEDULE": []}
    seen = flows(cases, **tables())
    names = ("inflow_to_due_3m", "net_flow_to_due_3m", "balance_to_due_3m", "balance_to_debt_3m")
    mean = (30 + 120 + 300) / 3
    assert [seen["BULLET"][name] for name in names] == pytest.approx([450 / 900, 300 / 900, mean / 900, mean / 900])
    assert [seen["BULLET_LATER"][name] for name in names] == [None, None, None, pytest.approx(mean / 900)]
    assert [seen["NO_LOANS"][name] for name in names] == [None] * 4
    assert [seen["SCHEDULE"][name] for name in names] == [0, 0, None, None]
