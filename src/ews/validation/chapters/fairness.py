"""Fairness (公平性): whether groups that are never features fare differently by the model.

Groups       one column of words per protected attribute, known to the validation only
Selection    a group's share among the riskiest rows, as many as officers can look at
Opportunity  a defaulter's chance of being among them, less that of the defaulters of other groups
Not proven   that a difference is unfair, or that none is fair: groups may differ in risk; the figures are for people
"""

from dataclasses import replace

import numpy as np
from pandas import DataFrame

from ews.domain.text import Text
from ews.validation.calibration import intercept_statistic
from ews.validation.chapters.segments import judged_gaps, masks_of
from ews.validation.estimates import REPLICATES, Floats, Statistic, estimates
from ews.validation.gaps import auc_gap
from ews.validation.results import Result
from ews.validation.tested import Mask, Tested
from ews.validation.verdicts import measured, told

CAPACITY = 0.07
"""Red 0.5 %, orange 1.5 % and yellow 5 % of a book."""


def fairness(
    tested: Tested, groups: DataFrame, *, capacity: float = CAPACITY, replicates: int = REPLICATES, seed: int = 0
) -> tuple[Result, ...]:
    """Return the results of the chapter; `groups` has the rows of `tested`."""
    masks = dict(masks_of(replace(tested, segments=groups)))
    gaps = {about: auc_gap(tested.pd, tested.outcome, mask, tested.circles) for about, mask in masks.items()}
    results = list(judged_gaps(tested, masks, gaps, "fairness_auc", Text("of all others", "其余")))
    selected = most_risky(tested.pd, capacity)
    for about, mask in masks.items():
        results += _of_group(tested, mask, selected, about, replicates=replicates, seed=seed)
    return tuple(results)


def most_risky(score: Floats, share: float) -> Mask:
    """Return the riskiest `share` of rows; of equal ones the first."""
    chosen = np.zeros(len(score), dtype=bool)
    chosen[np.argsort(-score, kind="stable")[: round(share * len(score))]] = True
    return chosen


def age_bands(ages: Floats) -> list[str]:
    """Return ages by decades: under 30, 30-39, 40-49, 50 and over."""
    words = np.array(["under_30", "30_39", "40_49", "50_and_over"])
    return [str(word) for word in words[np.searchsorted([30, 40, 50], ages, side="right")]]


def _of_group(
    tested: Tested, mask: Mask, selected: Mask, about: str, *, replicates: int, seed: int
) -> tuple[Result, Result, Result]:
    part, n = tested.subset(mask), int(mask.sum())
    level = estimates(
        {"intercept": intercept_statistic(part.pd, part.outcome)}, part.circles, replicates=replicates, seed=seed
    )["intercept"]
    bad = (tested.outcome == 1).astype(np.float64)
    statistics: dict[str, Statistic] = {
        "selection": _share(selected, mask.astype(np.float64)),
        "opportunity": _difference(selected, bad * mask, bad * ~mask),
    }
    found = estimates(statistics, tested.circles, replicates=replicates, seed=seed)
    note = Text(
        f"{int((selected & mask).sum())} of {n} among the riskiest {selected.mean():.1%}.",
        f"风险最高的{selected.mean():.1%}中占{int((selected & mask).sum())}户，本组共{n}户。",
    )
    bads = part.defaults
    return (
        measured("fairness_calibration", level, n=n, defaults=bads, about=about),
        told("fairness_selection", found["selection"], n=n, defaults=bads, about=about, note=note),
        measured("fairness_opportunity", found["opportunity"], n=n, defaults=bads, about=about),
    )


def _share(selected: Mask, among: Floats) -> Statistic:
    chosen = selected * among

    def weighted(weights: Floats) -> float:
        whole = float((weights * among).sum())
        return float((weights * chosen).sum()) / whole if whole > 0 else float("nan")

    return weighted


def _difference(selected: Mask, ours: Floats, others: Floats) -> Statistic:
    first, second = _share(selected, ours), _share(selected, others)
    return lambda weights: first(weights) - second(weights)
