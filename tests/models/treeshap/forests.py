"""Random boosters of every kind that the kernel must know, and rows that lie on their thresholds."""

from typing import Any

import lightgbm as lgb
import numpy as np
from hypothesis import reject
from hypothesis import strategies as st
from numpy.typing import NDArray

Floats = NDArray[np.float64]

KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "zero as missing": {"zero_as_missing": True},
    "nulls as zero": {"use_missing": False},
    "dart": {"boosting": "dart", "drop_rate": 0.5},
    "random forest": {"boosting": "rf", "bagging_fraction": 0.6, "bagging_freq": 1, "feature_fraction": 0.8},
    "stumps": {"num_leaves": 2},
    "255 leaves": {"num_leaves": 255, "min_data_in_leaf": 1},
    "no split at all": {"min_gain_to_split": 1e9},
    "bagged": {"bagging_fraction": 0.5, "bagging_freq": 1},
    "extra trees": {"extra_trees": True},
}


def draw_rows(rng: np.random.Generator, rows: int, features: int) -> Floats:
    """Return rows x features with ties, zeros, nulls, codes (every third column) and a column that never changes."""
    matrix = rng.normal(size=(rows, features))
    matrix[:, ::2] = np.round(matrix[:, ::2])
    matrix[:, ::3] = rng.integers(0, 70, size=matrix[:, ::3].shape)
    matrix[rng.random(matrix.shape) < 0.15] = np.nan
    matrix[rng.random(matrix.shape) < 0.15] = 0.0
    matrix[:, 1] = 3.0
    return matrix


def draw_booster(seed: int, kind: str, *, rows: int, features: int, by_code: bool, rounds: int) -> lgb.Booster:
    rng = np.random.default_rng(seed)
    matrix = draw_rows(rng, rows, features)
    known = np.nan_to_num(matrix)
    margin = known @ rng.normal(size=features) / 10 + known[:, 0] % 5 - 2 * known[:, -1] * (known[:, 2] > 0)
    outcome = (rng.random(rows) < 1 / (1 + np.exp(-margin))).astype(int)
    outcome[:2] = 0, 1
    codes = list(range(0, features, 3)) if by_code else []
    data = lgb.Dataset(matrix, label=outcome, weight=rng.exponential(size=rows) ** 2 + 0.01, categorical_feature=codes)
    common = {"objective": "binary", "num_leaves": 31, "min_data_in_leaf": 2, "min_sum_hessian_in_leaf": 1e-3,
              "learning_rate": 0.3, "min_data_per_group": 2, "cat_smooth": 1.0, "verbosity": -1, "num_threads": 1,
              "seed": seed, "deterministic": True}  # fmt: skip
    return lgb.train({**common, **KINDS[kind]}, data, num_boost_round=rounds)


def _drawn(seed: int, kind: str, **shape: Any) -> lgb.Booster:
    try:
        return draw_booster(seed, kind, **shape)
    except lgb.basic.LightGBMError:  # it fails on some weights
        return reject()


boosters = st.builds(
    _drawn,
    st.integers(0, 10_000),
    st.sampled_from(sorted(KINDS)),
    rows=st.sampled_from([20, 90, 700]),
    features=st.sampled_from([3, 6, 14]),
    by_code=st.booleans(),
    rounds=st.integers(1, 6),
)


def asked_of(booster: lgb.Booster, seed: int, rows: int = 90) -> Floats:
    """Return rows to explain: of the kind seen in training, on thresholds, and far out."""
    rng = np.random.default_rng(seed)
    matrix = draw_rows(rng, rows, booster.num_feature())
    told = booster.trees_to_dataframe() if booster.num_trees() else None
    if told is not None and "threshold" in told:
        splits = told[told["decision_type"] == "<="]
        for name, threshold in zip(splits["split_feature"], splits["threshold"], strict=True):
            matrix[rng.integers(0, rows), booster.feature_name().index(name)] = float(threshold)
    matrix[rng.random(matrix.shape) < 0.03] = np.inf
    matrix[rng.random(matrix.shape) < 0.03] = -np.inf
    matrix[rng.random(matrix.shape) < 0.03] = -0.5
    return matrix
