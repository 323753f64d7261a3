"""State: how each borrower fares, month by month.

Grain   borrower × month
Reads   the seed, and who guarantees whom: a default hurts the guarantors in the month after
Nulls   `stress` and `expected_pd` are NaN and `arrears` is ABSENT where the borrower is not (or no longer) in the book
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ews.domain.progress import Progress, silent
from ews.simulation.arrays import NEVER, Flags, Floats, Ints, next_month
from ews.simulation.draws import Draws
from ews.simulation.latent.expected_pd import PdTable, pd_table
from ews.simulation.latent.hazard import stop_chance
from ews.simulation.latent.network import Network
from ews.simulation.latent.population import Population
from ews.simulation.latent.world import INDUSTRIES, REGIONS, World
from ews.simulation.months import Months

ABSENT = -1
DEFAULT_AT = 4
"""Arrears at which more than 90 days have passed since the first item missed: its fourth month."""


@dataclass(frozen=True, slots=True)
class Paths:
    """`arrears` counts the months unpaid in a row; `gone` is the first month after the last, else NEVER."""

    stress: NDArray[np.float32]
    arrears: NDArray[np.int8]
    expected_pd: NDArray[np.float32]

    def cut(self, first: int, end: int) -> "Paths":
        """Return the paths of the borrowers from number `first` up to `end`."""
        return Paths(self.stress[first:end], self.arrears[first:end], self.expected_pd[first:end])

    @property
    def gone(self) -> Ints:
        present = self.arrears != ABSENT
        last = present.shape[1] - 1 - np.argmax(present[:, ::-1], axis=1)
        return np.where(present[:, -1], NEVER, last + 1)

    def defaults(self) -> Flags:
        """Return in which month each borrower went into default."""
        return np.asarray(self.arrears == DEFAULT_AT)

    def defaulted_within(self, horizon: int) -> Flags:
        """Return whether a default follows within `horizon` months; true where the book's end hides nothing of it."""
        upcoming = next_month(self.defaults())
        after = np.concatenate([upcoming[:, 1:], np.full((len(upcoming), 1), NEVER)], axis=1)
        return np.asarray(after <= np.arange(upcoming.shape[1]) + horizon)


@dataclass(frozen=True, slots=True)
class _Standing:
    """How all borrowers stand in one month."""

    slow: Floats
    fast: Floats
    arrears: Ints


def live_through(
    people: Population, network: Network, months: Months, world: World, draws: Draws, progress: Progress = silent
) -> Paths:
    """Return the paths of all borrowers; they are coupled by sector shocks and guarantees, so all go together."""
    size, count = len(people), months.count
    paths = Paths(
        np.full((size, count), np.nan, np.float32),
        np.full((size, count), ABSENT, np.int8),
        np.full((size, count), np.nan, np.float32),
    )
    table = pd_table(world)
    now = _Standing(np.zeros(size), np.zeros(size), np.full(size, ABSENT))
    for month in range(count):
        progress("latent states", month, count)
        called = (now.arrears[network.borrower] == DEFAULT_AT) & network.in_force(month)
        now = _stressed(now, people, month, world, draws)
        now = _hurt(now, network.guarantor[called], world)
        now = _arrears_moved(now, people, month, world, draws)
        now = _joined(now, people, month, world, draws)
        _write_down(paths, now, people, month, table)
    progress("latent states", count, count)
    return paths


def _stressed(now: _Standing, people: Population, month: int, world: World, draws: Draws) -> _Standing:
    """Move stress by a month: shocks of the economy, the trade and the region, and the borrower's own."""
    number = people.number
    trade = draws.normal("state.industry", month, np.arange(len(INDUSTRIES)))[people.industry]
    region = draws.normal("state.region", month, np.arange(len(REGIONS)))[people.region]
    own_share = 1 - world.macro_share - world.industry_share - world.region_share
    shock = (
        own_share**0.5 * draws.normal("state.fast", number, month)
        + world.macro_share**0.5 * draws.normal("state.macro", month)
        + world.industry_share**0.5 * trade
        + world.region_share**0.5 * region
    )
    slow = _step(now.slow, world.slow_persistence, world.slow_sd, draws.normal("state.slow", number, month))
    return replace(now, slow=slow, fast=_step(now.fast, world.fast_persistence, world.fast_sd, shock))


def _step(before: Floats, persistence: float, sd: float, shock: Floats) -> Floats:
    return persistence * before + sd * float(np.sqrt(1 - persistence**2)) * shock


def _hurt(now: _Standing, guarantors: Ints, world: World) -> _Standing:
    """Raise the stress of `guarantors`, once for each default last month that they vouched for."""
    calls = np.bincount(guarantors, minlength=len(now.fast))
    return replace(now, fast=now.fast + world.contagion * calls)


def _arrears_moved(now: _Standing, people: Population, month: int, world: World, draws: Draws) -> _Standing:
    before, number = now.arrears, people.number
    stops = draws.uniform("state.stop", number, month) < stop_chance(now.slow + now.fast, people.industry, world)
    leaves = draws.uniform("state.leave", number, month) < world.leave_rate
    luck = draws.uniform("state.catch_up", number, month)
    catches_up = ((before == 1) & (luck < world.catch_up[0])) | ((before == 2) & (luck < world.catch_up[1]))
    after = np.where(before > 0, before + 1, before)
    after[catches_up] = 0
    after[(before == 0) & leaves] = ABSENT
    after[(before == 0) & stops] = 1
    after[before >= DEFAULT_AT + world.write_off_after] = ABSENT
    return replace(now, arrears=after)


def _joined(now: _Standing, people: Population, month: int, world: World, draws: Draws) -> _Standing:
    """Let in those who join this month: the stock as the average, new customers better than that."""
    comes = people.joined == month
    shift = np.where(people.stock, 0.0, world.new_customer_shift)
    slow = shift + world.slow_sd * draws.normal("state.first_slow", people.number)
    fast = world.fast_sd * draws.normal("state.first_fast", people.number)
    return _Standing(
        slow=np.where(comes, slow, now.slow),
        fast=np.where(comes, fast, now.fast),
        arrears=np.where(comes, 0, now.arrears),
    )


def _write_down(paths: Paths, now: _Standing, people: Population, month: int, table: PdTable) -> None:
    present = now.arrears != ABSENT
    paths.arrears[:, month] = now.arrears
    paths.stress[present, month] = (now.slow + now.fast)[present]
    sound = present & (now.arrears < DEFAULT_AT)
    state = now.slow[sound], now.fast[sound], people.industry[sound], now.arrears[sound]
    paths.expected_pd[sound, month] = table.at(*state)
