"""The shap package as an oracle: our contributions are those of an independent implementation."""

import lightgbm as lgb
import numpy as np
import pandas as pd
import shap

from ews.models.frozen import explain
from tests.models.boosters import small_model


def test_contributions_equal_those_of_shap():
    frozen = small_model()
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(rng.normal(size=(40, len(frozen.features))), columns=list(frozen.features))
    frame.iloc[::5, 0] = np.nan
    oracle = shap.TreeExplainer(lgb.Booster(model_str=frozen.booster))(frame)
    found = explain(frozen, frame)
    np.testing.assert_allclose(found.by_feature, frozen.slope * oracle.values, atol=1e-9)
    np.testing.assert_allclose(
        found.base_log_odds, frozen.slope * float(np.ravel(oracle.base_values)[0]) + frozen.intercept, atol=1e-9
    )
