from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest

from ews.cli.retraining import gate
from ews.cli.retraining.gate import compared
from ews.domain.errors import ModelError
from ews.models.frozen import FrozenModel, predict_pd
from ews.training.fit import fit
from ews.training.freeze import freeze
from ews.training.split import split
from ews.training.table import TrainingTable
from ews.training.trained import Trained
from ews.validation.measures import Measures
from tests.training.tables import plan, small_recipe, synthetic

TAUGHT, TESTED = date(2022, 6, 30), date(2023, 6, 30)
EARLIER, LATER = date(2023, 6, 30), date(2024, 6, 30)
RECIPE = small_recipe(max_rounds=25, patience=10, folds=2)
PLAN = plan("time", (TAUGHT,), (TESTED,))
TABLE = synthetic(500, (TAUGHT, TESTED))
NOW = datetime(2026, 7, 1)


def trained(table: TrainingTable = TABLE) -> Trained:
    parts = split(table, PLAN, RECIPE)
    seen = table.subset(parts.train)
    fitted = fit(seen, RECIPE)
    model = freeze(fitted, seen, RECIPE, portfolio="test", reference={"split": "time", "book_id": "b"})
    chances = predict_pd(model, table.subset(parts.test).frame)
    return Trained(model, fitted, RECIPE, table, parts, chances, Measures(0, 0, {}), None, {})


@pytest.fixture(scope="module")
def made() -> Trained:
    return trained()


@pytest.fixture(scope="module")
def champion() -> FrozenModel:
    """Return a champion that learnt earlier, from other borrowers."""
    seen = synthetic(300, (TAUGHT,), seed=9)
    return freeze(fit(seen, RECIPE), seen, RECIPE, portfolio="test")


def found(made: Trained, champion: FrozenModel):
    comparison = compared(made, champion, now=NOW)
    return comparison, {(one.test, one.about): one for one in comparison.checks}


def test_both_are_told_on_the_rows_of_the_test(made, champion):
    comparison, checks = found(made, champion)
    assert (comparison.rows, comparison.days, comparison.seen_by_champion) == (500, (TESTED,), 0)
    assert comparison.defaults == int(TABLE.outcome[500:].sum())
    assert checks["unseen_defaults", "whole"].value == comparison.defaults
    assert comparison.challenger.auc - comparison.champion.auc == pytest.approx(checks["challenger_auc", "whole"].value)
    sound = ("labels_learnt_late", "rows_taught_and_tested", "monotone_breaches", "additivity", "protected_features")
    assert {checks[name, "whole"].verdict for name in sound} == {"passed"}


def test_rows_that_the_champion_may_have_learnt_from_are_left_out_and_said_so(made, champion):
    comparison, checks = found(made, replace(champion, labels_known_by=LATER))
    assert (comparison.rows, comparison.seen_by_champion) == (0, 500)
    assert checks["unseen_defaults", "whole"].verdict == "failed"
    assert comparison.champion.auc is None
    assert not comparison.passed


def test_models_that_tell_different_things_are_not_compared(made, champion):
    comparison, checks = found(made, replace(champion, horizon_months=6))
    assert checks["same_target", "whole"].note.en == "Differs: horizon_months 6 → 12."
    assert not comparison.passed


def test_a_feature_that_the_champion_needs_and_that_went_away_shuts_the_gate(champion):
    matrix = TABLE.matrix.copy()
    matrix[:, TABLE.names.index("signal_down")] = np.nan
    comparison, checks = found(trained(replace(TABLE, matrix=matrix)), champion)
    gone = checks["feature_vanished", "features:champion"]
    assert (gone.verdict, gone.value, gone.note.en) == ("failed", 1, "First: signal_down.")
    assert not comparison.passed


@pytest.mark.parametrize(("splits", "counted"), [([0.5], 1), ([1e300], 0), ([0.5, 1e300], 1)])
def test_a_feature_of_which_the_champion_asks_only_whether_it_is_known_may_be_constant(
    champion, monkeypatch, splits, counted
):
    matrix = TABLE.matrix.copy()
    matrix[:, TABLE.names.index("noise")] = 0.0
    monkeypatch.setattr(gate, "thresholds", lambda _model: {"noise": np.array(splits)})
    _, checks = found(trained(replace(TABLE, matrix=matrix)), champion)
    assert checks["feature_vanished", "features:champion"].value == counted


@pytest.mark.parametrize("value", [np.nan, 7.0])
def test_a_feature_that_taught_and_is_gone_or_constant_when_tested_shuts_the_gate(champion, value):
    matrix = TABLE.matrix.copy()
    matrix[500:, TABLE.names.index("signal_up")] = value
    comparison, checks = found(trained(replace(TABLE, matrix=matrix)), champion)
    assert checks["feature_vanished", "whole"].note.en == "First: signal_up."
    assert not comparison.passed


def test_a_feature_that_knows_the_future_shuts_the_gate(champion):
    matrix = TABLE.matrix.copy()
    matrix[:, TABLE.names.index("signal_up")] = TABLE.outcome + 0.001 * matrix[:, TABLE.names.index("noise")]
    comparison, checks = found(trained(replace(TABLE, matrix=matrix)), champion)
    assert checks["univariate_auc", "feature:signal_up"].verdict == "failed"
    assert not comparison.passed


def test_a_champion_of_features_that_are_no_more_is_told_as_such(made, champion):
    with pytest.raises(ModelError, match=r"needs 1 feature\(s\) that are not there: old_one"):
        compared(made, replace(champion, features=("old_one", *champion.features[1:])), now=NOW)
