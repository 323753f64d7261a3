"""Expected pd in world B: backward recursion over liquidity, business, climate and standing, exact but for the grid.

Grain   (temperament, months in which a bullet falls due) × terminal × standing × business × climate × liquidity
Source  the rules of `cash.py` and `standing.py`; chances within 3, 6, 9 and 12 months go together. Losses from calls
        and from defaults in the unit still to come are added as in `foreseen.py`
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from ews.simulation.arrays import Floats, Ints
from ews.simulation.latent.horizon import HORIZON
from ews.simulation.latent.world_b.world import BAD, CLIMATES, WorldB, business_moves, climate_moves

TERMINALS = (3, 6, 9, 12)
PAYS, UNWILLING = 0, 1
SHORT = (2, 3, 4)
REFUSES = (5, 6, 7)
"""Standings: pays; pays, but unwilling; 1 to 3 months in arrears for want of money; the same for want of will."""
_STANDINGS = 8
_STEP = 0.1
_ALL, _SOME, _PATTERNS = 12, 6, 19


class Place(NamedTuple):
    """Where parties (entries) are on the grid."""

    temperament: Ints
    pattern: Ints
    standing: Ints
    business: Ints
    climate: Ints
    liquidity: Floats


def due_pattern(months_to_due: Ints, term: Ints) -> Ints:
    """Return which of 19 patterns of due months lies ahead: 0 none, 1 to 12 the month, 13 to 18 that and 6 on."""
    single = np.where(months_to_due <= HORIZON, months_to_due, 0)
    return np.where(term <= _SOME, _ALL + np.minimum(months_to_due, _SOME), single)


def due_months(pattern: int) -> tuple[int, ...]:
    """Return the months ahead, counted from 1, in which a bullet falls due."""
    if pattern > _ALL:
        return pattern - _ALL, pattern - _ALL + _SOME
    return (pattern,) if pattern else ()


def default_by(place: Place, world: WorldB) -> Floats:
    """Return terminal × party: the chance of default within each of TERMINALS months; between points linearly."""
    points = _points(world)
    exact = np.clip((place.liquidity - points[0]) / _STEP, 0, len(points) - 1.000001)
    low = exact.astype(np.int64)
    part = exact - low
    found = np.empty((len(TERMINALS), len(low)))
    for temperament in np.unique(place.temperament):
        values = pd_table(world, int(temperament))
        where = np.flatnonzero(place.temperament == temperament)
        at = place.pattern[where], slice(None), place.standing[where], place.business[where], place.climate[where]
        below, above = values[*at, low[where]], values[*at, low[where] + 1]
        found[:, where] = (below + part[where, None] * (above - below)).T
    return found


@cache
def pd_table(world: WorldB, temperament: int) -> Floats:
    """Return the chances of default for every pattern of due months, terminal and state of the grid."""
    tables = [_recursion(world, temperament, due_months(pattern)) for pattern in range(_PATTERNS)]
    return np.asarray(np.round(np.stack(tables), 7), dtype=np.float64)


def _points(world: WorldB) -> Floats:
    """Return the middles of the cells of liquidity."""
    cells = round((world.cap - world.floor) / _STEP)
    return np.asarray(world.floor + _STEP * (np.arange(cells) + 0.5))


def _recursion(world: WorldB, temperament: int, due: tuple[int, ...]) -> Floats:
    """Return terminal × standing × business × climate × liquidity."""
    points = _points(world)
    business, climate = business_moves(world), climate_moves(world)
    kernels = {flag: _kernels(world, temperament, due=flag) for flag in {False} | {month in due for month in due}}
    shape = len(TERMINALS), _STANDINGS, len(world.drift), CLIMATES, len(points)
    value = np.zeros(shape)
    for month in range(HORIZON, 0, -1):
        left = np.array([terminal - month for terminal in TERMINALS])
        after = _after_standing(value, left, world, points, due=month in due)
        rows = after.transpose(2, 3, 0, 1, 4).reshape(-1, len(TERMINALS) * _STANDINGS, len(points))
        spread = (rows @ kernels[month in due].transpose(0, 2, 1)).reshape(
            len(world.drift), CLIMATES, len(TERMINALS), _STANDINGS, len(points)
        )
        switched = np.einsum("gab,bgtsy->agtsy", business, spread, optimize=True)
        value = np.einsum("hg,agtsy->tsahy", climate, switched, optimize=True)
        value[left < 0] = 0.0
    return value


def _kernels(world: WorldB, temperament: int, *, due: bool) -> Floats:
    """Return (business × climate) × from × to: how liquidity moves in a month; beyond the ends it stays at the end."""
    points = _points(world)
    borders = world.floor + _STEP * np.arange(1, len(points))
    drift = np.array(world.drift)[:, None] + np.array(world.climate_drift)[None, :] - due * world.bullet_gap
    mean_next = (points + world.pull * (world.home - points))[:, None] + drift.reshape(-1, 1, 1)
    gap = borders - mean_next
    mean, sd = world.unpaid_bill
    own_sd, unpaid = world.noise_sd[temperament], world.unpaid_rate[temperament]
    below = (1 - unpaid) * ndtr(gap / own_sd) + unpaid * ndtr((gap + mean) / np.hypot(own_sd, sd))
    return np.diff(below, axis=2, prepend=0.0, append=1.0)


def _after_standing(value: Floats, left: Ints, world: WorldB, points: Floats, *, due: bool) -> Floats:
    """Return the value once liquidity, business and climate of the month are known, before standing moves.

    `left` is how many months remain to each terminal after this one.
    """
    doomed = (left >= 3).astype(np.float64)[:, None, None, None]
    pays, unwilling = value[:, PAYS], value[:, UNWILLING]
    short, refuses = value[:, SHORT[0]], value[:, REFUSES[0]]
    dry = np.asarray(points < 0)
    short_now = (
        np.where(due, world.evergreen, 0.0) * _at(pays, points, world.evergreen_leaves)
        + (1 - world.evergreen * due) * short
    )
    unwilling_short = short_now + world.evergreen * due * _at(unwilling - pays, points, world.evergreen_leaves)
    wet = _wet(pays, short, world, points, due=due)
    wet_unwilling = world.unwilling_stops * refuses + (1 - world.unwilling_stops) * _wet(
        unwilling, short, world, points, due=due
    )
    sudden = world.sudden_rate
    willing = sudden * doomed + (1 - sudden) * np.where(dry, short_now, wet)
    not_willing = sudden * doomed + (1 - sudden) * np.where(dry, unwilling_short, wet_unwilling)
    after = np.empty_like(value)
    after[:, PAYS] = willing + world.turns_unwilling * (not_willing - willing)
    after[:, UNWILLING] = not_willing + world.turns_back * (willing - not_willing)
    _late(after, value, left, world, points)
    return after


def _wet(pays: Floats, short: Floats, world: WorldB, points: Floats, *, due: bool) -> Floats:
    """Return the value for those with money: the bank may show them out, or they leave."""
    unwanted = np.zeros((len(world.drift), 1, len(points)))
    if due:
        unwanted[BAD] = world.exit_share * (points < world.exit_below)
    return np.asarray(unwanted * world.exit_pushes * short + (1 - unwanted) * (1 - world.leave_rate) * pays)


def _late(after: Floats, value: Floats, left: Ints, world: WorldB, points: Floats) -> None:
    """Fill in the value of those in arrears; one more month missed after the third is default."""
    default = (left >= 0).astype(np.float64)[:, None, None, None] * np.ones_like(value[:, 0])
    pays = value[:, PAYS]
    for months in (1, 2, 3):
        further = value[:, SHORT[months]] if months < 3 else default
        refuses = value[:, REFUSES[months]] if months < 3 else default
        relief = world.relief[months - 1]
        misses = relief * _at(pays, points, world.relief_leaves) + (1 - relief) * further
        cells = round(world.resume_costs * months / _STEP)
        poorer = np.concatenate([np.repeat(pays[..., :1], cells, axis=-1), pays[..., : len(points) - cells]], axis=-1)
        after[:, SHORT[months - 1]] = np.where(points > world.resume_above * months, poorer, misses)
        after[:, REFUSES[months - 1]] = world.unwilling_resumes * pays + (1 - world.unwilling_resumes) * refuses


def _at(value: Floats, points: Floats, liquidity: float) -> Floats:
    """Return the value at one liquidity, whatever it was before."""
    place = (liquidity - points[0]) / _STEP
    low = int(place)
    part = place - low
    return np.asarray((1 - part) * value[..., low : low + 1] + part * value[..., low + 1 : low + 2])
