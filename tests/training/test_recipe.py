from datetime import date

import pytest

from ews.domain.errors import RecipeError
from ews.outcomes.definition import Definition
from ews.training.recipe import resolve_recipe


def test_the_packaged_recipe_is_basel_default_within_a_year():
    recipe = resolve_recipe({})
    assert recipe.definition == Definition(90, 12, ("dpd_90", "write_off", "default"), use_dpd=True)
    assert (recipe.learning_rate, recipe.feature_fraction, recipe.bagging_fraction) == (0.02, 0, 0)


def test_the_user_overrides_the_book_and_the_book_the_package(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("folds = 4\n")
    recipe = resolve_recipe({"folds": 3, "horizon_months": 6}, file)
    assert (recipe.folds, recipe.horizon_months, recipe.default_above_dpd) == (4, 6, 90)
    assert resolve_recipe({"folds": 3}, {"horizon_months": 1}).folds == 3


def test_a_recipe_read_back_from_what_was_stored_is_the_same():
    recipe = resolve_recipe(
        {"snapshots": ["2024-06-30", "2024-03-31"], "first_snapshot": "2020-01-31", "cross_fit": True}
    )
    assert resolve_recipe(recipe.as_dict()) == recipe


def test_snapshots_are_days_in_order_without_repeats():
    recipe = resolve_recipe({"snapshots": ["2024-06-30", date(2024, 3, 31), "2024-06-30"]})
    assert recipe.snapshots == (date(2024, 3, 31), date(2024, 6, 30))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            {"horizon": 12},
            r"Unknown key 'horizon' in the recipe of the book's manifest. Allowed are default_above_dpd, hori",
        ),
        ({"horizon_months": 0}, r"'horizon_months = 0' .* is out of range. Give 1 to 120"),
        ({"horizon_months": 12.0}, "a whole number is needed"),
        ({"horizon_months": True}, "a whole number is needed"),
        ({"folds": 1}, "Give 2 to 20"),
        ({"learning_rate": float("nan")}, "out of range"),
        ({"learning_rate": "fast"}, "a number is needed"),
        ({"use_dpd": 1}, "true or false is needed"),
        ({"snapshots": "2024-06-30"}, "a list of days is needed"),
        ({"snapshots": ["2024-06-31"]}, "cannot be used: day"),
        ({"snapshots": [20240630]}, "cannot be used"),
        ({"first_snapshot": "June"}, "cannot be used"),
        ({"outcome_kinds": ["bankrupt"]}, "a list of outcomes out of dpd_90, write_off"),
        ({"outcome_kinds": "default"}, "a list of outcomes"),
        ({"test_snapshots": ["2024-06-30"]}, "test snapshot 2024-06-30 is not among the snapshots"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_would_do(content, message):
    with pytest.raises(RecipeError, match=message):
        resolve_recipe(content)


def test_a_missing_or_broken_file_is_named(tmp_path):
    with pytest.raises(RecipeError, match=r"There is no recipe '.*none.toml'"):
        resolve_recipe({}, tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("folds = \n")
    with pytest.raises(RecipeError, match=r"broken.toml' is not TOML .*line 1"):
        resolve_recipe({}, broken)
    broken.write_text("folds = 1\n")
    with pytest.raises(RecipeError, match=r"'folds = 1' in the recipe of '.*broken.toml'"):
        resolve_recipe({}, broken)
