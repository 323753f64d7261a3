from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from ews.simulation.latent.expected_pd import HORIZON
from ews.simulation.latent.state import ABSENT, DEFAULT_AT, Paths, live_through
from ews.simulation.latent.world import World
from ews.simulation.truth import auc
from tests.simulation.economies import MONTHS, Economy, make_economy


def paths_of(*arrears: list[int]) -> Paths:
    months = np.array(arrears, dtype=np.int8)
    return Paths(np.zeros(months.shape, np.float32), months, np.zeros(months.shape, np.float32))


def test_default_within_a_horizon_counts_from_the_month_after():
    paths = paths_of([0, 1, 2, 3, 4, 5], [0, 1, 2, 0, 0, 0])
    assert paths.defaulted_within(2).tolist() == [[False, False, True, True, False, False], [False] * 6]


def test_gone_is_the_month_after_the_last():
    gone = paths_of([0, 0, ABSENT], [ABSENT, 0, 0], [ABSENT, 0, ABSENT]).gone
    assert gone[0] == gone[2] == 2
    assert gone[1] > 1_000


def test_about_three_in_a_hundred_default_a_year(economy):
    sound = (economy.paths.arrears >= 0) & (economy.paths.arrears < DEFAULT_AT)
    defaults = economy.paths.defaults()
    for first in (4, 16, 28):
        year = slice(first, first + 12)
        assert 0.018 < defaults[:, year].sum() / sound[:, year].sum() * 12 < 0.05


def test_the_mean_expected_pd_matches_the_defaults_that_follow(economy):
    months = np.arange(0, MONTHS.count - HORIZON, 3)
    expected = economy.paths.expected_pd[:, months]
    counts = ~np.isnan(expected)
    happened = economy.paths.defaulted_within(HORIZON)[:, months]
    # common shocks move whole years, hence the width
    assert happened[counts].mean() == pytest.approx(expected[counts].mean(), rel=0.15)


def test_the_expected_pd_is_calibrated_from_low_to_high(economy):
    months = np.arange(0, MONTHS.count - HORIZON, 3)
    expected = economy.paths.expected_pd[:, months]
    counts = ~np.isnan(expected)
    scores, happened = expected[counts], economy.paths.defaulted_within(HORIZON)[:, months][counts]
    cuts = np.quantile(scores, [0, 0.5, 0.8, 0.95, 1.0])
    for low, high in pairwise(cuts):
        band = (scores >= low) & (scores <= high)
        assert happened[band].mean() == pytest.approx(scores[band].mean(), rel=0.25)


@pytest.mark.parametrize("month", [10, 18, 26])
def test_the_expected_pd_ranks_defaults_honestly(economy, month):
    expected = economy.paths.expected_pd[:, month].astype(float)
    happened = economy.paths.defaulted_within(HORIZON)[:, month]
    counts = ~np.isnan(expected)
    current = counts & (economy.paths.arrears[:, month] == 0)
    overall, not_in_arrears = auc(expected[counts], happened[counts]), auc(expected[current], happened[current])
    assert overall == pytest.approx(0.85, abs=0.05)
    assert not_in_arrears == pytest.approx(0.80, abs=0.06)


def test_stress_rises_well_before_the_first_month_missed(economy):
    arrears, stress = economy.paths.arrears, economy.paths.stress
    borrower, month = np.nonzero((arrears == DEFAULT_AT) & (np.arange(MONTHS.count) >= 16))
    stopped = month - DEFAULT_AT + 1
    half_a_year_before = stress[borrower, stopped - 6]
    year_before = stress[borrower, stopped - 12]
    assert np.nanmean(half_a_year_before) > np.nanmean(year_before) > np.nanmean(stress[arrears == 0]) + 0.2


@pytest.fixture(scope="module")
def village():
    return make_economy(6_000)


def lives(village: Economy, world: World, *, guarantees: bool = True) -> Paths:
    network = village.network if guarantees else replace(village.network, ends=village.network.starts)
    return live_through(village.people, network, MONTHS, world, village.draws)


def test_about_a_fifth_of_defaults_come_without_stress(village):
    sudden = lives(village, World(stop_rate=0.0)).defaults().sum()
    assert 0.12 < sudden / village.paths.defaults().sum() < 0.30


def test_a_default_raises_the_stress_of_guarantors_by_the_contagion(village):
    apart = lives(village, World(), guarantees=False)
    first_default = np.argmax(village.paths.defaults(), axis=1)
    network = village.network
    bound = network.in_force(0) & (first_default[network.borrower] > 0)
    guarantor, month = network.guarantor[bound], first_default[network.borrower[bound]] + 1
    kept = month < MONTHS.count
    rise = (village.paths.stress - apart.stress)[guarantor[kept], month[kept]]
    rise = rise[~np.isnan(rise)]
    assert len(rise) > 20
    assert np.median(rise) == pytest.approx(World().contagion, abs=0.01)


def test_without_guarantees_in_force_nobody_is_hurt(village):
    calm, alone = (lives(village, World(contagion=level), guarantees=False) for level in (0.9, 5.0))
    assert np.array_equal(calm.stress, alone.stress, equal_nan=True)
