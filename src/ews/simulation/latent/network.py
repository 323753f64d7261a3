"""Guarantees: who vouches for whom.

Grain   one entry per guarantee
Source  shaped after one bank's real network (19,665 parties, 14,307 guarantees): 92 components in 100 are pairs, then
        sizes of 3 to 13, then ten large ones; trees with some more edges, hubs that vouch for many and hubs for whom
        many vouch; few mutual pairs and rings; amounts heavily skewed. Most pairs are a controller and the own firm
"""

from dataclasses import dataclass

import numpy as np

from ews.simulation.arrays import Flags, Floats, Ints, ragged
from ews.simulation.draws import Draws
from ews.simulation.latent.population import Population, Role
from ews.simulation.months import Months

MEMBER_SHARE = 0.45
PAIR_SHARE = 0.918
OWN_SHARE = 0.65
"""Of the pairs, those of a controller and the own firm."""
SMALLEST_GROUP, LARGEST_GROUP = 3, 13
LARGE_GROUPS = tuple(size / 19_665 for size in (539, 98, 95, 93, 89, 61, 51, 47, 45, 45))
LARGEST_RING = 7
RING_SHARE, MUTUAL_SHARE, TURNED_SHARE = 0.03, 0.003, 0.001
_HUB_SHARE, _MORE_EDGES = 0.11, 0.55
_WEIGHTS = np.array([3.0, 0.8, 0.0, 2.0, 1.0])
"""How readily those of each role join a group."""
_ROUND_TO = 1_000_000
"""Guarantees are in whole 10,000 CNY."""


@dataclass(frozen=True, slots=True)
class Network:
    """`guarantor` vouches for `borrower` (numbers of borrowers) from month `starts` until before month `ends`.

    `own` is set where a controller vouches for the own firm.
    """

    guarantor: Ints
    borrower: Ints
    starts: Ints
    ends: Ints
    amount: Ints
    own: Flags

    def __len__(self) -> int:
        return len(self.guarantor)

    def in_force(self, month: int) -> Flags:
        return (self.starts <= month) & (month < self.ends)


def connect_borrowers(people: Population, months: Months, draws: Draws) -> Network:
    """Return the network of `people`; guarantees that would start after the book's end are left out."""
    sizes, own_group = _groups(people, draws)
    guarantor, borrower, group = _edges(sizes, _seats(people, sizes, own_group, draws), own_group, draws)
    own = own_group[group]
    number = np.arange(len(guarantor))
    both_there = np.maximum(people.joined[guarantor], people.joined[borrower])
    since_long = people.stock[guarantor] & people.stock[borrower]
    shift = draws.below(24, "guarantees.shift", number)
    starts = np.where(since_long, -shift, both_there + np.where(own, 0, shift // 4))
    ends = starts + 36 + draws.below(60, "guarantees.term", number) + np.where(own, months.count + 24, 0)
    scale = people.turnover[borrower] * (1 + 4 * draws.uniform("guarantees.scale", number))
    amount = scale * np.exp(1.0 * draws.normal("guarantees.amount", number))
    rounded = np.maximum(1, np.rint(amount / _ROUND_TO)).astype(np.int64) * _ROUND_TO
    kept = starts < months.count
    return Network(guarantor[kept], borrower[kept], starts[kept], ends[kept], rounded[kept], own[kept])


def _groups(people: Population, draws: Draws) -> tuple[Ints, Flags]:
    """Return how many parties each group has, the large ones first, and which are of a controller and the own firm."""
    members = int(len(people) * MEMBER_SHARE)
    large = [int(members * share) for share in LARGE_GROUPS if int(members * share) > LARGEST_GROUP]
    number = np.arange(members // 2)
    small = SMALLEST_GROUP + draws.below(LARGEST_GROUP - SMALLEST_GROUP + 1, "guarantees.size", number)
    paired = draws.uniform("guarantees.paired", number) < PAIR_SHARE
    sizes = np.concatenate([np.array(large, dtype=np.int64), np.where(paired, 2, small)])
    sizes = sizes[np.cumsum(sizes) <= members]
    wanted = (sizes == 2) & (draws.uniform("guarantees.own", np.arange(len(sizes))) < OWN_SHARE)
    return sizes, wanted & (np.cumsum(wanted) <= int((people.role == Role.CONTROLLER).sum()))


def _seats(people: Population, sizes: Ints, own_group: Flags, draws: Draws) -> Ints:
    """Return who sits where: group after group, the controller before the own firm."""
    controllers = people.number[people.role == Role.CONTROLLER]
    luck = draws.uniform("guarantees.controller", controllers)
    vouching = controllers[np.argsort(luck, kind="stable")][: int(own_group.sum())]
    pairs = np.stack([vouching, people.head[vouching]], axis=1).ravel()
    weight = np.where(np.isin(people.number, pairs), 0.0, _WEIGHTS[people.role])
    free = people.number[weight > 0]
    wish = draws.uniform("guarantees.wish", free) ** (1 / weight[free])
    joining = free[np.argsort(-wish, kind="stable")]
    in_own = np.repeat(own_group, sizes)
    joining = joining[: int((~in_own).sum())]
    joining = joining[np.argsort(draws.uniform("guarantees.seat", joining), kind="stable")]
    seats = np.full(len(in_own), -1, dtype=np.int64)
    seats[in_own] = pairs
    seats[np.flatnonzero(~in_own)[: len(joining)]] = joining
    return seats


def _edges(sizes: Ints, members: Ints, own_group: Flags, draws: Draws) -> tuple[Ints, Ints, Ints]:
    """Return guarantor, borrower and group of each guarantee; in a ring everyone vouches for the next."""
    number = np.arange(len(sizes))
    ring = (sizes >= 3) & (sizes <= LARGEST_RING) & (draws.uniform("guarantees.ring", number) < RING_SHARE)
    group, seat = ragged(sizes)
    first = (np.cumsum(sizes) - sizes)[group]
    following = first + (seat + 1) % sizes[group]
    around = ring[group]
    tree, upper, lower = _tree(group, seat, first, around, draws)
    standing = _standing(group, seat, sizes, own_group, draws)
    downward = standing[upper] < standing[lower]
    source, target = np.where(downward, upper, lower), np.where(downward, lower, upper)
    luck = draws.uniform("guarantees.mutual", source, target)
    turned = (luck < np.where(sizes[tree] == 2, MUTUAL_SHARE, TURNED_SHARE)) & ~own_group[tree]
    seats = np.arange(len(group))
    sources = np.concatenate([source, target[turned], seats[around]])
    targets = np.concatenate([target, source[turned], following[around]])
    groups = np.concatenate([tree, tree[turned], group[around]])
    there = (members[sources] >= 0) & (members[targets] >= 0)
    return members[sources][there], members[targets][there], groups[there]


def _tree(group: Ints, seat: Ints, first: Ints, around: Flags, draws: Draws) -> tuple[Ints, Ints, Ints]:
    """Return group and both seats of each tie: everyone with an earlier seat, the first two most, some with two."""
    luck = draws.uniform("guarantees.hub", group, seat)
    early = (seat * draws.uniform("guarantees.favoured", group, seat) ** 1.5).astype(np.int64)
    parent = np.where(luck < _HUB_SHARE, 0, np.where(luck < 2 * _HUB_SHARE, np.minimum(seat - 1, 1), early))
    other = (seat * draws.uniform("guarantees.second", group, seat) ** 1.5).astype(np.int64)
    tied = (seat > 0) & ~around
    again = tied & (other != parent) & (draws.uniform("guarantees.more", group, seat) < _MORE_EDGES)
    upper = np.concatenate([(first + parent)[tied], (first + other)[again]])
    lower = np.concatenate([(first + seat)[tied], (first + seat)[again]])
    return np.concatenate([group[tied], group[again]]), upper, lower


def _standing(group: Ints, seat: Ints, sizes: Ints, own_group: Flags, draws: Draws) -> Floats:
    """Return an order of each group along which guarantees point, so that they make no circle by chance.

    One of the first two seats vouches for all tied to it, for the other all vouch.
    """
    luck = draws.uniform("guarantees.standing", group, seat)
    turned = (draws.uniform("guarantees.turned", np.arange(len(sizes))) < 0.5) & ~own_group
    ahead = np.where(seat == 0, -1.0, np.where(seat == 1, 2.0, luck))
    return np.where(turned[group], -ahead, ahead)
