"""Leakage (泄漏): whether the model, or a feature, knows what nobody could know.

Shuffled   labels dealt anew among the borrowers of each snapshot; a row that both taught and tests gets the same one.
           Whatever a model of them still orders rightly comes from a leak between the two
Alone      the AUC of each feature by itself, either way round, and of whether it is known at all: what only the future
           tells often stands there for defaulters only
Planted    the same search with a column that knows the outcome of nine rows in ten; if it is not found, neither would
           another be
"""

from dataclasses import dataclass

import numpy as np
from pandas import DataFrame, Series, concat
from scipy.stats import norm

from ews.domain.errors import TrainingDataError
from ews.domain.text import Text
from ews.models.frozen import predict_pd
from ews.validation.delong import NINETY_FIVE, auc_estimate
from ews.validation.estimates import Estimate, Floats
from ews.validation.limits import BOUNDS, LEAST_POWER, SIGNIFICANCE
from ews.validation.power import auc
from ews.validation.refits import Fit
from ews.validation.results import WHOLE, Result, Verdict
from ews.validation.tested import Outcomes, Taught, Tested, spread
from ews.validation.verdicts import counted

DEALS = 3
"""Deals that must all look like a leak, one after the other: a probe that cries wolf is not read."""
MOST_ROWS = 50_000
LEAST_DEFAULTS = 10
TOLD = 10
"""Features told, the most suspicious first; all are searched."""
PLANTED_KNOWN = 0.9
_SHUFFLED = "shuffled_labels"


@dataclass(frozen=True, slots=True)
class Suspicion:
    value: float
    rows: int
    defaults: int


def leakage(taught: Taught, *, seed: int = 0) -> tuple[Result, ...]:
    """Return what the search over the features finds, and whether it finds a planted leak."""
    return (*alone(taught), planted(taught, seed=seed))


def shuffled(tested: Tested, taught: Taught, fit: Fit, *, seed: int) -> Result:
    """Return the AUC of a model of shuffled labels on rows whose labels are shuffled too, of the last deal made."""
    deals: list[Estimate] = []
    while not deals or (len(deals) < DEALS and _p(deals[-1]) < SIGNIFICANCE):
        found = _deal(tested, taught, fit, seed + len(deals))
        if isinstance(found, TrainingDataError):
            note = Text(f"Nothing could be learnt of them, as it should be: {found}", "打乱后无法学到规律，符合预期。")
            return Result(_SHUFFLED, WHOLE, None, Verdict.PASSED, len(tested), tested.defaults, note=note)
        deals.append(found)
    return _shuffled_result(tested, deals)


def _deal(tested: Tested, taught: Taught, fit: Fit, seed: int) -> Estimate | TrainingDataError:
    dealt = _dealt(taught.rows, tested.rows, seed)
    rows = taught.rows.assign(outcome=_labels(dealt, taught.rows))
    try:
        model = fit(Taught(taught.features, rows, taught.matrix), seed=seed)
    except TrainingDataError as error:
        return error
    return auc_estimate(predict_pd(model, tested.frame), _labels(dealt, tested.rows), tested.circles)


def _shuffled_result(tested: Tested, deals: list[Estimate]) -> Result:
    bound, last = BOUNDS[_SHUFFLED], deals[-1]
    error, far = _error(last), bound.far or bound.limit
    power = float(norm.sf(norm.isf(SIGNIFICANCE) - (far - bound.limit) / error)) if error > 0 else None
    sound = Verdict.PASSED if power is not None and power >= LEAST_POWER else Verdict.TOO_FEW
    listed = ", ".join("–" if one.value is None else f"{one.value:.3f}" for one in deals)
    return Result(
        test=_SHUFFLED,
        about=WHOLE,
        value=last.value,
        verdict=Verdict.FAILED if _p(last) < SIGNIFICANCE else sound,
        n=len(tested),
        defaults=tested.defaults,
        low=last.low,
        high=last.high,
        limit=bound.limit,
        side=bound.side,
        power=power,
        power_at=bound.far if power is not None else None,
        note=Text(f"Deals: {listed}.", f"各次打乱：{listed}。"),
    )


def _p(found: Estimate) -> float:
    """Return how likely an AUC as high is where nothing was learnt; 1 where that is not known."""
    error = _error(found)
    return float(norm.sf(((found.value or 0.5) - 0.5) / error)) if error > 0 else 1.0


def _error(found: Estimate) -> float:
    return 0.0 if found.low is None or found.high is None else (found.high - found.low) / (2 * NINETY_FIVE)


def alone(taught: Taught) -> tuple[Result, ...]:
    """Return the features that order defaulters best by themselves, the most suspicious first."""
    chosen = taught.subset(spread(len(taught), MOST_ROWS))
    found = []
    for column, feature in zip(chosen.matrix.T, chosen.features, strict=True):
        suspicion = _suspicion(column, chosen.outcome)
        if suspicion is not None:
            found.append((suspicion, feature.name))
    ranked = sorted(found, key=lambda one: (-one[0].value, one[1]))
    return tuple(
        counted("univariate_auc", one.value, n=one.rows, defaults=one.defaults, about=f"feature:{name}")
        for one, name in ranked[:TOLD]
    )


def planted(taught: Taught, *, seed: int = 0) -> Result:
    """Return 1 where the search finds a column that knows the outcome, 0 where it does not."""
    chosen = taught.subset(spread(len(taught), MOST_ROWS))
    rng = np.random.default_rng(seed)
    told = rng.random(len(chosen)) < PLANTED_KNOWN
    future = np.where(told, chosen.outcome, rng.random(len(chosen)) < chosen.outcome.mean()).astype(np.float64)
    suspicion, watch = _suspicion(future, chosen.outcome), BOUNDS["univariate_auc"].watch or 1.0
    found = None if suspicion is None else float(suspicion.value > watch)
    return counted("planted_leak", found, n=len(chosen), defaults=int(chosen.outcome.sum()))


def _suspicion(values: Floats, outcome: Outcomes) -> Suspicion | None:
    """Return the larger of the AUC among rows that know the feature and that of knowing it; None with too few."""
    known = ~np.isnan(values)
    found = []
    if _enough(outcome[known]):
        found.append(_either_way(values[known], outcome[known]))
    if _enough(outcome) and not known.all() and known.any():
        found.append(_either_way(known.astype(np.float64), outcome))
    return max(found, key=lambda one: one.value, default=None)


def _either_way(values: Floats, outcome: Outcomes) -> Suspicion:
    value = auc(values, outcome)
    return Suspicion(max(value, 1 - value), len(outcome), int(outcome.sum()))


def _enough(outcome: Outcomes) -> bool:
    bad = int(outcome.sum())
    return min(bad, len(outcome) - bad) >= LEAST_DEFAULTS


def _dealt(taught: DataFrame, tested: DataFrame, seed: int) -> Series:
    """Return labels by (as_of, borrower_id), those of each snapshot in another order."""
    columns = ["as_of", "borrower_id", "outcome"]
    rows = concat([taught[columns], tested[columns]]).drop_duplicates(columns[:2]).sort_values(columns[:2])
    rng, labels = np.random.default_rng(seed), rows["outcome"].to_numpy(dtype=np.int8).copy()
    for places in rows.reset_index(drop=True).groupby("as_of", sort=True).indices.values():
        labels[places] = labels[rng.permutation(places)]
    return Series(labels, index=rows.set_index(columns[:2]).index)


def _labels(dealt: Series, rows: DataFrame) -> Outcomes:
    return dealt.reindex(rows.set_index(["as_of", "borrower_id"]).index).to_numpy(dtype=np.int8)
