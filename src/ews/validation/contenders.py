"""Contenders: simple models to stand beside, made of the same rows.

logistic            logistic regression on all features: money on a signed log scale, nulls at the median with a flag,
                    standardised, penalised as by default
days_past_due       the default rate of each bucket of days past due, never falling with the days
plain_lightgbm      LightGBM without directions, blind copies or chosen rounds
Shapes              each takes what was taught and the rows to score, and returns a pd per row
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import lightgbm as lgb
import numpy as np
from sklearn.linear_model import LogisticRegression

from ews.domain.features import Feature
from ews.domain.text import Text
from ews.validation.estimates import Floats
from ews.validation.tested import Taught

Contender = Callable[[Taught, Floats], Floats]

SEED = 42
DPD_FEATURE = "dpd_now"
BUCKETS = np.array([0.0, 30.0, 60.0, 90.0])
LIGHTGBM: Mapping[str, Any] = MappingProxyType(
    {
        "objective": "binary",
        "learning_rate": 0.03,
        "num_leaves": 15,
        "seed": SEED,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
)
ROUNDS = 300
_FURTHEST = 8.0
"""Standard deviations: a linear model must not hang on one row."""


def logistic(taught: Taught, matrix: Floats) -> Floats:
    """Return pds by logistic regression."""
    prepare = _standardised(taught.matrix, taught.features)
    model = LogisticRegression(max_iter=2_000, solver="newton-cholesky").fit(prepare(taught.matrix), taught.outcome)
    return np.asarray(model.predict_proba(prepare(matrix))[:, 1], dtype=np.float64)


def days_past_due(taught: Taught, matrix: Floats) -> Floats:
    """Return pds by days past due alone; all the same where the model does not know them."""
    names = [feature.name for feature in taught.features]
    overall = float((taught.outcome.sum() + 0.5) / (len(taught) + 1))
    if DPD_FEATURE not in names:
        return np.full(len(matrix), overall)
    column = names.index(DPD_FEATURE)
    former, now = _bucket(taught.matrix[:, column]), _bucket(matrix[:, column])
    rows, bad = (np.bincount(former, weights=weight, minlength=len(BUCKETS) + 2) for weight in (None, taught.outcome))
    rates = (bad + 0.5) / (rows + 1)
    rates[:-1] = np.maximum.accumulate(rates[:-1])  # the last bucket holds those whose days are not known
    return np.asarray(rates[now], dtype=np.float64)


def plain_lightgbm(taught: Taught, matrix: Floats) -> Floats:
    """Return pds by a booster that may use every feature either way."""
    data = lgb.Dataset(taught.matrix, label=taught.outcome)
    return np.asarray(lgb.train(dict(LIGHTGBM), data, num_boost_round=ROUNDS).predict(matrix), dtype=np.float64)


CONTENDERS: Mapping[str, Contender] = MappingProxyType(
    {"logistic": logistic, "days_past_due": days_past_due, "plain_lightgbm": plain_lightgbm}
)
NAMES: Mapping[str, Text] = MappingProxyType(
    {
        "logistic": Text("Logistic regression on the same features", "同特征逻辑回归"),
        "days_past_due": Text("Days past due alone", "仅逾期天数"),
        "plain_lightgbm": Text("LightGBM without directions", "无单调约束的LightGBM"),
    }
)


def _bucket(dpd: Floats) -> Any:
    return np.where(np.isnan(dpd), len(BUCKETS) + 1, np.searchsorted(BUCKETS, np.nan_to_num(dpd), side="left"))


def _standardised(matrix: Floats, features: tuple[Feature, ...]) -> Callable[[Floats], Floats]:
    money = np.array([feature.unit == "fen" for feature in features], dtype=bool)
    known = _on_log(matrix, money)
    some_null = np.isnan(matrix).any(axis=0) & ~np.isnan(matrix).all(axis=0)
    told = ~np.isnan(matrix).all(axis=0)
    middle = np.zeros(matrix.shape[1])
    middle[told] = np.nanmedian(known[:, told], axis=0)
    filled = np.where(np.isnan(known), middle, known)
    mean, scale = filled.mean(axis=0), filled.std(axis=0)
    scale[scale == 0] = 1.0

    def prepared(rows: Floats) -> Floats:
        values = _on_log(rows, money)
        held = (np.where(np.isnan(values), middle, values) - mean) / scale
        return np.column_stack([np.clip(held, -_FURTHEST, _FURTHEST), np.isnan(rows[:, some_null]).astype(np.float64)])

    return prepared


def _on_log(matrix: Floats, money: Any) -> Floats:
    result = matrix.copy()
    result[:, money] = np.sign(matrix[:, money]) * np.log1p(np.abs(matrix[:, money]))
    return result
