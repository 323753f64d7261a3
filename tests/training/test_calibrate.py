import numpy as np
import pytest
from scipy.special import expit

from ews.domain.errors import TrainingDataError
from ews.training.calibrate import calibrate


def test_after_calibration_expected_and_observed_defaults_agree():
    rng = np.random.default_rng(3)
    margin = rng.normal(-1, 2, 20_000)
    outcome = (rng.random(20_000) < expit(0.5 * margin - 1)).astype(np.int8)
    slope, intercept = calibrate(margin, outcome)
    assert slope == pytest.approx(0.5, abs=0.03)
    assert intercept == pytest.approx(-1, abs=0.06)
    assert expit(slope * margin + intercept).mean() == pytest.approx(outcome.mean(), abs=1e-3)


def test_margins_that_separate_the_classes_give_a_finite_line():
    slope, intercept = calibrate(np.array([-2.0, -1.0, 1.0, 2.0]), np.array([0, 0, 1, 1], dtype=np.int8))
    assert 0 < slope < 10
    assert intercept == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("margin", [[2.0, 1.0, -1.0, -2.0], [1.0, 1.0, 1.0, 1.0]], ids=["turned round", "constant"])
def test_margins_that_do_not_rise_with_default_are_refused(margin):
    with pytest.raises(TrainingDataError, match="do not tell who defaults: on 4 rows with 2 defaults"):
        calibrate(np.array(margin), np.array([0, 0, 1, 1], dtype=np.int8))
