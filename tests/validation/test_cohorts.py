"""Snapshots whose labels share no day."""

from datetime import date, timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from ews.outcomes.horizon import months_later
from ews.validation.cohorts import cohorts

days = st.lists(st.dates(date(2019, 1, 1), date(2024, 12, 31)), max_size=9)


def windows(chosen, horizon):
    return [(day, months_later(day, horizon)) for day in chosen]


def overlap(windows):
    return any(first[1] > second[0] for first, second in combinations(sorted(windows), 2))


def test_monthly_snapshots_leave_one_a_year():
    months = [months_later(date(2023, 1, 31), step) for step in range(30)]
    assert cohorts(months, 12) == (date(2023, 6, 30), date(2024, 6, 30), date(2025, 6, 30))


def test_a_year_and_a_day_apart_is_apart_and_a_day_less_is_not():
    assert len(cohorts([date(2024, 6, 30), date(2025, 6, 30)], 12)) == 2
    assert cohorts([date(2024, 7, 1), date(2025, 6, 30)], 12) == (date(2025, 6, 30),)


@given(days=days, horizon=st.integers(1, 24))
@settings(max_examples=200, deadline=None)
def test_no_day_of_a_label_counts_in_two_cohorts(days, horizon):
    found = cohorts(days, horizon)
    assert set(found) <= set(days)
    assert not overlap(windows(found, horizon))
    seen: set[date] = set()
    for day, end in windows(found, horizon):
        label = {day + timedelta(days=step) for step in range(1, (end - day).days + 1)}
        assert not seen & label
        seen |= label


@given(days=days, horizon=st.integers(1, 24))
@settings(max_examples=60, deadline=None)
def test_the_newest_is_chosen_and_no_choice_gives_more(days, horizon):
    found = cohorts(days, horizon)
    assert (found[-1:] == (max(days),)) if days else not found
    single = sorted(set(days))
    most = max(
        (
            size
            for size in range(len(single) + 1)
            for one in combinations(single, size)
            if not overlap(windows(one, horizon))
        ),
        default=0,
    )
    assert len(found) == most
