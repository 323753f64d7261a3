from datetime import date

import ibis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.events.engine import connect
from ews.features.window import lag_of
from ews.outcomes.horizon import is_month_end, month_end_on_or_before, months_later

days = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 6, 30), 12, date(2027, 6, 30)),
        (date(2026, 2, 28), 1, date(2026, 3, 31)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2024, 2, 28), 12, date(2025, 2, 28)),
        (date(2026, 1, 30), 1, date(2026, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 31), -13, date(2024, 12, 31)),
    ],
)
def test_a_month_end_leads_to_a_month_end_and_another_day_to_the_same_day(day, months, expected):
    assert months_later(day, months) == expected


@given(day=days, months=st.integers(0, 60))
def test_month_ends_are_kept_and_months_later_is_undone_by_months_earlier(day, months):
    later = months_later(day, months)
    if is_month_end(day):
        assert is_month_end(later)
        assert months_later(later, -months) == day


@pytest.mark.parametrize("day", [date(2026, 2, 28), date(2026, 6, 30), date(2026, 3, 15)])
def test_the_horizon_counts_months_as_the_windows_do(day):
    engine = connect(threads=1)
    for months in (1, 6, 12):
        ends = months_later(day, months)
        lag = engine.execute(lag_of(ibis.literal(day), ibis.literal(ends)))
        assert lag == months


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 6, 30), date(2026, 6, 30)),
        (date(2026, 6, 29), date(2026, 5, 31)),
        (date(2024, 3, 1), date(2024, 2, 29)),
    ],
)
def test_the_month_end_on_or_before_a_day(day, expected):
    assert month_end_on_or_before(day) == expected
