import lightgbm as lgb
import numpy as np

from ews.models.used import used_features
from tests.models.boosters import FEATURES, small_model


def test_a_feature_is_used_where_a_tree_splits_on_it():
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(400, 4))
    matrix[:, 2], matrix[:, 3] = np.nan, 1.0
    parameters = {"num_leaves": 4, "verbosity": -1, "num_threads": 1, "objective": "binary", "deterministic": True}
    data = lgb.Dataset(matrix, label=(matrix[:, 0] - matrix[:, 1] > 0).astype(int), feature_name=list(FEATURES))
    model = small_model(booster=lgb.train(parameters, data, num_boost_round=5).model_to_string())
    assert used_features(model) == {"inflow_3m", "inquiries_3m"}
