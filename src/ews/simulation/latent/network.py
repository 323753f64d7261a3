"""Guarantees: who vouches for whom.

Grain   one entry per guarantee
Source  shaped after one bank's real network: nine groups in ten are pairs, then 3 to 13 members, one group of 2.7 % of
        all and nine of 0.4 %; few mutual pairs and rings; amounts heavily skewed
"""

from dataclasses import dataclass

import numpy as np

from ews.simulation.arrays import Flags, Ints, ragged
from ews.simulation.draws import Draws
from ews.simulation.latent.population import Population
from ews.simulation.months import Months

MEMBER_SHARE = 0.4
PAIR_SHARE = 0.916
MUTUAL_SHARE = 0.02
RING_SHARE = 0.25
LARGEST_RING = 7
LARGE_GROUPS = (0.027, *(0.004,) * 9)
_ROUND_TO = 1_000_000
"""Guarantees are in whole 10,000 CNY."""


@dataclass(frozen=True, slots=True)
class Network:
    """`guarantor` vouches for `borrower` (numbers of borrowers) from month `starts` until before month `ends`."""

    guarantor: Ints
    borrower: Ints
    starts: Ints
    ends: Ints
    amount: Ints

    def in_force(self, month: int) -> Flags:
        return (self.starts <= month) & (month < self.ends)


def connect_borrowers(people: Population, months: Months, draws: Draws) -> Network:
    """Return the network of `people`; guarantees that would start after the book's end are left out."""
    guarantor, borrower = _edges(_groups(len(people), draws), people, draws)
    number = np.arange(len(guarantor))
    both_there = np.maximum(people.joined[guarantor], people.joined[borrower])
    since_long = people.stock[guarantor] & people.stock[borrower]
    shift = draws.below(24, "guarantees.shift", number)
    starts = np.where(since_long, -shift, both_there + shift // 4)
    ends = starts + 36 + draws.below(60, "guarantees.term", number)
    scale = people.turnover[borrower] * (1 + 4 * draws.uniform("guarantees.scale", number))
    amount = scale * np.exp(0.8 * draws.normal("guarantees.amount", number))
    rounded = np.maximum(1, np.rint(amount / _ROUND_TO)).astype(np.int64) * _ROUND_TO
    kept = starts < months.count
    return Network(guarantor[kept], borrower[kept], starts[kept], ends[kept], rounded[kept])


def _groups(size: int, draws: Draws) -> Ints:
    """Return how many borrowers each group has, the large ones first."""
    members = int(size * MEMBER_SHARE)
    large = [int(members * share) for share in LARGE_GROUPS if int(members * share) >= 3]
    number = np.arange(members // 2)
    small = 3 + np.minimum(10, draws.count(np.ones(len(number)), "guarantees.size", number) * 2)
    paired = draws.uniform("guarantees.paired", number) < PAIR_SHARE
    sizes = np.concatenate([np.array(large, dtype=np.int64), np.where(paired, 2, small)])
    return sizes[np.cumsum(sizes) <= members]


def _edges(sizes: Ints, people: Population, draws: Draws) -> tuple[Ints, Ints]:
    """Return guarantors and borrowers: a tree in each group, some closed to a ring or made mutual."""
    members = np.argsort(draws.uniform("guarantees.seat", people.number), kind="stable")
    number = np.arange(len(sizes))
    ring = (sizes >= 3) & (sizes <= LARGEST_RING) & (draws.uniform("guarantees.ring", number) < RING_SHARE)
    mutual = (sizes == 2) & (draws.uniform("guarantees.mutual", number) < MUTUAL_SHARE)
    downward = ring | (draws.uniform("guarantees.downward", number) < 0.5)
    group, seat = ragged(sizes)
    first_seat = np.cumsum(sizes) - sizes
    favoured = (seat * draws.uniform("guarantees.favoured", group, seat) ** 2).astype(np.int64)
    below = seat > 0
    upper = (first_seat[group] + np.where(ring[group], seat - 1, favoured))[below]
    lower = (first_seat[group] + seat)[below]
    down = downward[group][below]
    back = ring | mutual
    last, first, turned = (first_seat + sizes - 1)[back], first_seat[back], ~downward[back]
    source = np.concatenate([np.where(down, upper, lower), np.where(turned, first, last)])
    target = np.concatenate([np.where(down, lower, upper), np.where(turned, last, first)])
    return members[source], members[target]
