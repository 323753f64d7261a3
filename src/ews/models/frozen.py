"""The frozen model: what was validated, as it is served.

A model is a LightGBM booster in its text form and an affine calibration of its margin,
logit(pd) = slope x margin + intercept. Its id is the hash of all it holds.

Engine  reasons come from `treeshap`, for one row as for many; margins of many rows too, since they are the same bit by
        bit as LightGBM's, which tells those of a few rows; where treeshap does not know a booster, LightGBM tells all

Shapes  frames have one row per borrower and at least the model's features as columns of numbers (null = NaN)
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from ews.domain.errors import ModelError
from ews.models.boosters import booster_of
from ews.models.treeshap.engine import engine_of

FORMAT = 1
MANY_ROWS = 2_000
"""From here on the engine's margins take less time, its start included."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FrozenModel:
    """Made by training; `reasons` holds a reason code per feature.

    `labels_known_by` is the day by which all that it learnt from was known; `definition` says what default means;
    `reference` holds what it was made from (book, recipe, data hash, rows) for whoever compares later.
    """

    portfolio: str
    booster: str
    features: tuple[str, ...]
    reasons: tuple[str, ...]
    slope: float
    intercept: float
    labels_known_by: date
    horizon_months: int
    definition: Mapping[str, Any]
    catalogue_version: str
    reference: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.slope > 0:
            message = f"The slope of a model's calibration is {self.slope}, but it must be above 0. Train again."
            raise ModelError(message)
        if len(self.features) != len(self.reasons):
            message = f"A model has {len(self.features)} features but {len(self.reasons)} reasons. Train again."
            raise ModelError(message)

    @property
    def model_id(self) -> str:
        """64 hex digits: sha256 of the booster and of everything else."""
        return _digest(self.booster, self.to_json())

    def to_json(self) -> str:
        """Return the canonical text of all but the booster: sorted keys, ISO dates."""
        content = {
            "format": FORMAT,
            "portfolio": self.portfolio,
            "features": self.features,
            "reasons": self.reasons,
            "slope": self.slope,
            "intercept": self.intercept,
            "labels_known_by": self.labels_known_by.isoformat(),
            "horizon_months": self.horizon_months,
            "definition": dict(self.definition),
            "catalogue_version": self.catalogue_version,
            "reference": dict(self.reference),
        }
        return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str, booster: str) -> "FrozenModel":
        """Return the model whose `to_json` gave `text`; ValueError, KeyError or TypeError where it did not."""
        content = json.loads(text)
        if content.pop("format") != FORMAT:
            message = f"it is not of format {FORMAT}"
            raise ValueError(message)
        return cls(
            **{
                **content,
                "booster": booster,
                "features": tuple(content["features"]),
                "reasons": tuple(content["reasons"]),
                "labels_known_by": date.fromisoformat(content["labels_known_by"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Explanation:
    """Contributions to the served log-odds: base_log_odds + a row's sum = logit(pd).

    by_feature is rows x features in the model's order, by_reason rows x `codes` (in order of first appearance).
    """

    base_log_odds: float
    codes: tuple[str, ...]
    by_reason: Floats
    by_feature: Floats


def log_odds(model: FrozenModel, frame: pd.DataFrame) -> Floats:
    """Return logit(pd) per row; ModelError where the frame lacks a feature or holds something that is no number."""
    return model.slope * _margin(model.booster, matrix(model, frame)) + model.intercept


def predict_pd(model: FrozenModel, frame: pd.DataFrame) -> Floats:
    """Return the probability of default within the horizon per row; raises as `log_odds`."""
    return np.asarray(expit(log_odds(model, frame)), dtype=np.float64)


def explain(model: FrozenModel, frame: pd.DataFrame) -> Explanation:
    """Return what each feature and each reason adds to the log-odds of every row; raises as `log_odds`.

    Method: path-dependent TreeSHAP of the margin (Lundberg et al. 2020), times the slope.
    """
    by_feature, base = added(model, matrix(model, frame))
    codes = tuple(dict.fromkeys(model.reasons))
    by_reason = np.zeros((len(frame), len(codes)))
    for column, code in enumerate(model.reasons):
        by_reason[:, codes.index(code)] += by_feature[:, column]
    return Explanation(base, codes, by_reason, by_feature)


def added(model: FrozenModel, rows: Floats) -> tuple[Floats, float]:
    """Return what each feature adds to the log-odds and the base, as `explain` tells them, of a `matrix`."""
    parts, expected = _contributions(model.booster, rows)
    return model.slope * parts, model.slope * expected + model.intercept


def pd_of(model: FrozenModel, rows: Floats) -> Floats:
    """Return the pd of each row of a `matrix` that `added` was asked about too: the engine is there already."""
    return np.asarray(expit(model.slope * _margin(model.booster, rows, least=1) + model.intercept), dtype=np.float64)


def matrix(model: FrozenModel, frame: pd.DataFrame) -> Floats:
    """Return the model's features of `frame` as rows x features; other columns are passed over."""
    missing = [name for name in model.features if name not in frame.columns]
    if missing:
        message = (
            f"The model needs {len(missing)} feature(s) that are not there: {', '.join(missing[:5])}. "
            "Train a model with the features of this version."
        )
        raise ModelError(message)
    chosen = frame[list(model.features)]
    wrong = [str(name) for name, kind in chosen.dtypes.items() if not pd.api.types.is_numeric_dtype(kind)]
    if wrong:
        kind = chosen.dtypes[wrong[0]]
        message = (
            f"Feature '{wrong[0]}' holds values of type {kind}. A model takes numbers only: build the features again."
        )
        raise ModelError(message)
    return chosen.to_numpy(dtype=np.float64, na_value=np.nan)


def _margin(text: str, rows: Floats, *, least: int = MANY_ROWS) -> Floats:
    program = engine_of(text) if len(rows) >= least else None
    if program is None:
        return np.asarray(booster_of(text).predict(rows, raw_score=True), dtype=np.float64)
    from ews.models.treeshap.run import margins  # noqa: PLC0415 - numba takes half a second

    return margins(program, rows)


def _contributions(text: str, rows: Floats) -> tuple[Floats, float]:
    """Return rows x features and the expected margin."""
    program = engine_of(text)
    if program is None:
        unknown = np.full((1, rows.shape[1]), np.nan)  # a last row of nulls, so that there is one for the base
        told = booster_of(text).predict(np.concatenate([rows, unknown]), pred_contrib=True)
        parts = np.asarray(told, dtype=np.float64).reshape(len(rows) + 1, rows.shape[1] + 1)
        return parts[:-1, :-1], float(parts[-1, -1])
    from ews.models.treeshap.run import contributions  # noqa: PLC0415 - numba takes half a second

    return contributions(program, rows), program.expected


def _digest(booster: str, content: str) -> str:
    digest = hashlib.sha256(hashlib.sha256(booster.encode()).digest())
    digest.update(content.encode())
    return digest.hexdigest()
