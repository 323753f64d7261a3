"""Unit flows: money between a firm and its owners and affiliate.

Grain   two postings per transfer, one on each side that has an account here
Source  drawings of the owner every month, thinner when the trade is; transfers both ways, more of them when cash runs
        short (the owner puts money in) or goes elsewhere (it is taken out). The other side is named by its account,
        or by its number where it has none here. They are booked as own transfers, related parties, private persons
        and, now and then, as sales. INFLATION sends money round: see circles.py
"""

from dataclasses import dataclass

import numpy as np

from ews.simulation.arrays import Flags, Floats, Ints, ragged
from ews.simulation.latent.population import Role
from ews.simulation.rows.accounts import account_flags
from ews.simulation.rows.block import Block
from ews.simulation.rows.postings import (
    CODE,
    Postings,
    account_party,
    borrower_party,
    in_banking_hours,
    joined,
)
from ews.simulation.rows.trade_flows import Affairs

_BOOKED_AS = np.array([CODE["own_transfer"], CODE["related_party"], CODE["private_person"], CODE["sales"]])
_TO_FIRM = (0.35, 0.35, 0.20, 0.10)
_FROM_FIRM = (0.30, 0.40, 0.30)
_ROUND_TO = 100_000


@dataclass(frozen=True, slots=True)
class Ties:
    """`member` and `firm` are places in the block: a member of a unit and its main firm."""

    member: Ints
    firm: Ints


def ties_of(block: Block) -> Ties:
    """Return the members of units that money may pass to and from their firm."""
    role = block.people.role
    member = np.flatnonzero((role == Role.CONTROLLER) | (role == Role.SPOUSE) | (role == Role.AFFILIATE))
    return Ties(member, block.place(block.people.head[member]))


def unit_postings(block: Block, affairs: Affairs) -> list[Postings]:
    """Return drawings and transfers of all units of the block."""
    ties = ties_of(block)
    role = block.people.role[ties.member]
    both = block.present[ties.member] & block.present[ties.firm]
    base = np.where(role == Role.SPOUSE, 0.04, np.where(role == Role.AFFILIATE, 0.20, 0.12))[:, None]
    squeeze, diversion = (np.clip(channel[ties.firm], -2, 3) for channel in (affairs.squeeze, affairs.diversion))
    number = block.people.number[ties.member]
    habit = np.exp(0.6 * block.draws.normal("units.habit", number))[:, None]
    puts_in = np.where(both, base * habit * np.exp(0.45 * squeeze), 0)
    takes_out = np.where(both, base * habit * np.exp(0.40 * diversion), 0)
    draws = both & (role == Role.CONTROLLER)[:, None]
    chance = np.clip(0.9 * np.exp(-0.08 * np.maximum(affairs.squeeze[ties.firm], 0)), 0, 1)
    drawn = (block.draws.uniform("units.draws", number[:, None], block.every_month) < chance) & draws
    return [
        _transfers(block, ties, puts_in, 1, "units.in"),
        _transfers(block, ties, takes_out, -1, "units.out"),
        _drawings(block, ties, drawn, affairs.trade),
    ]


def between(
    block: Block, from_account: Ints, to_account: Ints, second: Ints, amount: Ints, category: tuple[Ints, Ints]
) -> Postings:
    """Return both sides of transfers; `category` is how the giving and the taking side are booked.

    Accounts are 2 × borrower + 0 or 1; a side without an account has no posting and is named by its number.
    """
    has = account_flags(block)
    sides = []
    ways = ((from_account, to_account, -1, category[0]), (to_account, from_account, 1, category[1]))
    for own, other, sign, booked in ways:
        there = has[own]
        party = np.where(has[other], account_party(block, other), borrower_party(block.people.number[other // 2]))
        sides.append(Postings(own, second, sign * amount, booked, party).only(there))
    return joined(sides)


def _transfers(block: Block, ties: Ties, mean: Floats, sign: int, purpose: str) -> Postings:
    """Return transfers to (`sign` 1) or from (-1) the firm, a few hundredths of its turnover each."""
    number = block.people.number[ties.member]
    counts = block.draws.count(mean, purpose, number[:, None], block.every_month)
    cell, position = ragged(counts.ravel())
    tie, month = np.divmod(cell, block.months.count)
    row = (number[tie], month, position)
    firm, member = ties.firm[tie], ties.member[tie]
    size = block.people.turnover[firm] * 0.06 * np.exp(0.7 * block.draws.normal(f"{purpose}.amount", *row))
    amount = np.maximum(1, np.rint(size / _ROUND_TO)).astype(np.int64) * _ROUND_TO
    day = block.months.first_day(month) + block.draws.below(28, f"{purpose}.day", *row)
    second = in_banking_hours(block, day, f"{purpose}.second", row)
    ways = _TO_FIRM if sign > 0 else _FROM_FIRM
    firm_side = _BOOKED_AS[block.draws.pick(ways, f"{purpose}.firm_side", *row)]
    other_side = _BOOKED_AS[block.draws.pick(_FROM_FIRM, f"{purpose}.other_side", *row)]
    if sign > 0:
        return between(block, 2 * member, 2 * firm, second, amount, (other_side, firm_side))
    return between(block, 2 * firm, 2 * member, second, amount, (firm_side, other_side))


def _drawings(block: Block, ties: Ties, drawn: Flags, trade: Floats) -> Postings:
    """Return what owners take out to live on."""
    tie, month = np.nonzero(drawn)
    member, firm = ties.member[tie], ties.firm[tie]
    row = (block.people.number[member], month)
    usual = block.people.turnover[member] * np.exp(-0.15 * np.clip(trade[firm, month], -2, 4))
    size = usual * np.exp(0.2 * block.draws.normal("units.drawn", *row))
    amount = np.maximum(1, np.rint(size / _ROUND_TO)).astype(np.int64) * _ROUND_TO
    day = block.months.first_day(month) + 4 + block.draws.below(12, "units.drawn.day", row[0])
    second = in_banking_hours(block, day, "units.drawn.second", row)
    category = _BOOKED_AS[block.draws.pick(_FROM_FIRM, "units.drawn.as", row[0])]
    return between(block, 2 * firm, 2 * member, second, amount, (category, category))
