"""Results of treatment: treated and untreated apart, and what the treatment leaves unknown, bounded.

Treated   told apart by `marking`; a low default rate among them may be the officers' work, not the model's error
Apart     rows, observed rate, mean pd and auc of each side
Bounds    the default rate, the auc and the defaults averted had nobody been treated, by each assumption; the value is
          the bound itself, its interval what sampling adds (bootstrap over circles)
Verdict   only one figure has one: whether the mean pd lies between the bounds under NO_HARM, widened by sampling.
          Outside of them no effect of treatment can explain the gap
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ews.validation.estimates import REPLICATES, Estimate, Statistic, estimates
from ews.validation.power import auc_statistic
from ews.validation.results import WHOLE, Result, Verdict
from ews.validation.treatment.bounds import Assumption, Bounds, averted_rate, untreated_auc, untreated_rate

LEAST_DEFAULTS = 10
"""Fewer defaulters than that say nothing about the mean pd."""


def treatment_results(
    pd: ArrayLike,
    outcome: ArrayLike,
    treated: ArrayLike,
    circles: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> tuple[Result, ...]:
    """Return TREATMENT_TESTS of `pd` against `outcome`; `circles` are drawn together, `strata` are for NEEDED."""
    chance, hit = np.asarray(pd, dtype=np.float64), np.asarray(outcome, dtype=np.int8)
    done = np.asarray(treated, dtype=np.bool_)
    statistics = {
        "treated_share": _mean(done.astype(np.float64), np.ones(len(hit), np.bool_)),
        **_apart(chance, hit, done),
    }
    bounds = _bounds(chance, hit, done, strata)
    for (test, about), both in bounds.items():
        statistics |= {f"{test}_least@{about}": both.least, f"{test}_most@{about}": both.most}
    found = estimates(statistics, circles, replicates=replicates, seed=seed)
    rows = {"treated": done, "untreated": ~done}
    results = []
    for name, estimate in found.items():
        test, _, about = name.partition("@")
        results.append(_told(test, about or WHOLE, estimate, hit, rows.get(about)))
    return (*results, _within(chance, hit, found))


def _apart(chance: NDArray[np.float64], hit: NDArray[np.int8], done: NDArray[np.bool_]) -> dict[str, Statistic]:
    statistics: dict[str, Statistic] = {}
    for side, own in (("treated", done), ("untreated", ~done)):
        statistics[f"treated_rate@{side}"] = _mean(hit.astype(np.float64), own)
        statistics[f"treated_mean_pd@{side}"] = _mean(chance, own)
        statistics[f"treated_auc@{side}"] = _auc_of(chance, hit, own)
    return statistics


def _bounds(
    chance: NDArray[np.float64], hit: NDArray[np.int8], done: NDArray[np.bool_], strata: ArrayLike | None
) -> dict[tuple[str, str], Bounds]:
    found = {}
    for each in Assumption:
        found["untreated_rate", each.value] = untreated_rate(hit, done, each, strata)
        found["averted", each.value] = averted_rate(hit, done, each, strata)
        if each is not Assumption.NEEDED:
            found["untreated_auc", each.value] = untreated_auc(chance, hit, done, each)
    return found


def _told(test: str, about: str, estimate: Estimate, hit: NDArray[np.int8], own: NDArray[np.bool_] | None) -> Result:
    chosen = hit if own is None else hit[own]
    is_bound = about in tuple(Assumption)
    return Result(
        test=test,
        about=f"assumed:{about}" if is_bound else about,
        value=estimate.value,
        verdict=Verdict.TOO_FEW if estimate.value is None else Verdict.TOLD,
        n=len(chosen),
        defaults=int(chosen.sum()),
        low=estimate.low,
        high=estimate.high,
        note=Assumption(about).text if is_bound else None,
    )


def _within(chance: NDArray[np.float64], hit: NDArray[np.int8], found: dict[str, Estimate]) -> Result:
    """Return whether the mean pd can be the default rate without treatment; low and high are the widened bounds."""
    least, most = (found[f"untreated_rate_{end}@{Assumption.NO_HARM.value}"] for end in ("least", "most"))
    mean = float(chance.mean()) if len(chance) else None
    low, high, defaults = least.low, most.high, int(hit.sum())
    if mean is None or low is None or high is None or defaults < LEAST_DEFAULTS:
        verdict = Verdict.TOO_FEW
    else:
        verdict = Verdict.PASSED if low <= mean <= high else Verdict.FAILED
    return Result(
        "mean_pd_within_bounds", WHOLE, mean, verdict, len(hit), defaults, low, high, note=Assumption.NO_HARM.text
    )


def _mean(values: NDArray[np.float64], own: NDArray[np.bool_]) -> Statistic:
    def weighted(weights: NDArray[np.float64]) -> float:
        total = weights[own].sum()
        return float((weights * values)[own].sum() / total) if total > 0 else float("nan")

    return weighted


def _auc_of(chance: NDArray[np.float64], hit: NDArray[np.int8], own: NDArray[np.bool_]) -> Statistic:
    statistic = auc_statistic(chance, hit)
    return lambda weights: statistic(weights * own)


def least_and_most(results: Sequence[Result], test: str, assumption: Assumption) -> tuple[float | None, float | None]:
    """Return the two bounds of `test` (as untreated_rate) under an assumption."""
    found = {one.test: one.value for one in results if one.about == f"assumed:{assumption.value}"}
    return found[f"{test}_least"], found[f"{test}_most"]
