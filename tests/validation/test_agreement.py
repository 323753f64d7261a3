"""Whether two explanations name the same reasons."""

import numpy as np

from ews.models.frozen import Explanation
from ews.validation.agreement import overlap, same_first, top_reasons


def explained(*rows):
    return Explanation(0.0, ("A", "B", "C", "D"), np.array(rows, dtype=float), np.empty((len(rows), 0)))


def test_the_three_reasons_that_raise_most():
    found = top_reasons(explained([4, 3, 2, 1], [-1, 5, -2, 0], [-1, -1, -1, -1], [1, 1, 1, 1]))
    assert found.tolist() == [
        [True, True, True, False],
        [False, True, False, False],
        [False, False, False, False],
        [True, True, True, False],
    ]


def test_overlap_is_a_share_of_the_longer_list():
    ours = explained([4, 3, 2, 1], [4, 3, 2, 1], [1, -1, -1, -1], [-1, -1, -1, -1])
    others = explained([2, 3, 4, 1], [0.5, 3, 2, 1], [1, 2, -1, -1], [-2, -3, -1, -1])
    assert overlap(ours, others).tolist() == [1, 2 / 3, 1 / 2, 1]


def test_the_first_reason_is_the_same_or_there_is_none_in_both():
    ours, others = (
        explained([4, 3, 0, 0], [4, 3, 0, 0], [-1, -2, -3, -4]),
        explained([9, 1, 0, 0], [1, 2, 0, 0], [-4, -3, -2, -1]),
    )
    assert same_first(ours, others).tolist() == [1, 0, 1]
