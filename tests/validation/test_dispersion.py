"""Whether the grades are used."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, variation

from ews.validation import dispersion

sizes = st.lists(st.integers(0, 500), min_size=2, max_size=12).filter(any)


def test_by_hand():
    # shares 0.5, 0.3, 0.2: sum of squares 0.38
    assert dispersion.variation([5, 3, 2]) == pytest.approx(np.sqrt(3 * 0.38 - 1))
    assert dispersion.herfindahl([5, 3, 2]) == pytest.approx(1 + np.log(0.38) / np.log(3))


def test_even_grades_are_0_and_a_single_one_in_use_is_1():
    assert dispersion.herfindahl([4, 4, 4]) == pytest.approx(0)
    assert dispersion.herfindahl([0, 9, 0]) == pytest.approx(1)


@given(sizes=sizes)
def test_it_is_the_coefficient_of_variation_that_scipy_knows(sizes):
    assert dispersion.variation(sizes) == pytest.approx(variation(sizes))
    assert -1e-9 <= dispersion.herfindahl(sizes) <= 1 + 1e-9


def test_the_test_of_the_instructions_by_hand():
    # K = 7, from 1.0 to 1.4: z = sqrt(6) x 0.4 / sqrt(1.96 x 2.46)
    assert dispersion.risen_p(1.4, 1.0, 7) == pytest.approx(norm.sf(np.sqrt(6) * 0.4 / np.sqrt(1.96 * 2.46)))
    assert dispersion.risen_p(1.0, 1.0, 7) == pytest.approx(0.5)
    assert dispersion.risen_p(0.0, 1.0, 7) == 1.0


@pytest.mark.parametrize(
    ("initial", "grades", "can"), [(0.0, 9, True), (0.2, 9, True), (1.0, 9, False), (0.5, 4, False)]
)
def test_from_uneven_grades_the_test_cannot_fail(initial, grades, can):
    assert dispersion.can_fail(initial, grades, significance=0.05) is can


def test_nobody_has_no_dispersion():
    assert np.isnan(dispersion.variation([0, 0]))
    assert np.isnan(dispersion.herfindahl([3]))
