from datetime import date

import numpy as np
import pandas as pd
import pytest

from benchmarks.flapping import cells, flaps, measure
from benchmarks.watch import Watched
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


def test_levels_are_shares_of_those_decided_last_who_are_not_in_default():
    last = [0, 0, 1, 2, 3, 3, np.nan]
    levels = np.array([[0.0] * 12 + [level] for level in last])
    failed = np.array([[0.0] * 13] * 5 + [[0.0] * 12 + [1.0]] + [[0.0] * 12 + [np.nan]])
    assert flaps(DAYS, levels, failed).levels == (0.4, 0.2, 0.2, 0.2)


def test_both_ways_are_measured_and_told():
    levels, alone = np.array([[0.0] * 6 + [2.0] * 7]), np.array([[0.0] * 6 + [2.0, 0.0] * 3 + [2.0]])
    found = measure(Watched("A", tuple(DAYS), levels, alone, np.array([SOUND]), pd.DataFrame()))
    assert (found["with"]["changes"], found["without"]["changes"]) == (
        pytest.approx(1, abs=0.01),
        pytest.approx(7, abs=0.01),
    )
    assert cells(found["with"]) == ["0.0%", "0.0%", "100.0%", "0.0%", "1.00", "0.00", "–", "–"]
    assert cells({**found["with"], "red_days": 61.0, "defaults": 8, "warned": 0.75})[-2:] == ["61", "75% of 8"]
