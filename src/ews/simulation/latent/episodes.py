"""Episodes: what happens to a borrower besides the slow course of its affairs.

Grain   one entry per episode, in the order of borrower, month and kind
"""

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Self

import numpy as np

from ews.simulation.arrays import Floats, Ints


class Kind(IntEnum):
    """`months` is how long it lasts, `size` a share or multiple, `other` the number of another borrower or -1.

    Of trouble
    BRIDGE        the item due in the month is paid with borrowed money, which goes back within weeks
    EVERGREEN     the loan maturing in the month is repaid by a larger one (`size` times the old)
    INFLATION     flows are sent round in circles with related parties, `size` times the true turnover
    MISUSE        loan money paid out in the month leaves at once for `size` of it: securities, persons, related
    CALL          the guarantee for `other` is called; the guarantor pays `size` months of its turnover over `months`
    FRAUD         the borrower disappears: nothing foretells it, all flows stop
    ACCIDENT      fire, illness, death: nothing foretells it, trade stops
    LAWSUIT, ENFORCEMENT, SEIZURE, PENALTY   as public records and collateral show them
    Of the bank
    CHECK         an officer looks closer: a credit report is pulled, a finding written
    FALSE_FINDING a check that found a sound borrower suspicious
    CUT           the officer cuts the line; EXIT the loan is not renewed at maturity; RELIEF it is restructured
    Of no harm
    MIGRATION     from the month on a share `size` of the settlement runs through another bank
    SEASON_STOP   trade rests for `months`, every year
    EXPANSION     growth: inquiries, loans and cards granted, purchases first
    TRANSACTOR    cards are used to the limit and paid in full, from the first month on
    CARELESS      items are paid some days late, from the first month on
    RENEWAL       a policy-driven renewal without repayment: a new loan for the old, of the same amount
    PAYROLL_MOVED wages run through another bank from the month on
    SOUND_SUIT    a small lawsuit of everyday trade
    Of the records
    BOOKED_LATE   postings of the month reach the bank `months` months later
    FEED_GAP      the ledger rows of the month were never delivered
    """

    BRIDGE = 1
    EVERGREEN = 2
    INFLATION = 3
    MISUSE = 4
    CALL = 5
    FRAUD = 6
    ACCIDENT = 7
    LAWSUIT = 8
    ENFORCEMENT = 9
    SEIZURE = 10
    PENALTY = 11
    CHECK = 20
    FALSE_FINDING = 21
    CUT = 22
    EXIT = 23
    RELIEF = 24
    MIGRATION = 40
    SEASON_STOP = 41
    EXPANSION = 42
    TRANSACTOR = 43
    CARELESS = 44
    RENEWAL = 45
    PAYROLL_MOVED = 46
    SOUND_SUIT = 47
    BOOKED_LATE = 60
    FEED_GAP = 61


@dataclass(frozen=True, slots=True)
class Episodes:
    borrower: Ints
    month: Ints
    kind: Ints
    months: Ints
    size: Floats
    other: Ints

    def __len__(self) -> int:
        return len(self.borrower)

    def of(self, *kinds: Kind) -> Self:
        """Return the episodes of these kinds."""
        return self._where(np.isin(self.kind, kinds))

    def cut(self, first: int, end: int) -> Self:
        """Return the episodes of borrowers from number `first` up to `end`."""
        return self._where((self.borrower >= first) & (self.borrower < end))

    def _where(self, chosen: np.ndarray) -> Self:
        return type(self)(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})
