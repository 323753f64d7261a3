"""Balances: what borrowers keep on their accounts, thinner under stress, and the transfers that keep it so.

Grain   targets: account × month; transfers: one posting per account and month
"""

import numpy as np

from ews.simulation.arrays import Ints
from ews.simulation.rows.accounts import account_flags
from ews.simulation.rows.block import Block
from ews.simulation.rows.postings import CODE, SECONDS, Postings


def targets_of(block: Block) -> Ints:
    """Return the balance each account (2 × borrower + 0 or 1) has at each month end; 0 once its owner has left."""
    keeps = 0.3 * np.exp(0.6 * block.draws.normal("flows.keeps", block.people.number))
    stress = block.shown("flows.thrift") + 0.5 * np.clip(block.arrears, 0, 4)
    noise = 0.35 * block.draws.normal("flows.balance", block.numbers, block.every_month)
    level = block.people.turnover[:, None] * keeps[:, None] * np.exp(np.clip(noise - 0.5 * stress, -4, 3))
    main = np.where(block.present, level, 0).astype(np.int64)
    return np.stack([main, main // 4], axis=1).reshape(2 * block.size, -1)


def opening_balance(block: Block, targets: Ints) -> Ints:
    """Return the balance of each account before the book's first month."""
    return np.where(np.repeat(block.people.stock, 2), targets[:, 0], 0)


def sweeps(block: Block, moved: Postings, targets: Ints) -> Postings:
    """Return the transfers that bring accounts to their month-end balance: in early in the month, out at its end."""
    months = block.months.count
    cell = moved.account * months + moved.month
    net = np.bincount(cell, weights=moved.amount, minlength=2 * block.size * months).astype(np.int64)
    before = np.concatenate([opening_balance(block, targets)[:, None], targets[:, :-1]], axis=1)
    needed = targets - before - net.reshape(targets.shape)
    stays = block.present | (block.every_month == block.gone[:, None]) & block.left[:, None]
    open_ = np.repeat(stays, 2, axis=0) & account_flags(block)[:, None]
    account, month = np.nonzero(open_ & (needed != 0))
    amount = needed[account, month]
    row = (block.people.number[account // 2], month, account % 2)
    early = block.draws.below(3, "flows.sweep_day", *row)
    day = np.where(amount > 0, block.months.first_day(month) + early, block.months.last_day(month))
    return Postings(
        account=account,
        month=month,
        second=day * SECONDS + np.where(amount > 0, 6, 22) * 3600 + block.draws.below(3600, "flows.sweep_second", *row),
        amount=amount,
        category=np.full(len(account), CODE["own_transfer"]),
        partner=np.zeros(len(account), np.int64),
    )
