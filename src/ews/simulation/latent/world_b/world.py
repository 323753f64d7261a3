"""World B: a cash runway. Invented to be plausible, not estimated from anyone's data.

A party has liquidity for some months: own cash, then cards, then money borrowed privately; what lies beyond a cap is
taken out. Business of an economic unit switches between states of its own, the sooner for the worse in a slump of its
trade; some bills of large customers are never paid. Who runs out of liquidity stops paying and starts again once there
is enough. Few are unwilling, few vanish, and a default costs guarantors and the rest of the unit dearly.
"""

from dataclasses import dataclass

import numpy as np

from ews.simulation.arrays import Floats
from ews.simulation.latent.marks import MarkRates

GOOD, SLACK, BAD, EXTRACTING = range(4)
"""States of business; the last does well, but its owner takes the money out."""
USUAL, SLUMP, BOOM = range(3)
"""Climates of a trade; a region is as usual or hit. Together 2 × trade + region."""
CLIMATES = 6


_MARKS = MarkRates(
    check=(0.05, 0.40, 0.30, 0.006),
    false_finding=0.0015,
    suit=(0.003, 0.05, 0.10),
    enforced=0.08,
    seized=(0.05, 0.02),
    fined=(0.0006, 0.002),
    misuse=0.35,
    inflation=0.2,
    trouble_from=1.6,
)


@dataclass(frozen=True, slots=True)
class WorldB:
    """Rates are monthly, liquidity in months of outlays; tuples by state of business, climate or temperament."""

    floor: float = -2.0
    cap: float = 6.0
    home: float = 4.7
    pull: float = 0.12
    """Part of the way back to `home` in a month: who runs low spends less, who has plenty takes it out."""
    drift: tuple[float, ...] = (0.10, -0.02, -0.32, -0.26)
    climate_drift: tuple[float, ...] = (0.0, -0.07, -0.08, -0.13, 0.06, 0.0)
    noise_sd: tuple[float, ...] = (0.36, 0.58, 0.82)
    """Of the steady, the bumpy and the wild."""
    unpaid_rate: tuple[float, ...] = (0.004, 0.009, 0.014)
    unpaid_bill: tuple[float, float] = (3.0, 1.2)
    unit_share: float = 0.5
    """Share of the noise's variance that members of a unit have in common."""
    bullet_gap: float = 0.5

    business: tuple[tuple[float, ...], ...] = (
        (0.960, 0.030, 0.006, 0.004),
        (0.060, 0.912, 0.022, 0.006),
        (0.040, 0.090, 0.870, 0.000),
        (0.050, 0.040, 0.010, 0.900),
    )
    slump_factor: float = 2.2
    """How much likelier business turns bad in a slump or in a region that is hit."""
    slump_rate: float = 0.006
    market_rate: float = 0.02
    market_share: float = 0.35
    """A crisis of the market comes so often and takes so many of the trades with it."""
    boom_rate: float = 0.012
    back_to_usual: float = 0.07
    region_hit: float = 0.006
    region_back: float = 0.08

    sudden_rate: float = 0.00034
    fraud_share: float = 0.4
    turns_unwilling: float = 0.0011
    turns_back: float = 0.05
    unwilling_stops: float = 0.10
    unwilling_resumes: float = 0.22
    evergreen: float = 0.25
    evergreen_leaves: float = 0.8
    exit_below: float = 1.5
    exit_share: float = 0.25
    exit_pushes: float = 0.5
    resume_above: float = 0.6
    """Liquidity needed per month in arrears to pay again; two thirds of it are then gone."""
    resume_costs: float = 0.4
    relief: tuple[float, float, float] = (0.0, 0.06, 0.10)
    relief_leaves: float = 1.2
    leave_rate: float = 0.005
    cure_rate: float = 0.015
    cure_leaves: float = 1.5
    write_off_after: tuple[int, int] = (12, 21)

    call_scale: float = 0.9
    call_most: float = 5.0
    """A call of c months' turnover takes `call_scale` × c off liquidity at once, `call_most` at most."""
    call_months: int = 2
    unit_loss: float = 1.2
    """What a default in the unit takes from each other member."""
    marks: MarkRates = _MARKS


WORLD_B = WorldB()


def trade_moves(world: WorldB) -> Floats:
    """Return the chances of a trade to go from each climate to each, crises of the market included."""
    slump = world.slump_rate + (1 - world.slump_rate) * world.market_rate * world.market_share
    back = world.back_to_usual
    usual = 1 - slump - (1 - slump) * world.boom_rate
    return np.array([[usual, slump, (1 - slump) * world.boom_rate], [back, 1 - back, 0.0], [back, 0.0, 1 - back]])


def climate_moves(world: WorldB) -> Floats:
    """Return the chances of going from each climate of trade and region to each."""
    hit, back = world.region_hit, world.region_back
    return np.kron(trade_moves(world), np.array([[1 - hit, hit], [back, 1 - back]]))


def business_moves(world: WorldB) -> Floats:
    """Return climate × state × state: the chances of business to switch in a month of such a climate."""
    moves = np.tile(np.array(world.business), (CLIMATES, 1, 1))
    for climate in range(CLIMATES):
        if climate // 2 == SLUMP or climate % 2:
            extra = moves[climate, :BAD, BAD] * (world.slump_factor - 1)
            moves[climate, :BAD, BAD] += extra
            moves[climate, range(BAD), range(BAD)] -= extra
    return moves
