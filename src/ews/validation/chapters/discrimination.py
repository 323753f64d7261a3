"""Discrimination (区分能力): whether borrowers who default score above those who do not.

Intervals  bootstrap over circles, since the rows of one circle, and of one borrower on several days, are alike
Initial    the AUC of the first validation; ECB takes it as certain, here its own standard error counts where known
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from ews.domain.text import Text
from ews.validation.delong import auc_estimate, aucs
from ews.validation.estimates import REPLICATES, Estimate, estimates
from ews.validation.limits import SIGNIFICANCE, bound_of
from ews.validation.power import auc_statistic, ks_statistic
from ews.validation.results import Result
from ews.validation.tested import Tested
from ews.validation.verdicts import measured, p_value, told, untold

ALMOST_ALL = 1e-12


@dataclass(frozen=True, slots=True)
class InitialPower:
    """The AUC at initial validation; a standard error of 0 takes it as certain."""

    auc: float
    standard_error: float = 0.0


def discrimination(
    tested: Tested, initial: InitialPower | None = None, *, replicates: int = REPLICATES, seed: int = 0
) -> tuple[Result, ...]:
    """Return the results of the chapter."""
    current = tested.subset((tested.rows["dpd"] == 0).to_numpy(dtype=bool))
    return (
        *_power(tested, replicates=replicates, seed=seed),
        measured("auc_0_dpd", _auc(current, replicates, seed), n=len(current), defaults=current.defaults),
        auc_change(tested, initial),
        *_by_day(tested),
    )


def auc_change(tested: Tested, initial: InitialPower | None) -> Result:
    """Return the one-sided test that the AUC is not below that of the initial validation."""
    test = "auc_change"
    if initial is None:
        note = Text("This validation is the first: there is nothing to compare with.", "本次为首次验证，无可比对象。")
        return untold(test, n=len(tested), defaults=tested.defaults, note=note)
    found = aucs([tested.pd], tested.outcome, tested.circles)
    now, error = float(found.values[0]), float(np.sqrt(found.covariance[0, 0] + initial.standard_error**2))
    note = Text(f"AUC {now:.4f}, initially {initial.auc:.4f}.", f"当前AUC {now:.4f}，首次验证{initial.auc:.4f}。")
    if not error > ALMOST_ALL:
        return p_value(test, None, n=len(tested), defaults=tested.defaults, note=note)
    bound = bound_of(test)
    fall = (bound.far if bound else None) or 0.0
    power = float(norm.sf(norm.isf(SIGNIFICANCE) - fall / error))
    p = float(norm.sf((initial.auc - now) / error))
    return p_value(test, p, n=len(tested), defaults=tested.defaults, power=power, note=note)


def _power(tested: Tested, *, replicates: int, seed: int) -> tuple[Result, ...]:
    statistics = {"auc": auc_statistic(tested.pd, tested.outcome), "ks": ks_statistic(tested.pd, tested.outcome)}
    found = estimates(statistics, tested.circles, replicates=replicates, seed=seed)
    found = {"auc": found["auc"], "gini": _gini(found["auc"]), "ks": found["ks"]}
    return tuple(measured(name, one, n=len(tested), defaults=tested.defaults) for name, one in found.items())


def _auc(tested: Tested, replicates: int, seed: int) -> Estimate:
    statistics = {"auc": auc_statistic(tested.pd, tested.outcome)}
    return estimates(statistics, tested.circles, replicates=replicates, seed=seed)["auc"]


def _gini(auc: Estimate) -> Estimate:
    return Estimate(*(None if end is None else 2 * end - 1 for end in (auc.value, auc.low, auc.high)))


def _by_day(tested: Tested) -> tuple[Result, ...]:
    results = []
    for day in tested.days:
        part = tested.subset((tested.rows["as_of"] == day).to_numpy(dtype=bool))
        known = auc_estimate(part.pd, part.outcome, part.circles)
        results.append(told("auc_cohort", known, n=len(part), defaults=part.defaults, about=f"cohort:{day}"))
    return tuple(results)
