"""Channels of world A: how they move in a month, and where they may be in the months to come.

Grain   channel × borrower
Source  x(t+1) = level + pull · (x(t) - level) + shock + what called guarantees drain
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

from ews.simulation.arrays import Floats
from ews.simulation.draws import Draws
from ews.simulation.latent.population import Population
from ews.simulation.latent.world import INDUSTRIES, REGIONS
from ews.simulation.latent.world_a.world import CHANNELS, INDUSTRY, MARKET, OWN, REGION, SQUEEZE, TRADE, UNIT, WorldA

_QMC_SEED = 20_170_331


@dataclass(frozen=True, slots=True)
class Affairs:
    """`off` is channel × borrower, away from `level`; `pool` what calls will still drain.

    `drained` is the part of squeeze that calls have made, `sector` the part of trade that market, trade and region
    have made; both move with their channel.
    """

    level: Floats
    off: Floats
    pool: Floats
    drained: Floats
    sector: Floats

    @property
    def channels(self) -> Floats:
        return self.level + self.off


def first_affairs(people: Population, world: WorldA, draws: Draws) -> Affairs:
    """Return how everyone stands when they come: as in the long run, newcomers better than that."""
    spread = np.sqrt(np.diag(long_run(world)))
    level, off = np.empty((2, len(CHANNELS), len(people)))
    for channel, name in enumerate(CHANNELS):
        bent = draws.normal(f"affairs.{name}.bent", people.unit)
        level[channel] = world.level[channel] + world.level_sd[channel] * bent
        unit = draws.normal(f"affairs.{name}.first_unit", people.unit)
        own = draws.normal(f"affairs.{name}.first_own", people.number)
        shift = np.where(people.stock, 0.0, world.newcomer_shift[channel])
        off[channel] = shift + spread[channel] * (0.75**0.5 * unit + 0.5 * own)
    nothing = np.zeros(len(people))
    return Affairs(level, off, nothing, nothing, nothing)


def moved(affairs: Affairs, people: Population, month: int, world: WorldA, draws: Draws) -> Affairs:
    """Return the affairs a month on; what calls drain this month is taken from the pool."""
    pull = np.array(world.pull)
    common, alone = _shocks(people, month, world, draws)
    drain = world.drain_speed * affairs.pool
    off = pull @ affairs.off + common + alone + np.array(world.push)[:, None]
    off[SQUEEZE] += drain
    return Affairs(
        level=affairs.level,
        off=off,
        pool=affairs.pool - drain,
        drained=pull[SQUEEZE, SQUEEZE] * affairs.drained + drain,
        sector=pull[TRADE, TRADE] * affairs.sector + common[TRADE],
    )


def _shocks(people: Population, month: int, world: WorldA, draws: Draws) -> tuple[Floats, Floats]:
    """Return the shocks shared with the market, the trade and the region, and those of unit and party."""
    common, alone = np.empty((2, len(CHANNELS), len(people)))
    for channel, name in enumerate(CHANNELS):
        weight = world.shock_sd[channel] * np.sqrt(np.array(world.shares[channel]))
        market = draws.normal(f"affairs.{name}.market", month)
        trade = draws.normal(f"affairs.{name}.industry", month, np.arange(len(INDUSTRIES)))[people.industry]
        region = draws.normal(f"affairs.{name}.region", month, np.arange(len(REGIONS)))[people.region]
        common[channel] = weight[MARKET] * market + weight[INDUSTRY] * trade + weight[REGION] * region
        unit = draws.normal(f"affairs.{name}.unit", people.unit, month)
        own = draws.normal(f"affairs.{name}.own", people.number, month)
        alone[channel] = weight[UNIT] * unit + weight[OWN] * own
    return common, alone


def with_calls(affairs: Affairs, cost: Floats, world: WorldA) -> Affairs:
    """Return the affairs with calls that cost so many months of turnover."""
    pool = affairs.pool + world.drain_most * -np.expm1(-cost / world.drain_scale)
    return Affairs(affairs.level, affairs.off, pool, affairs.drained, affairs.sector)


@cache
def long_run(world: WorldA) -> Floats:
    """Return the covariance of the channels' distance from their level in the long run."""
    pull, shocks = np.array(world.pull), np.diag(np.square(world.shock_sd))
    found = shocks
    for _ in range(400):
        found = pull @ found @ pull.T + shocks
    return found


@cache
def outlook(world: WorldA, horizon: int, paths: int) -> tuple[Floats, Floats, Floats]:
    """Return how the next months follow from this one.

    horizon × channel × channel: what is left of today's distance; horizon × channel: what a unit of today's pool of
    calls adds; horizon × channel × path: representative shocks, each as likely as the others, spread as the world's
    are; `paths` is a power of 2. They are the same for all, so that the pd is a smooth function of the state.
    """
    pull, size = np.array(world.pull), len(CHANNELS)
    powers = np.stack([np.linalg.matrix_power(pull, step) for step in range(horizon + 1)])
    drains = world.drain_speed * (1 - world.drain_speed) ** np.arange(horizon)
    drained = np.stack([drains[: step + 1] @ powers[step::-1, :, SQUEEZE] for step in range(horizon)])
    to_noise = np.zeros((horizon * size, horizon * size))
    for step in range(horizon):
        for at in range(step + 1):
            block = powers[step - at] * np.array(world.shock_sd)
            to_noise[step * size : (step + 1) * size, at * size : (at + 1) * size] = block
    noise = _spread(to_noise @ to_noise.T, paths).reshape(horizon, size, paths)
    return powers[1:], drained, noise


def _spread(covariance: Floats, paths: int) -> Floats:
    """Return `paths` points (columns) in mirrored pairs, spread evenly along the main axes of this covariance."""
    values, axes = np.linalg.eigh(covariance)
    order = np.argsort(-values)
    lengths = np.sqrt(np.maximum(values[order], 0))
    normal: Floats = ndtri(qmc.Sobol(len(covariance), scramble=True, rng=_QMC_SEED).random(paths // 2))
    along = np.stack([_matched(column * length, length) for column, length in zip(normal.T, lengths, strict=True)])
    return np.asarray(np.round(axes[:, order] @ np.concatenate([along, -along], axis=1), 5))


def _matched(points: Floats, sd: float) -> Floats:
    """Return `points`, which stand for themselves and their mirror image, scaled to the mean of exp of a normal.

    Rates grow exponentially, and so few points reach too little into the tails.
    """
    low, high = 0.5, 2.0
    for _ in range(50):
        scale = (low + high) / 2
        if np.mean(np.cosh(scale * points)) < np.exp(sd**2 / 2):
            low = scale
        else:
            high = scale
    return low * points
