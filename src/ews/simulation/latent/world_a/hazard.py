"""Hazard in world A: the chances of what may happen to a party in a month, given its channels.

Shapes  channels come first, whatever follows: the borrowers of a month, or borrowers × imagined futures
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ews.simulation.arrays import Ints, Reals
from ews.simulation.draws import Draws
from ews.simulation.latent.population import Population
from ews.simulation.latent.world import TRADE_RISK
from ews.simulation.latent.world_a.world import RELUCTANCE, SQUEEZE, TRADE, WorldA

SEASON = (1.12, 1.22, 1.02, 0.98, 0.95, 1.05, 0.97, 0.95, 0.96, 0.92, 0.90, 0.96)
"""More stop paying about the Spring Festival, when wages and suppliers want their money."""

_HIGHEST = 5.0
_TEMPERS = (0.3, 0.5, 0.2)
_CUTS, _RELIEVES = np.array([0.5, 1.0, 2.0]), np.array([2.0, 1.0, 0.3])


class Traits(NamedTuple):
    """What of a party (entries) bears on its chances besides the channels."""

    risk: Reals
    cuts: Reals
    relieves: Reals

    def chosen(self, where: Ints | slice) -> "Traits":
        return Traits(*(values[where] for values in self))


class Rates(NamedTuple):
    """Rates of stopping by cause; `unwilling` cannot be put off with other money."""

    trade: Reals
    cash: Reals
    bullet: Reals
    refused: Reals
    diverted: Reals
    unwilling: Reals


@dataclass(frozen=True, slots=True)
class Chances:
    """Of a party that pays: what excludes each other in a month; the rest goes on as it is.

    stop goes into arrears; patch would have, but found other money; pushed into arrears by the bank; weakened by a cut,
    or by money borrowed ahead of a bullet; left for good.
    """

    stop: Reals
    patch: Reals
    pushed: Reals
    weakened: Reals
    left: Reals


def traits(people: Population, draws: Draws) -> Traits:
    """Return the traits of everyone; how readily an officer cuts or relieves is the officer's temper."""
    temper = draws.pick(_TEMPERS, "officers.temper", people.officer)
    return Traits(TRADE_RISK[people.industry], _CUTS[temper], _RELIEVES[temper])


def rates(channels: Reals, due: Reals, risk: Reals, world: WorldA) -> Rates:
    """Return the monthly rates; `due` is 1 where a bullet falls due."""
    trade, squeeze, appetite, diversion, reluctance = (np.minimum(values, _HIGHEST) for values in channels)
    level, by_squeeze, by_trade = world.bullet_rate
    return Rates(
        trade=np.exp(world.trade_rate[0] + world.trade_rate[1] * trade + risk),
        cash=np.exp(world.cash_rate[0] + world.cash_rate[1] * squeeze),
        bullet=due * np.exp(level + by_squeeze * squeeze + by_trade * trade),
        refused=np.exp(world.refused_rate[0] + world.refused_rate[1] * appetite) / (1 + np.exp(2.5 - 2.5 * squeeze)),
        diverted=np.exp(world.diversion_rate[0] + world.diversion_rate[1] * diversion),
        unwilling=np.exp(world.unwilling_rate[0] + world.unwilling_rate[1] * reluctance),
    )


def visibility(channels: Reals, world: WorldA) -> Reals:
    """Return how likely trouble is to be seen by who looks: that of cash or of trade."""
    most = np.maximum(channels[SQUEEZE], channels[TRADE])
    return np.asarray(1 / (1 + np.exp(np.clip(3 * (world.visible_from - most), -30, 30))))


def chances(
    found: Rates, seen: Reals, due: Reals, season: float, cuts: Reals, world: WorldA
) -> tuple[Chances, Chances]:
    """Return the chances of parties that pay: were they as usual, and were they fragile."""
    willing = found.trade + found.cash + found.bullet + found.refused + found.diverted
    total = willing + found.unwilling
    cut, exits = cut_and_exit(seen, due, cuts, world)
    ahead = due * sum(world.anticipate) * seen * (1 - cut - exits)
    others = Chances(
        stop=season * total,
        patch=(willing / total) * patch_share(due, world),
        pushed=cut * world.cut_pushes + exits * world.exit_pushes,
        weakened=cut * (1 - world.cut_pushes) + ahead,
        left=exits * (1 - world.exit_pushes) + world.leave_rate,
    )
    return _in_turn(others, 1.0, 1.0), _in_turn(others, world.fragile_factor, world.patched_again)


def _in_turn(one: Chances, factor: float, patched: float) -> Chances:
    """Return chances that exclude each other from a rate of stopping, the share patched and what else may happen."""
    stop = -np.expm1(-factor * one.stop)
    patch = stop * one.patch * patched
    goes_on = 1 - stop
    return Chances(stop - patch, patch, goes_on * one.pushed, goes_on * one.weakened, goes_on * one.left)


def patch_share(due: Reals, world: WorldA) -> Reals:
    """Return the share of those about to stop for want of money who find some, for the first time."""
    return np.asarray(world.bridge[0] + due * (world.bridge[1] - world.bridge[0] + world.evergreen))


def cut_and_exit(seen: Reals, due: Reals, cuts: Reals, world: WorldA) -> tuple[Reals, Reals]:
    """Return the chances that the bank cuts the line and that it does not renew what falls due."""
    return world.cut_rate * cuts * seen, due * np.minimum(world.exit_share * cuts, 0.6) * seen


def strain(channels: Reals, world: WorldA) -> Reals:
    """Return the factor by which squeeze and reluctance make it harder to catch up."""
    by_squeeze, by_reluctance = world.catch_up_slopes
    tight, unwilling = np.maximum(channels[SQUEEZE], 0), np.maximum(channels[RELUCTANCE], 0)
    return np.asarray(np.exp(by_squeeze * tight + by_reluctance * unwilling))


def recovery(strained: Reals, arrears: int, relieves: Reals, world: WorldA) -> tuple[Reals, Reals]:
    """Return the chances to catch up from so many months in arrears (1 to 3), and to be relieved instead."""
    own = world.catch_up[arrears - 1] * strained
    return own, (1 - own) * np.minimum(world.relief[arrears - 1] * relieves, 1.0)
