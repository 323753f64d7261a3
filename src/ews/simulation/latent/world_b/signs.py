"""Signs in world B: how climate, business, liquidity and will show in the channels.

Grain   channel × borrower
Source  each channel follows its target at its own pace, amid swings that mean nothing; no chance of default reads them
"""

from dataclasses import dataclass, replace

import numpy as np

from ews.simulation.arrays import Flags, Floats, Ints
from ews.simulation.draws import Draws
from ews.simulation.latent.population import Population
from ews.simulation.latent.record import CHANNELS
from ews.simulation.latent.world_b.cash import Cash
from ews.simulation.latent.world_b.world import EXTRACTING

_PACE = np.array([0.22, 0.6, 0.35, 0.4, 0.5])
_KEEPS = np.array([0.85, 0.7, 0.6, 0.9, 0.85])
_SWING = np.array([0.45, 0.4, 0.45, 0.5, 0.45])
_TRADE = np.array([-0.5, 0.2, 1.9, -0.2])
_TRADE_CLIMATE = np.array([0.0, 0.5, 0.8, 1.2, -0.5, 0.1])
_LIQUIDITY = np.array([-2.0, -0.5, 0.5, 1.5, 3.0, 4.5, 6.0])
_SQUEEZE = np.array([3.2, 2.6, 1.9, 1.1, 0.2, -0.4, -0.9])
_APPETITE = np.array([0.6, 1.4, 2.0, 1.7, 0.3, -0.2, -0.5])


@dataclass(frozen=True, slots=True)
class Signs:
    """`follows` is what a channel makes of the state, `swings` what it shows besides."""

    follows: Floats
    swings: Floats

    @property
    def channels(self) -> Floats:
        return self.follows + self.swings


def first_signs(people: Population, cash: Cash, unwilling: Flags, draws: Draws) -> Signs:
    swings = np.stack([draws.normal(f"signs.{name}.first", people.number) for name in CHANNELS])
    return Signs(_targets(people, cash, unwilling), swings * _SWING[:, None])


def moved(signs: Signs, people: Population, cash: Cash, unwilling: Flags, month: int, draws: Draws) -> Signs:
    """Return the signs a month on."""
    pace, keeps = _PACE[:, None], _KEEPS[:, None]
    follows = signs.follows + pace * (_targets(people, cash, unwilling) - signs.follows)
    shocks = np.stack([draws.normal(f"signs.{name}", people.number, month) for name in CHANNELS])
    return Signs(follows, keeps * signs.swings + np.sqrt(1 - keeps**2) * _SWING[:, None] * shocks)


def for_newcomers(signs: Signs, people: Population, cash: Cash, unwilling: Flags, month: int) -> Signs:
    comes = people.joined == month
    return replace(signs, follows=np.where(comes, _targets(people, cash, unwilling), signs.follows))


def _targets(people: Population, cash: Cash, unwilling: Flags) -> Floats:
    return np.stack(
        [
            _TRADE[cash.business] + _TRADE_CLIMATE[cash.climate(people)],
            np.interp(cash.liquidity, _LIQUIDITY, _SQUEEZE),
            np.interp(cash.liquidity, _LIQUIDITY, _APPETITE),
            np.where(cash.business == EXTRACTING, 2.0, -0.3),
            np.where(unwilling, 2.1, -0.3),
        ]
    )


def months_low(before: Ints, cash: Cash, below: float) -> Ints:
    """Return for how many months liquidity has been below a level."""
    return np.where(cash.liquidity < below, before + 1, 0)
