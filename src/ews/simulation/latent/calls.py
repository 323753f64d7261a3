"""Calls: what a default costs those who vouched for it.

Grain   one entry per guarantee called in a month
Source  the bank calls a share of the amount; a guarantor pays it over some months, measured in months of its turnover
"""

from dataclasses import dataclass

import numpy as np

from ews.simulation.arrays import Flags, Floats, Ints
from ews.simulation.draws import Draws
from ews.simulation.latent.diary import Diary
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.network import Network
from ews.simulation.latent.population import Population

_CALLED_SHARE = (0.3, 0.9)
MOST_MONTHS_OF_TURNOVER = 12.0


@dataclass(frozen=True, slots=True)
class Calls:
    """`cost` is in months of the guarantor's turnover."""

    guarantor: Ints
    debtor: Ints
    cost: Floats


def costs(network: Network, people: Population, draws: Draws) -> Floats:
    """Return what each guarantee costs if it is called, in months of the guarantor's turnover."""
    low, high = _CALLED_SHARE
    share = low + (high - low) * draws.uniform("calls.share", np.arange(len(network)))
    return np.minimum(share * network.amount / people.turnover[network.guarantor], MOST_MONTHS_OF_TURNOVER)


def calls_upon(network: Network, cost: Floats, defaulted: Flags, month: int, present: Flags) -> Calls:
    """Return the guarantees in force in `month` whose borrower is in `defaulted`; a guarantor gone pays nothing."""
    called = defaulted[network.borrower] & network.in_force(month) & present[network.guarantor]
    return Calls(network.guarantor[called], network.borrower[called], cost[called])


def cost_per_guarantor(calls: Calls, size: int) -> Floats:
    return np.bincount(calls.guarantor, weights=calls.cost, minlength=size).astype(np.float64)


def note_calls(calls: Calls, month: int, months: int, diary: Diary) -> None:
    """Note that guarantors pay from `month` on over `months` months."""
    diary.note(Kind.CALL, calls.guarantor, month, months=months, size=calls.cost, other=calls.debtor)
