"""Many p-values at once."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.validation.multiplicity import holm


def test_the_textbook_example():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))


def test_what_is_not_known_does_not_count():
    assert holm([None, 0.02, None, 0.04]) == (None, 0.04, None, 0.04)
    assert holm([]) == ()


@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=7))
@settings(max_examples=80, deadline=None)
def test_it_is_bonferroni_over_every_group_that_holds_the_test(p):
    def closed(place):
        others = [one for one in range(len(p)) if one != place]
        groups = [(place, *chosen) for size in range(len(p)) for chosen in combinations(others, size)]
        return max(min(1.0, len(group) * min(p[one] for one in group)) for group in groups)

    assert holm(p) == pytest.approx([closed(place) for place in range(len(p))])
