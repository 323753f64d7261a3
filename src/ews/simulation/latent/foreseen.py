"""Foreseen calls: what guarantees that may still be called add to the expected pd of those who gave them.

Grain   one entry per guarantee in force whose guarantor and debtor are not in default
Source  mean field: (chance that the debtor defaults in month h) × (what a call would add to the guarantor's chance of
        default in the months left after h), the guarantor's state being that of today
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ews.simulation.arrays import Flags, Floats, Ints, Reals
from ews.simulation.latent.network import Network


@dataclass(frozen=True, slots=True)
class Exposed:
    """Guarantors (numbers) with the cost of a call, weighted by how likely each is, and when the first one comes.

    `called_in` is month × guarantor: the chance that the first call comes of a default in that month.
    """

    guarantor: Ints
    cost: Floats
    called_in: Floats


def exposed(network: Network, cost: Floats, month: int, sound: Flags, borrows: Flags, default_by: Reals) -> Exposed:
    """Return who may be called upon after `month`; `default_by` is month × borrower."""
    alive = network.in_force(month) & sound[network.guarantor] & sound[network.borrower]
    alive &= borrows[network.guarantor] & borrows[network.borrower]
    guarantor, place = np.unique(network.guarantor[alive], return_inverse=True)
    per_month = np.diff(default_by[:, network.borrower[alive]].astype(np.float64), axis=0, prepend=0)
    spared = np.log1p(-np.minimum(per_month, 0.999))
    none = np.stack([np.bincount(place, weights=chance, minlength=len(guarantor)) for chance in spared])
    called = -np.diff(np.exp(np.cumsum(none, axis=0)), axis=0, prepend=1.0)
    likely = np.maximum(per_month.sum(axis=0), 1e-9)
    weight = np.bincount(place, weights=likely, minlength=len(guarantor))
    mean_cost = np.bincount(place, weights=likely * cost[alive], minlength=len(guarantor)) / np.maximum(weight, 1e-9)
    return Exposed(guarantor, mean_cost, called)


def with_foreseen_calls(default_by: Reals, found: Exposed, if_called: Callable[[Ints, Floats], Reals]) -> Floats:
    """Return the chance of default by the last month, calls to come included.

    `if_called` returns month × guarantor: the chances of default were each called now for such a cost.
    """
    pd: Floats = default_by[-1].astype(np.float64)
    if len(found.guarantor):
        gain = if_called(found.guarantor, found.cost) - default_by[:, found.guarantor]
        in_time_left = np.maximum(gain[-2::-1], 0)
        adds = (found.called_in[:-1] * in_time_left).sum(axis=0)
        pd[found.guarantor] = np.minimum(pd[found.guarantor] + adds, 1.0)
    return pd
