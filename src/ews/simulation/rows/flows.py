"""Flows: postings on the accounts, from trade, loans and transfers between own accounts.

Grain   one row per posting
Source  each kind of `trades.py` answers to stress as far as this borrower's flows show it, amid swings that mean
        nothing; one transfer a month brings each account to the balance its owner keeps
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from ews.events.schemas import CATEGORIES
from ews.simulation.arrays import Flags, Floats, Ints, ragged, running
from ews.simulation.rows.accounts import account_flags, account_ids
from ews.simulation.rows.balances import opening_balance, sweeps, targets_of
from ews.simulation.rows.block import Block
from ews.simulation.rows.columns import dates, ids, timestamps, words
from ews.simulation.rows.loan_flows import loan_service, payouts
from ews.simulation.rows.loans import Loans
from ews.simulation.rows.postings import CODE, SECONDS, Postings, in_banking_hours, joined, values_of
from ews.simulation.rows.repayments import LoanMonths
from ews.simulation.rows.trades import FIRM_TRADES, PERSON_TRADES, Partners, Trade

_SEASON = np.log([0.95, 0.70, 1.0, 1.0, 1.02, 1.05, 0.97, 0.97, 1.05, 1.05, 1.1, 1.2])
"""Trade by month of the year: quiet at the Spring Festival, busy at the year's end."""
_BOOKED_LATE = 0.03
_PARTNER_SERIES: dict[Partners, int] = {"none": 0, "trade": 1, "persons": 2, "brokers": 3, "related": 4}
_BROKERS = 30


def transaction_rows(block: Block, loans: Loans, course: LoanMonths) -> Mapping[str, pa.Array]:
    """Return the rows of table `transactions`; what was booked after the book's last day is not there."""
    moved = _postings(block, loans, course)
    targets = targets_of(block)
    moved = joined([moved, sweeps(block, moved, targets)])
    order = np.argsort((moved.account << 36) + moved.second, kind="stable")
    moved = Postings(*(values[order] for values in values_of(moved)))
    balance = running(moved.amount, moved.account) + opening_balance(block, targets)[moved.account]
    owner = moved.account // 2
    number = block.people.number[owner]
    position = np.arange(len(owner)) - np.searchsorted(owner, owner)
    delay = 1 + block.draws.below(5, "flows.delay", number, position)
    booked_late = block.draws.uniform("flows.booked_late", number, position) < _BOOKED_LATE
    known_on = moved.second // SECONDS + np.where(booked_late, delay, 0)
    kept = known_on <= block.months.last_day(block.months.count - 1)
    return {
        "posting_id": ids("P", ((number + 1) * 100_000 + position)[kept], 12),
        "account_id": account_ids(block, moved.account[kept]),
        "occurred_at": timestamps(moved.second[kept]),
        "amount": pa.array(moved.amount[kept]),
        "balance_after": pa.array(balance[kept]),
        "category": words(moved.category[kept], CATEGORIES),
        "counterparty_id": ids("K", moved.partner[kept], 9, known=moved.partner[kept] > 0),
        "known_on": dates(known_on[kept]),
    }


def _postings(block: Block, loans: Loans, course: LoanMonths) -> Postings:
    """Return the postings of trade and of loans, on accounts that exist."""
    shown = block.shown("flows.openness") + 0.5 * np.clip(block.arrears, 0, 4)
    swing = _swing(block)
    firm = block.people.firm[:, None] & block.present
    person = ~block.people.firm[:, None] & block.present
    kinds = [(trade, firm) for trade in FIRM_TRADES] + [(trade, person) for trade in PERSON_TRADES]
    parts = [_trade(block, trade, where, shown, swing) for trade, where in kinds]
    moved = joined([*parts, loan_service(block, course), *payouts(block, loans)])
    has = account_flags(block)[moved.account]
    return Postings(*(values[has] for values in values_of(moved)))


def _swing(block: Block) -> Floats:
    """Return the log of what moves trade besides stress: season, good and bad years, chance."""
    year = block.every_month // 12
    return (
        _SEASON[block.months.season(block.every_month)]
        + 0.16 * block.draws.normal("flows.year", block.numbers, year)
        + 0.12 * block.draws.normal("flows.month", block.numbers, block.every_month)
    )


def _trade(block: Block, trade: Trade, where: Flags, shown: Floats, swing: Floats) -> Postings:
    """Return the postings of one kind of trade in the cells `where` it may happen."""
    times = trade.times * np.exp(np.clip(trade.count_slope * shown, -3, 1.5))
    place = (block.numbers, block.every_month)
    if trade.regular:
        counts = (block.draws.uniform(trade.purpose, *place) < times).astype(np.int64)
    else:
        counts = block.draws.count(times, trade.purpose, *place)
    cell, position = ragged(np.where(where, counts, 0).ravel())
    borrower, month = np.divmod(cell, block.months.count)
    row = (block.people.number[borrower], month, position)
    level = trade.amount_slope * shown + (swing if trade.seasonal else 0)
    scatter = trade.spread * block.draws.normal(f"{trade.purpose}.amount", *row) - trade.spread**2 / 2
    size = block.people.turnover[borrower] * (trade.share / trade.times) * np.exp(level[borrower, month] + scatter)
    amount = np.maximum(1, np.rint(size / trade.round_to)).astype(np.int64) * trade.round_to
    days = trade.latest_day - trade.earliest_day + 1
    day = trade.earliest_day - 1 + block.draws.below(days, f"{trade.purpose}.day", *row)
    second_account = block.draws.uniform(f"{trade.purpose}.account", *row) < 0.3
    chosen = 2 * borrower + (second_account & account_flags(block)[2 * borrower + 1])
    return Postings(
        account=chosen,
        month=month,
        second=in_banking_hours(block, block.months.first_day(month) + day, f"{trade.purpose}.second", row),
        amount=trade.sign * amount,
        category=np.full(len(cell), CODE[trade.category]),
        partner=_partner(block, trade, borrower, row, shown[borrower, month]),
    )


def _partner(block: Block, trade: Trade, borrower: Ints, row: tuple[Ints, Ints, Ints], shown: Floats) -> Ints:
    """Return the counterparty's number: from the borrower's own circle, which stress makes smaller."""
    if trade.partners == "none":
        return np.zeros(len(borrower), np.int64)
    series = _PARTNER_SERIES[trade.partners] * 100_000_000
    if trade.partners == "brokers":
        return series + 1 + block.draws.below(_BROKERS, f"{trade.purpose}.partner", *row)
    circle = 4 + 16 * block.draws.uniform("flows.circle", block.people.number)
    width = np.maximum(2, (circle[borrower] * np.exp(np.clip(-0.2 * shown, -1.5, 0.7))).astype(np.int64))
    seat = (width * block.draws.uniform(f"{trade.purpose}.partner", *row) ** 1.7).astype(np.int64)
    known_as = block.draws.below(50_000_000, f"{trade.purpose}.seat", row[0], seat)
    return series + 1 + known_as
