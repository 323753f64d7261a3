from datetime import date

import numpy as np
import pytest

from benchmarks.flapping import flaps
from ews.outcomes.horizon import months_later

DAYS = [months_later(date(2026, 6, 30), -back) for back in range(12, -1, -1)]
SOUND = [0.0] * 13


def test_a_change_that_is_turned_round_within_six_batches_is_a_reversal():
    levels = np.array([[0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 2, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0]], dtype=float)
    found = flaps(DAYS, levels, np.array([SOUND, SOUND]))
    assert found.borrower_years == pytest.approx(2, abs=0.01)
    assert found.changes == pytest.approx(2, abs=0.01)
    assert found.reversals == pytest.approx(0.5, abs=0.01)


def test_stays_at_red_are_measured_once_they_end_and_defaults_by_the_warning_90_days_before():
    red = [0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3]
    late = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 3]
    failed = [0.0] * 12 + [1.0]
    found = flaps(DAYS, np.array([red, late], dtype=float), np.array([failed, failed]))
    assert found.red_days == (DAYS[3] - DAYS[1]).days
    assert (found.defaults, found.warned) == (2, 0.5)


def test_who_was_not_decided_counts_for_no_time():
    levels = np.array([[np.nan] * 6 + [1.0] * 7])
    found = flaps(DAYS, levels, np.array([SOUND]))
    assert found.borrower_years == pytest.approx(0.5, abs=0.01)
    assert (found.changes, found.red_days, found.warned) == (0, None, None)
