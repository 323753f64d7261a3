import pytest

from ews.training.booster import booster_parameters, fold_repeats
from ews.training.recipe import resolve_recipe
from tests.training.tables import small_recipe, synthetic


@pytest.mark.parametrize(("defaulters", "leaves", "repeats"), [(249, 4, 4), (250, 8, 2), (1_000, 8, 1), (2_500, 16, 1)])
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
