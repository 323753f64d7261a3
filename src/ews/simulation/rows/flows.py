"""Flows: postings on the accounts, from trade, the unit, loans, bridges, circles and transfers between own accounts.

Grain   one row per posting; corrected ones have a second version, erroneous ones a tombstone
Source  trade_flows, unit_flows, loan_flows, bridges, circles; transfers (balances) keep the balance that the owner
        wants. FRAUD: nothing moves from that month on. BOOKED_LATE: what happened in the month is known `months` later
Nulls   `balance_after` of an erroneous posting, `counterparty_id` where nobody stands on the other side
Shows   trade       sales, purchases, taxes, bills, wages shrink; customers are lost                trades, trade_flows
        squeeze     wages and suppliers later or in part, thin balances, overdrafts, friends lend   trades, balances
                    card cash before due days, the owner puts money in                             bridges, unit_flows
        diversion   securities, private persons, monthly interest, other income, related parties   trades, unit_flows
        reluctance  money is kept at other banks; flows stay as they are                            balances
        BRIDGE bridges · INFLATION circles · MISUSE, CALL loan_flows · MIGRATION, PAYROLL_MOVED, SEASON_STOP,
        EXPANSION, ACCIDENT trade_flows · FRAUD, BOOKED_LATE here
"""

import numpy as np
import pyarrow as pa

from ews.events.schemas import CATEGORIES
from ews.simulation.arrays import Ints, running
from ews.simulation.latent.episodes import Kind
from ews.simulation.rows.accounts import account_flags, account_ids
from ews.simulation.rows.balances import limits_of, opening_balance, transfers
from ews.simulation.rows.block import Block
from ews.simulation.rows.bridges import bridge_postings, card_cash_postings
from ews.simulation.rows.cards import Cards
from ews.simulation.rows.circles import circle_postings
from ews.simulation.rows.columns import dates, ids, timestamps, words
from ews.simulation.rows.loan_flows import call_postings, payout_postings, service_postings
from ews.simulation.rows.loans import Loans
from ews.simulation.rows.postings import CODE, Postings, joined, party_ids
from ews.simulation.rows.repayment_rows import Payments
from ews.simulation.rows.repayments import LoanMonths
from ews.simulation.rows.trade_flows import Affairs, trade_postings
from ews.simulation.rows.unit_flows import unit_postings
from ews.simulation.rows.versions import Rows, later, taken_back

_BOOKED_LATE, _MENDED, _ERRONEOUS = 0.03, 0.0015, 0.0005
_ERRORS_FROM = 50_000
"""Positions of a borrower's erroneous postings: beyond those of the true ones."""


def postings_of(
    block: Block, affairs: Affairs, loans: Loans, course: LoanMonths, made: Payments, cards: Cards
) -> Postings:
    """Return the postings in the order of borrower, account and second, transfers left out."""
    moved = joined([
        *trade_postings(block, affairs),
        *unit_postings(block, affairs),
        *circle_postings(block),
        *payout_postings(block, loans),
        *bridge_postings(block, loans, course),
        card_cash_postings(block, cards),
        service_postings(block, loans, made),
        call_postings(block),
    ])  # fmt: skip
    moved = moved.only(account_flags(block)[moved.account])
    month, borrower = block.month_of(moved.day), moved.account // 2
    inside = (month >= 0) & (month < block.months.count)
    month = np.clip(month, 0, block.months.count - 1)
    customer = moved.day >= block.people.customer_since[borrower]
    # the last payment of those who repay all and leave falls in the month in which they are gone
    there = block.present | ((block.every_month == block.gone[:, None]) & block.left[:, None])
    runs = (there & ~block.since(Kind.FRAUD))[borrower, month]
    return _in_order(moved.only(inside & customer & runs))


def transaction_rows(block: Block, affairs: Affairs, moved: Postings) -> tuple[Rows, ...]:
    """Return the rows of table `transactions`: as first booked, mended, erroneous, taken back.

    What was booked after the book's last day is not there.
    """
    limits = limits_of(block, affairs.squeeze)
    moved = _in_order(joined([moved, transfers(block, moved, limits)]))
    balance = running(moved.amount, moved.account) + opening_balance(block, limits)[moved.account]
    owner = moved.account // 2
    position = np.arange(len(owner)) - np.searchsorted(owner, owner)
    # by what is booked, not by its position: what happens besides changes nothing of a posting
    place = (2 * block.people.number[owner] + moved.account % 2, moved.second)
    known_on = _known_on(block, moved, place)
    mended = block.draws.uniform("flows.mended", *place) < _MENDED
    kept = known_on <= block.ends_on
    first = np.where(mended, CODE["other"], moved.category)
    rows = _columns(block, moved.only(kept), position[kept], balance[kept], known_on[kept], first[kept])
    again = np.flatnonzero((mended & (moved.category != CODE["other"]))[kept])
    mended_on = (
        known_on[kept][again] + 3 + block.draws.below(38, "flows.mended.on", *(part[kept][again] for part in place))
    )
    true = words(moved.category[kept][again], CATEGORIES)
    wrong = kept & (block.draws.uniform("flows.erroneous", *place) < _ERRONEOUS)
    errors = _errors(block, moved.only(wrong), position[wrong], known_on[wrong])
    return rows, later(rows, again, mended_on, block.ends_on, category=true), *errors


def _errors(block: Block, moved: Postings, position: Ints, known_on: Ints) -> tuple[Rows, Rows]:
    """Return postings entered twice by mistake, and their tombstones."""
    nothing = np.zeros(len(position), np.int64)
    rows = _columns(block, moved, position + _ERRORS_FROM, nothing, known_on, moved.category)
    rows = {**rows, "balance_after": pa.nulls(len(position), pa.int64())}
    back = known_on + 1 + block.draws.below(12, "flows.erroneous.back", moved.second)
    return rows, taken_back(rows, np.arange(len(position)), back, block.ends_on)


def _columns(block: Block, moved: Postings, position: Ints, balance: Ints, known_on: Ints, category: Ints) -> Rows:
    number = block.people.number[moved.account // 2]
    return {
        "posting_id": ids("P", (number + 1) * 100_000 + position, 12),
        "account_id": account_ids(block, moved.account),
        "occurred_at": timestamps(moved.second),
        "amount": pa.array(moved.amount),
        "balance_after": pa.array(balance),
        "category": words(category, CATEGORIES),
        "counterparty_id": party_ids(moved.partner),
        "known_on": dates(known_on),
    }


def _known_on(block: Block, moved: Postings, place: tuple[Ints, Ints]) -> Ints:
    """Return the day on which each posting was known: mostly its own, in some months that of months later."""
    day = moved.day
    delay = 1 + block.draws.below(5, "flows.delay", *place)
    some_days = np.where(block.draws.uniform("flows.booked_late", *place) < _BOOKED_LATE, day + delay, day)
    found = block.episodes.of(Kind.BOOKED_LATE)
    wait = np.zeros(block.arrears.shape, np.int64)
    wait[found.borrower, found.month] = np.maximum(found.months, 1)
    months = wait[moved.account // 2, block.month_of(day)]
    start = block.months.first_day(block.month_of(day) + months) + day % 10
    return np.where(months > 0, np.maximum(start, some_days), some_days)


def _in_order(moved: Postings) -> Postings:
    return moved.only(np.argsort((moved.account << 36) + moved.second, kind="stable"))
