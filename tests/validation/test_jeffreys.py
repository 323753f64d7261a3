"""Whether more default than their pd says."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import binom

from ews.validation.jeffreys import jeffreys_interval, jeffreys_p, jeffreys_power, least_rejected


@pytest.mark.parametrize(("pd", "defaults", "rows"), [(0.02, 3, 100), (0.1, 0, 40), (0.05, 10, 80), (0.5, 7, 9)])
def test_p_is_the_posterior_below_the_pd_by_integration(pd, defaults, rows):
    def density(rate: float) -> float:
        return float(rate ** (defaults - 0.5) * (1 - rate) ** (rows - defaults - 0.5))

    below, whole = (quad(density, 0, end, epsabs=0, limit=400)[0] for end in (pd, 1))
    assert jeffreys_p(pd, defaults, rows) == pytest.approx(below / whole, rel=1e-5)


# as printed by binom.jeffreys of the R package RSurveillance
@pytest.mark.parametrize(
    ("defaults", "rows", "low", "high"),
    [(25, 200, 0.08462743, 0.176126), (10, 200, 0.02599340, 0.08687509), (20, 200, 0.06416642, 0.14729862)],
)
def test_the_interval_is_that_of_another_implementation(defaults, rows, low, high):
    found = jeffreys_interval(defaults, rows)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-8), pytest.approx(high, abs=1e-6))
    assert found.value == defaults / rows
    assert jeffreys_p(low, defaults, rows) == pytest.approx(0.025, abs=1e-6)


def test_without_defaults_the_interval_begins_at_0_and_with_nothing_else_it_ends_at_1():
    assert jeffreys_interval(0, 7).low == 0
    assert jeffreys_interval(7, 7).high == 1


def test_nobody_has_no_rate():
    assert jeffreys_interval(0, 0).value is None


@given(pd=st.floats(0.001, 0.5), rows=st.integers(1, 200))
@settings(max_examples=60, deadline=None)
def test_the_fewest_defaults_rejected_is_the_first_of_all_tried(pd, rows):
    p = [jeffreys_p(pd, defaults, rows) for defaults in range(rows + 1)]
    assert all(later <= earlier for earlier, later in pairwise(p))
    tried = [defaults for defaults, one in enumerate(p) if one < 0.05]
    assert least_rejected(pd, rows, significance=0.05) == (tried[0] if tried else rows + 1)


@given(pd=st.floats(0.005, 0.4), rows=st.integers(5, 150), factor=st.floats(1, 2))
@settings(max_examples=40, deadline=None)
def test_power_is_the_chance_of_all_outcomes_that_reject(pd, rows, factor):
    rejected = [defaults for defaults in range(rows + 1) if jeffreys_p(pd, defaults, rows) < 0.05]
    expected = sum(float(binom.pmf(defaults, rows, pd * factor)) for defaults in rejected)
    assert jeffreys_power(pd, rows, factor=factor, significance=0.05) == pytest.approx(expected, abs=1e-9)


def test_power_is_how_often_books_with_too_low_pds_are_caught():
    rng = np.random.default_rng(4)
    defaults = rng.binomial(800, 0.03 * 1.5, size=4_000)
    caught = np.mean([jeffreys_p(0.03, int(one), 800) < 0.05 for one in defaults])
    assert jeffreys_power(0.03, 800, factor=1.5, significance=0.05) == pytest.approx(caught, abs=0.025)


def test_right_pds_are_flagged_about_as_often_as_said():
    assert jeffreys_power(0.03, 2_000, factor=1.0, significance=0.05) == pytest.approx(0.05, abs=0.012)
