"""What the benchmark of Spark counts as a difference."""

from math import inf, nan

import pytest

from benchmarks.spark import Parity, _apart


@pytest.mark.parametrize(
    ("left", "right", "apart"),
    [
        (0.1, 0.1, 0.0),
        (nan, nan, 0.0),
        (1.0, 1.0 + 1e-3, 1e-3),
        (1e6, 1e6 + 1.0, 1e-6),
        ([1.0, None], [1.0 + 1e-3, None], 1e-3),
        (1.0, None, None),
        (inf, 1.0, None),
        (1, 2, None),
        ("a", "b", None),
        ([1.0], [1.0, 2.0], None),
        ([1.0, "a"], [1.0, "b"], None),
    ],
)
def test_floats_alone_may_be_near(left, right, apart):
    assert _apart(left, right) == (None if apart is None else pytest.approx(apart))


def test_what_is_near_is_told_apart_from_what_differs():
    parity = Parity()
    parity.add("a", 1.0, 1.0 + 1e-15)
    parity.add("b", [1.0], [1.0 + 1e-15])
    parity.add("c", 1.0, 1.0 + 1e-9)
    parity.add("d", 1, 2)
    assert (parity.inexact, parity.mismatches, len(parity.shown)) == (2, 2, 2)
    assert 0 < parity.largest < 1e-14
