"""Peers: what others would fit to the columns as they are, without tuning.

Shapes  each takes the rows seen, their outcomes and the rows to score, and returns a probability per row
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.accuracy.paired import Floats

Labels = NDArray[np.int8]
Peer = Callable[[pd.DataFrame, Labels, pd.DataFrame], Floats]

SEED = 42
LIGHTGBM: Mapping[str, Any] = {
    "n_estimators": 300,
    "learning_rate": 0.03,
    "num_leaves": 15,
    "random_state": SEED,
    "n_jobs": 1,  # the same trees on any number of cores
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
CATBOOST: Mapping[str, Any] = {"random_seed": SEED, "thread_count": 2, "verbose": False, "allow_writing_files": False}
"""CatBoost's own defaults (1000 trees of depth 6): what is given says nothing about the model."""
OPTBINNINGS_SHARE = 0.05
"""Of the rows that a bin holds at least, by default."""
LEAST_BIN = 50
"""Rows that a bin holds at least where that is a smaller share."""


def lightgbm(seen: pd.DataFrame, outcome: Labels, unseen: pd.DataFrame) -> Floats:
    """Plain LightGBM: the reference of shared/data/README.md."""
    return second(lgb.LGBMClassifier(**LIGHTGBM).fit(seen, outcome), unseen)


def catboost(seen: pd.DataFrame, outcome: Labels, unseen: pd.DataFrame) -> Floats:
    """CatBoost with its defaults."""
    from catboost import CatBoostClassifier  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to import

    return second(CatBoostClassifier(**CATBOOST).fit(seen, outcome), unseen)


def logistic_on_bins(seen: pd.DataFrame, outcome: Labels, unseen: pd.DataFrame) -> Floats:
    """Logistic regression on the weights of evidence of optimal bins: the classic scorecard.

    Defaults but for the least bin: in many rows 5 % of them would hide the few that are late.
    """
    names = [str(name) for name in seen.columns if seen[name].max() > seen[name].min()]
    binning = _binning(names, len(seen))
    found = binning.fit_transform(seen[names].to_numpy(np.float64), outcome, metric="woe", metric_missing="empirical")
    model = LogisticRegression(max_iter=1_000).fit(found, outcome)
    rows = binning.transform(unseen[names].to_numpy(np.float64), metric="woe", metric_missing="empirical")
    return second(model, rows)


def second(model: Any, rows: Any) -> Floats:
    """Return the probability of default, the second of two classes."""
    return np.asarray(model.predict_proba(rows), dtype=np.float64)[:, 1]


def _binning(names: list[str], rows: int) -> Any:
    # cvxpy, which optbinning imports, looks for solvers nobody asks for and tells which it could not load
    logging.getLogger("__cvxpy__").addFilter(_is_no_solver_notice)
    from optbinning import BinningProcess  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to import, and after the filter

    return BinningProcess(names, min_prebin_size=min(OPTBINNINGS_SHARE, LEAST_BIN / rows))


def _is_no_solver_notice(record: logging.LogRecord) -> bool:
    return "exception importing solver" not in record.getMessage()


PLAIN: Mapping[str, Peer] = {
    "plain_lightgbm": lightgbm,
    "plain_catboost": catboost,
    "logistic_on_bins": logistic_on_bins,
}
"""All take the same columns as they are."""
