"""What is to be expected, against hand, another implementation, and outcomes that are drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from ews.monitoring.health.expected import expected_auc, expected_performance
from ews.validation.calibration import brier
from ews.validation.power import auc, captured


def test_three_borrowers_by_hand():
    """Pairs of one who defaults and one who does not: the mean number, and of those the ones ranked rightly."""
    pd = np.array([0.5, 0.2, 0.1])
    right = 0.5 * 0.8 + 0.5 * 0.9 + 0.2 * 0.9
    wrong = 0.2 * 0.5 + 0.1 * 0.5 + 0.1 * 0.8
    found = expected_performance(pd)
    assert found.auc == pytest.approx(right / (right + wrong))
    assert (found.rows, found.defaults) == (3, pytest.approx(0.8))
    assert found.brier == pytest.approx((0.25 + 0.16 + 0.09) / 3)
    assert found.captured_5pct == pytest.approx(0.5 / 0.8)
    spread = 1.959964 * np.sqrt(0.25 + 0.16 + 0.09)
    assert (found.low, found.high) == (0.0, pytest.approx(0.8 + spread))


@given(st.lists(st.sampled_from([0.01, 0.1, 0.25, 0.5, 0.9]), min_size=2, max_size=40))
def test_the_auc_is_that_of_every_borrower_both_ways_less_the_pairs_with_himself(values):
    pd = np.array(values)
    n = len(pd)
    twice = roc_auc_score([1] * n + [0] * n, np.tile(pd, 2), sample_weight=np.concatenate([pd, 1 - pd]))
    whole, own = pd.sum() * (1 - pd).sum(), (pd * (1 - pd)).sum()
    assert expected_auc(pd) == pytest.approx((twice * whole - own / 2) / (whole - own))


def test_outcomes_drawn_with_these_chances_give_what_was_expected():
    rng = np.random.default_rng(7)
    pd = 1 / (1 + np.exp(-(rng.normal(size=4000) - 3)))
    hits = [(rng.random(len(pd)) < pd).astype(np.int8) for _ in range(200)]
    found = expected_performance(pd)
    for expected, seen in (
        (found.auc, [auc(pd, hit) for hit in hits]),
        (found.brier, [brier(pd, hit) for hit in hits]),
        (found.captured_5pct, [captured(pd, hit, share=0.05) for hit in hits]),
        (found.defaults, [hit.sum() for hit in hits]),
    ):
        assert abs(np.mean(seen) - expected) < 4 * np.std(seen) / np.sqrt(len(seen))
    inside = np.mean([found.low <= hit.sum() <= found.high for hit in hits])
    assert 0.9 < inside < 0.99


def test_nobody_gives_nothing_to_expect():
    found = expected_performance(np.empty(0))
    assert (found.rows, found.defaults, found.auc, found.brier, found.captured_5pct) == (0, 0.0, None, None, None)
