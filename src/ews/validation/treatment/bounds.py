"""Bounds: what would have become of treated borrowers without the treatment, as far as the data can tell at all.

Shapes   `outcome` 0 or 1, `treated` true or false, `score` rising with risk; one entry per row
Unknown  Y0, the outcome without treatment: seen for who was not treated, for nobody who was
Assumed  NOTHING    each treated borrower might have defaulted, or not (Manski 1990)
         NO_HARM    treatment makes nobody default who would not have (monotone treatment response, Manski 1997): a
                    treated defaulter is one without treatment too; of the others still nothing is known
         NEEDED     and within each stratum those treated were at least as risky as those not (monotone treatment
                    selection, Manski and Pepper 2000): officers do not spend their time on the safest
Order    each assumption keeps the upper bound and can only raise the lower one: the bounds are nested
Strata   bounds are taken in each stratum and weighed by its rows; NEEDED then says less, and is easier to believe
Nulls    NaN where there is no row, for an auc where it is undefined
Source   Manski, Nonparametric Bounds on Treatment Effects, AER P&P 80 (1990); Monotone Treatment Response, Econometrica
         65 (1997); Manski and Pepper, Monotone Instrumental Variables, Econometrica 68 (2000)
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ews.domain.text import Text
from ews.validation.estimates import Floats, Statistic

_ROUNDING = 1e-12
"""Less than that is what the arithmetic leaves of nothing."""


class Assumption(StrEnum):
    NOTHING = "nothing"
    NO_HARM = "no_harm"
    NEEDED = "needed"

    @property
    def text(self) -> Text:
        return _TEXT[self]


_TEXT = {
    Assumption.NOTHING: Text("nothing is assumed of the treated", "对已处置客户不作任何假设"),
    Assumption.NO_HARM: Text("assumed: treatment makes nobody default", "假设：处置不会使客户违约"),
    Assumption.NEEDED: Text(
        "assumed: treatment makes nobody default, and those treated were at least as risky as those not",
        "假设：处置不会使客户违约，且已处置客户的风险不低于未处置客户",
    ),
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most that a figure can be, each a function of row weights, so that it can be bootstrapped."""

    least: Statistic
    most: Statistic


def untreated_rate(
    outcome: ArrayLike, treated: ArrayLike, assumption: Assumption, strata: ArrayLike | None = None
) -> Bounds:
    """Return the bounds of the default rate of all rows, had nobody been treated.

    With the rows that were warned of it bounds the precision of the warnings.
    """
    hit, done, place = _arrays(outcome, treated, strata)

    def least(weights: Floats) -> float:
        return _pooled(weights, place, lambda own: _least_in(own, hit, done, assumption))

    def most(weights: Floats) -> float:
        return _share(weights, (hit == 1) | done)

    return Bounds(least, most)


def averted_rate(
    outcome: ArrayLike, treated: ArrayLike, assumption: Assumption, strata: ArrayLike | None = None
) -> Bounds:
    """Return the bounds of the share of the treated whom the treatment kept from default; negative: drove into it."""
    hit, done, _ = _arrays(outcome, treated, strata)
    whole = untreated_rate(outcome, treated, assumption, strata)

    def of_treated(rate: float, weights: Floats) -> float:
        # All defaults without treatment, less those of the untreated, are those that the treated would have had.
        total, own = weights.sum(), weights[done].sum()
        if own <= 0 or not np.isfinite(rate):
            return float("nan")
        would = (rate * total - weights[(hit == 1) & ~done].sum()) / own
        averted = float(would - weights[(hit == 1) & done].sum() / own)
        return averted if abs(averted) > _ROUNDING else 0.0

    return Bounds(
        lambda weights: of_treated(whole.least(weights), weights),
        lambda weights: of_treated(whole.most(weights), weights),
    )


def untreated_auc(score: ArrayLike, outcome: ArrayLike, treated: ArrayLike, assumption: Assumption) -> Bounds:
    """Return the bounds of the auc against the outcomes that there would have been without treatment.

    NEEDED says nothing of single borrowers, and bounds as NO_HARM does.
    """
    hit, done, _ = _arrays(outcome, treated, None)
    free = done if assumption is Assumption.NOTHING else done & (hit == 0)
    scores = np.asarray(score, dtype=np.float64)
    return Bounds(
        lambda weights: _extreme_auc(scores, hit, free, weights, np.fmin),
        lambda weights: _extreme_auc(scores, hit, free, weights, np.fmax),
    )


def _least_in(weights: Floats, hit: NDArray[np.int8], done: NDArray[np.bool_], assumption: Assumption) -> float:
    if assumption is Assumption.NOTHING:
        return _share(weights, (hit == 1) & ~done)
    seen = _share(weights, hit == 1)
    if assumption is Assumption.NO_HARM or weights[~done].sum() <= 0:
        return seen
    return max(seen, _share(weights * ~done, hit == 1))


def _extreme_auc(
    score: Floats, hit: NDArray[np.int8], free: NDArray[np.bool_], weights: Floats, pick: Callable[..., Floats]
) -> float:
    """Return the largest (`pick` fmax) or smallest auc over all labels of the `free` rows.

    Of any number of free defaulters the auc is largest if they are those that score highest, smallest if lowest: a
    pair of labels the other way round could be swapped to its gain. So only the number is looked for.
    """
    levels, place = np.unique(score, return_inverse=True)
    at = np.bincount(place, weights=weights, minlength=len(levels))
    rank = (np.cumsum(at) - at / 2)[place]
    order = np.flatnonzero(free)
    order = order[np.argsort(-score[order] if pick is np.fmax else score[order], kind="stable")]
    sure = (hit == 1) & ~free
    bad = weights[sure].sum() + np.concatenate([[0.0], np.cumsum(weights[order])])
    ranks = (weights * rank)[sure].sum() + np.concatenate([[0.0], np.cumsum((weights * rank)[order])])
    good = weights.sum() - bad
    defined = (bad > 0) & (good > 0)
    if not defined.any():
        return float("nan")
    bad, good, ranks = bad[defined], good[defined], ranks[defined]
    return float(pick.reduce((ranks - bad**2 / 2) / (bad * good)))  # type: ignore[attr-defined]


def _pooled(weights: Floats, place: NDArray[np.intp], bound: Callable[[Floats], float]) -> float:
    total = weights.sum()
    if total <= 0:
        return float("nan")
    rates = 0.0
    for stratum in range(int(place.max()) + 1):
        own = weights * (place == stratum)
        if own.sum() > 0:
            rates += bound(own) * own.sum()
    return float(rates / total)


def _share(weights: Floats, which: NDArray[np.bool_]) -> float:
    total = weights.sum()
    return float(weights[which].sum() / total) if total > 0 else float("nan")


def _arrays(
    outcome: ArrayLike, treated: ArrayLike, strata: ArrayLike | None
) -> tuple[NDArray[np.int8], NDArray[np.bool_], NDArray[np.intp]]:
    hit, done = np.asarray(outcome, dtype=np.int8), np.asarray(treated, dtype=np.bool_)
    place = np.zeros(len(hit), np.intp)
    if strata is not None and len(hit):
        place = np.unique(np.asarray(strata), return_inverse=True)[1].astype(np.intp)
    return hit, done, place
