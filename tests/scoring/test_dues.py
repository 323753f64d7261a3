from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.events.book import Book
from ews.features.window import spine_on
from ews.scoring.dues import dues, with_next_due
from tests.books import Rows, book_of
from tests.scoring.paid_loans import OPENED, book_with, loan, served, stated
from tests.scoring.paid_loans import dues as due_days

DAY = date(2025, 7, 15)
EVER = (date(2024, 1, 1), date(2030, 12, 31))


def dues_of(book: Book, day: date = DAY, known_by: date | None = None) -> dict[str, dict[str, Any]]:
    rows = dues(book, spine_on(book, [day], known_by=known_by)).to_pyarrow().to_pylist()
    return {row["loan_id"]: row for row in rows}


def next_of(book: Book, day: date = DAY) -> tuple[date | None, int | None]:
    row = dues_of(book, day)["L1"]
    return row["next_due_on"], row["next_due_fen"]


def unpaid_from(number: int) -> dict[int, None]:
    return dict.fromkeys(range(number, 12))


@pytest.mark.parametrize(
    ("day", "paid", "due"),
    [
        (date(2025, 7, 15), unpaid_from(6), (date(2025, 7, 20), 100)),
        (date(2025, 7, 20), unpaid_from(6), (date(2025, 7, 20), 100)),
        (date(2025, 7, 25), unpaid_from(6), (date(2025, 7, 20), 100)),
        (date(2025, 7, 20), {6: date(2025, 7, 20), **unpaid_from(7)}, (date(2025, 8, 20), 100)),
        (date(2025, 7, 15), unpaid_from(3), (date(2025, 4, 20), 100)),
        (date(2025, 7, 15), {6: date(2025, 7, 1), **unpaid_from(7)}, (date(2025, 8, 20), 100)),
        (date(2026, 1, 15), {}, (None, None)),
    ],
    ids=["to-come", "due-today", "past-due", "paid-today", "oldest-unpaid", "paid-ahead", "all-paid"],
)
def test_the_next_item_is_the_oldest_that_is_not_paid(day, paid, due):
    assert next_of(book_with([loan("L1")], served("L1", due_days(12), paid)), day) == due


@pytest.mark.parametrize(
    ("day", "paid", "coming"),
    [
        (date(2025, 7, 15), unpaid_from(3), (date(2025, 7, 20), 100)),
        (date(2025, 7, 20), unpaid_from(6), (date(2025, 8, 20), 100)),
        (date(2025, 7, 15), {6: date(2025, 7, 1), **unpaid_from(7)}, (date(2025, 8, 20), 100)),
        (date(2026, 1, 15), unpaid_from(3), (None, None)),
    ],
    ids=["behind-what-is-unpaid", "due-today", "paid-ahead", "all-fell-due"],
)
def test_what_comes_next_falls_due_after_the_day(day, paid, coming):
    row = dues_of(book_with([loan("L1")], served("L1", due_days(12), paid)), day)["L1"]
    assert (row["coming_on"], row["coming_fen"]) == coming


def test_what_is_left_of_a_due_day_is_told_with_interest_and_fees():
    first, extra = served("L1", due_days(12), unpaid_from(6)), {"loan_id": "L1", "due_on": date(2025, 7, 20)}
    more = [{**extra, "component": "interest", "due_amount": 30}, {**extra, "component": "fee", "due_amount": 5}]
    part = {"payment_id": "part", "loan_id": "L1", "paid_on": date(2025, 7, 1), "paid_amount": 45}
    rows: Rows = [{**row, "known_on": OPENED} for row in more]
    assert next_of(book_with([loan("L1")], first, instalments=rows)) == (date(2025, 7, 20), 135)
    assert next_of(book_with([loan("L1")], first, instalments=rows, payments=[part])) == (date(2025, 7, 20), 90)


def test_payments_that_may_serve_older_items_do_not_hide_what_is_to_come():
    rows = {**served("L1", due_days(12), unpaid_from(6)), "loans": [loan("L1")]}
    book = book_of({**rows, "borrowers": [{"borrower_id": "B1"}]}, covered=(date(2025, 6, 25), EVER[1]))
    assert next_of(book) == (date(2025, 7, 20), 100)
    more = {"payment_id": "x", "loan_id": "L1", "paid_on": date(2025, 7, 1), "paid_amount": 500}
    rows["payments"] = [*rows["payments"], more]
    book = book_of({**rows, "borrowers": [{"borrower_id": "B1"}]}, covered=(date(2025, 6, 25), EVER[1]))
    assert next_of(book) == (date(2025, 7, 20), 100)


def test_where_no_payments_are_told_the_first_day_from_the_day_itself_is_next():
    instalments = served("L1", due_days(12))["instalments"]
    book = book_with([loan("L1")], instalments=instalments)
    assert next_of(book, date(2025, 7, 20)) == (date(2025, 7, 20), 100)
    assert next_of(book, date(2025, 7, 21)) == (date(2025, 8, 20), 100)


def live(**facts: Any) -> pd.DataFrame:
    row = {"loan_id": "L1", "repayment": "bullet", "matures_on": pd.Timestamp("2026-01-10"), "balance": 700, **facts}
    return pd.DataFrame([row])


@pytest.mark.parametrize(
    ("facts", "due"),
    [
        ({}, (pd.Timestamp("2026-01-10"), 700)),
        ({"balance": None}, (pd.Timestamp("2026-01-10"), None)),
        ({"matures_on": pd.NaT}, (None, None)),
        ({"repayment": "instalment"}, (None, None)),
    ],
    ids=["bullet", "balance-unknown", "maturity-unknown", "no-schedule"],
)
def test_a_bullet_without_a_schedule_is_due_when_it_matures(facts, due):
    book = book_with([loan("L1", repayment="bullet")], stated("L1", {date(2025, 6, 30): (700, 0)}))
    paid = dues(book, spine_on(book, [DAY])).to_pandas()
    (row,) = with_next_due(live(**facts), paid).to_dict("records")
    assert tuple(None if pd.isna(row[name]) else row[name] for name in ("next_due_on", "next_due_fen")) == due
    assert pd.isna(row["first_due_missed"])


def test_a_bullet_with_a_schedule_goes_by_it():
    book = book_with([loan("L1", repayment="bullet")], served("L1", [date(2025, 9, 1)], {0: None}))
    (row,) = with_next_due(live(), dues(book, spine_on(book, [DAY])).to_pandas()).to_dict("records")
    assert (row["next_due_on"], row["next_due_fen"]) == (pd.Timestamp("2025-09-01"), 100)


@pytest.mark.parametrize(
    ("day", "paid_on", "missed", "lately"),
    [
        (date(2025, 1, 19), None, None, None),
        (date(2025, 1, 27), None, False, False),
        (date(2025, 1, 28), None, True, True),
        (DAY, date(2025, 1, 27), False, False),
        (DAY, date(2025, 1, 28), True, False),
        (date(2025, 4, 20), date(2025, 1, 28), True, True),
        (DAY, date(2025, 5, 1), True, True),
    ],
)
def test_the_first_instalment_is_missed_when_more_than_a_week_late(day, paid_on, missed, lately):
    book = book_with([loan("L1")], served("L1", due_days(1), {0: paid_on}))
    row = dues_of(book, day)["L1"]
    assert (row["first_due_missed"], row["first_missed_lately"]) == (missed, lately)


def test_which_instalment_was_the_first_is_not_known_where_payments_begin_later():
    rows = {**served("L1", due_days(12)), "loans": [loan("L1")], "borrowers": [{"borrower_id": "B1"}]}
    assert dues_of(book_of(rows, covered=(date(2025, 2, 1), EVER[1])))["L1"]["first_due_missed"] is None


@pytest.mark.parametrize(
    ("paid", "bits", "days"),
    [
        ({}, 0b000, 0),
        ({5: date(2025, 6, 21)}, 0b000, 0),
        ({5: date(2025, 6, 22)}, 0b001, 1),
        ({4: date(2025, 5, 30)}, 0b010, 9),
        ({3: date(2025, 4, 30)}, 0b100, 9),
        ({4: date(2025, 5, 30), 5: date(2025, 6, 30)}, 0b011, 9),
        ({2: date(2025, 4, 30)}, 0b100, 30),
        ({2: date(2025, 4, 10)}, 0b000, 0),
        ({5: None}, 0b001, 25),
    ],
)
def test_a_month_is_late_in_which_something_came_to_be_past_due(paid, bits, days):
    row = dues_of(book_with([loan("L1")], served("L1", due_days(6), paid)))["L1"]
    assert (row["late_bits"], row["worst_days"], row["is_seen"], row["is_told"]) == (bits, days, True, True)


@pytest.mark.parametrize(
    ("statements", "bits", "days"),
    [
        ({"04-30": 0, "05-31": 0, "06-30": 0}, 0b000, 0),
        ({"04-30": 0, "05-31": 5, "06-30": 0}, 0b010, 5),
        ({"04-30": 5, "05-31": 5, "06-30": 5}, 0b111, 5),
        ({"04-30": 0, "05-31": 3, "06-30": 33}, 0b010, 33),
        ({"04-30": 0, "05-31": 33, "06-30": 33}, 0b110, 33),
    ],
    ids=["never", "once", "each-month", "one-that-lasts", "the-next-one-too"],
)
def test_statements_tell_of_late_months_where_no_schedule_does(statements, bits, days):
    rows = {date.fromisoformat(f"2025-{day}"): (700, dpd) for day, dpd in {"03-31": 0, **statements}.items()}
    row = dues_of(book_with([loan("L1")], stated("L1", rows)), date(2025, 7, 10))["L1"]
    assert (row["late_bits"], row["worst_days"], row["is_seen"], row["is_told"]) == (bits, days, True, True)
    assert (row["has_items"], row["next_due_on"]) == (False, None)


def test_a_feed_that_begins_within_the_window_does_not_tell_of_it():
    late = book_with([loan("L1")], stated("L1", {date(2025, 5, 31): (700, 0), date(2025, 6, 30): (700, 0)}))
    assert dues_of(late)["L1"]["is_told"] is False
    fresh = book_with([loan("L1", opened_on=date(2025, 5, 10))], stated("L1", {date(2025, 5, 31): (700, 0)}))
    assert dues_of(fresh)["L1"]["is_told"] is True
    rows = {**served("L1", due_days(12)), "loans": [loan("L1")], "borrowers": [{"borrower_id": "B1"}]}
    assert dues_of(book_of(rows, covered=(date(2025, 5, 1), EVER[1])))["L1"]["is_told"] is False
    assert dues_of(book_of(rows, covered=(date(2025, 4, 1), EVER[1])))["L1"]["is_told"] is True
    assert dues_of(book_of(rows, covered=(date(2025, 4, 1), date(2025, 7, 1))))["L1"]["is_told"] is False


def test_a_loan_of_which_nothing_is_told_has_no_dues():
    assert dues_of(book_with([loan("L1")]))["L1"] == {
        "borrower_id": "B1", "as_of": DAY, "known_by": DAY, "loan_id": "L1", "next_due_on": None, "next_due_fen": None,
        "coming_on": None, "coming_fen": None, "first_due_missed": None, "first_missed_lately": None,
        "has_items": False, "late_bits": 0, "worst_days": 0, "is_seen": False, "is_told": False,
    }  # fmt: skip


days = st.integers(0, 400).map(lambda count: date(2025, 1, 10) + timedelta(days=count))
later = st.integers(1, 60).map(lambda count: DAY + timedelta(days=count))
amounts = st.integers(1, 300)
corrections = st.fixed_dictionaries(
    {
        "instalments": st.lists(st.tuples(st.integers(0, 11), amounts, later), max_size=3),
        "payments": st.lists(st.tuples(st.integers(0, 5), amounts, later), max_size=3),
        "new": st.lists(st.tuples(days, amounts, later), max_size=3),
    }
)


@settings(max_examples=15, deadline=None)
@given(corrections)
def test_what_the_bank_learns_later_changes_nothing(learnt):
    known = [loan("L1")], served("L1", due_days(12), {2: date(2025, 4, 3), 5: None, **unpaid_from(6)})
    due = due_days(12)
    instalments = [
        {"loan_id": "L1", "due_on": due[number], "component": "principal", "due_amount": amount, "known_on": on}
        for number, amount, on in {
            (number, on): (number, amount, on) for number, amount, on in learnt["instalments"]
        }.values()
    ]
    payments = [
        {"payment_id": f"N{number}", "loan_id": "L1", "paid_on": day, "paid_amount": amount, "known_on": max(on, day)}
        for number, (day, amount, on) in enumerate(learnt["new"])
    ]
    changed = {
        (number, on): {
            "payment_id": f"L1-{number}",
            "loan_id": "L1",
            "paid_on": due[number],
            "paid_amount": amount,
            "known_on": on,
        }
        for number, amount, on in learnt["payments"]
        if number != 5
    }
    more = book_with(*known, instalments=instalments, payments=[*payments, *changed.values()])
    assert dues_of(more) == dues_of(book_with(*known))
