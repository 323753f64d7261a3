"""Whether a distribution has moved."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.monitoring.stability import Verdict, shift


def test_psi_of_two_words_by_hand():
    found = shift({"a": 4999, "b": 4999}, {"a": 7999, "b": 1999})  # with a half each: 1/2, 1/2 and 8/10, 2/10
    p, q = 4999.5 / 9999, 7999.5 / 9999
    assert found.psi == pytest.approx((p - q) * math.log(p / q) + (q - p) * math.log((1 - p) / (1 - q)))
    assert found.psi == pytest.approx(0.4158, abs=0.0005)
    assert found.noise == pytest.approx(3.8415 * 2 / 9998, rel=1e-4)
    assert (found.base, found.now, found.verdict) == (9998, 9998, Verdict.MOVED_FAR)


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        ({"a": 5000, "b": 5000}, Verdict.STABLE),
        ({"a": 6400, "b": 3600}, Verdict.STABLE),
        ({"a": 6800, "b": 3200}, Verdict.MOVED),
        ({"a": 7600, "b": 2400}, Verdict.MOVED_FAR),
        ({"a": 5, "b": 5}, Verdict.TOO_FEW),
        ({"a": 16, "b": 0}, Verdict.MOVED_FAR),
        ({}, Verdict.TOO_FEW),
    ],
)
def test_the_verdict_goes_by_size_too(now, verdict):
    assert shift({"a": 5000, "b": 5000}, now).verdict is verdict


def test_a_new_word_does_not_make_it_infinite():
    assert math.isfinite(shift({"a": 1000}, {"a": 500, "b": 500}).psi)


def test_nobody_has_no_psi():
    assert shift({}, {"a": 3}).psi is None


_COUNTS = st.dictionaries(st.sampled_from("abcd"), st.integers(1, 500), min_size=1)


@given(_COUNTS, _COUNTS)
def test_psi_is_never_negative_and_goes_both_ways(first, second):
    there, back = shift(first, second), shift(second, first)
    assert there.psi >= 0
    assert there.psi == pytest.approx(back.psi)
    assert shift(first, first).psi == 0
