"""Expected performance (预期表现): how good a model should be on a batch whose outcomes nobody knows yet.

Method    confidence-based performance estimation (CBPE): each borrower defaults with the chance that the model says,
          and every figure is the mean of what it would be then
Assumes   ASSUMPTION. It sees a book that has become harder to tell apart, not a model that has become wrong
AUC       mean number of pairs ranked rightly over mean number of pairs: exact to about one part in the defaults
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from ews.domain.text import Text

Floats = NDArray[np.float64]

ASSUMPTION = Text(
    "Holds only as far as the chances of default are right on today's book (calibration carries over) and borrowers "
    "default independently of each other. It cannot see that the link between features and default has changed: the "
    "cohorts tell that once their outcomes are known.",
    "仅在违约概率对当前客户依然准确（校准可延续）、且客户违约相互独立时成立。"
    "若特征与违约之间的关系已改变，此估计无法察觉，须待表现期结束后由各批次的实际违约检验。",
)
_TOP = 0.05
_NORMAL_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Expected:
    """`low` and `high` bound the 95 % interval of the defaults; null where nobody can default, or nobody else is there.

    `captured_5pct` is the share of the defaults in the riskiest 5 % of borrowers.
    """

    rows: int
    defaults: float
    low: float
    high: float
    auc: float | None
    brier: float | None
    captured_5pct: float | None


def expected_performance(pd: Floats) -> Expected:
    """Return what is to be expected of borrowers with these chances."""
    total, spread = float(pd.sum()), float(np.sqrt((pd * (1 - pd)).sum()))
    most = len(pd)
    return Expected(
        rows=most,
        defaults=total,
        low=max(total - _NORMAL_95 * spread, 0.0),
        high=min(total + _NORMAL_95 * spread, float(most)),
        auc=expected_auc(pd),
        brier=float((pd * (1 - pd)).mean()) if most else None,
        captured_5pct=_captured(pd) if total else None,
    )


def expected_auc(pd: Floats) -> float | None:
    """Return the AUC to be expected; equal chances count half."""
    values, place = np.unique(pd, return_inverse=True)
    bad = np.bincount(place, weights=pd, minlength=len(values))
    good = np.bincount(place, weights=1 - pd, minlength=len(values))
    own = np.bincount(place, weights=pd * (1 - pd), minlength=len(values))  # nobody is a pair with himself
    below = np.concatenate([[0.0], np.cumsum(good)[:-1]]) if len(values) else good
    pairs = float(bad.sum() * good.sum() - own.sum())
    return float((bad * below).sum() + (bad * good - own).sum() / 2) / pairs if pairs > 0 else None


def _captured(pd: Floats) -> float:
    count = ceil(_TOP * len(pd))
    return float(np.partition(pd, len(pd) - count)[len(pd) - count :].sum() / pd.sum())
