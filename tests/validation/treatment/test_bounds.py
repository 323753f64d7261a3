"""Bounds: by hand, against a search over all that could have been, and around the truth of made-up treatments."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from ews.validation.treatment.bounds import Assumption, averted_rate, untreated_auc, untreated_rate

NOTHING, NO_HARM, NEEDED = Assumption
# Ten rows: four treated, one of whom defaults; six untreated, three of whom do.
OUTCOME = np.array([1, 0, 0, 0, 1, 1, 1, 0, 0, 0], np.int8)
TREATED = np.array([True] * 4 + [False] * 6)


def both(bounds, weights):
    return bounds.least(weights), bounds.most(weights)


@pytest.mark.parametrize(
    ("assumption", "rate", "averted"),
    [
        (NOTHING, (0.3, 0.7), (-0.25, 0.75)),
        (NO_HARM, (0.4, 0.7), (0.0, 0.75)),
        (NEEDED, (0.5, 0.7), (0.25, 0.75)),
    ],
)
def test_the_bounds_of_ten_rows_by_hand(assumption, rate, averted):
    # Untreated default at 3/6, so that as risky ones among the treated would at 0.5: (3 + 4 * 0.5) / 10.
    ones = np.ones(10)
    assert both(untreated_rate(OUTCOME, TREATED, assumption), ones) == pytest.approx(rate)
    assert both(averted_rate(OUTCOME, TREATED, assumption), ones) == pytest.approx(averted)


def test_without_treatment_there_is_nothing_to_bound_and_without_rows_nothing_to_say():
    nobody = np.zeros(10, bool)
    for assumption in Assumption:
        assert both(untreated_rate(OUTCOME, nobody, assumption), np.ones(10)) == (0.4, 0.4)
        assert np.isnan(both(averted_rate(OUTCOME, nobody, assumption), np.ones(10))).all()
        assert np.isnan(both(untreated_rate(OUTCOME, TREATED, assumption), np.zeros(10))).all()


def test_needed_is_asked_within_each_stratum():
    # Treated and untreated of a stratum are compared; across them the safe could be among the treated.
    strata = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
    least = untreated_rate(OUTCOME, TREATED, NEEDED, strata).least(np.ones(10))
    assert least == pytest.approx((1.0 * 6 + 0.25 * 4) / 10)


def auc_by_pairs(score, outcome):
    bad, good = score[outcome == 1][:, None], score[outcome == 0][None, :]
    return ((bad > good) + (bad == good) / 2).mean()


rows = st.lists(
    st.tuples(st.integers(0, 3), st.booleans(), st.booleans(), st.booleans(), st.integers(0, 2)), min_size=2, max_size=7
)


def arrays(drawn):
    score, y0, y1, treated, stratum = (np.array(column) for column in zip(*drawn, strict=True))
    return score.astype(float), y0.astype(np.int8), y1.astype(np.int8), treated.astype(bool), stratum


@given(drawn=rows)
def test_the_rate_that_there_would_have_been_lies_within_the_bounds(drawn):
    _, y0, y1, treated, stratum = arrays(drawn)
    outcome, ones = np.where(treated, y1, y0), np.ones(len(y0))
    low, high = both(untreated_rate(outcome, treated, NOTHING, stratum), ones)
    assert low - 1e-9 <= y0.mean() <= high + 1e-9
    if treated.any():
        least, most = both(averted_rate(outcome, treated, NOTHING, stratum), ones)
        assert least - 1e-9 <= (y0 - y1)[treated].mean() <= most + 1e-9


@given(drawn=rows)
def test_where_treatment_harms_nobody_the_narrower_bounds_hold_too(drawn):
    score, y0, y1, treated, stratum = arrays(drawn)
    y1 = np.minimum(y1, y0)
    outcome, ones = np.where(treated, y1, y0), np.ones(len(y0))
    low, high = both(untreated_rate(outcome, treated, NO_HARM, stratum), ones)
    assert low - 1e-9 <= y0.mean() <= high + 1e-9
    if 0 < y0.sum() < len(y0):
        least, most = both(untreated_auc(score, outcome, treated, NO_HARM), ones)
        assert least - 1e-9 <= roc_auc_score(y0, score) <= most + 1e-9


@given(drawn=rows, weights=st.lists(st.integers(0, 3), min_size=7, max_size=7))
def test_each_assumption_narrows_the_bounds_of_the_one_before(drawn, weights):
    _, y0, y1, treated, stratum = arrays(drawn)
    outcome, times = np.where(treated, y1, y0), np.array(weights[: len(y0)], float)
    if not times.sum():
        return
    found = [both(untreated_rate(outcome, treated, each, stratum), times) for each in Assumption]
    assert all(0 <= low <= high + 1e-9 for low, high in found)
    assert all(after[0] >= before[0] - 1e-9 for before, after in pairwise(found))
    assert len({high for _, high in found}) == 1


@settings(deadline=None, max_examples=60)
@given(drawn=rows, assumption=st.sampled_from((NOTHING, NO_HARM)))
def test_the_auc_bounds_are_those_of_a_search_over_all_labels(drawn, assumption):
    score, y0, y1, treated, _ = arrays(drawn)
    outcome = np.where(treated, y1, y0)
    free = np.flatnonzero(treated if assumption is NOTHING else treated & (outcome == 0))
    possible = []
    for labels in product((0, 1), repeat=len(free)):
        tried = outcome.copy()
        tried[free] = labels
        if 0 < tried.sum() < len(tried):
            possible.append(auc_by_pairs(score, tried))
    found = both(untreated_auc(score, outcome, treated, assumption), np.ones(len(score)))
    if possible:
        assert found == pytest.approx((min(possible), max(possible)))
    else:
        assert np.isnan(found).all()


@given(drawn=rows)
def test_a_row_that_weighs_two_counts_like_two_rows(drawn):
    _, y0, y1, treated, stratum = arrays(drawn)
    outcome, times = np.where(treated, y1, y0), np.arange(len(y0)) % 3
    if not times.sum():
        return
    many = np.repeat(np.arange(len(y0)), times)
    for each in Assumption:
        weighted = both(untreated_rate(outcome, treated, each, stratum), times.astype(float))
        repeated = both(untreated_rate(outcome[many], treated[many], each, stratum[many]), np.ones(len(many)))
        assert weighted == pytest.approx(repeated)


def test_officers_who_treat_the_riskiest_bring_the_truth_within_the_narrowest_bounds():
    rng = np.random.default_rng(5)
    pd = rng.beta(1, 12, 40_000)
    y0 = (rng.random(len(pd)) < pd).astype(np.int8)
    treated = rng.random(len(pd)) < 4 * pd  # the riskier, the likelier
    y1 = np.where(rng.random(len(pd)) < 0.9, 0, y0)  # nine in ten defaults are kept away
    outcome, ones = np.where(treated, y1, y0), np.ones(len(pd))
    low, high = both(untreated_rate(outcome, treated, NEEDED), ones)
    assert outcome.mean() < low <= y0.mean() <= high
    least, most = both(averted_rate(outcome, treated, NO_HARM), ones)
    assert least <= (y0 - y1)[treated].mean() <= most
