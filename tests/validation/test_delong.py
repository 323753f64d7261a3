"""Standard errors of an AUC, against what others published and computed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.validation.delong import auc_difference, auc_estimate, aucs, hanley_mcneil, influence
from ews.validation.estimates import estimates
from ews.validation.power import auc, auc_statistic

# 43 patients of DeLong, DeLong and Clarke-Pearson 1988: albumin, total protein, K-G score, benefit of surgery
PATIENTS = """
3.0 5.8 10 0   3.2 6.3  5 1   3.9 6.8  3 1   2.8 4.8  6 0   3.2 5.8  3 1   0.9 4.0  5 0   2.5 5.7  8 0   1.6 5.6  5 1
3.8 5.7  5 1   3.7 6.7  6 1   3.2 5.4  4 1   3.8 6.6  6 1   4.1 6.6  5 1   3.6 5.7  5 1   4.3 7.0  4 1   3.6 6.7  4 0
2.3 4.4  6 1   4.2 7.6  4 0   4.0 6.6  6 0   3.5 5.8  6 1   3.8 6.8  7 1   3.0 4.7  8 0   4.5 7.4  5 1   3.7 7.4  5 1
3.1 6.6  6 1   4.1 8.2  6 1   4.3 7.0  5 1   4.3 6.5  4 1   3.2 5.1  5 1   2.6 4.7  6 1   3.3 6.8  6 0   1.7 4.0  7 0
3.7 6.1  5 1   3.3 6.3  7 1   4.2 7.7  6 1   3.5 6.2  5 1   2.9 5.7  9 0   2.1 4.8  7 1   2.8 6.2  8 0   4.0 7.0  7 1
3.3 5.7  6 1   3.7 6.9  5 1   3.6 6.6  5 1
"""
rows = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 1)), min_size=8, max_size=40).filter(
    lambda each: 2 <= sum(outcome for *_, outcome in each) <= len(each) - 2
)


def patients():
    albumin, protein, score, benefit = np.array(PATIENTS.split(), dtype=float).reshape(-1, 4).T
    return -albumin, -protein, score, (benefit == 0).astype(int)


def test_the_published_example_comes_out_as_sas_prints_it():
    # SAS/STAT, PROC LOGISTIC, "Comparing Receiver Operating Characteristic Curves"
    albumin, protein, score, outcome = patients()
    found = aucs([albumin, score, protein], outcome)
    assert found.values.round(4).tolist() == [0.7366, 0.7258, 0.6478]
    assert np.sqrt(np.diag(found.covariance)).round(4).tolist() == [0.0927, 0.1028, 0.1000]
    against = auc_difference(albumin, score, outcome)
    assert (round(against.value, 4), round(against.standard_error, 4), round(against.p, 4)) == (0.0108, 0.0953, 0.9102)
    assert str(against.estimate) == "0.0108 [-0.1761, 0.1976]"
    against = auc_difference(protein, score, outcome)
    assert (round(against.value, 4), round(against.standard_error, 4), round(against.p, 4)) == (-0.0780, 0.1046, 0.4561)


def test_both_contrasts_together_give_the_published_chi_square():
    albumin, protein, score, outcome = patients()
    found = aucs([albumin, score, protein], outcome)
    contrast = np.array([[1, -1, 0], [0, -1, 1]])
    apart = contrast @ found.values
    assert apart @ np.linalg.inv(contrast @ found.covariance @ contrast.T) @ apart == pytest.approx(2.5340, abs=5e-5)


@given(each=rows)
@settings(max_examples=60, deadline=None)
def test_pairs_counted_one_by_one_give_the_same(each):
    first, second, outcome = np.array(each).T
    found = aucs([first, second], outcome)
    placed = []
    for score in (first, second):
        bad, good = score[outcome == 1], score[outcome == 0]
        won = (bad[:, None] > good[None, :]) + 0.5 * (bad[:, None] == good[None, :])
        placed.append((won.mean(axis=1), won.mean(axis=0)))
    assert found.values == pytest.approx([one[0].mean() for one in placed])
    of_bad, of_good = (np.cov(np.stack([one[side] for one in placed])) for side in (0, 1))
    expected = of_bad / (outcome == 1).sum() + of_good / (outcome == 0).sum()
    assert found.covariance == pytest.approx(expected, abs=1e-12)


@given(each=rows)
@settings(max_examples=40, deadline=None)
def test_rows_that_repeat_a_borrower_do_not_narrow_the_interval(each):
    score, _, outcome = np.array(each).T
    once = aucs([score], outcome)
    thrice = aucs([np.repeat(score, 3)], np.repeat(outcome, 3), np.repeat(np.arange(len(score)), 3))
    assert thrice.covariance == pytest.approx(once.covariance, abs=1e-12)


def test_groups_agree_with_draws_of_whole_groups():
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(400), 4)
    trait = rng.normal(size=400)
    outcome = (rng.random(400) < 1 / (1 + np.exp(1.5 - trait))).astype(int)[groups]
    score = trait[groups] + 0.5 * rng.normal(size=1_600)
    found = auc_estimate(score, outcome, groups)
    drawn = estimates({"auc": auc_statistic(score, outcome)}, groups, replicates=400)["auc"]
    assert found.value == pytest.approx(drawn.value)
    assert found.high - found.low == pytest.approx(drawn.high - drawn.low, rel=0.12)
    assert found.high - found.low > 1.5 * (auc_estimate(score, outcome).high - auc_estimate(score, outcome).low)


@given(each=rows)
@settings(max_examples=40, deadline=None)
def test_influences_add_up_to_nothing_and_give_nearly_the_standard_error(each):
    score, _, outcome = np.array(each).T
    value, moves = influence(score, outcome)
    assert value == pytest.approx(auc(score, outcome))
    assert moves.sum() == pytest.approx(0, abs=1e-9)
    spread = aucs([score], outcome).covariance[0, 0]
    assert (moves**2).sum() <= spread + 1e-12  # the same sums, without Bessel's correction
    assert (moves**2).sum() >= spread / 2 - 1e-12


def test_a_score_against_itself_differs_by_nothing():
    score, outcome = [1, 2, 3, 4, 5, 6], [0, 1, 0, 1, 0, 1]
    found = auc_difference(score, score, outcome)
    assert (found.value, found.standard_error, found.p) == (0, 0, 1)


@pytest.mark.parametrize("outcome", [[0, 0, 0, 0], [1, 1, 1, 1]])
def test_one_class_has_no_auc(outcome):
    assert auc_estimate([1, 2, 3, 4], outcome).value is None
    assert influence([1, 2, 3, 4], outcome)[1].tolist() == [0, 0, 0, 0]


def test_a_single_defaulter_has_an_auc_without_an_interval():
    found = auc_estimate([1, 2, 3, 4], [0, 0, 0, 1])
    assert (found.value, found.low, found.high) == (1.0, None, None)


def test_hanley_and_mcneils_formula_is_exact_where_scores_are_exponential():
    # their paper derives it for two negative exponentials; one in (1 + rate) of the pairs is ordered wrongly
    rng = np.random.default_rng(6)
    found = []
    for _ in range(3_000):
        bad, good = rng.exponential(4.0, 30), rng.exponential(1.0, 50)
        found.append((bad[:, None] > good[None, :]).mean())
    assert np.mean(found) == pytest.approx(0.8, abs=0.005)
    assert hanley_mcneil(0.8, 30, 50) == pytest.approx(np.std(found), rel=0.05)
