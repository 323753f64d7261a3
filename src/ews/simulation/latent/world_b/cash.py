"""Cash in world B: climates, the state of business and liquidity, as they move in a month.

Grain   one entry per borrower; the climate also per trade and region
"""

from dataclasses import dataclass, replace

import numpy as np

from ews.simulation.arrays import Flags, Floats, Ints
from ews.simulation.draws import Draws
from ews.simulation.latent.population import Population
from ews.simulation.latent.world import INDUSTRIES, REGIONS
from ews.simulation.latent.world_b.world import BOOM, GOOD, SLACK, SLUMP, USUAL, WorldB, business_moves

WARM_UP = 48
"""Months before the book that the stock has lived through."""
_TEMPERAMENTS_FIRMS, _TEMPERAMENTS_PERSONS = (0.25, 0.5, 0.25), (0.75, 0.25, 0.0)
_NEWCOMERS_LEAST = 1.5
_STOCK_LEAST = 0.4


@dataclass(frozen=True, slots=True)
class Cash:
    """`trade_climate` is by trade, `region_hit` by region, `business` and `liquidity` by borrower."""

    trade_climate: Ints
    region_hit: Flags
    business: Ints
    liquidity: Floats

    def climate(self, people: Population) -> Ints:
        """Return 2 × climate of the trade + whether the region is hit, per borrower."""
        return 2 * self.trade_climate[people.industry] + self.region_hit[people.region]


def temperaments(people: Population, draws: Draws) -> Ints:
    """Return how bumpy each one's income is: 0 steady, 1 bumpy, 2 wild."""
    firms = draws.pick(_TEMPERAMENTS_FIRMS, "cash.temperament", people.unit)
    persons = draws.pick(_TEMPERAMENTS_PERSONS, "cash.temperament", people.number)
    return np.where(people.firm | ~people.waged, firms, persons)


def first_cash(people: Population, temperament: Ints, world: WorldB, draws: Draws) -> Cash:
    """Return how the stock stands when the book begins: it has lived some years and nobody has run out."""
    size = len(people)
    cash = Cash(
        trade_climate=np.full(len(INDUSTRIES), USUAL),
        region_hit=np.zeros(len(REGIONS), np.bool_),
        business=np.full(size, SLACK),
        liquidity=2 + 3 * draws.uniform("cash.first", people.number),
    )
    for month in range(WARM_UP):
        cash = moved(cash, people, temperament, np.zeros(size), month, world, draws)
        cash = replace(cash, liquidity=np.maximum(cash.liquidity, _STOCK_LEAST))
    return cash


def newcomers(cash: Cash, people: Population, month: int, draws: Draws) -> Cash:
    """Return the cash once those who join in `month` are there: with some liquidity, business not bad."""
    comes = (people.joined == month) & ~people.stock
    business = np.where(draws.uniform("cash.new_business", people.unit) < 0.6, GOOD, SLACK)
    has = _NEWCOMERS_LEAST + 3.5 * draws.uniform("cash.new", people.number)
    return replace(
        cash,
        business=np.where(comes, business, cash.business),
        liquidity=np.where(comes, has, cash.liquidity),
    )


def moved(
    cash: Cash, people: Population, temperament: Ints, due: Floats, step: int, world: WorldB, draws: Draws
) -> Cash:
    """Return the cash a month on; `step` counts from the first month lived through, `due` is 1 where a bullet is."""
    then = replace(
        cash,
        trade_climate=_trade_climate(cash.trade_climate, step, world, draws),
        region_hit=_region_hit(cash.region_hit, step, world, draws),
    )
    climate = then.climate(people)
    reached = np.cumsum(business_moves(world)[climate, cash.business], axis=1)
    business = (draws.uniform("cash.business", people.unit, step)[:, None] >= reached[:, :-1]).sum(axis=1)
    drift = np.array(world.drift)[business] + np.array(world.climate_drift)[climate] - due * world.bullet_gap
    back = world.pull * (world.home - cash.liquidity)
    change = back + drift + _noise(people, temperament, step, world, draws)
    liquidity = np.clip(cash.liquidity + change, world.floor, world.cap)
    return replace(then, business=business, liquidity=liquidity)


def _trade_climate(before: Ints, step: int, world: WorldB, draws: Draws) -> Ints:
    trade = np.arange(len(INDUSTRIES))
    crisis = draws.uniform("cash.crisis", step) < world.market_rate
    taken = draws.uniform("cash.taken", step, trade) < world.market_share
    slumps = (draws.uniform("cash.slump", step, trade) < world.slump_rate) | (crisis & taken)
    booms = draws.uniform("cash.boom", step, trade) < world.boom_rate
    back = draws.uniform("cash.usual", step, trade) < world.back_to_usual
    from_usual = np.where(slumps, SLUMP, np.where(booms, BOOM, USUAL))
    return np.where(before == USUAL, from_usual, np.where(back, USUAL, before))


def _region_hit(before: Flags, step: int, world: WorldB, draws: Draws) -> Flags:
    luck = draws.uniform("cash.region", step, np.arange(len(REGIONS)))
    return np.where(before, luck >= world.region_back, luck < world.region_hit)


def _noise(people: Population, temperament: Ints, step: int, world: WorldB, draws: Draws) -> Floats:
    """Return what chance adds: swings, in part those of the whole unit, and now and then a large bill unpaid."""
    unit = draws.normal("cash.unit", people.unit, step)
    own = draws.normal("cash.own", people.number, step)
    swing = np.sqrt(world.unit_share) * unit + np.sqrt(1 - world.unit_share) * own
    unpaid = draws.uniform("cash.unpaid", people.number, step) < np.array(world.unpaid_rate)[temperament]
    mean, sd = world.unpaid_bill
    bill = mean + sd * draws.normal("cash.bill", people.number, step)
    return np.asarray(np.array(world.noise_sd)[temperament] * swing - unpaid * bill)
