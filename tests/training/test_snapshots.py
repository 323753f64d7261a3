from datetime import date
from typing import Any

import pytest

from ews.domain.errors import TrainingDataError
from ews.training.recipe import resolve_recipe
from ews.training.snapshots import Plan, plan_snapshots
from tests.books import book_of

TABLES = {"borrowers": [{"borrower_id": "B1", "kind": "firm"}], "ledger": [], "transactions": []}
LAST = date(2026, 6, 30)


def plan(first: date, known_by: date = LAST, **recipe: Any) -> Plan:
    book = book_of(TABLES, covered=(first, LAST), extracted_on=LAST)
    return plan_snapshots(book, resolve_recipe(recipe), known_by=known_by)


def test_sixty_months_give_twelve_training_snapshots_a_purged_year_and_a_test():
    found = plan(date(2021, 7, 1))
    assert (found.kind, found.test) == ("time", (date(2025, 4, 30), date(2025, 6, 30)))
    assert (found.train[0], found.train[-1], len(found.train)) == (date(2022, 6, 30), date(2024, 4, 30), 12)
    assert found.purged == (
        date(2024, 6, 30),
        date(2024, 8, 31),
        date(2024, 10, 31),
        date(2024, 12, 31),
        date(2025, 2, 28),
    )
    assert set(found.days).isdisjoint(found.purged)


def test_what_is_known_earlier_moves_every_snapshot_back():
    found = plan(date(2021, 7, 1), known_by=date(2026, 4, 30))
    assert (found.test[-1], found.train[-1]) == (date(2025, 4, 30), date(2024, 2, 29))


@pytest.mark.parametrize(("horizon", "last_train"), [(1, date(2026, 2, 28)), (6, date(2025, 4, 30))])
def test_the_purge_is_one_horizon(horizon, last_train):
    found = plan(date(2021, 7, 1), horizon_months=horizon, snapshot_every_months=1, test_months=3)
    assert len(found.test) == 3
    assert found.train[-1] == last_train


def test_days_given_are_taken_as_they_are_and_purged_too():
    days = ["2023-12-31", "2024-06-30", "2024-12-31", "2025-06-30"]
    found = plan(date(2021, 7, 1), snapshots=days, test_snapshots=["2025-06-30"])
    assert (found.train, found.test) == ((date(2023, 12, 31), date(2024, 6, 30)), (date(2025, 6, 30),))
    assert found.purged == (date(2024, 12, 31),)


def test_one_day_is_tested_by_borrower_and_few_data_by_cross_fitting():
    assert plan(date(2021, 7, 1), snapshots=["2024-06-30"]).kind == "borrower"
    found = plan(date(2021, 7, 1), cross_fit=True)
    assert (found.kind, found.train, found.purged) == ("cross_fit", found.test, ())
    assert len(found.days) == 19


def test_a_book_too_short_for_any_label_says_so():
    with pytest.raises(TrainingDataError, match=r"too short to learn from: .* is 2026-01-31, .* is 2025-06-30"):
        plan(date(2025, 2, 1))


def test_a_book_too_short_for_a_test_by_time_says_so():
    with pytest.raises(TrainingDataError, match=r"too short to be tested by time.*cross_fit = true"):
        plan(date(2024, 2, 1))


def test_bounds_of_the_recipe_are_kept():
    found = plan(date(2015, 7, 1), first_snapshot="2022-12-31", last_snapshot="2025-03-31", snapshot_every_months=3)
    assert (found.train[0], found.test[-1]) == (date(2022, 12, 31), date(2025, 3, 31))


def test_by_time_labels_that_teach_rest_on_what_was_known_when_the_test_begins():
    found = plan(date(2021, 7, 1))
    by = found.labels_known_by(LAST)
    assert {by[day] for day in found.train} == {found.test[0]} == {date(2025, 4, 30)}
    assert {by[day] for day in found.test} == {LAST}


@pytest.mark.parametrize("recipe", [{"snapshots": ["2024-06-30"]}, {"cross_fit": True}])
def test_without_a_test_by_time_labels_rest_on_all_that_was_known(recipe):
    assert set(plan(date(2021, 7, 1), **recipe).labels_known_by(LAST).values()) == {LAST}
