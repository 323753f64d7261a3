"""Public events: what courts and offices publish about borrowers.

Grain   one row per event; those of somebody of the same name are taken back
Source  LAWSUIT and SOUND_SUIT a lawsuit, over much or little; ENFORCEMENT an execution, for some followed months later
        by the list of dishonest debtors; PENALTY a fine, small ones befall sound firms too; FRAUD for some the closure
        of the business. The bank learns of them days or weeks later
"""

import numpy as np
import pyarrow as pa

from ews.simulation.arrays import Floats, Ints
from ews.simulation.latent.episodes import Kind
from ews.simulation.rows.block import Block
from ews.simulation.rows.columns import dates, ids, words
from ews.simulation.rows.versions import Rows, only, taken_back

KINDS = ("lawsuit", "enforcement", "dishonest_debtor", "penalty", "closure")
LAWSUIT, ENFORCEMENT, DISHONEST, PENALTY, CLOSURE = range(5)
_KIND_OF = {Kind.LAWSUIT: LAWSUIT, Kind.SOUND_SUIT: LAWSUIT, Kind.ENFORCEMENT: ENFORCEMENT, Kind.PENALTY: PENALTY}
_TURNOVERS = np.array([2.0, 3.0, 0.0, 0.15, 0.0])
_SMALL = 0.08
_DISHONEST_SHARE, _CLOSED_SHARE = 0.4, 0.35
_SMALL_FINES_A_MONTH = 0.0012
_NAMESAKES = 0.01
_SEVERAL = 8
"""Numbers kept free for each borrower and month."""


def event_rows(block: Block) -> tuple[Rows, Rows]:
    """Return the rows of table `public_events` and the tombstones of those that concern somebody else."""
    borrower, month, kind, amount, seat = _events(block)
    number = block.people.number[borrower]
    place = (number, month, seat)
    day = block.months.first_day(month) + block.draws.below(28, "events.day", *place)
    told_on = day + 1 + (block.draws.uniform("events.told", *place) ** 2 * 45).astype(np.int64)
    rows = {
        "event_id": ids("E", (number + 1) * 10_000 + month * _SEVERAL + seat, 11),
        "borrower_id": ids("B", number + 1, 7),
        "occurred_on": dates(day),
        "kind": words(kind, KINDS),
        "amount": pa.array(amount, mask=amount <= 0),
        "known_on": dates(told_on),
    }
    kept = told_on <= block.ends_on
    namesake = kept & (block.draws.uniform("events.namesake", *place) < _NAMESAKES)
    which = np.flatnonzero(namesake)
    back = told_on[which] + 10 + block.draws.below(60, "events.back", *(part[which] for part in place))
    return only(rows, kept), taken_back(rows, which, back, block.ends_on)


def _events(block: Block) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Return borrower, month, kind, fen and a seat that tells a borrower's events of one month apart."""
    parts = [_told(block, which, kind, seat) for seat, (which, kind) in enumerate(_KIND_OF.items())]
    parts += [
        _followed(block, Kind.ENFORCEMENT, DISHONEST, _DISHONEST_SHARE, 4),
        _followed(block, Kind.FRAUD, CLOSURE, _CLOSED_SHARE, 5),
        _small_fines(block, 6),
    ]
    borrower, month, kind, amount, seat = (np.concatenate(column) for column in zip(*parts, strict=True))
    return borrower, month, kind, amount, seat


def _told(block: Block, which: Kind, kind: int, seat: int) -> tuple[Ints, ...]:
    borrower, month = np.nonzero(block.starts(which))
    usual = _TURNOVERS[kind] * (_SMALL if which == Kind.SOUND_SUIT else 1.0)
    return _part(block, borrower, month, kind, usual, seat)


def _followed(block: Block, which: Kind, kind: int, share: float, seat: int) -> tuple[Ints, ...]:
    """Return what follows the first episode of a kind for a `share` of the borrowers."""
    first = block.starts(which) & (np.cumsum(block.starts(which), axis=1) == 1)
    borrower, begun = np.nonzero(first)
    number = block.people.number[borrower]
    month = begun + 2 + block.draws.below(6, f"events.after.{kind}", number)
    happens = (block.draws.uniform(f"events.follows.{kind}", number) < share) & (month < block.months.count)
    return _part(block, borrower[happens], month[happens], kind, 0.0, seat)


def _small_fines(block: Block, seat: int) -> tuple[Ints, ...]:
    luck = block.draws.uniform("events.fines", block.numbers, block.every_month)
    borrower, month = np.nonzero((luck < _SMALL_FINES_A_MONTH) & block.present & block.people.firm[:, None])
    return _part(block, borrower, month, PENALTY, _TURNOVERS[PENALTY] / 5, seat)


def _part(block: Block, borrower: Ints, month: Ints, kind: int, turnovers: float, seat: int) -> tuple[Ints, ...]:
    size: Floats = 0.7 * block.draws.normal("events.amount", block.people.number[borrower], month, np.array(seat))
    amount = (block.people.turnover[borrower] * turnovers * np.exp(size)).astype(np.int64) // 10_000 * 10_000
    one = np.ones(len(borrower), np.int64)
    return borrower, month, kind * one, amount, seat * one
