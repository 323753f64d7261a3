"""Paired comparison: two scores on the same rows, and how sure their difference is.

A protocol tests in parts (folds); a figure is the mean over the parts. The standard error is the bootstrap's over
whole accounts or firms, so that rows of one account, in several months or repeats, count together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ews.validation.calibration import log_loss_statistic
from ews.validation.estimates import Statistic, draws
from ews.validation.power import auc_statistic, captured_statistic, ks_statistic

Floats = NDArray[np.float64]
REPLICATES = 200
SEED = 42

Measure = Callable[[Floats, NDArray[np.int8]], Statistic]

MEASURES: Mapping[str, Measure] = {
    "auc": auc_statistic,
    "ks": ks_statistic,
    "log_loss": log_loss_statistic,
    "captured_1pct": lambda score, outcome: captured_statistic(score, outcome, share=0.01),
    "captured_5pct": lambda score, outcome: captured_statistic(score, outcome, share=0.05),
    "captured_10pct": lambda score, outcome: captured_statistic(score, outcome, share=0.10),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One fold's test rows: who they are, what became of them, and each contender's pd."""

    groups: NDArray[np.object_]
    outcome: NDArray[np.int8]
    scores: Mapping[str, Floats]


def figures(parts: Sequence[Part], contender: str, names: Sequence[str]) -> dict[str, float]:
    """Return each measure of one contender: the mean over the parts."""
    return {name: float(np.mean(per_part(parts, contender, name))) for name in names}


def per_part(parts: Sequence[Part], contender: str, name: str) -> list[float]:
    return [MEASURES[name](part.scores[contender], part.outcome)(np.ones(len(part.outcome))) for part in parts]


def difference(parts: Sequence[Part], ours: str, other: str, name: str) -> dict[str, float]:
    """Return ours minus the other, with its clustered standard error."""
    groups = np.concatenate([part.groups for part in parts])
    edges = np.cumsum([len(part.groups) for part in parts])[:-1]
    pairs = [
        (MEASURES[name](part.scores[ours], part.outcome), MEASURES[name](part.scores[other], part.outcome))
        for part in parts
    ]

    def gap(weights: Floats) -> float:
        found = [mine(share) - its(share) for (mine, its), share in zip(pairs, np.split(weights, edges), strict=True)]
        return float(np.nanmean(found))

    drawn = [gap(weights) for weights in draws(groups, replicates=REPLICATES, seed=SEED)]
    return {"difference": gap(np.ones(len(groups))), "standard_error": float(np.std(drawn, ddof=1))}


def subset(part: Part, chosen: NDArray[np.bool_]) -> Part:
    """Return the rows where `chosen` is true."""
    scores = {name: score[chosen] for name, score in part.scores.items()}
    return Part(part.groups[chosen], part.outcome[chosen], scores)
