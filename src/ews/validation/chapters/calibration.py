"""Calibration (校准): whether as many default as the pds say.

Jeffreys    on cohorts that do not overlap only: the newest snapshots one horizon apart, each default counted once
Others      on all rows, with intervals from draws of whole circles, which overlapping labels do not narrow
Portfolio   one test over the cohorts together, then one per cohort
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from ews.domain.text import Text
from ews.validation.calibration import (
    brier_statistic,
    intercept_statistic,
    log_loss_statistic,
    slope_statistic,
)
from ews.validation.cohorts import cohorts
from ews.validation.estimates import REPLICATES, Floats, Statistic, estimates
from ews.validation.jeffreys import jeffreys_interval, jeffreys_p, jeffreys_power
from ews.validation.limits import SIGNIFICANCE, bound_of
from ews.validation.multiplicity import holm
from ews.validation.results import WHOLE, Result
from ews.validation.tested import Tested
from ews.validation.verdicts import measured, p_value, told

BANDS = 10


def calibration(tested: Tested, *, replicates: int = REPLICATES, seed: int = 0) -> tuple[Result, ...]:
    """Return the results of the chapter."""
    return (
        *jeffreys_of_portfolio(tested),
        *jeffreys_of_grades(tested),
        *_fit(tested, replicates=replicates, seed=seed),
        *_reliability(tested),
    )


def without_overlap(tested: Tested) -> Tested:
    """Return the rows of the cohorts that do not overlap."""
    days = cohorts(tested.days, tested.model.horizon_months)
    return tested.subset(tested.rows["as_of"].isin(days).to_numpy(dtype=bool))


def jeffreys_of_portfolio(tested: Tested) -> tuple[Result, ...]:
    """Return the test over all cohorts that do not overlap, then over each where there are several."""
    apart = without_overlap(tested)
    parts = [(WHOLE, apart)]
    if len(apart.days) > 1:
        parts += [(f"cohort:{day}", apart.subset((apart.rows["as_of"] == day).to_numpy(bool))) for day in apart.days]
    return tuple(jeffreys_result("jeffreys_portfolio", about, part) for about, part in parts)


def jeffreys_of_grades(tested: Tested) -> tuple[Result, ...]:
    """Return the test per grade that anybody has, safest first."""
    apart = without_overlap(tested)
    word = apart.rows["grade"].to_numpy()
    held = [grade for grade in tested.grades if (word == grade).any()]
    return jeffreys_results("jeffreys_grade", {f"grade:{grade}": apart.subset(word == grade) for grade in held})


def jeffreys_results(test: str, parts: dict[str, Tested]) -> tuple[Result, ...]:
    """Return the test of each part, judged together by Holm."""
    adjusted = holm([_p(part) for part in parts.values()])
    return tuple(
        jeffreys_result(test, about, part, p) for (about, part), p in zip(parts.items(), adjusted, strict=True)
    )


def jeffreys_result(test: str, about: str, part: Tested, adjusted: float | None = None) -> Result:
    """Return the test that no more of `part` default than their pds say."""
    if not len(part):
        return p_value(test, None, n=0, defaults=0, about=about)
    expected, rows = float(part.pd.mean()), len(part)
    bound = bound_of(test)
    factor = (bound.far if bound else None) or 1.0
    power = jeffreys_power(expected, rows, factor=factor, significance=SIGNIFICANCE)
    rate = part.defaults / rows
    holms = ("", "") if adjusted is None else (f" p after Holm {adjusted:.3f}.", f"经Holm校正p值{adjusted:.3f}。")
    note = Text(
        f"{part.defaults} of {rows} defaulted ({rate:.2%}), expected {expected:.2%}.{holms[0]}",
        f"{rows}户中违约{part.defaults}户（{rate:.2%}），预期{expected:.2%}。{holms[1]}",
    )
    return p_value(
        test, _p(part), n=rows, defaults=part.defaults, about=about, adjusted=adjusted, power=power, note=note
    )


def reliability_table(tested: Tested) -> pd.DataFrame:
    """Return bands of equal size by pd: rows, defaults, mean_pd, rate and its low and high (Jeffreys)."""
    order = np.argsort(tested.pd, kind="stable")
    chance, outcome = tested.pd[order], tested.outcome[order]
    found = []
    for places in np.array_split(np.arange(len(order)), BANDS):
        if not len(places):
            continue
        defaults = int(outcome[places].sum())
        rate = jeffreys_interval(defaults, len(places))
        found.append((len(places), defaults, float(chance[places].mean()), rate.value, rate.low, rate.high))
    return pd.DataFrame(found, columns=["rows", "defaults", "mean_pd", "rate", "low", "high"])


def _p(part: Tested) -> float | None:
    return jeffreys_p(float(part.pd.mean()), part.defaults, len(part)) if len(part) else None


def _fit(tested: Tested, *, replicates: int, seed: int) -> tuple[Result, ...]:
    statistics = {
        "brier": brier_statistic(tested.pd, tested.outcome),
        "brier_skill": _skill_statistic(tested.pd, tested.outcome.astype(np.float64)),
        "log_loss": log_loss_statistic(tested.pd, tested.outcome),
        "calibration_slope": slope_statistic(tested.pd, tested.outcome),
        "calibration_intercept": intercept_statistic(tested.pd, tested.outcome),
    }
    found = estimates(statistics, tested.circles, replicates=replicates, seed=seed)
    return tuple(measured(name, one, n=len(tested), defaults=tested.defaults) for name, one in found.items())


def _skill_statistic(chance: Floats, outcome: Floats) -> Statistic:
    """Return one less Brier over the Brier of the default rate itself, as a function of row weights."""
    squared: Callable[[Floats], float] = brier_statistic(chance, outcome)

    def weighted(weights: Floats) -> float:
        rate = float((weights * outcome).sum() / weights.sum())
        return 1 - squared(weights) / (rate * (1 - rate)) if 0 < rate < 1 else float("nan")

    return weighted


def _reliability(tested: Tested) -> tuple[Result, ...]:
    results = []
    table = reliability_table(tested)
    columns = (table[name].tolist() for name in ("rows", "defaults", "mean_pd"))
    for band, (rows, defaults, mean_pd) in enumerate(zip(*columns, strict=True), start=1):
        note = Text(f"Mean pd {mean_pd:.2%}.", f"平均违约概率{mean_pd:.2%}。")
        known = jeffreys_interval(defaults, rows)
        results.append(told("reliability", known, n=rows, defaults=defaults, about=f"band:{band}", note=note))
    return tuple(results)
