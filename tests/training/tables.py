"""Training tables made of numbers alone, so that a test of learning needs no book."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.outcomes.horizon import months_later
from ews.training.recipe import Recipe, resolve_recipe
from ews.training.snapshots import Kind, Plan
from ews.training.table import TrainingTable

FEATURES = (
    Feature("signal_up", "count", "higher", ReasonCode.CREDIT_SOUGHT, "Rises with risk", "越高越差"),
    Feature("signal_down", "fen", "lower", ReasonCode.INFLOW_FELL, "Falls with risk", "越低越差"),
    Feature("noise", "ratio", "none", ReasonCode.FLOWS_UNSTEADY, "Says nothing", "噪声"),
    Feature("never_known", "count", "higher", ReasonCode.ARREARS, "Always null", "始终为空"),
    Feature("constant", "count", "lower", ReasonCode.SEASONING, "Always one", "常数"),
)
DAY = date(2024, 6, 30)


def small_recipe(**changes: Any) -> Recipe:
    return resolve_recipe(
        {"max_rounds": 60, "patience": 20, "folds": 3, "fold_repeats": 1, "learning_rate": 0.1, **changes}
    )


def synthetic(
    borrowers: int = 300, days: Sequence[date] = (DAY,), *, seed: int = 1, strength: float = 1.5
) -> TrainingTable:
    """Return a table in which the log-odds of default are -1.5 + strength x a trait that two features show."""
    rng = np.random.default_rng(seed)
    parts, keys = [], []
    trait = rng.normal(size=borrowers)
    for day in days:
        matrix = np.column_stack(
            [
                trait + rng.normal(size=borrowers),
                -trait + rng.normal(size=borrowers),
                rng.normal(size=borrowers),
                np.full(borrowers, np.nan),
                np.ones(borrowers),
            ]
        )
        matrix[::9, 0] = np.nan
        hit = rng.random(borrowers) < 1 / (1 + np.exp(1.5 - strength * trait))
        parts.append(matrix)
        keys.append(_keys(borrowers, day, hit))
    return TrainingTable(FEATURES, "test", pd.concat(keys, ignore_index=True), np.concatenate(parts))


def plan(kind: Kind = "borrower", train: Sequence[date] = (DAY,), test: Sequence[date] = (DAY,)) -> Plan:
    return Plan(kind, tuple(train), tuple(test), ())


def reordered(table: TrainingTable, order: np.ndarray) -> TrainingTable:
    return TrainingTable(
        table.features, table.catalogue_version, table.keys.iloc[order].reset_index(drop=True), table.matrix[order]
    )


def _keys(borrowers: int, day: date, hit: np.ndarray) -> pd.DataFrame:
    ends = months_later(day, 12)
    return pd.DataFrame(
        {
            "borrower_id": [f"B{k:04d}" for k in range(borrowers)],
            "as_of": [day] * borrowers,
            "ends_on": [ends] * borrowers,
            "label_known_by": [ends] * borrowers,
            "dpd": [0.0 if k % 3 else 5.0 for k in range(borrowers)],
            "defaulted": hit.astype(np.int8),
        }
    )
