"""Card rows: own cards as loans, their statements and their rows of the loan tape.

Grain   loans: card; card_statements: card × statement; ledger: card × month end
"""

import numpy as np
import pyarrow as pa

from ews.simulation.arrays import Ints
from ews.simulation.rows.block import Block
from ews.simulation.rows.cards import MINIMUM_SHARE, Cards
from ews.simulation.rows.columns import constant, dates, ids
from ews.simulation.rows.repayment_rows import missing_feed
from ews.simulation.rows.versions import Rows, later

_STATEMENT_DELAY_DAYS = 2
_WRONG_AT_FIRST = 0.001


def card_ids(block: Block, borrower: Ints, number: Ints) -> pa.Array:
    return ids("C", (block.people.number[borrower] + 1) * 10 + number, 8)


def card_loan_rows(block: Block, cards: Cards) -> Rows:
    """Return the cards as rows of table `loans`."""
    issued = cards.live.any(axis=1)
    borrower, number, opens = cards.borrower[issued], cards.number[issued], cards.opens[issued]
    people = block.people
    day = people.due_day[borrower] + _STATEMENT_DELAY_DAYS - 1
    years = block.draws.below(8, "cards.years", people.number[borrower], number)
    opened_on = np.where(
        people.stock[borrower] & (opens == 0),
        np.maximum(block.months.first_day(-12 * years - 1) + day, people.customer_since[borrower]),
        block.months.first_day(opens) + day,
    )
    return {
        "loan_id": card_ids(block, borrower, number),
        "borrower_id": ids("B", people.number[borrower] + 1, 7),
        "product": constant("card", len(borrower)),
        "opened_on": dates(opened_on),
        "repayment": constant("revolving", len(borrower)),
        "security": constant("none", len(borrower)),
        "purpose": constant("信用卡", len(borrower)),
    }


def statement_rows(block: Block, cards: Cards) -> tuple[Rows, Rows]:
    """Return the rows of table `card_statements`, and the right ones where the first were wrong."""
    card, month = np.nonzero(cards.live)
    borrower, balance = cards.borrower[card], cards.balance[card, month]
    paid = cards.paid[card, month]
    stated_on = block.due_on(borrower, month) + _STATEMENT_DELAY_DAYS
    place = (block.people.number[borrower], cards.number[card], month)
    mended_on = stated_on + 3 + block.draws.below(20, "cards.mended", *place)
    wrong = (block.draws.uniform("cards.wrong", *place) < _WRONG_AT_FIRST) & (paid > 0) & (mended_on <= block.ends_on)
    rows = {
        "card_id": card_ids(block, borrower, cards.number[card]),
        "borrower_id": ids("B", place[0] + 1, 7),
        "stated_on": dates(stated_on),
        "credit_limit": pa.array(cards.limit[card, month]),
        "balance": pa.array(balance),
        "minimum_due": pa.array((np.maximum(balance, 0) * MINIMUM_SHARE).astype(np.int64)),
        "paid": pa.array(np.where(wrong, 0, paid)),
        "cash_advance": pa.array(cards.cash[card, month]),
    }
    which = np.flatnonzero(wrong)
    return rows, later(rows, which, mended_on[which], block.ends_on, paid=pa.array(paid[which]))


def card_ledger_rows(block: Block, cards: Cards) -> Rows:
    """Return the cards' rows of table `ledger`; a card given back or written off is there once more, at 0."""
    was_live, was_missed = (np.roll(matrix, 1, axis=1) for matrix in (cards.live, cards.missed))
    was_live[:, 0] = False
    closes = was_live & ~cards.live
    missed_by_then = np.where(closes & (was_missed > 0), was_missed + 1, cards.missed)
    card, month = np.nonzero((cards.live | closes) & ~missing_feed(block)[cards.borrower])
    borrower, missed = cards.borrower[card], missed_by_then[card, month]
    stated_on = block.months.last_day(month)
    oldest = block.due_on(borrower, month - np.maximum(missed - 1, 0))
    return {
        "loan_id": card_ids(block, borrower, cards.number[card]),
        "stated_on": dates(stated_on),
        "balance": pa.array(np.maximum(cards.balance[card, month], 0)),
        "dpd": pa.array(np.where(missed > 0, stated_on - oldest, 0)),
    }
