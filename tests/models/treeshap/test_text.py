import lightgbm as lgb
import numpy as np
import pytest

from ews.domain.errors import ModelError
from ews.models.treeshap.text import Side, UnknownBooster, read_forest
from tests.models.treeshap.forests import draw_booster


def booster_text():
    return draw_booster(1, "plain", rows=90, features=6, by_code=False, rounds=2).model_to_string()


def test_a_split_tells_its_feature_its_share_and_its_leaves():
    rows = np.array([[0.0], [1.0], [2.0], [3.0]] * 25)
    data = lgb.Dataset(rows, label=(rows[:, 0] > 2).astype(float))
    settings = {
        "objective": "regression",
        "num_leaves": 2,
        "min_data_in_leaf": 1,
        "verbosity": -1,
        "learning_rate": 1.0,
    }
    forest = read_forest(lgb.train(settings, data, num_boost_round=1).model_to_string())
    (split,) = forest.trees[0].splits
    assert (split.feature, split.share, split.left, split.right) == (0, 0.75, -1, -2)
    assert 2 < split.threshold < 3
    assert forest.trees[0].leaves == pytest.approx((0, 1))
    assert forest.trees[0].expected == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("settings", "null", "side"),
    [
        ({"use_missing": False}, 0.0, {Side.NULL_LEFT, Side.NULL_RIGHT}),
        ({"zero_as_missing": True}, 0.0, {Side.ZERO_LEFT, Side.ZERO_RIGHT}),
        ({}, np.nan, {Side.NULL_LEFT, Side.NULL_RIGHT}),
    ],
)
def test_a_split_tells_what_it_takes_for_missing(settings, null, side):
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(300, 1))
    rows[::3] = null
    data = lgb.Dataset(rows, label=np.nan_to_num(rows[:, 0]) > 0.3)
    fitted = lgb.train({"objective": "binary", "verbosity": -1, **settings}, data, num_boost_round=1)
    assert {split.side for split in read_forest(fitted.model_to_string()).trees[0].splits} <= side


def test_a_model_of_several_outputs_is_refused():
    data = lgb.Dataset(np.random.default_rng(1).normal(size=(90, 2)), label=np.arange(90) % 3)
    fitted = lgb.train({"objective": "multiclass", "num_class": 3, "verbosity": -1}, data, num_boost_round=1)
    with pytest.raises(ModelError, match=r"has 3 outputs.*Train a binary model"):
        read_forest(fitted.model_to_string())


def test_a_model_with_linear_leaves_is_refused():
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(300, 2))
    data = lgb.Dataset(rows, label=rows[:, 0], params={"linear_tree": True})
    settings = {"objective": "regression", "linear_tree": True, "verbosity": -1}
    with pytest.raises(ModelError, match="linear leaves"):
        read_forest(lgb.train(settings, data, num_boost_round=1).model_to_string())


def test_a_newer_version_is_not_guessed_at():
    with pytest.raises(UnknownBooster, match="version v9, and v4 is the newest"):
        read_forest(booster_text().replace("version=v4", "version=v9"))


def test_rows_that_get_lost_at_a_split_are_noticed():
    text = booster_text()
    line = next(line for line in text.splitlines() if line.startswith("internal_count="))
    with pytest.raises(UnknownBooster, match="rows arrive at a split"):
        read_forest(text.replace(line, line.replace("=", "=9", 1)))
