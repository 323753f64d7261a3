"""Course: how each borrower fares, month by month, whatever world made it.

Grain   borrower × month
Nulls   channels and expected_pd are NaN and arrears is ABSENT where the borrower is not (or no longer) in the book
"""

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from ews.domain.text import Text
from ews.simulation.arrays import NEVER, Flags, Ints, next_month
from ews.simulation.latent.episodes import Episodes

ABSENT = -1
DEFAULT_AT = 4
"""Arrears at which more than 90 days have passed since the first item missed: its fourth month."""

Channel = NDArray[np.float32]


class Cause(IntEnum):
    """Why a borrower went into default, for the report by pattern; NONE where it did not."""

    NONE = 0
    TRADE = 1
    CARDS = 2
    GUARANTEES = 3
    CREDIT = 4
    NEW_FOR_OLD = 5
    OFF_TRADE = 6
    SPECULATION = 7
    SECTOR = 8
    MISUSE = 9
    UNWILLING = 11
    SUDDEN = 12

    @property
    def text(self) -> Text:
        return _TEXT[self]


_TEXT = {
    Cause.NONE: Text("None", "无"),
    Cause.TRADE: Text("Business shrank", "经营萎缩"),
    Cause.CARDS: Text("Cash ran out", "资金链断裂"),
    Cause.GUARANTEES: Text("Guarantees were called", "担保代偿"),
    Cause.CREDIT: Text("Credit was sought and refused", "融资受阻"),
    Cause.NEW_FOR_OLD: Text("Old debts paid with new", "借新还旧"),
    Cause.OFF_TRADE: Text("Money went into other trades", "资金投向主业之外"),
    Cause.SPECULATION: Text("Money went into speculation", "投机失利"),
    Cause.SECTOR: Text("Trade or region declined", "行业或地区下行"),
    Cause.MISUSE: Text("Loan money was misused", "贷款挪用"),
    Cause.UNWILLING: Text("Would not pay", "还款意愿恶化"),
    Cause.SUDDEN: Text("Fraud or accident", "欺诈或意外"),
}


@dataclass(frozen=True, slots=True)
class Course:
    """Channels are in units of which 0 is usual, 1 is noticed and 2 or more is grave; higher is worse.

    trade       business shrinks: sales, customers, wages, taxes, bills
    squeeze     cash runs short: thin balances, cards drawn, minimum payments, cash advances, days late
    appetite    credit is sought: inquiries, refusals, debts elsewhere, second loans
    diversion   money goes elsewhere: securities, private lending, other trades, related parties
    reluctance  could pay but will not: late and partial payments with healthy flows
    `arrears` counts the months unpaid in a row. `cause` stands in the month of default.
    """

    arrears: NDArray[np.int8]
    trade: Channel
    squeeze: Channel
    appetite: Channel
    diversion: Channel
    reluctance: Channel
    cause: NDArray[np.int8]
    expected_pd: NDArray[np.float32]
    episodes: Episodes

    def cut(self, first: int, end: int) -> "Course":
        """Return the course of the borrowers from number `first` up to `end`."""
        matrices = {each.name: getattr(self, each.name)[first:end] for each in fields(self) if each.name != "episodes"}
        return Course(**matrices, episodes=self.episodes.cut(first, end))

    @property
    def gone(self) -> Ints:
        """Return the first month after the last in the book, NEVER for those still there."""
        present = self.arrears != ABSENT
        last = present.shape[1] - 1 - np.argmax(present[:, ::-1], axis=1)
        return np.where(present[:, -1], NEVER, last + 1)

    def defaults(self) -> Flags:
        """Return in which month each borrower went into default."""
        return np.asarray(self.arrears == DEFAULT_AT)

    def defaulted_within(self, horizon: int) -> Flags:
        """Return whether a default follows within `horizon` months; true where the book's end hides nothing of it."""
        upcoming = next_month(self.defaults())
        after = np.concatenate([upcoming[:, 1:], np.full((len(upcoming), 1), NEVER)], axis=1)
        return np.asarray(after <= np.arange(upcoming.shape[1]) + horizon)
