"""Agreement: whether two explanations of the same rows name the same reasons.

Top      the TOP reasons that raise the log-odds most; a row that nothing raises has none
Overlap  reasons that both name, as a share of the longer list; two empty lists agree
"""

import numpy as np

from ews.models.frozen import Explanation
from ews.validation.estimates import Floats
from ews.validation.tested import Mask

TOP = 3


def top_reasons(explained: Explanation) -> Mask:
    """Return rows x codes: whether the code is among the row's top reasons; of equal ones the first in order."""
    order = np.argsort(-explained.by_reason, axis=1, kind="stable")[:, :TOP]
    chosen = np.zeros(explained.by_reason.shape, dtype=bool)
    np.put_along_axis(chosen, order, values=True, axis=1)
    return np.asarray(chosen & (explained.by_reason > 0))


def overlap(first: Explanation, second: Explanation) -> Floats:
    """Return per row the overlap of the top reasons; the codes must be the same."""
    ours, others = top_reasons(first), top_reasons(second)
    longer = np.maximum(ours.sum(axis=1), others.sum(axis=1))
    shared = (ours & others).sum(axis=1)
    return np.asarray(np.where(longer > 0, shared / np.maximum(longer, 1), 1.0), dtype=np.float64)


def same_first(first: Explanation, second: Explanation) -> Floats:
    """Return per row 1 where the reason that raises most is the same, else 0."""
    leads = [np.where(one.by_reason.max(axis=1) > 0, one.by_reason.argmax(axis=1), -1) for one in (first, second)]
    return np.asarray(leads[0] == leads[1], dtype=np.float64)
