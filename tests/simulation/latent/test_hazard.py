import numpy as np
import pytest

from ews.simulation.latent.hazard import TRADE_RISK, stop_chance
from ews.simulation.latent.world import World


def test_the_chance_is_the_sudden_rate_where_stress_is_low():
    calm = stop_chance(np.array([-50.0]), np.array([0]), World(sudden_rate=0.001))
    assert calm[0] == pytest.approx(1 - np.exp(-0.001))


def test_the_foretold_rate_grows_by_the_slope_and_the_trade():
    world = World(sudden_rate=0.0, stop_rate=1e-6, stop_slope=2.0)
    chances = stop_chance(np.array([0.0, 1.0]), np.array([1, 6]), world)
    assert chances[1] / chances[0] == pytest.approx(np.exp(2.0 + TRADE_RISK[6] - TRADE_RISK[1]), rel=1e-4)
