"""Hazard: the chance that a borrower stops paying in a month, given stress and trade."""

import numpy as np

from ews.simulation.arrays import Floats, Ints
from ews.simulation.latent.world import INDUSTRIES, World

TRADE_RISK = np.array([risk for _, risk in INDUSTRIES])


def stop_chance(stress: Floats, industry: Ints, world: World) -> Floats:
    """Return 1 - exp(-rate): a sudden rate that nothing foretells, and one that grows with stress."""
    foretold = world.stop_rate * np.exp(world.stop_slope * np.asarray(stress, np.float64) + TRADE_RISK[industry])
    return np.asarray(-np.expm1(-(world.sudden_rate + foretold)))
