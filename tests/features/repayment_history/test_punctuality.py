from datetime import date

import pytest

from ews.features.repayment_history import family as repayment_history
from tests.features.cases import told

LOAN = {"loan_id": "L1", "borrower_id": "B1", "product": "business", "opened_on": date(2025, 12, 10)}


def due(day: date, amount: int = 100, component: str = "principal") -> dict[str, object]:
    known = date(2025, 1, 1)
    return {"loan_id": "L1", "due_on": day, "component": component, "due_amount": amount, "known_on": known}


def paid(day: date, amount: int = 100) -> dict[str, object]:
    return {"payment_id": f"Y{day}", "loan_id": "L1", "paid_on": day, "paid_amount": amount}


def case(items, payments) -> dict[str, list[dict[str, object]]]:
    return {"loans": [LOAN], "instalments": items, "payments": payments}


def test_half_a_year_worked_by_hand():
    items = [due(date(2026, month, 10)) for month in range(1, 8)]
    payments = [
        paid(date(2026, 1, 18)),  # 8 days late
        paid(date(2026, 2, 13)),  # 3 days late
        paid(date(2026, 3, 1)),  # 9 days early
        paid(date(2026, 4, 11)),  # 1 day late
        paid(date(2026, 6, 1)),  # 22 days late; June is open for 20 days, July not yet due
    ]
    names = ("late_days_max_6m", "late_items_share_12m", "late_days_drift_3m", "interest_overdue_days")
    drift = (1 + 22 + 20) / 3 - (8 + 3 - 9) / 3
    assert told(repayment_history, [case(items, payments)], names) == [pytest.approx((22, 5 / 6, drift, 0))]


def test_paying_off_ahead_counts_as_a_month_early_at_most():
    expected = {date(2026, 6, 20): 0, date(2026, 5, 22): -29, date(2026, 5, 21): -30, date(2026, 2, 1): -30}
    items = [due(date(2026, 1, 20)), due(date(2026, 6, 20))]
    cases = [case(items, [paid(date(2026, 1, 20)), paid(day)]) for day in expected]
    assert told(repayment_history, cases, ["late_days_drift_3m"]) == [(drift,) for drift in expected.values()]


def test_a_drift_needs_items_in_both_windows():
    cases = [case([due(date(2026, month, 10))], []) for month in (6, 3)]
    assert told(repayment_history, cases, ["late_days_drift_3m"]) == [(None,), (None,)]


PARTS = [
    # paid, days past due, days of interest
    (0, 51, 51),
    (29, 51, 51),  # a fen of May's interest is missing
    (30, 51, 20),  # May owes principal only, June its interest too
    (100, 20, 20),
    (130, 20, 0),
    (200, 0, 0),
]


def test_interest_is_paid_before_the_principal_of_its_item():
    items = [
        due(date(2026, month, 10), part, component)
        for month in (5, 6)
        for component, part in (("principal", 70), ("interest", 20), ("fee", 10))
    ]
    cases = [case(items, [paid(date(2026, 5, 10), amount)]) for amount, *_ in PARTS]
    assert told(repayment_history, cases, ("dpd_now", "interest_overdue_days")) == [tuple(days) for _, *days in PARTS]
