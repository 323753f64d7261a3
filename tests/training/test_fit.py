import numpy as np
import pandas as pd
import pytest

from ews.domain.errors import TrainingDataError
from ews.models.frozen import explain, log_odds, predict_pd
from ews.training.fit import fit
from ews.training.freeze import cross_fitted_pd, freeze
from ews.training.split import deal
from ews.validation.power import auc
from tests.training.tables import FEATURES, small_recipe, synthetic


@pytest.fixture(scope="module")
def table():
    return synthetic(600)


@pytest.fixture(scope="module")
def fitted(table):
    return fit(table, small_recipe())


@pytest.fixture(scope="module")
def model(fitted, table):
    return freeze(fitted, table, small_recipe(), portfolio="test")


def test_the_same_table_recipe_and_seed_give_the_same_bytes_on_any_number_of_threads(table, fitted, model):
    for threads in (1, 3):
        again = fit(table, small_recipe(num_threads=threads))
        assert again.booster == fitted.booster
        assert (again.slope, again.intercept, again.curve) == (fitted.slope, fitted.intercept, fitted.curve)
        assert freeze(again, table, small_recipe(), portfolio="test").model_id == model.model_id


def test_another_seed_gives_another_model(table, fitted):
    assert fit(table, small_recipe(seed=2)).booster != fitted.booster


def test_rounds_are_where_the_out_of_fold_log_loss_is_least(fitted):
    assert fitted.rounds == int(np.argmin(fitted.curve)) + 1


def test_a_round_whose_features_allow_no_split_does_not_end_the_boosting():
    # each round sees one of three features, and the one that says nothing is often not worth a split
    found = fit(synthetic(600), small_recipe(feature_fraction=0.2, lambda_l2=20.0))
    trees = found.booster.count("\nTree=")
    assert 0.5 * found.rounds < trees < found.rounds


def test_boosting_stops_when_patience_is_at_an_end(table):
    found = fit(table, small_recipe(max_rounds=5_000, patience=10))
    assert found.rounds + 10 < len(found.curve) <= found.rounds + 10 + 20


def test_borrowers_not_seen_are_told_apart_and_expected_defaults_tie_with_observed(table, fitted):
    assert auc(fitted.out_of_fold_pd, table.outcome) > 0.7
    assert fitted.out_of_fold_pd.mean() == pytest.approx(table.outcome.mean(), abs=0.005)


@pytest.mark.parametrize("feature", [each for each in FEATURES if each.worse != "none"], ids=lambda each: each.name)
def test_a_worse_value_never_lowers_the_pd(model, table, feature):
    values = np.linspace(-3, 3, 61) * (1 if feature.worse == "higher" else -1)
    for start in table.frame.head(5).to_dict("records"):
        rows = pd.DataFrame([{**start, feature.name: value} for value in values])
        assert (np.diff(predict_pd(model, rows)) >= 0).all()


def test_features_that_are_null_or_constant_add_nothing(model, table):
    told = explain(model, table.frame.head(50))
    assert not told.by_feature[:, 3:].any()
    assert told.by_feature[:, 0].any()


def test_reasons_of_a_fitted_model_add_up_to_the_served_log_odds(model, table):
    told = explain(model, table.frame)
    gap = told.base_log_odds + told.by_reason.sum(axis=1) - log_odds(model, table.frame)
    assert np.abs(gap).max() < 1e-9


def test_features_that_say_nothing_are_refused():
    table = synthetic(300)
    table.matrix[:] = 1.0
    with pytest.raises(TrainingDataError, match="do not tell who defaults"):
        fit(table, small_recipe())


def test_the_model_knows_by_when_its_labels_were_known(model, table):
    assert model.labels_known_by == max(table.keys["label_known_by"])
    assert model.features == tuple(feature.name for feature in FEATURES)
    assert model.reasons == tuple(feature.reason.value for feature in FEATURES)


def test_cross_fitting_scores_each_borrower_by_a_model_made_of_the_others():
    table, recipe = synthetic(300), small_recipe()
    found = cross_fitted_pd(table, recipe)
    part = deal(table, recipe.folds, f"cross-fit/{recipe.seed}")
    for number in range(recipe.folds):
        others = table.subset(part != number)
        model = freeze(fit(others, recipe), others, recipe, portfolio="others")
        assert np.array_equal(found[part == number], predict_pd(model, table.subset(part == number).frame))
    assert auc(found, table.outcome) > 0.7


def test_progress_is_told_up_to_the_end(table):
    told = []
    fit(table, small_recipe(), lambda step, done, total: told.append((step, done, total)))
    assert told[0] == ("fit", 0, 60)
    assert told[-1] == ("fit", 60, 60)
