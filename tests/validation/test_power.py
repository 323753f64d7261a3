import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp
from sklearn.metrics import roc_auc_score

from ews.validation.power import auc, auc_statistic, captured, ks, ks_statistic

rows = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 1)), min_size=4, max_size=60).filter(
    lambda pairs: 0 < sum(outcome for _, outcome in pairs) < len(pairs)
)


def test_auc_counts_the_pairs_in_which_the_defaulter_scores_higher_and_half_of_the_ties():
    # pairs: (3 beats 1), (3 beats 2), (2 beats 1), (2 ties 2)
    assert auc([1, 2, 2, 3], [0, 0, 1, 1]) == pytest.approx(3.5 / 4)


def test_ks_is_the_largest_gap_between_the_two_distributions():
    # at score 1: 2 of 3 others and 0 of 2 defaulters lie below or on it
    assert ks([1, 1, 2, 2, 3], [0, 0, 0, 1, 1]) == pytest.approx(2 / 3)


@pytest.mark.parametrize(("share", "found"), [(0.1, 0.5), (0.2, 1.0), (1.0, 1.0)])
def test_captured_is_the_share_of_defaulters_in_the_riskiest_part(share, found):
    outcome = [0] * 8 + [1, 1]
    assert captured(range(10), outcome, share=share) == pytest.approx(found)


def test_captured_takes_a_tie_at_the_edge_in_part():
    assert captured([1, 1, 1, 1], [0, 0, 1, 1], share=0.25) == pytest.approx(0.25)


@pytest.mark.parametrize("outcome", [[0, 0, 0], [1, 1, 1]])
def test_power_is_undefined_with_one_class_only(outcome):
    assert np.isnan(auc([1, 2, 3], outcome))
    assert np.isnan(ks([1, 2, 3], outcome))


@given(pairs=rows)
@settings(max_examples=60, deadline=None)
def test_auc_and_ks_agree_with_sklearn_and_scipy(pairs):
    score, outcome = np.array(pairs).T
    assert auc(score, outcome) == pytest.approx(roc_auc_score(outcome, score))
    assert ks(score, outcome) == pytest.approx(
        ks_2samp(score[outcome == 1], score[outcome == 0], method="asymp").statistic
    )


@given(pairs=rows, data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_weight_of_two_counts_like_a_row_twice(pairs, data):
    score, outcome = np.array(pairs).T
    weights = np.array(data.draw(st.lists(st.integers(1, 3), min_size=len(pairs), max_size=len(pairs))))
    repeated_score, repeated_outcome = np.repeat(score, weights), np.repeat(outcome, weights)
    assert auc_statistic(score, outcome)(weights.astype(float)) == pytest.approx(auc(repeated_score, repeated_outcome))
    assert ks_statistic(score, outcome)(weights.astype(float)) == pytest.approx(ks(repeated_score, repeated_outcome))
