"""Bands of a reference, and what lies in them later."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.validation.limits import BOUNDS
from ews.validation.stability import MOVED, MOVED_FAR, UNKNOWN, Movement, counts_by_band, edges_of, shift

values = st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(float("nan"))), min_size=1, max_size=80).map(np.array)


def test_the_limits_are_those_of_the_file():
    assert (MOVED, MOVED_FAR) == (BOUNDS["psi_score"].watch, BOUNDS["psi_score"].limit) == (0.10, 0.25)


def test_ten_bands_of_equal_size_and_a_word_for_what_is_not_known():
    reference = np.arange(1.0, 101.0)
    edges = edges_of(reference)
    assert edges.tolist() == [10, 20, 30, 40, 50, 60, 70, 80, 90]
    assert set(counts_by_band(reference, edges).values()) == {10, 0}
    later = counts_by_band(np.array([10.0, 10.5, 1_000.0, np.nan]), edges)
    assert (later["00"], later["01"], later["09"], later[UNKNOWN]) == (1, 1, 1, 1)


def test_values_that_repeat_make_fewer_bands():
    edges = edges_of(np.array([0.0] * 80 + [1.0] * 15 + [7.0] * 5))
    assert edges.tolist() == [0, 1]
    assert edges_of(np.array([3.0, 3.0])).tolist() == []
    assert edges_of(np.array([np.nan])).tolist() == []


@given(reference=values, later=values)
@settings(max_examples=80, deadline=None)
def test_every_value_lies_in_one_band(reference, later):
    counts = counts_by_band(later, edges_of(reference))
    assert sum(counts.values()) == len(later)
    assert counts[UNKNOWN] == np.isnan(later).sum()


def test_a_feature_that_is_suddenly_unknown_has_moved_far():
    reference = np.arange(5_000.0)
    edges = edges_of(reference)
    half = np.where(np.arange(5_000) % 2, np.nan, reference)
    assert shift(counts_by_band(reference, edges), counts_by_band(half, edges)).verdict is Movement.MOVED_FAR


def test_chance_goes_by_the_sizes_given():
    base, now = {"a": 5_000, "b": 5_000}, {"a": 5_100, "b": 4_900}
    assert shift(base, now).verdict is Movement.STABLE
    few = shift(base, now, (50, 50))
    assert (few.base, few.now, few.verdict) == (50, 50, Movement.TOO_FEW)
    assert few.noise == pytest.approx(3.8415 * 2 / 50, rel=1e-4)


def test_chance_alone_exceeds_the_noise_about_once_in_twenty():
    rng = np.random.default_rng(8)
    share = np.full(10, 0.1)
    words = [f"{band}" for band in range(10)]

    def counts(size):
        return dict(zip(words, rng.multinomial(size, share).tolist(), strict=True))

    found = [shift(counts(2_000), counts(1_000)) for _ in range(1_500)]
    assert np.mean([one.psi > one.noise for one in found]) == pytest.approx(0.05, abs=0.02)
