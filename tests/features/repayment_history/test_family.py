from datetime import date
from typing import Any

import pytest

from ews.features.repayment_history import family as repayment_history
from tests.books import book_of
from tests.features.observed import frame, observed

AS_OF = date(2026, 6, 30)
BORROWER = {"borrower_id": "B1", "kind": "firm"}
LOAN = {
    "loan_id": "L1",
    "borrower_id": "B1",
    "product": "business",
    "opened_on": date(2025, 1, 15),
    "matures_on": date(2026, 9, 15),
    "repayment": "instalment",
}


def stated(day: date, dpd: int | None, balance: int | None = 1_000, loan: str = "L1") -> dict[str, object]:
    return {"loan_id": loan, "stated_on": day, "dpd": dpd, "balance": balance}


def due(day: date, amount: int = 100, loan: str = "L1") -> dict[str, object]:
    return {
        "loan_id": loan,
        "due_on": day,
        "component": "principal",
        "due_amount": amount,
        "known_on": date(2025, 1, 15),
    }


def paid(day: date, amount: int, loan: str = "L1") -> dict[str, object]:
    return {"payment_id": f"Y{day}{loan}{amount}", "loan_id": loan, "paid_on": day, "paid_amount": amount}


def repaid(as_of: date = AS_OF, covered=(date(2000, 1, 1), date(2030, 12, 31)), **tables) -> dict[str, float | None]:
    return observed(repayment_history, book_of({"borrowers": [BORROWER], **tables}, covered=covered), as_of)


LEDGER = [
    stated(date(2026, 6, 30), 12),
    stated(date(2026, 5, 31), 0),
    stated(date(2026, 4, 30), 45),
    stated(date(2026, 3, 31), 15),
    stated(date(2026, 2, 28), None),
    stated(date(2025, 12, 31), 70),
    stated(date(2025, 2, 28), 95),
]


def test_a_ledger_worked_by_hand():
    seen = repaid(loans=[LOAN], ledger=LEDGER)
    assert [seen[f"dpd_{name}"] for name in ("now", "max_3m", "max_6m", "max_12m")] == [12, 45, 70, 70]
    assert seen["months_late_12m"] == 4
    assert seen["late_share_12m"] == pytest.approx(4 / 5)
    assert (seen["months_since_late"], seen["months_since_late30"]) == (0, 2)
    assert [seen[f"months_late{name}_ever"] for name in ("", "30", "60")] == [5, 3, 2]
    weights = [1, 6 / 7, 6 / 8, 6 / 9, 6 / 12, 6 / 22]
    assert seen["late30_weighted_share"] == pytest.approx((6 / 8 + 6 / 12 + 6 / 22) / sum(weights), abs=1e-5)
    assert (seen["late_days_mean_6m"], seen["first_instalment_missed"]) == (None, None)
    assert seen["months_since_first_late30"] == 16


def test_items_worked_by_hand():
    items = [due(date(2026, month, 10)) for month in range(1, 8)]
    payments = [
        paid(date(2026, 1, 18), 100),  # 8 days late
        paid(date(2026, 2, 10), 60),
        paid(date(2026, 2, 13), 40),  # in parts and 3 days late
        paid(date(2026, 3, 1), 100),
        paid(date(2026, 4, 11), 100),  # 1 day late: never past due at the end of a day
        paid(date(2026, 6, 1), 130),  # 22 days late, and 30 of the next
    ]
    begun = {**LOAN, "opened_on": date(2025, 12, 10)}
    seen = repaid(loans=[begun], instalments=items, payments=payments)
    assert seen["late_days_mean_6m"] == pytest.approx((8 + 3 + 0 + 1 + 22 + 20) / 6)
    assert seen["partial_payments_6m"] == 2
    assert seen["first_instalment_missed"] == 1
    assert [seen[f"dpd_{name}"] for name in ("now", "max_3m", "max_6m", "max_12m")] == [20, 21, 21, 21]
    assert (seen["months_since_late"], seen["months_since_late30"]) == (0, 60)
    assert (seen["months_late_ever"], seen["late30_weighted_share"]) == (None, None)
    assert (seen["months_late_12m"], seen["late_share_12m"], seen["late_streak"]) == (None, None, None)


def test_a_first_instalment_is_missed_when_more_than_7_days_late():
    expected = {date(2026, 1, 17): 0.0, date(2026, 1, 18): 1.0, None: 1.0}
    who = {f"B{number}": paid_on for number, paid_on in enumerate(expected)}
    book = book_of(
        {
            "borrowers": [{**BORROWER, "borrower_id": each} for each in who],
            "loans": [{**LOAN, "loan_id": each, "borrower_id": each, "opened_on": date(2025, 12, 10)} for each in who],
            "instalments": [due(day, loan=each) for each in who for day in (date(2026, 1, 10), date(2026, 2, 10))],
            "payments": [paid(paid_on, 100, each) for each, paid_on in who.items() if paid_on],
        }
    )
    assert frame(repayment_history, book, [AS_OF]).first_instalment_missed.tolist() == list(expected.values())


def test_a_lateness_that_ended_before_the_window_is_not_in_it():
    seen = repaid(loans=[LOAN], instalments=[due(date(2025, 9, 10))], payments=[paid(date(2026, 3, 31), 100)])
    assert (seen["dpd_max_3m"], seen["dpd_max_6m"]) == (0, 201)


def test_items_after_the_end_of_the_payment_feed_are_not_called_late():
    tables: dict[str, Any] = {
        "loans": [LOAN],
        "instalments": [due(date(2026, 6, 10))],
        "payments": [paid(date(2025, 6, 10), 1)],
    }
    assert repaid(**tables)["late_days_mean_6m"] == 20
    assert repaid(**tables, covered=(date(2025, 1, 1), date(2026, 6, 29)))["late_days_mean_6m"] is None


def test_a_borrower_without_loans_has_no_dpd_and_no_renewals():
    other = {**LOAN, "borrower_id": "B9"}
    seen = repaid(loans=[other], ledger=LEDGER)
    told = {name: value for name, value in seen.items() if value is not None}
    assert told == dict.fromkeys(
        (
            "new_loans_6m",
            "replaced_loans_12m",
            "loans_for_loans_12m",
            "larger_renewals_24m",
            "clean_renewals_24m",
            "restructured_24m",
        ),
        0,
    )


def test_months_since_late_stop_at_sixty():
    expected = {date(2026, 6, 1): 0, date(2026, 5, 31): 1, date(2021, 6, 30): 60, date(2020, 1, 31): 60}
    who = {f"B{number}": day for number, day in enumerate(expected)}
    late = [stated(day, 30, loan=each) for each, day in who.items()]
    since = [stated(AS_OF, 0, loan=each) for each, day in who.items() if day < date(2026, 6, 1)]
    book = book_of(
        {
            "borrowers": [{**BORROWER, "borrower_id": each} for each in who],
            "loans": [{**LOAN, "loan_id": each, "borrower_id": each, "opened_on": date(2019, 1, 1)} for each in who],
            "ledger": late + since,
        }
    )
    rows = frame(repayment_history, book, [AS_OF])
    assert rows.months_since_late.tolist() == rows.months_since_late30.tolist() == list(expected.values())
