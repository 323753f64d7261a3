from datetime import date

import numpy as np
import pytest
from scipy.stats import beta

from ews.models.frozen import Explanation
from ews.training.examined import bands, examined_of, power


def test_power_is_the_share_of_defaults_among_the_riskiest_rows():
    pd, outcome = np.array([0.1, 0.9, 0.5, 0.2]), np.array([0, 1, 0, 1], dtype=np.int8)
    assert power(pd, outcome) == ((0, 0), (0.25, 0.5), (0.5, 0.5), (0.75, 1), (1, 1))


def test_where_nobody_defaulted_there_is_no_power_to_tell():
    assert power(np.array([0.1, 0.2]), np.zeros(2, dtype=np.int8)) == ()


def test_power_has_no_more_points_than_a_page_can_draw():
    pd = np.linspace(0.01, 0.99, 10_000)
    assert len(power(pd, (pd > 0.9).astype(np.int8))) == 51


def test_bands_are_of_equal_size_from_the_safest_with_the_interval_of_jeffreys():
    pd = np.linspace(0.9, 0.1, 20)
    outcome = np.zeros(20, dtype=np.int8)
    outcome[:2] = 1
    found = bands(pd, outcome)
    assert [one.rows for one in found] == [2] * 10
    assert [one.defaults for one in found] == [0] * 9 + [2]
    assert found[-1].mean_pd == pytest.approx((0.9 + pd[1]) / 2)
    assert (found[-1].low, found[-1].high) == pytest.approx(tuple(beta.ppf([0.025, 0.975], 2.5, 0.5)))


def test_a_feature_weighs_the_mean_size_of_what_it_adds():
    explained = Explanation(0.0, ("A",), np.zeros((2, 1)), np.array([[1.0, -0.5], [-3.0, 0.5]]))
    days = (date(2024, 6, 30),)
    found = examined_of("time", days, days, {}, np.array([0.5]), np.array([1], dtype=np.int8), ("f", "g"), explained)
    assert found.weights == {"f": 2.0, "g": 0.5}
