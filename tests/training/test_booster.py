from dataclasses import replace

import lightgbm as lgb
import numpy as np
import pytest

from ews.features.catalogue import FAMILIES
from ews.training import blinding
from ews.training.binned import material_of, rows_of
from ews.training.booster import booster_parameters, fold_repeats
from ews.training.recipe import resolve_recipe
from tests.training.tables import FEATURES, small_recipe, synthetic


@pytest.mark.parametrize(
    ("defaulters", "leaves", "repeats"),
    [(99, 2, 4), (100, 4, 4), (249, 4, 4), (250, 8, 2), (1_000, 8, 1), (2_500, 16, 1)],
)
def test_trees_grow_and_deals_get_fewer_with_the_number_of_defaulters(defaulters, leaves, repeats):
    table = synthetic(6_000)
    table.keys["defaulted"] = [1] * defaulters + [0] * (6_000 - defaulters)
    recipe = resolve_recipe({})
    assert booster_parameters(table, recipe)["num_leaves"] == leaves
    assert fold_repeats(table, recipe) == repeats


@pytest.mark.parametrize(("rows", "least"), [(100, 5), (2_000, 20), (20_000, 100)])
def test_the_least_leaf_is_a_hundredth_of_the_rows_within_bounds(rows, least):
    assert booster_parameters(synthetic(rows), resolve_recipe({}))["min_data_in_leaf"] == least


def test_what_the_recipe_says_is_taken_and_directions_come_from_the_catalogue():
    found = booster_parameters(synthetic(50), small_recipe(num_leaves=7, min_data_in_leaf=3, num_threads=8, seed=5))
    assert (found["num_leaves"], found["min_data_in_leaf"], found["seed"]) == (7, 3, 5)
    assert found["monotone_constraints"] == [1, -1, 0, 1, -1]
    assert (found["num_threads"], found["deterministic"], found["force_row_wise"]) == (1, True, True)


@pytest.mark.parametrize(("defaulters", "features", "rows"), [(99, 0.2, 0.5), (100, 0.4, 0.7)])
def test_trees_see_less_where_few_default_unless_the_recipe_says_how_much(defaulters, features, rows):
    table = synthetic(1_000)
    table.keys["defaulted"] = [1] * defaulters + [0] * (1_000 - defaulters)
    found = booster_parameters(table, resolve_recipe({}))
    assert (found["feature_fraction"], found["bagging_fraction"]) == (features, rows)
    said = booster_parameters(table, resolve_recipe({"feature_fraction": 0.9, "bagging_fraction": 0.8}))
    assert (said["feature_fraction"], said["bagging_fraction"]) == (0.9, 0.8)


def used(table, recipe, rounds: int = 30) -> set[str]:
    """Return the features that a booster splits on."""
    parameters = booster_parameters(table, recipe)
    booster = lgb.Booster(parameters, rows_of(material_of(table, recipe), np.arange(len(table)), parameters, recipe))
    for _ in range(rounds):
        booster.update()
    splits = booster.feature_importance("split")
    return {name for name, count in zip(table.names, splits, strict=True) if count}


def test_features_without_a_direction_teach_from_so_many_defaulters_on():
    table = synthetic(600)
    table.matrix[:, 2] = table.matrix[:, 0]
    few = int(table.outcome.sum())
    assert "noise" not in used(table, small_recipe(directed_below=few + 1))
    assert "noise" in used(table, small_recipe(directed_below=few))


def test_where_no_feature_has_a_direction_all_teach():
    table = synthetic(600)
    undirected = replace(table, features=tuple(replace(each, worse="none") for each in FEATURES))
    assert {"signal_up", "signal_down"} <= used(undirected, small_recipe(directed_below=10_000))


def test_blind_copies_weigh_as_the_recipe_says_and_carry_their_rows_labels(monkeypatch):
    monkeypatch.setattr(blinding, "LEAST_FAMILIES", 3)
    table = of_three_families()
    rows = np.arange(50, 150)
    found = told_of(table, rows, {"verbosity": -1}, small_recipe(blind_weight=2.0)).construct()
    assert found.get_weight().tolist() == [1.0] * 100 + [2.0] * 100
    assert found.get_label().tolist() == [*table.outcome[rows], *table.outcome[rows]]
    without = told_of(table, rows, {"verbosity": -1}, small_recipe(blind_weight=0)).construct()
    assert (without.num_data(), without.get_weight()) == (100, None)


def told_of(table, rows, parameters, recipe):
    return rows_of(material_of(table, recipe), rows, parameters, recipe)


def of_three_families():
    """Return a table whose first three columns are of three families of the catalogue."""
    table = synthetic(200)
    named = tuple(replace(each, name=FAMILIES[k].FEATURES[0].name) for k, each in enumerate(FEATURES[:3]))
    return replace(table, features=named, matrix=table.matrix[:, :3])
