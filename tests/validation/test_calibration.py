import numpy as np
import pytest
from scipy.special import expit
from sklearn.metrics import brier_score_loss
from sklearn.metrics import log_loss as sklearn_log_loss

from ews.validation.calibration import (
    brier,
    calibration_in_the_large,
    calibration_line,
    intercept_statistic,
    log_loss,
    log_odds,
    slope_statistic,
)


def test_brier_is_the_mean_squared_miss():
    assert brier([0.1, 0.8], [0, 1]) == pytest.approx((0.01 + 0.04) / 2)


def test_log_loss_is_the_mean_surprise():
    assert log_loss([0.25, 0.5], [0, 1]) == pytest.approx(-(np.log(0.75) + np.log(0.5)) / 2)


def test_a_certain_miss_costs_much_but_not_infinitely_much():
    assert log_loss([0.0], [1]) == pytest.approx(-np.log(1e-12))


def test_brier_and_log_loss_agree_with_sklearn():
    rng = np.random.default_rng(1)
    pd, outcome = rng.random(200), rng.integers(0, 2, 200)
    assert brier(pd, outcome) == pytest.approx(brier_score_loss(outcome, pd))
    assert log_loss(pd, outcome) == pytest.approx(sklearn_log_loss(outcome, pd))


def test_the_line_of_two_groups_passes_through_their_log_odds():
    # margin -1: 1 of 4 default, margin 1: 3 of 4; the likelihood is greatest where both rates are met exactly
    margin, target = np.repeat([-1.0, 1.0], 4), np.array([1, 0, 0, 0, 1, 1, 1, 0], dtype=float)
    slope, intercept = calibration_line(margin, target)
    assert slope == pytest.approx(np.log(3))
    assert intercept == pytest.approx(0, abs=1e-12)


def test_the_line_finds_how_far_pds_were_stretched_and_shifted():
    rng = np.random.default_rng(7)
    true = rng.normal(-2, 1.5, 100_000)
    outcome = (rng.random(100_000) < expit(true)).astype(float)
    slope, intercept = calibration_line((true - 0.5) * 2, outcome)
    assert slope == pytest.approx(0.5, abs=0.01)
    assert intercept == pytest.approx(0.5, abs=0.03)


def test_the_line_is_undefined_where_nothing_fixes_it():
    margin, target = np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 0.0, 1.0, 1.0])
    assert np.isnan(calibration_line(margin, target)[0])  # separable: the steeper, the better
    assert np.isnan(calibration_line(margin, np.zeros(4))[0])
    assert np.isnan(calibration_line(np.ones(4), target)[0])


@pytest.mark.parametrize("level", [0.02, 0.5, 0.97])
def test_calibration_in_the_large_is_the_gap_between_observed_and_expected_log_odds(level):
    outcome = np.array([1.0] * 3 + [0.0] * 7)
    margin = np.full(10, float(log_odds([level])[0]))
    assert calibration_in_the_large(margin, outcome) == pytest.approx(np.log(3 / 7) - margin[0])


def test_pds_that_are_right_have_slope_one_and_intercept_zero():
    pd = np.repeat([0.2, 0.6], 10)
    outcome = np.array([1] * 2 + [0] * 8 + [1] * 6 + [0] * 4)
    ones = np.ones(20)
    assert slope_statistic(pd, outcome)(ones) == pytest.approx(1)
    assert intercept_statistic(pd, outcome)(ones) == pytest.approx(0, abs=1e-9)
