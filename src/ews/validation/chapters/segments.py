"""Segments (细分客群): where the model is weak.

AUC          of the segment, against a floor that is lower than for the whole: it is harder to order who is alike
Gap          AUC of the segment less the one its pds promise: where the model claims to know more than it does
Verdict      weak where proven after Holm over all segments asked, else too few where a large gap would go unseen
Calibration  Jeffreys test on cohorts that do not overlap, after Holm
Left out     nothing: a segment of three borrowers is listed as too few
"""

from collections.abc import Iterator, Mapping

import numpy as np

from ews.domain.text import Text
from ews.validation.chapters.calibration import jeffreys_results, without_overlap
from ews.validation.gaps import Gap, promise_gap
from ews.validation.limits import BOUNDS, SIGNIFICANCE
from ews.validation.multiplicity import holm
from ews.validation.results import Result
from ews.validation.tested import Mask, Tested
from ews.validation.verdicts import measured

MOST_WORDS = 40
"""A division into more words is cut to those with most rows; the rest is one segment."""
REST = "others"
NOT_KNOWN = "not_known"


def segments(tested: Tested) -> tuple[Result, ...]:
    """Return the results of the chapter; none where the rows are not divided."""
    apart = without_overlap(tested)
    parts = {about: apart.subset(mask) for about, mask in masks_of(apart)}
    return (*_orders(tested), *jeffreys_results("segment_calibration", parts))


def judged_gaps(
    tested: Tested, masks: Mapping[str, Mask], gaps: Mapping[str, Gap], test: str, other: Text
) -> tuple[Result, ...]:
    """Return the difference of each gap, weak where Holm over all of them proves it; `other` names what it is to."""
    limit = BOUNDS[test].limit
    adjusted = holm([gap.p_below(limit) for gap in gaps.values()])
    results = []
    for (about, gap), p in zip(gaps.items(), adjusted, strict=True):
        n, defaults = int(masks[about].sum()), int(tested.outcome[masks[about]].sum())
        proven, note = p is not None and p < SIGNIFICANCE / 2, _note(gap, p, other)
        results.append(measured(test, gap.difference, n=n, defaults=defaults, about=about, proven=proven, note=note))
    return tuple(results)


def _orders(tested: Tested) -> tuple[Result, ...]:
    masks = dict(masks_of(tested))
    gaps = {
        about: promise_gap(tested.pd[mask], tested.outcome[mask], tested.circles[mask]) for about, mask in masks.items()
    }
    floor = BOUNDS["segment_auc"].limit
    adjusted = holm([gap.p_inside(floor) for gap in gaps.values()])
    results = []
    for (about, gap), p in zip(gaps.items(), adjusted, strict=True):
        n, defaults = int(masks[about].sum()), int(tested.outcome[masks[about]].sum())
        proven = p is not None and p < SIGNIFICANCE / 2
        results.append(measured("segment_auc", gap.inside, n=n, defaults=defaults, about=about, proven=proven))
    return (*results, *judged_gaps(tested, masks, gaps, "segment_gap", Text("promised", "违约概率所隐含")))


def masks_of(tested: Tested) -> Iterator[tuple[str, Mask]]:
    """Yield `kind:word` and the rows it holds, kind by kind, the words in order."""
    for kind in tested.segments.columns:
        word = tested.segments[kind].astype(object).fillna(NOT_KNOWN).astype(str)
        sizes = word.value_counts()
        if len(sizes) > MOST_WORDS:
            kept = sorted(sizes.index, key=lambda one: (-int(sizes[one]), one))[: MOST_WORDS - 1]
            word = word.where(word.isin(kept), REST)
        held = word.to_numpy(dtype=object)
        for one in sorted(set(held)):
            yield f"{kind}:{one}", np.asarray(held == one)


def _note(gap: Gap, adjusted: float | None, other: Text) -> Text | None:
    if gap.inside.value is None or gap.difference.value is None:
        return None
    holms = ("", "") if adjusted is None else (f" p after Holm {adjusted:.3f}.", f"经Holm校正p值{adjusted:.3f}。")
    return Text(
        f"AUC {gap.inside.value:.3f}, {other.en} {gap.other:.3f}.{holms[0]}",
        f"AUC {gap.inside.value:.3f}，{other.zh}{gap.other:.3f}。{holms[1]}",
    )
