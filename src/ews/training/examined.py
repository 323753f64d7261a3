"""Examined: what a training keeps beside the model of how it did on the rows of the test."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from ews.models.examined import Band, Examined
from ews.models.frozen import Explanation

Floats = NDArray[np.float64]
Outcomes = NDArray[np.int8]

GROUPS = 10
POINTS = 50
"""Steps of the curve of power: more than anybody can tell apart on a page."""


def examined_of(
    split: str,
    train_days: Sequence[date],
    test_days: Sequence[date],
    metrics: Mapping[str, float],
    pd: Floats,
    outcome: Outcomes,
    features: Sequence[str],
    explained: Explanation,
) -> Examined:
    """Return what is kept; `pd` and `outcome` of all rows of the test, `explained` of some of them."""
    sizes = np.abs(explained.by_feature).mean(axis=0) if len(explained.by_feature) else np.zeros(len(features))
    return Examined(
        split=split,
        train_days=tuple(train_days),
        test_days=tuple(test_days),
        metrics=dict(metrics),
        power=power(pd, outcome),
        calibration=bands(pd, outcome),
        weights={name: float(size) for name, size in zip(features, sizes, strict=True)},
    )


def power(pd: Floats, outcome: Outcomes) -> tuple[tuple[float, float], ...]:
    """Return the share of defaults among the riskiest rows, by share of rows; empty where nobody defaulted."""
    if not len(pd) or not outcome.sum():
        return ()
    found = np.append(0, np.cumsum(outcome[np.argsort(-pd, kind="stable")]))
    places = np.unique(np.linspace(0, len(pd), POINTS + 1).round().astype(int))
    return tuple((float(place / len(pd)), float(found[place] / found[-1])) for place in places)


def bands(pd: Floats, outcome: Outcomes) -> tuple[Band, ...]:
    """Return groups of equal size by pd, with their default rate (Jeffreys: Beta(D + 1/2, N - D + 1/2))."""
    groups = [part for part in np.array_split(np.argsort(pd, kind="stable"), GROUPS) if len(part)]
    found = []
    for part in groups:
        rows, defaults = len(part), int(outcome[part].sum())
        ends = beta.ppf(np.array([0.025, 0.975]), defaults + 0.5, rows - defaults + 0.5)
        low, high = np.asarray(ends, dtype=np.float64)
        found.append(Band(rows, defaults, float(pd[part].mean()), float(low), float(high)))
    return tuple(found)
