"""Which tables are missing, late or thin; a book of daily payments and monthly statements."""

from datetime import date, timedelta

import pytest

from ews.monitoring.health.feeds import FeedState, feeds
from ews.outcomes.horizon import months_later
from tests.books import book_of

AS_OF = date(2026, 6, 30)
LEARNT = ("dpd_now", "inquiries_3m")


def book(*, until: date = AS_OF, per_day: int = 4, last_month: int = 4, covered_to: date = AS_OF):
    """Return a book in which `per_day` payments come each day up to `until`, `last_month` in the last 30."""
    days = [AS_OF - timedelta(days=ago) for ago in range(420) if AS_OF - timedelta(days=ago) <= until]
    payments = [
        {"payment_id": f"P{day}{number}", "loan_id": "L1", "paid_on": day, "paid_amount": 1}
        for day in days
        for number in range(last_month if (AS_OF - day).days < 30 else per_day)
    ]
    ledger = [
        {"loan_id": "L1", "stated_on": months_later(date(2026, 5, 31), -ago), "balance": 1, "dpd": 0}
        for ago in range(14)
    ]
    loans = [{"loan_id": "L1", "borrower_id": "B1", "product": "business", "opened_on": date(2024, 1, 1)}]
    tables = {"loans": loans, "ledger": ledger, "instalments": [], "payments": payments}
    return book_of(tables, covered=(date(2024, 1, 1), covered_to), extracted_on=AS_OF)


def state(name: str, **changed):
    return next(one for one in feeds(book(**changed), AS_OF, AS_OF, LEARNT) if one.table == name)


def test_a_monthly_statement_is_a_month_behind_and_on_time():
    found = state("ledger")
    assert (found.state, found.last_row, found.behind, found.usual) == (FeedState.ON_TIME, date(2026, 5, 31), 30, 31)
    assert found.families == ("repayment_history", "peers")


@pytest.mark.parametrize(("behind", "expected"), [(0, FeedState.ON_TIME), (1, FeedState.ON_TIME), (2, FeedState.LATE)])
def test_a_daily_feed_is_late_from_the_second_day_on(behind, expected):
    found = state("payments", until=AS_OF - timedelta(days=behind))
    assert (found.state, found.behind, found.usual) == (expected, behind, 1)


@pytest.mark.parametrize(("rows", "expected"), [(2, FeedState.ON_TIME), (1, FeedState.THIN)])
def test_a_feed_is_thin_below_half_of_its_leanest_month(rows, expected):
    found = state("payments", last_month=rows)
    assert (found.state, found.rows, found.lean) == (expected, 30 * rows, 120)


def test_a_table_that_the_model_learnt_from_is_missed_and_another_is_not():
    found = {one.table: one.state for one in feeds(book(), AS_OF, AS_OF, LEARNT)}
    assert (found["inquiries"], found["card_statements"]) == (FeedState.MISSING, FeedState.ABSENT)


@pytest.mark.parametrize(("days", "expected"), [(31, FeedState.ON_TIME), (32, FeedState.MISSING)])
def test_a_feed_that_covers_nothing_for_more_than_31_days_has_stopped(days, expected):
    assert state("ledger", covered_to=AS_OF - timedelta(days=days)).state is expected


def test_a_table_without_a_rhythm_is_late_where_it_covers_less():
    covered = AS_OF - timedelta(days=1)
    found = state("loans", covered_to=covered)
    assert (found.state, found.covered_to, found.behind) == (FeedState.LATE, covered, None)


def test_rows_that_are_always_learnt_later_are_held_against_what_was_known_then():
    """An inquiry is seen when a report is pulled, here at the end of the month: the last 30 days always look thin."""
    days = [AS_OF - timedelta(days=ago) for ago in range(420)]
    rows = [
        {
            "inquiry_id": f"Q{day}{number}",
            "borrower_id": "B1",
            "inquired_on": day,
            "known_on": day if number < 1 else day + timedelta(days=40),
        }
        for day in days
        for number in range(4)
    ]
    tables = {"borrowers": [{"borrower_id": "B1", "kind": "firm"}], "inquiries": rows}
    (found,) = (
        one
        for one in feeds(book_of(tables, covered=(days[-1], AS_OF), extracted_on=AS_OF), AS_OF, AS_OF, LEARNT)
        if one.table == "inquiries"
    )
    assert (found.state, found.rows, found.lean) == (FeedState.ON_TIME, 30, 30)
