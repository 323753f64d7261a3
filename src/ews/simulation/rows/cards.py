"""Cards: own credit cards of persons and some firms, how they are drawn and paid back.

Grain   one entry per card; matrices are card × month
Source  a statement two days after the borrower's due day; balance = balance before - paid + spent + cash drawn. A card
        is missed together with the loans, or a month later by those who keep it alive longest. How it shows:
        squeeze     drawn deeper, the minimum paid, cash drawn, some over the limit
        appetite    further cards are taken
        BRIDGE      some draw cash before the item falls due; TRANSACTOR uses the limit and pays in full
        EXPANSION   a further card is granted; CUT halves the limits
"""

from dataclasses import dataclass

import numpy as np

from ews.simulation.arrays import Flags, Floats, Ints
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.population import Role
from ews.simulation.rows.block import Block

MOST_CARDS = 4
MINIMUM_SHARE = 0.10
_HOLDERS = np.array([
    [0.20, 0.05, 0.00, 0.00],
    [0.80, 0.45, 0.18, 0.05],
    [0.50, 0.15, 0.00, 0.00],
    [0.15, 0.00, 0.00, 0.00],
    [0.65, 0.30, 0.10, 0.02],
])  # fmt: skip
"""Share of those in each role who hold a first, second, third and fourth card from the start."""
_WANTS_ABOVE = 1.2
_BRIDGED_BY_CARD = 0.35
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


@dataclass(frozen=True, slots=True)
class _Use:
    """How cards are used, card × month: balance aimed at, share paid back and cash drawn, as shares."""

    target: Ints
    share_paid: Floats
    cash: Ints


def issue_cards(block: Block) -> Cards:
    """Return the cards of the block's borrowers with all their statements."""
    opens_all = _openings(block)
    borrower, card = np.nonzero(opens_all < block.months.count)
    opens = opens_all[borrower, card]
    place = (block.people.number[borrower], card)
    live = block.present[borrower] & (block.every_month >= opens[:, None])
    lag = (block.draws.uniform("cards.kept_alive", place[0]) < 0.4).astype(np.int64)[:, None]
    since = block.every_month - opens[:, None]
    missed = np.where(live, np.clip(block.arrears[borrower] - lag, 0, np.maximum(since, 0)), 0)
    monthly = np.where(block.people.firm[borrower], 0.2, 2.2) * block.people.turnover[borrower]
    size = np.clip(monthly * np.exp(0.5 * block.draws.normal("cards.limit", *place)), 5e5, 3e7)
    first = np.rint(size / _ROUND_TO).astype(np.int64) * _ROUND_TO
    limit = np.where(block.since(Kind.CUT)[borrower], first[:, None] // 2, first[:, None])
    use = _use(block, borrower, card, limit)
    balance, paid, cash = _course(use, missed, live)
    return Cards(borrower, card, opens, limit, balance, paid, cash, missed, live)


def _openings(block: Block) -> Ints:
    """Return the month in which each card opens, borrower × card; beyond the book for those never opened."""
    number, count = block.people.number, block.months.count
    card = np.arange(MOST_CARDS)
    luck = block.draws.uniform("cards.holds", number)
    wait = np.where(block.people.stock[:, None], 0, block.draws.below(6, "cards.wait", number[:, None], card))
    holds = luck[:, None] < _HOLDERS[block.people.role]
    first = np.where(holds, block.people.joined[:, None] + wait, count)
    sought = block.shown("appetite", "cards.appetite") > _WANTS_ABOVE
    granted = block.draws.uniform("cards.granted", block.numbers, block.every_month) < 0.08
    more = (sought & granted & (block.arrears == 0)) | block.starts(Kind.EXPANSION)
    more &= ~block.since(Kind.CUT, Kind.EXIT, Kind.FRAUD) & block.present
    nth = np.cumsum(more, axis=1)
    held = holds.sum(axis=1)
    for extra in range(1, 3):
        comes = np.where((nth >= extra).any(axis=1), np.argmax(nth >= extra, axis=1), count)
        seat = held + extra - 1
        fits = np.flatnonzero((seat < MOST_CARDS) & (held > 0) & (comes < count))
        first[fits, seat[fits]] = comes[fits]
    return first


def _use(block: Block, borrower: Ints, card: Ints, limit: Ints) -> _Use:
    """Return how the cards are used while they are paid."""
    place = (block.people.number[borrower][:, None], card[:, None], block.every_month)
    habit = block.draws.normal("cards.habit", *place[:2])
    squeeze = block.shown("squeeze", "cards.squeeze")[borrower] + 0.5 * np.clip(block.arrears[borrower], 0, 2)
    transacts = block.since(Kind.TRANSACTOR)[borrower]
    drawn = _share(0.8 * habit + 0.85 * squeeze + 0.4 * block.draws.normal("cards.noise", *place))
    drawn = np.where(transacts, 0.8 + 0.22 * block.draws.uniform("cards.transacts", *place), drawn)
    share = _share_paid(squeeze, habit, block.draws.uniform("cards.pays", *place))
    luck = block.draws.uniform("cards.cash", *place)
    bridges = block.starts(Kind.BRIDGE)[borrower] & (luck < _BRIDGED_BY_CARD)
    draws_cash = (luck < 0.5 * _share(-2.6 + 1.1 * squeeze)) | bridges
    cash_share = 0.05 + 0.25 * block.draws.uniform("cards.cash_share", *place) + 0.2 * bridges
    cash = np.where(draws_cash & ~transacts, limit * cash_share, 0).astype(np.int64) // 10_000 * 10_000
    return _Use((limit * drawn).astype(np.int64), np.where(transacts, 1.0, share), cash)


def _course(use: _Use, missed: Ints, live: Flags) -> tuple[Ints, Ints, Ints]:
    """Return balance, paid and cash drawn of every card and month."""
    balance, paid = np.zeros_like(missed), np.zeros_like(missed)
    cash = np.where(live & (missed == 0), use.cash, 0)
    now = np.zeros(len(missed), np.int64)
    for month in range(missed.shape[1]):
        pays = live[:, month] & (missed[:, month] == 0)
        paid[:, month] = np.where(pays, (now * use.share_paid[:, month]).astype(np.int64), 0)
        least = now - paid[:, month] + cash[:, month]
        grown = np.where(missed[:, month] > 0, now + now // 80, np.maximum(least, use.target[:, month]))
        now = np.where(live[:, month], grown, 0)
        balance[:, month] = now
    return balance, paid, cash


def _share(score: Floats) -> Floats:
    """Return a share between 0 and 1.06: some cards are drawn over their limit."""
    return np.asarray(1.06 / (1 + np.exp(0.6 - score)))


def _share_paid(squeeze: Floats, habit: Floats, luck: Floats) -> Floats:
    """Return the share of the balance paid back: in full, in part, or the minimum only."""
    in_full = 1 / (1 + np.exp(-0.8 + 0.9 * squeeze + 1.2 * habit))
    minimum = (1 - in_full) / (1 + np.exp(0.8 - 0.9 * squeeze))
    partly = MINIMUM_SHARE + 0.02 + 0.6 * luck
    return np.where(luck < in_full, 1.0, np.where(luck > 1 - minimum, MINIMUM_SHARE + 0.005, partly))


def owns_a_firm(block: Block, borrower: Ints) -> Flags:
    """Return who draws cards for a firm of the own."""
    role = block.people.role[borrower]
    return np.asarray((role == Role.CONTROLLER) | (role == Role.SPOUSE))
