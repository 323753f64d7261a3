"""Postings: movements on accounts before they are sorted and balanced, and the parties they are made with.

Grain   one entry per posting
Source  a party is one integer: 0 nobody, K a party outside, A an account of this bank, B a borrower, J an institution
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ews.events.schemas import CATEGORIES
from ews.simulation.arrays import Flags, Ints
from ews.simulation.rows.block import Block
from ews.simulation.rows.columns import mixed_ids

SECONDS = 86_400
CODE = {category: code for code, category in enumerate(CATEGORIES)}
NOBODY = 0
_SERIES = 10**9
_OUTSIDE, _ACCOUNT, _BORROWER, _INSTITUTION = range(4)
_WIDTHS = np.array([9, 8, 7, 3])
THIS_BANK = _INSTITUTION * _SERIES + 999
"""The bank itself, as creditor of a called guarantee."""


@dataclass(frozen=True, slots=True)
class Postings:
    """`second` counts from 1970-01-01; `account` is 2 × borrower + 0 or 1; `partner` is a party, see above."""

    account: Ints
    second: Ints
    amount: Ints
    category: Ints
    partner: Ints

    def __len__(self) -> int:
        return len(self.account)

    @property
    def day(self) -> Ints:
        return self.second // SECONDS

    def only(self, kept: Flags | Ints) -> "Postings":
        """Return the entries that are kept, or those in the order of these positions."""
        return Postings(*(values[kept] for values in _values(self)))


def _values(moved: Postings) -> tuple[Ints, ...]:
    return (moved.account, moved.second, moved.amount, moved.category, moved.partner)


def joined(parts: Sequence[Postings]) -> Postings:
    return Postings(*(np.concatenate(column) for column in zip(*(_values(part) for part in parts), strict=True)))


def in_banking_hours(block: Block, day: Ints, purpose: str, row: Sequence[Ints]) -> Ints:
    """Return a second of `day` in banking hours."""
    return day * SECONDS + 8 * 3600 + block.draws.below(12 * 3600, purpose, *row)


def outside(series: int, seat: Ints) -> Ints:
    """Return parties outside: `series` is 0 to 9, seats within it are below 100,000,000."""
    return series * 100_000_000 + 1 + seat


def account_party(block: Block, account: Ints) -> Ints:
    """Return accounts of the block (2 × borrower + 0 or 1) as parties."""
    return _ACCOUNT * _SERIES + (block.people.number[account // 2] + 1) * 10 + account % 2


def borrower_party(number: Ints) -> Ints:
    """Return borrowers by number as parties."""
    return _BORROWER * _SERIES + number + 1


def institution_party(institution: Ints) -> Ints:
    """Return other lenders as parties."""
    return _INSTITUTION * _SERIES + institution


def party_ids(partner: Ints) -> pa.Array:
    """Return parties as ids, null for nobody."""
    series, number = np.divmod(partner, _SERIES)
    return mixed_ids("KABJ", _WIDTHS, np.where(partner > 0, series, -1), number)
