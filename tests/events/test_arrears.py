from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.events.arrears import default_days, loan_states
from ews.features.window import spine_on
from tests.books import book_of

START = date(2026, 1, 1)
LOAN = {
    "loan_id": "L1",
    "borrower_id": "B1",
    "product": "business",
    "opened_on": date(2025, 1, 1),
    "repayment": "instalment",
}
BORROWER = {"borrower_id": "B1", "kind": "firm"}


def due(day: date, amount: int = 100, component: str = "principal") -> dict[str, object]:
    return {"loan_id": "L1", "due_on": day, "component": component, "due_amount": amount, "known_on": date(2025, 1, 1)}


def paid(number: int, day: date, amount: int, known_on: date | None = None) -> dict[str, object]:
    return {
        "payment_id": f"P{number}",
        "loan_id": "L1",
        "paid_on": day,
        "paid_amount": amount,
        "known_on": known_on or day,
    }


def dpd_on(book, as_of: date) -> int | None:
    states = loan_states(book, spine_on(book, [as_of]).table).execute()
    value = states.dpd.iloc[0]
    return None if pd.isna(value) else int(value)


def test_dpd_is_the_age_of_the_oldest_item_that_payments_do_not_cover():
    items = [due(date(2026, 1, 10)), due(date(2026, 2, 10)), due(date(2026, 3, 10))]
    payments = [paid(1, date(2026, 1, 10), 100), paid(2, date(2026, 3, 12), 50)]
    book = book_of({"borrowers": [BORROWER], "loans": [LOAN], "instalments": items, "payments": payments})
    assert dpd_on(book, date(2026, 1, 31)) == 0
    assert dpd_on(book, date(2026, 2, 10)) == 0
    assert dpd_on(book, date(2026, 2, 11)) == 1
    assert dpd_on(book, date(2026, 3, 31)) == 49


def test_a_payment_known_later_does_not_yet_cover_an_item():
    book = book_of(
        {
            "borrowers": [BORROWER],
            "loans": [LOAN],
            "instalments": [due(date(2026, 1, 10))],
            "payments": [paid(1, date(2026, 1, 10), 100, known_on=date(2026, 1, 25))],
        }
    )
    assert dpd_on(book, date(2026, 1, 20)) == 10
    assert dpd_on(book, date(2026, 1, 25)) == 0


def test_without_instalments_dpd_comes_from_the_ledger_aged_from_the_day_stated():
    ledger = [
        {"loan_id": "L1", "stated_on": date(2026, 1, 31), "balance": 500, "dpd": 0},
        {"loan_id": "L1", "stated_on": date(2026, 2, 28), "balance": 500, "dpd": 12},
    ]
    book = book_of({"borrowers": [BORROWER], "loans": [LOAN], "ledger": ledger})
    assert dpd_on(book, date(2026, 2, 10)) == 0
    assert dpd_on(book, date(2026, 3, 5)) == 17
    assert dpd_on(book, date(2026, 9, 1)) is None


@pytest.mark.parametrize(
    ("balance", "product", "live"), [(0, "business", False), (1, "business", True), (0, "card", True)]
)
def test_a_loan_paid_off_is_no_longer_live_but_a_card_at_zero_is(balance, product, live):
    ledger = [{"loan_id": "L1", "stated_on": date(2026, 1, 31), "balance": balance, "dpd": 0}]
    book = book_of({"borrowers": [BORROWER], "loans": [{**LOAN, "product": product}], "ledger": ledger})
    states = loan_states(book, spine_on(book, [date(2026, 1, 31)]).table).execute()
    assert states.live.tolist() == [live]


def test_a_loan_goes_into_default_on_the_91st_day_unless_it_is_paid_by_then():
    items = [due(date(2026, 1, 1))]
    for paid_on, expected in [(date(2026, 4, 2), []), (date(2026, 4, 3), [date(2026, 4, 2)])]:
        book = book_of(
            {"borrowers": [BORROWER], "loans": [LOAN], "instalments": items, "payments": [paid(1, paid_on, 100)]}
        )
        found = default_days(book, above_dpd=90, known_by=date(2026, 12, 31)).execute()
        assert [day.date() if hasattr(day, "date") else day for day in found.default_on] == expected


schedule = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 50)), min_size=1, max_size=8, unique_by=lambda item: item[0]
)
payments = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 80)), max_size=8)


@settings(max_examples=25, deadline=None)
@given(items=schedule, paid_items=payments, on=st.integers(0, 400))
def test_dpd_and_default_days_equal_a_walk_day_by_day(items, paid_items, on):
    book = book_of(
        {
            "borrowers": [BORROWER],
            "loans": [LOAN],
            "instalments": [due(START + timedelta(days=day), amount) for day, amount in items],
            "payments": [paid(n, START + timedelta(days=day), amount) for n, (day, amount) in enumerate(paid_items)],
        }
    )

    def walked(day):
        money = sum(amount for when, amount in paid_items if when <= day)
        for when, amount in sorted(items):
            money -= amount
            if money < 0:
                return max(day - when, 0)
        return 0

    assert dpd_on(book, START + timedelta(days=on)) == walked(on)
    found = default_days(book, above_dpd=30, known_by=START + timedelta(days=on)).execute()
    first = next((day for day in range(on + 1) if walked(day) > 30), None)
    days = sorted((day.date() if hasattr(day, "date") else day) for day in found.default_on)
    assert (days[0] - START).days == first if days else first is None
