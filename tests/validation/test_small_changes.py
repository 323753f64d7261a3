"""Values as they might have been."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.features.catalogue import feature
from ews.validation.small_changes import stepped, with_noise
from tests.validation import made

COUNT, SHARE, CHANGE = feature("inquiries_3m"), feature("external_debt_share"), feature("inflow_change_3m")


@given(seed=st.integers(0, 50))
@settings(max_examples=20, deadline=None)
def test_noise_leaves_nulls_zeros_and_whole_numbers_what_they_are(seed):
    rows = made.taught(60)
    off = with_noise(rows.matrix, rows.features, seed=seed)
    assert np.array_equal(np.isnan(off), np.isnan(rows.matrix))
    assert (off[rows.matrix == 0] == 0).all()
    counts = off[:, list(made.NAMES).index("inquiries_3m")]
    assert (counts == np.round(counts)).all()
    shares = off[:, list(made.NAMES).index("external_debt_share")]
    assert ((shares >= 0) & (shares <= 1)).all()


def test_noise_is_about_one_part_in_twenty():
    matrix = np.full((20_000, 1), 0.4)
    off = with_noise(matrix, (CHANGE,), seed=1)
    assert abs(off.std() / 0.4 - 0.05) < 0.002


def test_a_step_moves_one_feature_and_keeps_its_nature():
    matrix = np.array([[0.0, 0.99, -0.5], [4.0, 0.01, 0.5], [np.nan, 0.5, np.nan]])
    up, down = (stepped(matrix, (COUNT, SHARE, CHANGE), 0, way) for way in (1, -1))
    assert up[:2, 0].tolist() == [1, 5]  # a whole number moves by one at least
    assert down[:2, 0].tolist() == [0, 3]  # and never below 0
    assert np.array_equal(up[:, 1:], matrix[:, 1:], equal_nan=True)
    assert np.isnan(up[2, 0])
    shares = stepped(matrix, (COUNT, SHARE, CHANGE), 1, 1)[:, 1]
    assert shares.max() == 1.0
    assert stepped(matrix, (COUNT, SHARE, CHANGE), 2, -1)[0, 2] < -0.5
