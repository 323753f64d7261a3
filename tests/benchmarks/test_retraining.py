from datetime import date

import pytest

from benchmarks import retraining
from ews.outcomes.horizon import months_later
from ews.training.recipe import resolve_recipe

HORIZON = int(retraining.RECIPE["horizon_months"])


def test_the_labels_that_drift_is_told_against_end_before_the_shock():
    assert retraining.BEFORE + HORIZON <= retraining.SHOCK_AFTER


def test_the_months_judged_before_the_retraining_were_known_by_then():
    assert max(retraining.watched_months()) + HORIZON <= retraining.RETRAIN_AFTER


@pytest.mark.parametrize(("months", "expected"), [(72, [64, 66]), (71, [64]), (69, [])])
def test_the_months_after_the_promotion_are_those_whose_outcomes_the_book_knows(months, expected):
    assert list(retraining.mature_after(months)) == expected


def test_the_challenger_is_taught_by_days_after_the_shock_alone():
    day = months_later(date(2026, 6, 30), retraining.SHOCK_AFTER - 72)
    assert resolve_recipe({}, retraining.since_shock(day)).first_snapshot == day
