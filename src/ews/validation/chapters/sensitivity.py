"""Sensitivity (敏感性): what the pd hangs on, and whether it holds still.

Ablation   the model fitted anew without one family: AUC of the model less AUC without, on the rows tested
Steps      a sample of rows, one feature a small step up and down
Refits     another seed, and circles drawn anew: does the order of borrowers stay
Monotone   along every threshold of every feature with a direction; a breach fails
"""

from collections.abc import Sequence

import numpy as np
from pandas import DataFrame

from ews.domain.errors import TrainingDataError
from ews.domain.text import Text
from ews.models.frozen import log_odds, predict_pd
from ews.validation.delong import auc_difference
from ews.validation.estimates import Floats
from ews.validation.monotone import breaches, thresholds
from ews.validation.refits import Fit, Remade, rank_correlation
from ews.validation.results import Result
from ews.validation.segmenting import family_or_none
from ews.validation.small_changes import stepped, with_noise
from ews.validation.tested import Taught, Tested
from ews.validation.verdicts import counted, told

STEP_ROWS = 1_000
NOISE_ROWS = 5_000
MONOTONE_ROWS = 100


def sensitivity(tested: Tested, *, seed: int = 0) -> tuple[Result, ...]:
    """Return what can be told without fitting anything."""
    return (*monotone(tested), noise(tested, seed=seed), *steps(tested))


def refitted(tested: Tested, models: Sequence[Remade]) -> tuple[Result, ...]:
    """Return how well the order of borrowers is kept by models fitted anew."""
    served = predict_pd(tested.model, tested.frame)
    results = []
    for one in models:
        about, n = f"{one.how}:{one.seed}", len(tested)
        if one.model is None:
            note = Text(f"Nothing could be learnt: {one.why}", f"无法训练：{one.why}")
            results.append(counted("refit_rank", None, n=n, about=about, note=note))
            continue
        kept = rank_correlation(served, predict_pd(one.model, tested.frame))
        results.append(counted("refit_rank", _known(kept), n=n, about=about))
    return tuple(results)


def ablation(tested: Tested, taught: Taught, fit: Fit, *, seed: int) -> tuple[Result, ...]:
    """Return per family the AUC that is lost where the model is fitted without it; `seed` is that of the model."""
    family = np.array([family_or_none(feature) or "" for feature in taught.features])
    results = []
    for name in dict.fromkeys(family[family != ""].tolist()):
        about = f"family:{name}"
        try:
            without = predict_pd(fit(taught.columns(family != name), seed=seed), tested.frame)
        except TrainingDataError as error:
            note = Text(f"Nothing can be learnt without it: {error}", "缺少该类特征则无法训练。")
            results.append(told("ablation", None, n=len(tested), defaults=tested.defaults, about=about, note=note))
            continue
        lost = auc_difference(tested.pd, without, tested.outcome, tested.circles).estimate
        results.append(told("ablation", lost, n=len(tested), defaults=tested.defaults, about=about))
    return tuple(results)


def monotone(tested: Tested, rows: int = MONOTONE_ROWS) -> tuple[Result, ...]:
    """Return the breaches over all features, then each feature that has any."""
    sample = tested.sample(rows)
    found = breaches(tested.model, tested.features, sample.matrix)
    count, looked_at = sum(one.count for one in found), sum(one.looked_at for one in found)
    note = Text(
        f"{looked_at} neighbouring values of {len(found)} features on {len(sample)} rows.",
        f"在{len(sample)}条记录上检查{len(found)}个特征的{looked_at}对相邻取值。",
    )
    wrong = [one for one in found if one.count]
    return (
        counted("monotone_breaches", count, n=len(sample), note=note),
        *(counted("monotone_breaches", one.count, n=len(sample), about=f"feature:{one.feature}") for one in wrong),
    )


def noise(tested: Tested, *, seed: int = 0) -> Result:
    """Return how well the order of borrowers is kept where every value is a little off."""
    sample = tested.sample(NOISE_ROWS)
    off = with_noise(sample.matrix, tested.features, seed=seed)
    kept = rank_correlation(_odds(tested, sample.matrix), _odds(tested, off))
    return counted("noise_rank", _known(kept), n=len(sample))


def steps(tested: Tested, rows: int = STEP_ROWS) -> tuple[Result, ...]:
    """Return per feature that the booster uses the mean size of the move by a small step, the largest first."""
    sample = tested.sample(rows)
    used, odds = thresholds(tested.model), _odds(tested, sample.matrix)
    found = []
    for column, feature in enumerate(tested.features):
        if feature.name not in used or not len(sample):
            continue
        moved = [_odds(tested, stepped(sample.matrix, tested.features, column, way)) for way in (1, -1)]
        size = float(np.mean([np.abs(other - odds).mean() for other in moved]))
        kept = min(_or_one(rank_correlation(odds, other)) for other in moved)
        found.append((size, feature.name, kept))
    return tuple(_step(len(sample), *one) for one in sorted(found, key=lambda one: (-one[0], one[1])))


def _step(rows: int, size: float, name: str, kept: float) -> Result:
    note = Text(f"Order kept {kept:.3f} (Spearman).", f"排序一致性{kept:.3f}（Spearman）。")
    return told("step", size, n=rows, about=f"feature:{name}", note=note)


def _odds(tested: Tested, matrix: Floats) -> Floats:
    return log_odds(tested.model, DataFrame(matrix, columns=list(tested.model.features)))


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _or_one(value: float) -> float:
    return value if np.isfinite(value) else 1.0
