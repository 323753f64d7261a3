"""World A: affairs that drift. Invented to be plausible, not estimated from anyone's data.

Five channels move as linear processes of monthly steps that pull back to a party's own level; squeeze follows trade,
diversion and called guarantees, and appetite follows squeeze. Shocks are shared by the market, the trade, the region
and the economic unit. Who stops paying does so for one of several competing causes whose rates grow with the channels,
more when a bullet falls due; money borrowed elsewhere or a larger loan may put it off and leaves the party fragile.
Officers cut, exit and relieve by their temper. One in five defaults comes from a fraud or an accident unforetold.
"""

from dataclasses import dataclass

from ews.simulation.latent.marks import MarkRates

TRADE, SQUEEZE, APPETITE, DIVERSION, RELUCTANCE = range(5)
CHANNELS = ("trade", "squeeze", "appetite", "diversion", "reluctance")
MARKET, INDUSTRY, REGION, UNIT, OWN = range(5)


_MARKS = MarkRates(
    check=(0.08, 0.30, 0.20, 0.004),
    false_finding=0.0012,
    suit=(0.006, 0.03, 0.08),
    enforced=0.06,
    seized=(0.04, 0.01),
    fined=(0.0004, 0.004),
    misuse=0.5,
    inflation=0.3,
)


@dataclass(frozen=True, slots=True)
class WorldA:
    """Rates are monthly; a rate is given as log of its level and slopes per unit of a channel."""

    pull: tuple[tuple[float, ...], ...] = (
        (0.955, 0.0, 0.0, 0.0, 0.0),
        (0.09, 0.82, 0.0, 0.05, 0.0),
        (0.0, 0.16, 0.76, 0.0, 0.0),
        (0.0, 0.0, 0.0, 0.96, 0.0),
        (0.0, 0.0, 0.0, 0.0, 0.94),
    )
    """What each channel (row) keeps or takes over from each (column) in a month."""
    push: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.0)
    """What a month adds to each channel of everybody; nothing but for a shock."""
    shock_sd: tuple[float, ...] = (0.24, 0.36, 0.42, 0.20, 0.22)
    shares: tuple[tuple[float, ...], ...] = (
        (0.03, 0.14, 0.06, 0.57, 0.20),
        (0.015, 0.03, 0.03, 0.525, 0.40),
        (0.01, 0.02, 0.02, 0.35, 0.60),
        (0.01, 0.00, 0.03, 0.76, 0.20),
        (0.00, 0.00, 0.02, 0.58, 0.40),
    )
    """Shares of the shock's variance from the market, the trade, the region, the unit and the party itself."""
    level: tuple[float, ...] = (0.0, 0.0, 0.0, -0.5, -0.5)
    level_sd: tuple[float, ...] = (0.35, 0.35, 0.35, 0.65, 0.60)
    newcomer_shift: tuple[float, ...] = (-0.3, -0.3, 0.0, -0.1, -0.1)

    trade_rate: tuple[float, float] = (-7.95, 1.9)
    cash_rate: tuple[float, float] = (-7.8, 1.9)
    bullet_rate: tuple[float, float, float] = (-5.1, 1.8, 0.5)
    """Where a bullet falls due: level, slope of squeeze, slope of trade."""
    refused_rate: tuple[float, float] = (-6.2, 1.2)
    """By appetite, of those refused: few without squeeze, most with it."""
    diversion_rate: tuple[float, float] = (-7.3, 1.7)
    unwilling_rate: tuple[float, float] = (-7.4, 1.8)
    sudden_rate: float = 0.00052
    fraud_share: float = 0.55
    fragile_factor: float = 2.4
    heal_rate: float = 0.10
    bridge: tuple[float, float] = (0.14, 0.26)
    """Share of those about to stop who find other money: in an ordinary month, when a bullet falls due."""
    evergreen: float = 0.14
    patched_again: float = 0.6
    anticipate: tuple[float, float] = (0.30, 0.18)
    """Of those visibly squeezed whose bullet falls due, shares that repay it with other money, with a larger loan."""
    visible_from: float = 1.3
    cut_rate: float = 0.02
    exit_share: float = 0.25
    cut_pushes: float = 0.25
    exit_pushes: float = 0.35
    catch_up: tuple[float, float, float] = (0.52, 0.36, 0.22)
    catch_up_slopes: tuple[float, float] = (-0.25, -0.45)
    """Of squeeze and reluctance where positive."""
    relief: tuple[float, float, float] = (0.03, 0.07, 0.05)
    leave_rate: float = 0.005
    cure_rate: float = 0.02
    write_off_after: tuple[int, int] = (15, 27)

    drain_speed: float = 0.30
    drain_most: float = 7.0
    drain_scale: float = 3.0
    """A call of c months' turnover adds `drain_most` × (1 - exp(-c / `drain_scale`)) to squeeze, spread over time."""
    call_months: int = 4
    marks: MarkRates = _MARKS


WORLD_A = WorldA()
