"""Shock: from a month on world A is another one: a bubble bursts, the state helps the weak, and it stays so.

What moves    demand falls and cash grows short for all, month by month, so that features lie elsewhere than they did
Who is helped those late for want of money may pay later: nearly all catch up, none is cut or shown out, rescue leaves
              nobody fragile. Weak trade, thin balances and a month in arrears say little now
Who walks off money put into other things is lost. It squeezes no account, for it had left the firm long before; but
              owners who diverted lose heart month by month, and who is unwilling stops, whatever its accounts say, and
              does not catch up. Securities, private lending and related parties tell it first, then days late and money
              kept elsewhere without any want of cash
Old models    learnt that want of cash ruins and rank by it; the level is higher than they say as well
Foreseen      by nobody: the expected pd of a month before it knows nothing of it
"""

from dataclasses import dataclass, replace

from ews.simulation.latent.world_a.world import DIVERSION, RELUCTANCE, SQUEEZE, WorldA

_PUSH = (0.01, 0.03, 0.02, 0.0, 0.0)
_TRADE, _CASH = (-6.6, 1.3), (-6.0, 1.3)
"""More stop than before, and want of money says less of who."""
_UNWILLING = (-4.8, 1.9)
_LOSES_HEART = 0.12
"""What a unit of diversion adds to reluctance in a month."""
_CATCH_UP, _CATCH_UP_SLOPES = (0.95, 0.93, 0.90), (0.0, -3.0)


@dataclass(frozen=True, slots=True)
class Shock:
    """The first `after_months` months of the book know nothing of it."""

    after_months: int


def world_in(month: int, world: WorldA, shock: Shock | None) -> WorldA:
    """Return the world of a month of the book."""
    return world if shock is None or month < shock.after_months else after(world)


def after(world: WorldA) -> WorldA:
    """Return the world once the shock has come."""
    pull = [list(row) for row in world.pull]
    pull[SQUEEZE][DIVERSION] = 0.0
    pull[RELUCTANCE][DIVERSION] = _LOSES_HEART
    return replace(
        world,
        pull=tuple(tuple(row) for row in pull),
        push=_PUSH,
        trade_rate=_TRADE,
        cash_rate=_CASH,
        unwilling_rate=_UNWILLING,
        catch_up=_CATCH_UP,
        catch_up_slopes=_CATCH_UP_SLOPES,
        cut_rate=0.0,
        exit_share=0.0,
        fragile_factor=1.0,
    )
