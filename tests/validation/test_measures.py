import numpy as np
import pytest

from ews.validation.calibration import brier, log_loss
from ews.validation.measures import measure
from ews.validation.power import auc, captured, ks


def test_measures_are_the_single_statistics_with_intervals_around_them():
    rng = np.random.default_rng(5)
    pd = rng.random(400)
    outcome = (rng.random(400) < pd).astype(int)
    found = measure(pd, outcome, np.arange(400) // 2)
    expected = {
        "auc": auc(pd, outcome),
        "ks": ks(pd, outcome),
        "brier": brier(pd, outcome),
        "log_loss": log_loss(pd, outcome),
        "captured_5pct": captured(pd, outcome, share=0.05),
    }
    assert {name: found.estimates[name].value for name in expected} == pytest.approx(expected)
    assert (found.rows, found.defaults) == (400, int(outcome.sum()))
    for estimate in found.estimates.values():
        low, value, high = (float(end or 0) for end in (estimate.low, estimate.value, estimate.high))
        assert low <= value <= high


def test_the_order_of_rows_changes_nothing_but_rounding():
    rng = np.random.default_rng(6)
    pd, outcome, borrowers = rng.random(100), rng.integers(0, 2, 100), np.arange(100) // 2
    turned = rng.permutation(100)
    straight = measure(pd, outcome, borrowers).estimates
    shuffled = measure(pd[turned], outcome[turned], borrowers[turned]).estimates
    for name, estimate in straight.items():
        assert shuffled[name].value == pytest.approx(estimate.value)
        assert shuffled[name].low == pytest.approx(estimate.low)
