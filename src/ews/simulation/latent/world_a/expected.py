"""Expected pd in world A: the chance of default within 12 months given the whole latent state.

Grain   borrower
Source  the channels to come are integrated over representative paths (`channels.outlook`); along each path the chain of
        `standing.py` is carried forward as probabilities, so that only the channels are sampled. Guarantees that may be
        called later count by the pd of those guaranteed (mean field): chance of default in a month × what a call then
        adds in the months left
"""

from typing import NamedTuple

import numpy as np

from ews.simulation.arrays import Flags, Floats, Ints, Reals
from ews.simulation.latent.world_a.channels import outlook
from ews.simulation.latent.world_a.hazard import Traits, chances, rates, recovery, strain, visibility
from ews.simulation.latent.world_a.world import WorldA

PATHS = 64
_AT_A_TIME = 512
_ALONG = slice(None), None


class State(NamedTuple):
    """The state of parties (entries), none of them in default; `due` and `season` are of the months to come."""

    level: Floats
    off: Floats
    pool: Floats
    traits: Traits
    arrears: Ints
    fragile: Flags
    doomed: Flags
    due: Reals
    season: tuple[float, ...]

    def chosen(self, where: Ints | slice) -> "State":
        return State(
            self.level[:, where], self.off[:, where], self.pool[where], self.traits.chosen(where),
            self.arrears[where], self.fragile[where], self.doomed[where], self.due[:, where], self.season,
        )  # fmt: skip


def default_by(state: State, world: WorldA, paths: int = PATHS) -> Reals:
    """Return month × party: the chance of default within 1, 2, … months, as float32; calls to come left out."""
    size = len(state.arrears)
    found = np.empty((len(state.season), size), np.float32)
    for first in range(0, size, _AT_A_TIME):
        part = slice(first, first + _AT_A_TIME)
        found[:, part] = _default_by(state.chosen(part), world, paths)
    return found


def _default_by(state: State, world: WorldA, paths: int) -> Reals:
    horizon, size = len(state.season), len(state.arrears)
    keeps, drains, noise = outlook(world, horizon, paths)
    mean = state.level + keeps @ state.off + drains[:, :, None] * state.pool
    traits = Traits(*(values.astype(np.float32)[_ALONG] for values in state.traits))
    now = _start(state, paths)
    found = np.empty((horizon, size), np.float32)
    gone = (state.arrears > 0) & state.doomed
    for step in range(horizon):
        channels = mean[step].astype(np.float32)[:, :, None] + noise[step].astype(np.float32)[:, None, :]
        due = state.due[step].astype(np.float32)[_ALONG]
        now = _moved(now, channels, due, state.season[step], traits, world)
        found[step] = now.defaulted.mean(axis=1)
        found[step][gone] = state.arrears[gone] + step + 1 > 3
    return found


class _Chain(NamedTuple):
    """Chances, party × path, to pay (plain or fragile), to be 1 to 3 months in arrears, likewise past saving."""

    plain: Reals
    fragile: Reals
    late: tuple[Reals, Reals, Reals]
    doomed: tuple[Reals, Reals, Reals]
    defaulted: Reals


def _start(state: State, paths: int) -> _Chain:
    def as_path(flag: Flags) -> Reals:
        return np.repeat(flag.astype(np.float32)[:, None], paths, axis=1)

    pays, none = state.arrears == 0, np.zeros((len(state.arrears), paths), np.float32)
    late = as_path(state.arrears == 1), as_path(state.arrears == 2), as_path(state.arrears == 3)
    return _Chain(as_path(pays & ~state.fragile), as_path(pays & state.fragile), late, (none, none, none), none)


def _moved(now: _Chain, channels: Reals, due: Reals, season: float, traits: Traits, world: WorldA) -> _Chain:
    found, seen = rates(channels, due, traits.risk, world), visibility(channels, world)
    plain, fragile = chances(found, seen, due, season, traits.cuts, world)
    strained = strain(channels, world)
    recovers = [sum(recovery(strained, months, traits.relieves, world)) for months in (1, 2, 3)]
    paying, weak = now.plain * (1 - world.sudden_rate), now.fragile * (1 - world.sudden_rate)
    stops = paying * (plain.stop + plain.pushed) + weak * (fragile.stop + fragile.pushed)
    rescued = paying * (plain.patch + plain.weakened) + weak * (fragile.patch + fragile.weakened)
    plain_on = paying * (1 - plain.stop - plain.pushed - plain.patch - plain.weakened - plain.left)
    weak_on = weak * (1 - fragile.stop - fragile.pushed - fragile.patch - fragile.weakened - fragile.left)
    recovered = sum(part * share for part, share in zip(now.late, recovers, strict=True))
    missed = [part * (1 - share) for part, share in zip(now.late, recovers, strict=True)]
    return _Chain(
        plain=plain_on + weak_on * world.heal_rate,
        fragile=weak_on * (1 - world.heal_rate) + rescued + recovered,
        late=(stops, missed[0], missed[1]),
        doomed=((now.plain + now.fragile) * world.sudden_rate, now.doomed[0], now.doomed[1]),
        defaulted=now.defaulted + missed[2] + now.doomed[2],
    )
