"""Cards: own credit cards, drawn deeper and paid back less as stress grows.

Grain   one entry per card; matrices are card × month
Source  a statement two days after the borrower's due day; balance = balance before - paid + spent + cash drawn. A card
        is missed together with the loans, or a month later by those who keep it alive longest
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ews.simulation.arrays import Flags, Floats, Ints
from ews.simulation.rows.block import Block
from ews.simulation.rows.columns import constant, dates, ids

MOST_CARDS = 2
MINIMUM_SHARE = 0.10
_HOLDERS = (0.6, 0.25)
"""Share of borrowers with a first card, share with a second too."""
_STATEMENT_DELAY_DAYS = 2
_ROUND_TO = 100_000


@dataclass(frozen=True, slots=True)
class Cards:
    """`missed` counts the months unpaid in a row; `live` is whether there is a statement in the month."""

    borrower: Ints
    number: Ints
    opens: Ints
    limit: Ints
    balance: Ints
    paid: Ints
    cash: Ints
    missed: Ints
    live: Flags


def issue_cards(block: Block) -> Cards:
    """Return the cards of the block's borrowers with all their statements."""
    number = block.people.number
    holds = np.stack([block.draws.uniform("cards.holds", number) < share for share in _HOLDERS], axis=1)
    borrower, card = np.nonzero(holds)
    place = (number[borrower], card)
    wait = np.where(block.people.stock[borrower], 0, block.draws.below(6, "cards.wait", *place))
    opens = block.people.joined[borrower] + wait
    live = block.present[borrower] & (block.every_month >= opens[:, None])
    lag = (block.draws.uniform("cards.kept_alive", number) < 0.4).astype(np.int64)[borrower, None]
    missed = np.where(live, np.maximum(block.arrears[borrower] - lag, 0), 0)
    monthly = np.where(block.people.firm[borrower], 0.25, 2.5) * block.people.turnover[borrower]
    size = np.clip(monthly * np.exp(0.5 * block.draws.normal("cards.limit", *place)), 5e5, 3e7)
    limit = np.rint(size / _ROUND_TO).astype(np.int64) * _ROUND_TO
    balance, paid, cash = _course(block, borrower, card, limit, missed, live)
    return Cards(borrower, card, opens, limit, balance, paid, cash, missed, live)


def card_ids(block: Block, borrower: Ints, number: Ints) -> pa.Array:
    return ids("C", (block.people.number[borrower] + 1) * 10 + number, 8)


def card_loan_rows(block: Block, cards: Cards) -> Mapping[str, pa.Array]:
    """Return the cards as rows of table `loans`."""
    issued = cards.live.any(axis=1)
    borrower, number = cards.borrower[issued], cards.number[issued]
    people = block.people
    day = people.due_day[borrower] + _STATEMENT_DELAY_DAYS - 1
    years = block.draws.below(8, "cards.years", people.number[borrower], number)
    opened_on = np.where(
        people.stock[borrower],
        np.maximum(block.months.first_day(-12 * years - 1) + day, people.customer_since[borrower]),
        block.months.first_day(cards.opens[issued]) + day,
    )
    nothing = np.zeros(len(borrower), np.bool_)
    return {
        "loan_id": card_ids(block, borrower, number),
        "borrower_id": ids("B", people.number[borrower] + 1, 7),
        "product": constant("card", len(borrower)),
        "principal": pa.nulls(len(borrower), pa.int64()),
        "opened_on": dates(opened_on),
        "matures_on": dates(opened_on, known=nothing),
        "repayment": constant("revolving", len(borrower)),
        "security": constant("none", len(borrower)),
        "purpose": constant("信用卡", len(borrower)),
        "replaces_loan_id": ids("L", number, 9, known=nothing),
    }


def statement_rows(block: Block, cards: Cards) -> Mapping[str, pa.Array]:
    """Return the rows of table `card_statements`."""
    card, month = np.nonzero(cards.live)
    borrower, balance = cards.borrower[card], cards.balance[card, month]
    return {
        "card_id": card_ids(block, borrower, cards.number[card]),
        "borrower_id": ids("B", block.people.number[borrower] + 1, 7),
        "stated_on": dates(block.due_on(borrower, month) + _STATEMENT_DELAY_DAYS),
        "credit_limit": pa.array(cards.limit[card]),
        "balance": pa.array(balance),
        "minimum_due": pa.array((np.maximum(balance, 0) * MINIMUM_SHARE).astype(np.int64)),
        "paid": pa.array(cards.paid[card, month]),
        "cash_advance": pa.array(cards.cash[card, month]),
    }


def card_ledger_rows(block: Block, cards: Cards) -> Mapping[str, pa.Array]:
    """Return the cards' rows of table `ledger`; a card given back or written off is there once more, at 0."""
    was_live, was_missed = (np.roll(matrix, 1, axis=1) for matrix in (cards.live, cards.missed))
    was_live[:, 0] = False
    closes = was_live & ~cards.live
    missed_by_then = np.where(closes & (was_missed > 0), was_missed + 1, cards.missed)
    card, month = np.nonzero(cards.live | closes)
    borrower, missed = cards.borrower[card], missed_by_then[card, month]
    stated_on = block.months.last_day(month)
    oldest = block.due_on(borrower, month - np.maximum(missed - 1, 0))
    return {
        "loan_id": card_ids(block, borrower, cards.number[card]),
        "stated_on": dates(stated_on),
        "balance": pa.array(np.maximum(cards.balance[card, month], 0)),
        "dpd": pa.array(np.where(missed > 0, stated_on - oldest, 0)),
    }


def _course(
    block: Block, borrower: Ints, card: Ints, limit: Ints, missed: Ints, live: Flags
) -> tuple[Ints, Ints, Ints]:
    """Return balance, paid and cash drawn of every card and month."""
    place = (block.people.number[borrower][:, None], card[:, None], block.every_month)
    habit = block.draws.normal("cards.habit", *place[:2])
    stress = block.shown("cards.openness")[borrower] + 0.5 * np.minimum(missed, 2)
    target = limit[:, None] * _use(0.9 * habit + 0.65 * stress + 0.45 * block.draws.normal("cards.noise", *place))
    share = _share_paid(stress, habit, block.draws.uniform("cards.pays", *place))
    draws_cash = block.draws.uniform("cards.cash", *place) < 0.5 * _use(-2.2 + 0.9 * stress)
    cash_share = 0.05 + 0.25 * block.draws.uniform("cards.cash_share", *place)
    cash = np.where(draws_cash & live & (missed == 0), limit[:, None] * cash_share, 0).astype(np.int64)
    balance, paid = np.zeros_like(missed), np.zeros_like(missed)
    now = np.zeros(len(limit), np.int64)
    for month in range(missed.shape[1]):
        paid[:, month] = np.where((missed[:, month] > 0) | ~live[:, month], 0, (now * share[:, month]).astype(np.int64))
        least = now - paid[:, month] + cash[:, month]
        grown = np.where(missed[:, month] > 0, now + now // 80, np.maximum(least, target[:, month].astype(np.int64)))
        now = np.where(live[:, month], grown, 0)
        balance[:, month] = now
    return balance, paid, cash


def _use(score: Floats) -> Floats:
    """Return a share between 0 and 1.06: some cards are drawn over their limit."""
    return np.asarray(1.06 / (1 + np.exp(0.6 - score)))


def _share_paid(stress: Floats, habit: Floats, luck: Floats) -> Floats:
    """Return the share of the balance paid back: in full, in part, or the minimum only."""
    in_full = 1 / (1 + np.exp(-0.8 + 0.9 * stress + 1.2 * habit))
    minimum = (1 - in_full) / (1 + np.exp(0.8 - 0.9 * stress))
    partly = MINIMUM_SHARE + 0.02 + 0.6 * luck
    return np.where(luck < in_full, 1.0, np.where(luck > 1 - minimum, MINIMUM_SHARE + 0.005, partly))
