"""Calibrate: the line from a booster's margin to the log-odds of the served pd.

Reads   margins of rows by boosters that never saw their borrowers
Method  Platt 1999: logistic regression on the margin with his targets, which keep the line finite where a margin
        separates the classes; an affine map leaves order and reasons as they are
"""

import numpy as np
from numpy.typing import NDArray

from ews.domain.errors import TrainingDataError
from ews.validation.calibration import calibration_line


def calibrate(margin: NDArray[np.float64], outcome: NDArray[np.int8]) -> tuple[float, float]:
    """Return (slope, intercept), slope > 0; TrainingDataError where the margins do not tell defaulters from others."""
    bad, good = int(outcome.sum()), int((outcome == 0).sum())
    target = np.where(outcome == 1, (bad + 1) / (bad + 2), 1 / (good + 2))
    slope, intercept = calibration_line(margin, target)
    if not slope > 0:
        message = (
            f"The features do not tell who defaults: on {len(outcome)} rows with {bad} defaults the score of borrowers "
            f"not seen in training has the slope {slope:.2f}. Give more data, or look whether the book's feeds and its "
            "outcomes belong together."
        )
        raise TrainingDataError(message)
    return slope, intercept
