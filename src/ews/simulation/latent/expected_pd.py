"""Expected pd: the chance of default within 12 months given the latent state, by backward recursion on a grid.

Grain   (trade, arrears 0 to 3, slow stress, fast stress)
Source  the chain of `state.py`: stress moves, then arrears. Defaults of parties guaranteed later on are not foreseen;
        those that have happened are in the fast stress.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from ews.simulation.arrays import Floats, Ints
from ews.simulation.latent.hazard import TRADE_RISK, stop_chance
from ews.simulation.latent.world import World

HORIZON = 12
_SLOW_POINTS, _FAST_POINTS = 121, 101
_REACH_SD = 5.0


@dataclass(frozen=True, slots=True)
class PdTable:
    """`values` is trade × arrears × slow × fast; between the points it is read linearly."""

    slow: Floats
    fast: Floats
    values: Floats

    def at(self, slow: Floats, fast: Floats, industry: Ints, arrears: Ints) -> Floats:
        """Return the pd of borrowers in these states; beyond the grid that of its edge."""
        row, down = _place(self.slow, slow)
        column, right = _place(self.fast, fast)
        corners = (
            self.values[industry, arrears, row, column] * (1 - down) * (1 - right)
            + self.values[industry, arrears, row + 1, column] * down * (1 - right)
            + self.values[industry, arrears, row, column + 1] * (1 - down) * right
            + self.values[industry, arrears, row + 1, column + 1] * down * right
        )
        return np.asarray(corners)


@cache
def pd_table(world: World, horizon: int = HORIZON) -> PdTable:
    """Return the pd within `horizon` months for every state of the grid."""
    slow = np.linspace(-_REACH_SD, _REACH_SD, _SLOW_POINTS) * world.slow_sd
    fast = np.linspace(-_REACH_SD, _REACH_SD, _FAST_POINTS) * world.fast_sd
    slow_moves = _moves(slow, world.slow_persistence, world.slow_sd)
    fast_moves = _moves(fast, world.fast_persistence, world.fast_sd).T
    trades = np.arange(len(TRADE_RISK))[:, None, None]
    stops = stop_chance(slow[:, None] + fast[None, :], trades, world)
    catch_up = world.catch_up
    current = np.zeros_like(stops)
    months_1, months_2, months_3 = current, current, current
    for _ in range(horizon):
        then_0 = stops * months_1 + (1 - stops) * (1 - world.leave_rate) * current
        then_1 = catch_up[0] * current + (1 - catch_up[0]) * months_2
        then_2 = catch_up[1] * current + (1 - catch_up[1]) * months_3
        current, months_1, months_2 = (slow_moves @ then @ fast_moves for then in (then_0, then_1, then_2))
        months_3 = np.ones_like(current)
    return PdTable(slow, fast, np.stack([current, months_1, months_2, months_3], axis=1))


def _moves(points: Floats, persistence: float, sd: float) -> Floats:
    """Return the chances of going from each point to each point in a month."""
    step_sd = sd * np.sqrt(1 - persistence**2)
    density = np.exp(-0.5 * ((points[None, :] - persistence * points[:, None]) / step_sd) ** 2)
    return np.asarray(density / density.sum(axis=1, keepdims=True))


def _place(points: Floats, values: Floats) -> tuple[Ints, Floats]:
    step = points[1] - points[0]
    exact = np.clip((np.asarray(values, np.float64) - points[0]) / step, 0, len(points) - 1.000001)
    whole = exact.astype(np.int64)
    return whole, exact - whole
