import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.simulation.draws import Draws

MANY = np.arange(200_000)


@settings(deadline=None)
@given(seed=st.integers(0, 2**63 - 1), first=st.integers(0, 10**6), month=st.integers(0, 239))
def test_a_draw_does_not_depend_on_what_is_drawn_beside_it(seed, first, month):
    draws = Draws(seed)
    together = draws.uniform("purpose", np.arange(first, first + 5), month)
    alone = draws.uniform("purpose", first + 3, month)
    assert alone[0] == together[3]
    assert 0 < alone[0] < 1


def test_draws_stay_the_same_between_versions():
    assert Draws(1).uniform("purpose", np.arange(3)).round(6).tolist() == [0.310177, 0.135519, 0.847743]


@pytest.mark.parametrize("place", [("other", MANY), ("purpose", MANY, 0), ("purpose", MANY + 1), ("purpose", 0, MANY)])
def test_another_purpose_or_place_gives_unrelated_numbers(place):
    draws = Draws(3)
    assert abs(np.corrcoef(draws.uniform("purpose", MANY), draws.uniform(*place))[0, 1]) < 0.01


def test_another_seed_gives_unrelated_numbers():
    pair = np.corrcoef(Draws(3).uniform("purpose", MANY), Draws(4).uniform("purpose", MANY))
    assert abs(pair[0, 1]) < 0.01


def test_normal_numbers_have_mean_0_and_deviation_1():
    numbers = Draws(3).normal("purpose", MANY)
    assert numbers.mean() == pytest.approx(0, abs=0.01)
    assert numbers.std() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("mean", [0.05, 1.0, 6.0])
def test_counts_have_the_mean_and_variance_of_poisson(mean):
    counts = Draws(3).count(np.full(len(MANY), mean), "purpose", MANY)
    assert counts.mean() == pytest.approx(mean, rel=0.03)
    assert counts.var() == pytest.approx(mean, rel=0.03)


def test_picks_come_in_their_shares():
    picked = Draws(3).pick((0.5, 0.3, 0.2), "purpose", MANY)
    assert np.bincount(picked) / len(MANY) == pytest.approx([0.5, 0.3, 0.2], abs=0.01)


def test_integers_below_a_bound_reach_all_of_them():
    assert np.unique(Draws(3).below(7, "purpose", MANY)).tolist() == list(range(7))
