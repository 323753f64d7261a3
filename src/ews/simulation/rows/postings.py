"""Postings: movements on accounts before they are sorted and balanced.

Grain   one entry per posting
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ews.events.schemas import CATEGORIES
from ews.simulation.arrays import Ints
from ews.simulation.rows.block import Block

SECONDS = 86_400
CODE = {category: code for code, category in enumerate(CATEGORIES)}


@dataclass(frozen=True, slots=True)
class Postings:
    """`second` counts from 1970-01-01; `account` is 2 × borrower + 0 or 1; `partner` is 0 where there is none."""

    account: Ints
    month: Ints
    second: Ints
    amount: Ints
    category: Ints
    partner: Ints


def values_of(moved: Postings) -> tuple[Ints, ...]:
    return (moved.account, moved.month, moved.second, moved.amount, moved.category, moved.partner)


def joined(parts: Sequence[Postings]) -> Postings:
    return Postings(*(np.concatenate(column) for column in zip(*(values_of(part) for part in parts), strict=True)))


def in_banking_hours(block: Block, day: Ints, purpose: str, row: Sequence[Ints]) -> Ints:
    """Return a second of `day` in banking hours."""
    return day * SECONDS + 8 * 3600 + block.draws.below(12 * 3600, purpose, *row)
