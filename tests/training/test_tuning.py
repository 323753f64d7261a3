from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.domain.errors import SettingsError
from ews.training.fit import fit
from ews.training.split import split
from ews.training.table import TrainingTable
from ews.training.tuning import TUNED, Budget, tune
from tests.training.tables import plan, small_recipe, synthetic

DAYS = (date(2023, 6, 30), date(2024, 6, 30))
RECIPE = small_recipe(max_rounds=20, patience=5, folds=2)
TABLE = synthetic(120, DAYS)
PLAN = plan("time", DAYS[:1], DAYS[1:])


def seen(table: TrainingTable) -> TrainingTable:
    return table.subset(split(table, PLAN, RECIPE).train)


@pytest.fixture(scope="module")
def tuned():
    return tune(seen(TABLE), RECIPE, Budget(4))


def test_the_same_rows_recipe_and_trials_give_the_same_bytes(tuned):
    again = tune(seen(TABLE), RECIPE, Budget(4))
    assert [(one.parameters, one.log_loss) for one in again.trials] == [
        (one.parameters, one.log_loss) for one in tuned.trials
    ]
    assert fit(seen(TABLE), again.recipe).booster == fit(seen(TABLE), tuned.recipe).booster


def test_the_first_trial_is_the_recipe_as_it_stands_and_the_best_never_loses_more(tuned):
    only = tune(seen(TABLE), RECIPE, Budget(1))
    assert only.recipe is RECIPE
    assert tuned.trials[0].log_loss == only.trials[0].log_loss
    best = tuned.trials[tuned.best]
    assert best.log_loss == min(one.log_loss for one in tuned.trials)
    assert {name: getattr(tuned.recipe, name) for name in TUNED} == (
        best.parameters if tuned.best else {name: getattr(RECIPE, name) for name in TUNED}
    )


@settings(max_examples=5)
@given(seed=st.integers(0, 2**16))
def test_whatever_the_test_holds_changes_nothing_of_what_is_chosen(tuned, seed):
    rng = np.random.default_rng(seed)
    parts = split(TABLE, PLAN, RECIPE)
    matrix, keys = TABLE.matrix.copy(), TABLE.keys.copy()
    matrix[parts.test] = rng.normal(size=matrix[parts.test].shape)
    keys.loc[parts.test, "defaulted"] = rng.permutation(keys.loc[parts.test, "defaulted"].to_numpy())
    other = seen(replace(TABLE, matrix=matrix, keys=keys))
    again = tune(other, RECIPE, Budget(2))
    assert [one.log_loss for one in again.trials] == [one.log_loss for one in tuned.trials[:2]]


def test_a_budget_of_time_ends_between_two_trials():
    assert len(tune(seen(TABLE), RECIPE, Budget(50, minutes=1e-9)).trials) == 1


@pytest.mark.parametrize("budget", [{"trials": 0}, {"trials": 5000}, {"minutes": 0}])
def test_a_budget_that_cannot_be_spent_is_refused(budget):
    with pytest.raises(SettingsError, match="cannot be spent"):
        Budget(**budget)
