"""A small frozen model, fitted in a moment, for tests."""

from datetime import date
from functools import cache
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd

from ews.models.frozen import FrozenModel

FEATURES = ("inflow_3m", "inquiries_3m", "card_utilisation", "dpd_now")
REASONS = ("INFLOW_FELL", "CREDIT_SOUGHT", "CARD_NEAR_LIMIT", "CREDIT_SOUGHT")


@cache
def booster_text(rounds: int = 20) -> str:
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(400, 4))
    matrix[rng.random(matrix.shape) < 0.1] = np.nan
    outcome = (rng.random(400) < 1 / (1 + np.exp(2 - np.nan_to_num(matrix) @ [-1, 1, 0.5, 0]))).astype(int)
    parameters = {"objective": "binary", "num_leaves": 6, "verbosity": -1, "num_threads": 1, "deterministic": True}
    data = lgb.Dataset(matrix, label=outcome, feature_name=list(FEATURES))
    return lgb.train(parameters, data, num_boost_round=rounds).model_to_string()


def small_model(**changes: Any) -> FrozenModel:
    content: dict[str, Any] = {
        "portfolio": "test",
        "booster": booster_text(),
        "features": FEATURES,
        "reasons": REASONS,
        "slope": 0.8,
        "intercept": -0.3,
        "labels_known_by": date(2025, 6, 30),
        "horizon_months": 12,
        "definition": {"default_above_dpd": 90},
        "catalogue_version": "0123",
        "reference": {"rows": 400, "book_id": "b", "snapshots": ["2024-06-30"]},
    }
    return FrozenModel(**{**content, **changes})


def frame(rows: int = 30, seed: int = 2) -> pd.DataFrame:
    matrix = np.random.default_rng(seed).normal(size=(rows, 4))
    matrix[::7, 1] = np.nan
    return pd.DataFrame(matrix, columns=list(FEATURES))
