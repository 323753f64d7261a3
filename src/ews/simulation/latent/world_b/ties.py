"""Ties: along what a default hurts others in world B: guarantees, and the members of one unit.

Grain   one entry per guarantee, then one per pair of members of a unit
"""

import numpy as np

from ews.simulation.arrays import Floats
from ews.simulation.latent.network import Network
from ews.simulation.latent.population import Population

_ALWAYS = 1 << 40
_MOST_MEMBERS = 4


def unit_ties(people: Population, network: Network, losses: Floats, unit_loss: float) -> tuple[Network, Floats]:
    """Return the network with a tie from each member of a unit to each other, and what a default costs along each."""
    hurt, debtor = [], []
    for step in range(1, _MOST_MEMBERS):
        same = np.flatnonzero(people.unit[step:] == people.unit[: len(people) - step])
        hurt += [same, same + step]
        debtor += [same + step, same]
    more, from_whom = np.concatenate(hurt), np.concatenate(debtor)
    size = len(more)
    ties = Network(
        guarantor=np.concatenate([network.guarantor, more]),
        borrower=np.concatenate([network.borrower, from_whom]),
        starts=np.concatenate([network.starts, np.full(size, -_ALWAYS)]),
        ends=np.concatenate([network.ends, np.full(size, _ALWAYS)]),
        amount=np.concatenate([network.amount, np.zeros(size, np.int64)]),
        own=np.concatenate([network.own, np.zeros(size, np.bool_)]),
    )
    return ties, np.concatenate([losses, np.full(size, unit_loss)])
