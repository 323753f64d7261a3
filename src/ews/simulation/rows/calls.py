"""Calls: guarantees called, as both sides need to know them.

Grain   one entry per called guarantee of which either side is in the block
"""

from dataclasses import dataclass

import numpy as np

from ews.simulation.arrays import Ints
from ews.simulation.latent.episodes import Episodes, Kind
from ews.simulation.latent.population import Population


@dataclass(frozen=True, slots=True)
class Calls:
    """`guarantor` and `borrower` are numbers; `monthly` fen are to be paid in each of `months` months from `month`."""

    guarantor: Ints
    borrower: Ints
    month: Ints
    months: Ints
    monthly: Ints


def calls_of(episodes: Episodes, people: Population, bounds: tuple[int, int]) -> Calls:
    """Return the calls on guarantors or for borrowers numbered from bounds[0] up to bounds[1]."""
    first, end = bounds
    by, of = episodes.borrower, episodes.other
    ours = (episodes.kind == Kind.CALL) & (of >= 0)
    ours &= ((by >= first) & (by < end)) | ((of >= first) & (of < end))
    months = np.maximum(episodes.months[ours], 1)
    amount = np.maximum(episodes.size[ours], 0) * people.turnover[by[ours]] / months
    monthly = np.maximum(1, np.rint(amount / 10_000)).astype(np.int64) * 10_000
    return Calls(by[ours], of[ours], episodes.month[ours], months, monthly)


def monthly_calls(calls: Calls, members: Ints, where: tuple[int, int]) -> Ints:
    """Return fen by member and month; `members` says who in the block each call concerns, `where` the shape.

    Calls on parties outside of the block (places below 0 or beyond its end) are left out.
    """
    size, count = where
    inside = (members >= 0) & (members < size)
    changes = np.zeros((size, count + 1), np.int64)
    ends = np.minimum(calls.month + calls.months, count)
    np.add.at(changes, (members[inside], calls.month[inside]), calls.monthly[inside])
    np.add.at(changes, (members[inside], ends[inside]), -calls.monthly[inside])
    return np.cumsum(changes, axis=1)[:, :-1]
