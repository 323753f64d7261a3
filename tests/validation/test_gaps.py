"""How much worse some borrowers are ordered."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from ews.validation.delong import aucs
from ews.validation.gaps import auc_gap, implied_auc, promise_gap
from ews.validation.power import auc


def world(seed: int = 1, rows: int = 4_000):
    rng = np.random.default_rng(seed)
    pd = expit(rng.normal(-1.5, 1.2, rows))
    return pd, (rng.random(rows) < pd).astype(np.int8), np.arange(rows).astype(object)


def test_two_halves_that_share_nobody_vary_on_their_own():
    pd, outcome, circles = world()
    inside = np.arange(len(pd)) < 1_500
    found = auc_gap(pd, outcome, inside, circles)
    ours, others = (aucs([pd[side]], outcome[side]) for side in (inside, ~inside))
    assert found.difference.value == pytest.approx(ours.values[0] - others.values[0])
    expected = np.sqrt(ours.covariance[0, 0] + others.covariance[0, 0])
    assert found.standard_error == pytest.approx(expected, rel=0.005)
    assert found.inside.value == pytest.approx(ours.values[0])


def test_a_borrower_on_both_sides_in_the_same_way_has_no_gap_to_prove():
    pd, outcome, _ = world(rows=400)
    twice = np.concatenate([pd, pd]), np.concatenate([outcome, outcome]).astype(np.int8)
    circles = np.tile(np.arange(400), 2).astype(object)
    found = auc_gap(*twice, np.arange(800) < 400, circles)
    assert found.difference.value == pytest.approx(0)
    assert found.standard_error == pytest.approx(0, abs=1e-12)


@given(pd=st.lists(st.floats(0.01, 0.99), min_size=2, max_size=7))
@settings(max_examples=30, deadline=None)
def test_the_promise_counts_every_pair_by_how_likely_it_is(pd):
    pairs = [(one, other) for one in range(len(pd)) for other in range(len(pd)) if one != other]
    weight = [pd[one] * (1 - pd[other]) for one, other in pairs]
    won = [float(pd[one] > pd[other]) + 0.5 * (pd[one] == pd[other]) for one, other in pairs]
    assert implied_auc(np.array(pd)) == pytest.approx(np.average(won, weights=weight))


def test_true_pds_keep_their_promise_even_where_all_are_alike():
    pd, outcome, circles = world(seed=3, rows=20_000)
    alike = (pd > 0.2) & (pd < 0.3)
    found = promise_gap(pd[alike], outcome[alike], circles[alike])
    assert found.inside.value < 0.6
    assert found.difference.low < 0 < found.difference.high
    assert auc_gap(pd, outcome, alike, circles).difference.high < -0.1  # against all others they would look weak


def test_pds_drawn_from_a_hat_do_not():
    pd, outcome, circles = world(seed=4)
    found = promise_gap(np.random.default_rng(1).permutation(pd), outcome, circles)
    assert found.difference.value == pytest.approx(0.5 - auc(pd, outcome), abs=0.05)
    assert found.p_below(-0.05) < 0.001


def test_a_side_without_two_defaulters_cannot_be_told():
    pd, outcome, circles = np.linspace(0.1, 0.9, 9), np.array([0] * 8 + [1], dtype=np.int8), np.arange(9).astype(object)
    found = promise_gap(pd, outcome, circles)
    assert (found.inside.value, found.inside.low, found.p_below(-0.05)) == (1.0, None, None)
    assert auc_gap(pd, outcome, np.arange(9) < 4, circles).difference.value is None
