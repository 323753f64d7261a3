"""Rows to validate on, made of numbers alone: a world whose true pd is known, and a model of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
from scipy.special import expit

from ews.domain.errors import TrainingDataError
from ews.features.catalogue import feature
from ews.models.frozen import FrozenModel, predict_pd
from ews.validation.segmenting import segments_of
from ews.validation.tested import Taught, Tested

NAMES = (
    "inflow_change_3m",
    "inquiries_3m",
    "card_utilisation",
    "dpd_now",
    "days_since_bureau_report",
    "external_debt_share",
    "months_on_book",
)
FEATURES = tuple(feature(name) for name in NAMES)
GRADES = ("G1", "G2", "G3", "G4")
EDGES = np.array([0.05, 0.15, 0.4])
TAUGHT_ON = (date(2022, 6, 30), date(2022, 12, 31), date(2023, 6, 30))
TESTED_ON = (date(2024, 6, 30), date(2024, 12, 31), date(2025, 6, 30))
_MONOTONE = {"higher": 1, "lower": -1, "none": 0}


def taught(borrowers: int = 900, days: Sequence[date] = TAUGHT_ON, *, seed: int = 1) -> Taught:
    rows, matrix, _ = _rows(borrowers, days, seed)
    return Taught(FEATURES, rows[["borrower_id", "circle_id", "as_of", "outcome"]], matrix)


def examined(borrowers: int = 900, days: Sequence[date] = TESTED_ON, *, seed: int = 2, true_pd: bool = False) -> Tested:
    """Return rows with the pds of `model()`, or with the pds by which the outcomes were drawn."""
    rows, matrix, truth = _rows(borrowers, days, seed)
    chance = truth if true_pd else predict_pd(model(), pd.DataFrame(matrix, columns=list(NAMES)))
    rows["pd"] = chance
    rows["grade"] = [GRADES[place] for place in np.searchsorted(EDGES, chance, side="right")]
    divided = segments_of(matrix, FEATURES, rows["dpd"].to_numpy(float), rows["exposure_fen"].to_numpy(float))
    return Tested(model(), FEATURES, rows, matrix, divided, GRADES)


def with_pd(given: Tested, chance: Any) -> Tested:
    """Return the same rows with other pds and the grades that follow."""
    grades = [GRADES[place] for place in np.searchsorted(EDGES, chance, side="right")]
    return replace(given, rows=given.rows.assign(pd=chance, grade=grades))


@cache
def model() -> FrozenModel:
    return fit(taught(2_500), seed=7)


def fit(rows: Taught, *, seed: int) -> FrozenModel:
    """Return a small model, made in a moment."""
    if len(set(rows.outcome.tolist())) < 2:
        message = "One class only."
        raise TrainingDataError(message)
    parameters = {
        "objective": "binary",
        "num_leaves": 4,
        "learning_rate": 0.1,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "min_data_in_leaf": 20,
        "monotone_constraints": [_MONOTONE[one.worse] for one in rows.features],
        "seed": seed,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
    names = [one.name for one in rows.features]
    data = lgb.Dataset(rows.matrix, label=rows.outcome, feature_name=names, params=parameters)
    return FrozenModel(
        portfolio="made",
        booster=lgb.train(parameters, data, num_boost_round=60).model_to_string(),
        features=tuple(names),
        reasons=tuple(one.reason.value for one in rows.features),
        slope=1.0,
        intercept=0.0,
        labels_known_by=date(2024, 6, 30),
        horizon_months=12,
        definition={"default_above_dpd": 90},
        catalogue_version="made",
        reference={"split": "time"},
    )


def _rows(borrowers: int, days: Sequence[date], seed: int) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    names = [f"B{number:05d}" for number in range(borrowers)]
    circles = [f"C{number // 2:05d}" if number < borrowers // 5 else f"B{number:05d}" for number in range(borrowers)]
    trait = rng.normal(size=borrowers)
    parts, matrices, truths = [], [], []
    for day in days:
        matrix = _matrix(trait, rng)
        truth = expit(-2.2 + 1.2 * trait)
        money = np.round(np.exp(rng.normal(17.0, 1.0, borrowers)))
        hit = (rng.random(borrowers) < truth).astype(np.int8)
        parts.append(
            pd.DataFrame(
                {
                    "borrower_id": names,
                    "circle_id": circles,
                    "as_of": [day] * borrowers,
                    "outcome": hit,
                    "exposure_fen": np.where(rng.random(borrowers) < 0.02, np.nan, money),
                    "dpd": matrix[:, 3],
                }
            )
        )
        matrices.append(matrix)
        truths.append(truth)
    return pd.concat(parts, ignore_index=True), np.concatenate(matrices), np.concatenate(truths)


def _matrix(trait: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    count = len(trait)
    matrix = np.column_stack(
        [
            -0.4 * trait + 0.4 * rng.normal(size=count),
            rng.poisson(np.exp(0.3 + 0.5 * trait)),
            expit(0.8 * trait + rng.normal(size=count)),
            np.where(trait + rng.normal(size=count) > 2.0, rng.integers(1, 60, count), 0),
            np.where(rng.random(count) < 0.2, np.nan, rng.integers(1, 400, count)),
            np.clip(0.5 + 0.1 * trait + 0.25 * rng.normal(size=count), 0, 1),
            rng.integers(1, 90, count),
        ]
    ).astype(np.float64)
    matrix[::11, 2] = np.nan
    return matrix
