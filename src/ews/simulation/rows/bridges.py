"""Bridges: money borrowed for days to pay what falls due, and card cash used for it.

Grain   two postings per bridge, one per card advance
Source  BRIDGE: most of what falls due in the month comes in one to five days before it is paid, from a private person
        or some lender, and goes back with a fee: after the next loan is paid out, else two to six weeks later. Card
        cash of the month comes in as cash just before the due day, on the firm's account if its owner drew it
"""

import numpy as np

from ews.simulation.arrays import Flags, Ints
from ews.simulation.latent.episodes import Kind
from ews.simulation.rows.block import Block
from ews.simulation.rows.cards import Cards, owns_a_firm
from ews.simulation.rows.loans import Loans
from ews.simulation.rows.postings import (
    CODE,
    NOBODY,
    SECONDS,
    Postings,
    in_banking_hours,
    institution_party,
    outside,
)
from ews.simulation.rows.repayments import LoanMonths
from ews.simulation.rows.trades import SERIES

_FROM_PERSONS = 0.65
_ROUND_TO = 100_000
_CASH_SHOWN = 0.75
_SOON_DAYS = 25


def bridge_postings(block: Block, loans: Loans, course: LoanMonths) -> list[Postings]:
    """Return the money of bridges as it comes and as it goes back."""
    due, pays_on = _due(block, course)
    borrower, month = np.nonzero(block.starts(Kind.BRIDGE) & (due > 0))
    row = (block.people.number[borrower], month)
    share = 0.7 + 0.35 * block.draws.uniform("bridges.share", *row)
    amount = np.maximum(1, np.ceil(due[borrower, month] * share / _ROUND_TO)).astype(np.int64) * _ROUND_TO
    came_on = pays_on[borrower, month] - 1 - block.draws.below(5, "bridges.before", *row)
    waits = 14 + block.draws.below(29, "bridges.weeks", *row)
    soon = 1 + block.draws.below(4, "bridges.soon", *row)
    paid_out = _next_payout(loans, borrower, came_on)
    follows = (paid_out >= 0) & (paid_out <= pays_on[borrower, month] + _SOON_DAYS)
    back_on = np.where(follows, paid_out + soon, pays_on[borrower, month] + waits)
    fee = 0.006 + 0.024 * block.draws.uniform("bridges.fee", *row)
    back = amount + np.maximum(1, np.rint(amount * fee / 10_000)).astype(np.int64) * 10_000
    persons = block.draws.uniform("bridges.from", *row) < _FROM_PERSONS
    seat = block.draws.below(50_000_000, "bridges.seat", row[0], block.draws.below(2, "bridges.same", *row))
    lender = institution_party(400 + block.draws.below(40, "bridges.lender", row[0]))
    party = np.where(persons, outside(SERIES["persons"], seat), lender)
    category = np.where(persons, CODE["private_person"], CODE["other"])
    second_in = in_banking_hours(block, came_on, "bridges.in", row)
    second_out = in_banking_hours(block, back_on, "bridges.out", row)
    return [
        Postings(2 * borrower, second_in, amount, category, party),
        Postings(2 * borrower, second_out, -back, category, party),
    ]


def card_cash_postings(block: Block, cards: Cards) -> Postings:
    """Return card cash as it comes in on the account of the holder, or of the firm it was drawn for."""
    card, month = np.nonzero(cards.cash > 0)
    holder = cards.borrower[card]
    row = (block.people.number[holder], cards.number[card], month)
    shown = block.draws.uniform("bridges.cash", *row) < _CASH_SHOWN
    for_firm = owns_a_firm(block, holder) & (block.draws.uniform("bridges.for_firm", *row) < 0.5)
    onto = np.where(for_firm, block.place(block.people.head[holder]), holder)
    day = block.due_on(onto, month) - 1 - block.draws.below(4, "bridges.cash.day", *row)
    made = Postings(
        account=2 * onto,
        second=day * SECONDS + 9 * 3600 + block.draws.below(7200, "bridges.cash.second", *row),
        amount=cards.cash[card, month],
        category=np.where(block.draws.uniform("bridges.cash.as", *row) < 0.8, CODE["cash"], CODE["other"]),
        partner=np.full(len(card), NOBODY, np.int64),
    )
    return made.only(shown)


def _due(block: Block, course: LoanMonths) -> tuple[Ints, Ints]:
    """Return what each borrower pays on time in each month on all loans, and the first day of it."""
    amount, day = np.zeros(block.arrears.shape, np.int64), np.zeros(block.arrears.shape, np.int64)
    paid = np.where(_in_time(block, course), course.paid + course.paid_first, 0)
    np.add.at(amount, (course.borrower, course.month), paid)
    day[course.borrower, course.month] = course.paid_on
    return amount, day


def _in_time(block: Block, course: LoanMonths) -> Flags:
    return np.asarray(block.arrears[course.borrower, course.month] <= 0)


def _next_payout(loans: Loans, borrower: Ints, day: Ints) -> Ints:
    """Return the day of the first payout to each of `borrower` from `day` on, -1 for none."""
    keys = np.sort(loans.borrower * (1 << 24) + loans.opened_on.clip(0))
    place = np.searchsorted(keys, borrower * (1 << 24) + day)
    found = np.append(keys, -1)[place]
    return np.where(found >> 24 == borrower, found & ((1 << 24) - 1), -1)
