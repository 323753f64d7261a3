from datetime import date
from itertools import pairwise

import pandas as pd

from benchmarks.watch import _compared, _wide, batch_days
from ews.domain.levels import WarningLevel
from tests.benchmarks.economies import modelled_by_hand


def test_the_last_batch_leaves_a_horizon_before_the_end_of_the_book():
    days = batch_days(date(2026, 6, 30), 12)
    assert (len(days), days[0], days[1], days[-1]) == (13, date(2024, 6, 30), date(2024, 7, 31), date(2025, 6, 30))


def test_month_ends_are_far_enough_apart_to_be_compared():
    days = batch_days(date(2026, 2, 28), 12)
    assert min((after - before).days for before, after in pairwise(days)) >= 28


def test_levels_stand_by_borrower_and_batch_and_are_unknown_where_nobody_was_decided():
    first = pd.Series([1, 2], index=["B1", "B2"])
    second = pd.Series([3, 0], index=["B3", "B1"])
    wide = _wide([first, second])
    assert wide.shape == (3, 2)
    assert wide[0].tolist() == [1.0, 0.0]
    assert pd.isna(wide[1]).tolist() == [False, True]
    assert pd.isna(wide[2]).tolist() == [True, False]


class _Decided:
    borrowers = pd.DataFrame(
        {"borrower_id": ["B1"], "pd": [0.1], "grade": ["G7"], "tier_rank": [1], "level_rank": [2], "other": [0]}
    )


def test_the_next_batch_is_compared_with_grade_tier_and_level_of_the_one_before():
    model = modelled_by_hand().trained.model
    found = _compared(date(2024, 6, 30), _Decided(), model)
    assert (found.as_of, found.model_id) == (date(2024, 6, 30), model.model_id)
    assert found.rows.to_dict("records") == [
        {"borrower_id": "B1", "pd": 0.1, "grade": "G7", "tier": "special_mention", "level": WarningLevel.ORANGE}
    ]
