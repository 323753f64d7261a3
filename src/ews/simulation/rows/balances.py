"""Balances: what borrowers keep on their accounts, and the transfers from and to their accounts elsewhere.

Grain   transfers: up to two postings per account and month
Source  money is brought in before the balance would fall below what the owner keeps, and taken away at the month's end
        if far more has gathered. The squeezed keep little, and firms with an overdraft go below zero; the unwilling
        keep their money at other banks. Who repaid all
        and leaves takes everything; so does a fraud
"""

from dataclasses import dataclass

import numpy as np

from ews.simulation.arrays import Flags, Floats, Ints
from ews.simulation.latent.episodes import Kind
from ews.simulation.rows.accounts import account_flags
from ews.simulation.rows.block import Block
from ews.simulation.rows.postings import CODE, NOBODY, SECONDS, Postings

_OVERDRAFTS = 0.3
_SECOND_KEEPS = 0.25
_ROUND_TO = 10_000
_GATHERED = 2.0
"""How many times the usual balance is left on the account."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Account × month, fen: the least that is kept and what is usual; `open_` where money may be moved."""

    least: Ints
    usual: Ints
    open_: Flags
    empties: Flags


def limits_of(block: Block, squeeze: Floats) -> Limits:
    """Return what is kept on each account (2 × borrower + 0 or 1) in each month."""
    draws, people = block.draws, block.people
    unwilling = 0.7 * np.maximum(block.shown("reluctance", "balances.reluctance"), 0)
    keeps = 0.3 * np.exp(0.6 * draws.normal("balances.keeps", people.number))[:, None] * people.turnover[:, None]
    noise = 0.35 * draws.normal("balances.noise", block.numbers, block.every_month)
    usual = keeps * np.exp(np.clip(noise - 0.35 * squeeze - 0.5 * unwilling, -4, 2))
    thin = 0.2 * keeps * np.exp(np.clip(noise - 0.8 * np.maximum(squeeze, 0) - unwilling, -5, 2))
    may = people.firm & (draws.uniform("balances.overdraft", people.number) < _OVERDRAFTS)
    below = 0.2 * people.turnover[:, None] * may[:, None] * np.clip((squeeze - 0.8) / 2, 0, 1)
    main, least = (np.where(block.present, part, 0).astype(np.int64) for part in (usual, thin - below))
    second = (_SECOND_KEEPS * np.maximum(np.where(block.present, part, 0), 0) for part in (usual, thin))
    other, other_least = (part.astype(np.int64) for part in second)
    goes = (block.every_month == block.gone[:, None]) & block.left[:, None]
    empties = goes | block.starts(Kind.FRAUD)
    stays = (block.present & ~block.since(Kind.FRAUD)) | empties
    shape = (2 * block.size, block.months.count)
    return Limits(
        least=np.stack([least, other_least], axis=1).reshape(shape),
        usual=np.stack([main, other], axis=1).reshape(shape),
        open_=np.repeat(stays, 2, axis=0) & account_flags(block)[:, None],
        empties=np.repeat(empties, 2, axis=0),
    )


def opening_balance(block: Block, limits: Limits) -> Ints:
    """Return the balance of each account before the book's first month."""
    stock = np.repeat(block.people.stock, 2) & account_flags(block)
    return np.where(stock, limits.usual[:, 0], 0)


def transfers(block: Block, moved: Postings, limits: Limits) -> Postings:
    """Return the transfers that keep balances so; `moved` is sorted by account and second."""
    net, lowest, first = _by_month(block, moved, limits)
    brought, taken = np.zeros_like(net), np.zeros_like(net)
    now = opening_balance(block, limits)
    for month in range(net.shape[1]):
        short = np.maximum(limits.least[:, month] - (now + lowest[:, month]), 0)
        brings = np.where(limits.open_[:, month], -(-short // _ROUND_TO) * _ROUND_TO, 0)
        stands = now + net[:, month] + brings
        spare = np.where(stands > _GATHERED * limits.usual[:, month], stands - limits.usual[:, month], 0)
        takes = np.where(limits.empties[:, month], stands, spare // _ROUND_TO * _ROUND_TO)
        takes = np.where(limits.open_[:, month], takes, 0)
        now = stands - takes
        brought[:, month], taken[:, month] = brings, takes
    return _postings(block, brought, taken, first)


def _by_month(block: Block, moved: Postings, limits: Limits) -> tuple[Ints, Ints, Ints]:
    """Return net, the lowest point against the start, and the day of the first posting, account × month."""
    shape = limits.least.shape
    net, lowest = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    first = np.broadcast_to(block.months.first_day(block.every_month) + 1, shape).copy()
    if not len(moved):
        return net, lowest, first
    month = block.month_of(moved.day)
    cell = moved.account * shape[1] + month
    starts = np.flatnonzero(np.concatenate(([True], cell[1:] != cell[:-1])))
    sums = np.cumsum(moved.amount)
    before = sums[starts] - moved.amount[starts]
    where = (moved.account[starts], month[starts])
    net[where] = np.append(sums[starts[1:] - 1], sums[-1]) - before
    lowest[where] = np.minimum(np.minimum.reduceat(sums, starts) - before, 0)
    first[where] = moved.day[starts]
    return net, lowest, first


def _postings(block: Block, brought: Ints, taken: Ints, first: Ints) -> Postings:
    came, went = np.nonzero(brought), np.nonzero(taken)
    amount = np.concatenate([brought[came], -taken[went]])
    account = np.concatenate([came[0], went[0]])
    month = np.concatenate([came[1], went[1]])
    day = np.where(amount > 0, first[account, month], block.months.last_day(month))
    row = (block.people.number[account // 2], month, 2 * (account % 2) + (amount < 0))
    hour = np.where(amount > 0, 5, 22) * 3600
    return Postings(
        account=account,
        second=day * SECONDS + hour + block.draws.below(3600, "balances.second", *row),
        amount=amount,
        category=np.full(len(account), CODE["own_transfer"]),
        partner=np.full(len(account), NOBODY, np.int64),
    )
