"""Challenge (挑战者对比): two models on the same rows, which neither has seen.

Paired     each draw takes whole borrowers and looks at both models; of AUC the interval is DeLong's
Sign       a difference above 0 speaks for the challenger, whatever is measured
Margins    limits.toml: how much worse a challenger may be; it need not be better, only not worse
Shapes     `challenger` and `champion` are pds, one entry per row; `groups` names who is drawn together
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ews.domain.text import Text
from ews.validation.calibration import (
    brier_statistic,
    intercept_statistic,
    log_loss_statistic,
    slope_statistic,
)
from ews.validation.delong import auc_difference
from ews.validation.estimates import REPLICATES, Estimate, Floats, Statistic, estimates
from ews.validation.power import auc_statistic, captured_statistic
from ews.validation.results import Result
from ews.validation.verdicts import measured

SHARE = 0.05
MUST = ("challenger_auc", "challenger_log_loss")
"""What must be proven: too few defaults to say is not enough."""


def figures(pd: ArrayLike, outcome: ArrayLike) -> Mapping[str, float | None]:
    """Return how one model did, by name; null where it cannot be told."""
    whole = np.ones(len(np.asarray(outcome)))
    found = {name: make(pd, outcome)(whole) if len(whole) else float("nan") for name, make in _STATISTICS.items()}
    return {name: value if np.isfinite(value) else None for name, value in found.items()}


def compare(
    challenger: ArrayLike,
    champion: ArrayLike,
    outcome: ArrayLike,
    groups: ArrayLike,
    *,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> tuple[Result, ...]:
    """Return what speaks for the challenger, measure by measure."""
    new, old = (np.asarray(side, dtype=np.float64) for side in (challenger, champion))
    hits = np.asarray(outcome)
    n, bad = len(hits), int(hits.sum())
    if not 0 < bad < n:
        nothing = Estimate(None, None, None)
        return tuple(measured(test, nothing, n=n, defaults=bad) for test in TESTS)
    gap = auc_difference(new, old, hits, groups)
    drawn = estimates(_differences(new, old, hits), groups, replicates=replicates, seed=seed)
    ours, theirs = figures(new, hits), figures(old, hits)
    found = {"challenger_auc": gap.estimate, **drawn}
    return tuple(
        measured(test, found[test], n=n, defaults=bad, note=_note(ours[name], theirs[name], gap.p, test))
        for test, name in TESTS.items()
    )


def unseen(as_of: NDArray[np.object_], labels_known_by: object) -> NDArray[np.bool_]:
    """Return which rows a model cannot have learnt from: their day is not before the last label that it knew."""
    return np.array([day >= labels_known_by for day in as_of], dtype=bool)


def _differences(new: Floats, old: Floats, outcome: NDArray[np.int8]) -> dict[str, Statistic]:
    """Return each difference as a function of row weights, above 0 where the challenger is better."""

    def better(make: Callable[[Floats, ArrayLike], Statistic], sign: float, *, by_size: bool = False) -> Statistic:
        sides = make(new, outcome), make(old, outcome)

        def difference(weights: Floats) -> float:
            ours, theirs = (abs(side(weights)) if by_size else side(weights) for side in sides)
            return sign * (ours - theirs)

        return difference

    return {
        "challenger_log_loss": better(log_loss_statistic, -1.0),
        "challenger_brier": better(brier_statistic, -1.0),
        "challenger_captured": better(_captured, 1.0),
        "challenger_calibration": better(intercept_statistic, -1.0, by_size=True),
    }


def _captured(pd: ArrayLike, outcome: ArrayLike) -> Statistic:
    return captured_statistic(pd, outcome, share=SHARE)


def _note(ours: float | None, theirs: float | None, p: float, test: str) -> Text:
    told = tuple("?" if value is None else f"{value:.4f}" for value in (ours, theirs))
    chance = f"; p of no difference {p:.3f}" if test == "challenger_auc" else ""
    zh = f"；无差异检验p值{p:.3f}" if test == "challenger_auc" else ""
    return Text(f"Challenger {told[0]}, champion {told[1]}{chance}.", f"挑战者{told[0]}，冠军{told[1]}{zh}。")


_STATISTICS: Mapping[str, Callable[[ArrayLike, ArrayLike], Statistic]] = {
    "auc": auc_statistic,
    "log_loss": log_loss_statistic,
    "brier": brier_statistic,
    "captured_5pct": _captured,
    "calibration_intercept": intercept_statistic,
    "calibration_slope": slope_statistic,
}
TESTS: Mapping[str, str] = {
    "challenger_auc": "auc",
    "challenger_log_loss": "log_loss",
    "challenger_brier": "brier",
    "challenger_captured": "captured_5pct",
    "challenger_calibration": "calibration_intercept",
}
"""Each test with the figure that it compares."""
