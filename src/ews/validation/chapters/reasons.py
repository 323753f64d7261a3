"""Reasons (原因): whether what is told about a pd is true of it, and holds still.

Additivity   base and contributions against logit of the model's pd
Agreement    the top reasons beside those of a model with another seed, and of one fitted on drawn circles
Stability    the first reason where every value is a little off
Direction    path-dependent contributions may lean against the declared direction though the pd never does: told
Protected    words of feature names and their Chinese names
"""

from collections.abc import Sequence

import numpy as np
from pandas import DataFrame

from ews.domain.features import PROTECTED, Feature
from ews.domain.text import Text
from ews.models.frozen import Explanation, explain, log_odds
from ews.validation.agreement import overlap, same_first
from ews.validation.estimates import REPLICATES, Estimate, Floats, estimates
from ews.validation.refits import Remade
from ews.validation.results import Result
from ews.validation.small_changes import with_noise
from ews.validation.tested import Labels, Tested
from ews.validation.verdicts import counted, measured, told

EXPLAINED_ROWS = 2_000
"""Rows explained, evenly spread: contributions cost far more than pds."""
PROTECTED_ZH = ("性别", "婚姻", "民族", "宗教", "国籍", "年龄", "学历", "教育")
_TEST = {"seed": "reasons_seed", "draw": "reasons_refit"}
_ALMOST_NOTHING = 1e-9
_SIGN = {"higher": 1.0, "lower": -1.0, "none": 0.0}


def reasons(tested: Tested, *, seed: int = 0, replicates: int = REPLICATES) -> tuple[Result, ...]:
    """Return what can be told without fitting anything."""
    sample = tested.sample(EXPLAINED_ROWS)
    explained = explain(tested.model, sample.frame)
    off = DataFrame(with_noise(sample.matrix, tested.features, seed=seed), columns=list(tested.model.features))
    kept = same_first(explained, explain(tested.model, off))
    return (
        additivity(sample, explained),
        measured("reasons_stable", _mean(kept, sample.circles, replicates), n=len(sample)),
        contradicted(sample, explained),
        protected(tested.features),
    )


def agreement(tested: Tested, models: Sequence[Remade], *, replicates: int = REPLICATES) -> tuple[Result, ...]:
    """Return how far the top reasons are the same for models fitted anew."""
    sample = tested.sample(EXPLAINED_ROWS)
    explained = explain(tested.model, sample.frame)
    results = []
    for one in models:
        nothing = Estimate(None, None, None)
        shared = None if one.model is None else overlap(explained, explain(one.model, sample.frame))
        mean = nothing if shared is None else _mean(shared, sample.circles, replicates)
        results.append(measured(_TEST[one.how], mean, n=len(sample), about=f"seed:{one.seed}"))
    return tuple(results)


def additivity(sample: Tested, explained: Explanation) -> Result:
    """Return the largest distance between the reasons added up and the served log-odds."""
    if not len(sample):
        return counted("additivity", None, n=0)
    total = explained.base_log_odds + explained.by_reason.sum(axis=1)
    error = float(np.abs(total - log_odds(sample.model, sample.frame)).max())
    return counted("additivity", error, n=len(sample), defaults=sample.defaults)


def contradicted(sample: Tested, explained: Explanation) -> Result:
    """Return the share of contributions that raise on the safer side of the median, or lower on the worse."""
    against, looked_at = 0, 0
    for column, feature in enumerate(sample.features):
        values, sign = sample.matrix[:, column], _SIGN[feature.worse]
        known = values[~np.isnan(values)]
        if not sign or not len(known):
            continue
        worse = sign * (values - np.median(known))
        part = explained.by_feature[:, column]
        tells = ~np.isnan(worse) & (worse != 0) & (np.abs(part) > _ALMOST_NOTHING)
        looked_at += int(tells.sum())
        against += int((np.sign(worse[tells]) != np.sign(part[tells])).sum())
    share = against / looked_at if looked_at else None
    note = Text(
        f"{against} of {looked_at} contributions of directed features; for predictions see monotone_breaches.",
        f"有方向特征的{looked_at}项贡献中{against}项；预测是否违反见monotone_breaches。",
    )
    return told("sign_contradicted", share, n=len(sample), note=note)


def protected(features: tuple[Feature, ...]) -> Result:
    """Return how many features name a protected attribute."""
    named = [feature.name for feature in features if _is_protected(feature)]
    listed = ", ".join(named)
    note = Text(f"Named: {listed}.", f"涉及：{listed}。") if named else None
    return counted("protected_features", len(named), n=len(features), note=note)


def _is_protected(feature: Feature) -> bool:
    return bool(set(feature.name.lower().split("_")) & PROTECTED) or any(word in feature.zh for word in PROTECTED_ZH)


def _mean(values: Floats, circles: Labels, replicates: int) -> Estimate:
    if not len(values):
        return Estimate(None, None, None)
    found = estimates(
        {"mean": lambda weights: float((weights * values).sum() / weights.sum())}, circles, replicates=replicates
    )
    return found["mean"]
