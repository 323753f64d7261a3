"""Models made anew."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from ews.domain.errors import TrainingDataError
from ews.validation.refits import drawn, rank_correlation, remade
from tests.validation import made


def test_circles_are_drawn_whole_and_keep_their_rows():
    rows = made.taught(40)
    again = drawn(rows, seed=3)
    former = rows.rows.groupby("circle_id").size()
    found = again.rows.groupby("circle_id").size()
    assert [former[name.split("#")[0]] for name in found.index] == found.tolist()
    assert len(found) == len(former)  # as many circles as there were
    source = rows.rows.reset_index().set_index(["borrower_id", "as_of"])["index"]
    places = [
        source[name.split("#")[0], day]
        for name, day in zip(again.rows["borrower_id"], again.rows["as_of"], strict=True)
    ]
    assert np.array_equal(again.matrix, rows.matrix[places], equal_nan=True)
    assert again.outcome.tolist() == rows.outcome[places].tolist()


def test_the_same_seed_draws_the_same():
    rows = made.taught(30)
    assert drawn(rows, seed=3).rows.equals(drawn(rows, seed=3).rows)
    assert not drawn(rows, seed=3).rows.equals(drawn(rows, seed=4).rows)


def test_two_models_per_seed_and_the_reason_where_nothing_could_be_learnt():
    rows = made.taught(200)
    found = remade(rows, made.fit, [5, 6])
    assert [(one.how, one.seed) for one in found] == [("seed", 5), ("draw", 5), ("seed", 6), ("draw", 6)]
    assert len({one.model.model_id for one in found}) == 4

    def stubborn(taught, *, seed):
        raise TrainingDataError("Too few.")

    assert [(one.model, one.why) for one in remade(rows, stubborn, [5])] == [(None, "Too few.")] * 2


@given(pairs=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=30))
def test_the_correlation_is_scipys(pairs):
    first, second = np.array(pairs, dtype=float).T
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        assert np.isnan(rank_correlation(first, second))
    else:
        assert rank_correlation(first, second) == pytest.approx(spearmanr(first, second).statistic)
