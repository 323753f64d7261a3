from datetime import date, timedelta
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.features.repayment_history.schedule import items_within
from ews.features.window import spine_on
from tests.books import book_of

START = date(2026, 1, 1)
BORROWER = {"borrower_id": "B1", "kind": "firm"}
LOAN = {"loan_id": "L1", "borrower_id": "B1", "product": "business", "opened_on": START}

due_items = st.lists(  # day, principal, interest
    st.tuples(st.integers(0, 200), st.integers(0, 50), st.integers(0, 9)),
    min_size=1,
    max_size=8,
    unique_by=lambda x: x[0],
)
payments = st.lists(st.tuples(st.integers(0, 250), st.integers(0, 80)), max_size=8)


def day(number: int) -> date:
    return START + timedelta(days=number)


def walked(items: list[tuple[int, int, int]], paid: list[tuple[int, int]], on: int) -> list[tuple[Any, ...]]:
    """Pay item after item, fen by fen, with the money that came up to day `on`."""
    money = [when for when, amount in sorted(paid) if when <= on for _ in range(amount)]
    rows = []
    for number, (when, principal, interest) in enumerate([item for item in sorted(items) if sum(item[1:]) > 0]):
        amount = principal + interest
        mine, money = money[:amount], money[amount:]
        begun = day(mine[0]) if mine else None
        served = day(mine[interest - 1]) if interest and len(mine) >= interest else None
        covered = day(mine[-1]) if len(mine) == amount else None
        if when <= on:
            rows.append((day(when), begun, served, covered, number == 0, interest > 0))
    return rows


@settings(max_examples=25, deadline=None)
@given(items=due_items, paid=payments, on=st.integers(0, 250))
def test_items_are_paid_one_after_the_other(items, paid, on):
    rows: dict[str, Any] = {
        "borrowers": [BORROWER],
        "loans": [LOAN],
        "instalments": [
            {"loan_id": "L1", "due_on": day(when), "component": component, "due_amount": amount, "known_on": START}
            for when, *parts in items
            for component, amount in zip(("principal", "interest"), parts, strict=True)
        ],
        "payments": [
            {"payment_id": f"Y{number}", "loan_id": "L1", "paid_on": day(when), "paid_amount": amount}
            for number, (when, amount) in enumerate(paid)
        ],
    }
    book = book_of(rows)
    found = items_within(book, spine_on(book, [day(on)]), months=12).order_by("due_on").execute()
    seen = found[["due_on", "begun_on", "interest_on", "covered_on"]].apply(pd.to_datetime)
    days = [tuple(None if pd.isna(value) else value.date() for value in row) for row in seen.itertuples(index=False)]
    marks = zip(days, found.is_first, found.has_interest, strict=True)
    assert [(*row, first, interest) for row, first, interest in marks] == walked(items, paid, on)
