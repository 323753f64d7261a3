from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.events.arrears import arrears_reach, default_days, loan_states
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


def stated(day: date, dpd: int, balance: int | None = 500) -> dict[str, object]:
    return {"loan_id": "L1", "stated_on": day, "balance": balance, "dpd": dpd}


def made_of(covered: dict[str, tuple[date, date]] | None = None, **tables):
    book = book_of({"borrowers": [BORROWER], "loans": [LOAN], **tables})
    entries = dict(book.manifest.tables)
    for name, (start, end) in (covered or {}).items():
        entries[name] = replace(entries[name], covered_from=start, covered_to=end)
    return replace(book, manifest=replace(book.manifest, tables=entries))


def default_days_of(book, known_by: date) -> list[date]:
    found = default_days(book, above_dpd=90, known_by=known_by).to_pyarrow()["default_on"].to_pylist()
    return sorted(found)


def state_on(book, as_of: date) -> tuple[bool, int | None, int | None]:
    row = loan_states(book, spine_on(book, [as_of]).table).to_pyarrow().to_pylist()[0]
    return row["live"], row["dpd"], row["balance"]


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


REPAID = {"borrower_id": "B1", "kind": "repaid", "occurred_on": date(2026, 2, 1)}
LEFT_ON, MUCH_LATER = date(2026, 1, 31), date(2026, 9, 30)
AGE = (MUCH_LATER - LEFT_ON).days


@pytest.mark.parametrize(
    ("dpd", "balance", "state"),
    [
        (90, 500, (False, None, None)),
        (91, 500, (True, 91 + AGE, None)),
        (91, None, (True, 91 + AGE, None)),
        (91, 0, (False, None, None)),
    ],
)
def test_a_loan_that_leaves_the_ledger_in_default_is_not_cured_by_silence(dpd, balance, state):
    assert state_on(made_of(ledger=[stated(LEFT_ON, dpd, balance)]), MUCH_LATER) == state


@pytest.mark.parametrize(
    ("word", "live"),
    [
        ({"ledger": [stated(LEFT_ON, 200), stated(date(2026, 2, 28), 0, balance=0)]}, False),
        ({"payments": [paid(1, date(2026, 2, 10), 500)]}, False),
        ({"payments": [paid(1, date(2026, 2, 10), 499)]}, True),
        ({"payments": [paid(1, LEFT_ON, 500)]}, True),
        ({"payments": [paid(1, date(2026, 2, 10), 500, known_on=date(2026, 10, 1))]}, True),
        ({"outcomes": [{"borrower_id": "B1", "kind": "closed", "occurred_on": date(2026, 2, 1)}]}, False),
        ({"outcomes": [{"borrower_id": "B1", "kind": "closed", "occurred_on": LEFT_ON}]}, True),
        ({"outcomes": [{**REPAID, "loan_id": "L1"}]}, False),
        ({"outcomes": [{**REPAID, "loan_id": "L2"}]}, True),
    ],
    ids=[
        "row of 0",
        "paid off",
        "paid in part",
        "paid before",
        "paid, known later",
        "closed",
        "closed before",
        "listed as repaid",
        "another loan repaid",
    ],
)
def test_what_ends_a_loan_that_left_the_ledger_in_default(word, live):
    assert state_on(made_of(**{"ledger": [stated(LEFT_ON, 200)], **word}), MUCH_LATER)[0] is live


def test_an_item_due_before_the_payments_extract_does_not_count_as_unpaid():
    items = [due(date(2026, 1, 10)), due(date(2026, 2, 10)), due(date(2026, 3, 10))]
    covered = {"payments": (date(2026, 2, 1), date(2026, 12, 31))}
    book = made_of(covered, instalments=items, payments=[paid(1, date(2026, 2, 10), 100)])
    assert [dpd_on(book, day) for day in (date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 15))] == [None, 0, 5]
    assert default_days_of(book, date(2026, 12, 31)) == [date(2026, 6, 9)]


def test_after_the_payments_extract_the_ledger_speaks_for_loans_with_a_schedule_too():
    items = [due(date(2026, month, 10)) for month in range(1, 13)]
    ledger = [stated(date(2026, 6, 30), 0), stated(date(2026, 12, 31), 95)]
    covered = {"payments": (date(2026, 1, 1), date(2026, 1, 31))}
    book = made_of(covered, instalments=items, payments=[paid(1, date(2026, 1, 10), 100)], ledger=ledger)
    assert dpd_on(book, date(2026, 6, 30)) == 0
    assert default_days_of(book, date(2026, 12, 31)) == [date(2026, 12, 31)]


@pytest.mark.parametrize(("due_on", "dpd"), [(date(2026, 5, 30), 120), (date(2026, 5, 31), 0)])
def test_a_schedule_of_which_nothing_fell_due_for_31_days_does_not_silence_the_ledger(due_on, dpd):
    day = date(2026, 6, 30)
    book = made_of(instalments=[due(due_on)], payments=[paid(1, due_on, 100)], ledger=[stated(day, 120)])
    assert dpd_on(book, day) == dpd
    assert default_days_of(book, day) == ([day] if dpd else [])


def test_of_a_thin_schedule_and_a_ledger_the_worse_counts():
    items = [due(date(2026, 1, 10))]
    book = made_of(instalments=items, payments=[], ledger=[stated(date(2026, 6, 30), 20)])
    assert dpd_on(book, date(2026, 6, 30)) == 171


def test_a_schedule_known_later_does_not_hide_a_default_of_the_ledger():
    day = date(2026, 1, 31)
    items = [{**due(day), "known_on": date(2026, 3, 1)}]
    book = made_of(instalments=items, payments=[paid(1, day, 100)], ledger=[stated(day, 120)])
    assert default_days_of(book, date(2026, 2, 28)) == [day]
    assert default_days_of(book, date(2026, 3, 1)) == []


SHORT, LONG = date(2026, 3, 31), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("payments_to", "ledger_to", "tables", "reach"),
    [
        (SHORT, LONG, {"ledger": [stated(date(2026, 4, 30), 0)]}, LONG),
        (SHORT, LONG, {"ledger": [{**stated(date(2026, 4, 30), 0), "loan_id": "L2"}]}, SHORT),
        (SHORT, LONG, {"ledger": [{**stated(date(2026, 4, 30), 0), "dpd": None}]}, SHORT),
        (LONG, SHORT, {"ledger": [stated(SHORT, 0)]}, LONG),
        (LONG, SHORT, {"ledger": [{**stated(SHORT, 0), "loan_id": "L2"}]}, SHORT),
        (LONG, SHORT, {"ledger": [{**stated(SHORT, 0, balance=0), "loan_id": "L2"}]}, LONG),
    ],
    ids=["ledger goes on", "for others", "without dpd", "payments go on", "for others", "others ended"],
)
def test_a_feed_that_outlives_the_other_counts_where_it_speaks_of_all_running_loans(
    payments_to, ledger_to, tables, reach
):
    covered = {"payments": (date(2026, 1, 1), payments_to), "ledger": (date(2026, 1, 1), ledger_to)}
    items = [due(date(2026, month, 10)) for month in range(1, 13)]
    assert arrears_reach(made_of(covered, instalments=items, payments=[], **tables), known_by=LONG) == reach


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
