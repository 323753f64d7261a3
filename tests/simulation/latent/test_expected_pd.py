import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.simulation.arrays import Floats
from ews.simulation.latent.expected_pd import pd_table
from ews.simulation.latent.hazard import stop_chance
from ews.simulation.latent.world import World

WORLD = World()
TABLE = pd_table(WORLD)
stress = st.floats(-3, 3)


def at(slow: float, fast: float, arrears: int, industry: int = 0, table=TABLE) -> float:
    place = np.array([slow]), np.array([fast]), np.array([industry]), np.array([arrears])
    return float(table.at(*place)[0])


@pytest.mark.parametrize(
    ("horizon", "arrears", "expected"),
    [(1, 3, 1.0), (1, 2, 0.0), (2, 2, 0.7), (2, 1, 0.0), (3, 1, 0.55 * 0.7), (3, 0, 0.0)],
)
def test_default_follows_the_fourth_month_missed(horizon, arrears, expected):
    world = World(catch_up=(0.45, 0.30))
    assert at(0.0, 0.0, arrears, table=pd_table(world, horizon)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("slow", "fast", "arrears"), [(0.0, 0.0, 0), (1.0, 0.8, 0), (1.5, 0.5, 1), (-1.0, 0.0, 2)])
def test_the_recursion_equals_a_simulation_of_the_chain(slow, fast, arrears):
    runs = 200_000
    random = np.random.default_rng(8)
    now = np.full(runs, arrears)
    slows, fasts = np.full(runs, slow), np.full(runs, fast)
    defaulted = np.zeros(runs, bool)
    for _ in range(12):
        slows = step(random, slows, WORLD.slow_persistence, WORLD.slow_sd)
        fasts = step(random, fasts, WORLD.fast_persistence, WORLD.fast_sd)
        stops = random.random(runs) < stop_chance(slows + fasts, np.zeros(runs, int), WORLD)
        luck = random.random(runs)
        caught_up = ((now == 1) & (luck < WORLD.catch_up[0])) | ((now == 2) & (luck < WORLD.catch_up[1]))
        leaves = (now == 0) & ~stops & (random.random(runs) < WORLD.leave_rate)
        now = np.select([caught_up, leaves, (now == 0) & stops, now > 0], [0, -1, 1, now + 1], now)
        defaulted |= now == 4
    expected = at(slow, fast, arrears)
    assert defaulted.mean() == pytest.approx(expected, abs=4 * (expected * (1 - expected) / runs) ** 0.5 + 2e-4)


def step(random: np.random.Generator, before: Floats, persistence: float, sd: float) -> Floats:
    shock: Floats = random.standard_normal(len(before))
    return persistence * before + sd * float(np.sqrt(1 - persistence**2)) * shock


@settings(deadline=None)
@given(slow=stress, fast=stress, more=st.floats(0.01, 1), arrears=st.integers(0, 2), industry=st.integers(0, 11))
def test_more_stress_or_one_more_month_missed_never_lowers_the_pd(slow, fast, more, arrears, industry):
    pd = at(slow, fast, arrears, industry)
    assert 0 <= pd <= 1
    assert at(slow + more, fast, arrears, industry) >= pd - 1e-9
    assert at(slow, fast + more, arrears, industry) >= pd - 1e-9
    assert at(slow, fast, arrears + 1, industry) > pd


def test_beyond_the_grid_the_pd_is_that_of_its_edge():
    assert at(99.0, 99.0, 0) == pytest.approx(float(TABLE.values[0, 0, -1, -1]), abs=1e-4)
