"""Circles: flows that are sent round to look like trade (INFLATION).

Grain   two postings per turn: money comes in and is gone again within days, or the other way about
Source  `size` times the usual turnover is added over the months of the episode, in one to four turns a month, with the
        unit's own members or with one and the same party outside, near-equal amounts, mostly booked as sales and
        purchases. Sound firms have a turn now and then too: returned goods, a deposit
"""

import numpy as np

from ews.simulation.arrays import Floats, Ints, ragged
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.population import Role
from ews.simulation.rows.accounts import account_flags
from ews.simulation.rows.block import Block
from ews.simulation.rows.postings import CODE, SECONDS, Postings, in_banking_hours, outside
from ews.simulation.rows.trades import SERIES
from ews.simulation.rows.unit_flows import between

_AS_TRADE = 0.7
_WITH_MEMBERS = 0.5
_SOUND_TURNS = 0.02
_LONGEST_DAYS = 3


def circle_postings(block: Block) -> list[Postings]:
    """Return the turns of inflated flows, and the few that sound firms have."""
    size = block.size_during(Kind.INFLATION)
    times = np.where(size > 0, 1 + block.draws.below(4, "circles.times", block.numbers, block.every_month), 0)
    sound = block.draws.uniform("circles.sound", block.numbers, block.every_month) < _SOUND_TURNS
    sound &= block.people.firm[:, None] & block.present
    return _turns(block, times, size, "circles") + _turns(
        block, sound.astype(np.int64), np.where(sound, 0.06, 0.0), "circles.sound"
    )


def _turns(block: Block, times: Ints, size: Floats, purpose: str) -> list[Postings]:
    cell, position = ragged(times.ravel())
    borrower, month = np.divmod(cell, block.months.count)
    row = (block.people.number[borrower], month, position)
    share = size[borrower, month] / times[borrower, month]
    scatter = np.exp(0.3 * block.draws.normal(f"{purpose}.amount", *row))
    amount = np.maximum(10_000, (block.people.turnover[borrower] * share * scatter).astype(np.int64))
    back = amount - (amount * 0.02 * block.draws.uniform(f"{purpose}.kept", *row)).astype(np.int64)
    first = block.months.first_day(month) + block.draws.below(25, f"{purpose}.day", *row)
    then = first + block.draws.below(_LONGEST_DAYS + 1, f"{purpose}.then", *row)
    comes_first = block.draws.uniform(f"{purpose}.order", *row) < 0.5
    seconds = [in_banking_hours(block, day, f"{purpose}.{place}", row) for place, day in enumerate((first, then))]
    later = np.maximum(seconds[1], seconds[0] + SECONDS // 24)
    as_trade = block.draws.uniform(f"{purpose}.as", *row) < _AS_TRADE
    booked_in = np.where(as_trade, CODE["sales"], CODE["related_party"])
    booked_out = np.where(as_trade, CODE["purchase"], CODE["related_party"])
    with_member = _partners(block, borrower, block.draws.uniform(f"{purpose}.with", row[0]))
    second_in = np.where(comes_first, seconds[0], later)
    second_out = np.where(comes_first, later, seconds[0])
    amount_in, amount_out = np.where(comes_first, amount, back), np.where(comes_first, back, amount)
    seat = block.draws.below(50_000_000, f"{purpose}.seat", row[0], position % 2)
    party = outside(SERIES["related"], seat)
    alone = with_member < 0
    came = Postings(2 * borrower, second_in, amount_in, booked_in, party).only(alone)
    went = Postings(2 * borrower, second_out, -amount_out, booked_out, party).only(alone)
    own, other = borrower[~alone], with_member[~alone]
    private = np.full(len(own), CODE["related_party"])
    return [
        came,
        went,
        between(block, 2 * other, 2 * own, second_in[~alone], amount_in[~alone], (private, booked_in[~alone])),
        between(block, 2 * own, 2 * other, second_out[~alone], amount_out[~alone], (booked_out[~alone], private)),
    ]


def _partners(block: Block, borrower: Ints, luck: Floats) -> Ints:
    """Return with which member of its unit a firm sends money round, -1 for a party outside."""
    people = block.people
    following = np.minimum(borrower + 1, block.size - 1)
    member = np.where(people.role[borrower] == Role.AFFILIATE, block.place(people.head[borrower]), following)
    same = (people.unit[member] == people.unit[borrower]) & (member != borrower) & people.firm[borrower]
    there = same & account_flags(block)[2 * member] & block.present[member].any(axis=1)
    return np.where(there & (luck < _WITH_MEMBERS), member, -1)
