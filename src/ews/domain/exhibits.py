"""Exhibits (佐证材料): what a page lays beside a decision, so that people see what it rests on.

Money is in fen. Null is unknown (not covered by the extracts, or not there to be seen), 0 is known to be nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ews.domain.levels import WarningLevel

MONTHS = 24
"""Whole months that an exhibit looks back."""
MOST_PARTIES = 40
"""Parties that a circle shows at most, the borrower among them."""

PartyKind = Literal["firm", "person", "unknown"]
LinkKind = Literal["guarantee", "controller", "spouse", "shareholder", "affiliate", "group"]


@dataclass(frozen=True, slots=True)
class Month:
    """One month back from as_of, which `ends_on` that day.

    `inflow_fen` and `outflow_fen` are turnover as the account features count it: without loans paid out and served, own
    transfers, related parties, the economic unit and money that went back within days. Balances, cards and `dpd` (the
    worst of all loans) are those at the month's end. `due_fen` fell due in the month; of it `paid_on_time_fen` was paid
    by the day it fell due, `paid_late_fen` after it, `unpaid_fen` not by as_of.
    """

    ends_on: date
    inflow_fen: int | None = None
    outflow_fen: int | None = None
    balance_fen: int | None = None
    card_limit_fen: int | None = None
    card_balance_fen: int | None = None
    inquiries: int | None = None
    due_fen: int | None = None
    paid_on_time_fen: int | None = None
    paid_late_fen: int | None = None
    unpaid_fen: int | None = None
    dpd: int | None = None


@dataclass(frozen=True, slots=True)
class LoanStrip:
    """A loan of the last months; `dpd` has a place per month of the exhibit, the oldest first.

    It is null before the loan was paid out, after it ended, and where no feed tells.
    """

    loan_id: str
    product: str | None
    opened_on: date | None
    matures_on: date | None
    principal_fen: int | None
    balance_fen: int | None
    dpd: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody in the circle; `grade` and `level` are null for whom the batch did not decide on.

    `hops` counts the links from the borrower (0 is the borrower). `dpd` is null without loans, `in_default` where the
    book tells no arrears. `in_trouble` is more than 30 days past due, or in default.
    """

    party_id: str
    name: str | None
    kind: PartyKind
    branch_id: str | None
    is_borrower: bool
    exposure_fen: int | None
    dpd: int | None
    in_default: bool | None
    in_trouble: bool | None
    grade: str | None
    level: WarningLevel | None
    hops: int


@dataclass(frozen=True, slots=True)
class Link:
    """`from_id` guarantees, controls, is married to or owns a share of `to_id`; `group` is the same group of clients.

    `amount_fen` is what is guaranteed, null for all other kinds and where no guarantee tells one.
    """

    from_id: str
    to_id: str
    kind: LinkKind
    amount_fen: int | None
    since: date | None


@dataclass(frozen=True, slots=True)
class Circle:
    """The borrower and who is up to two links away, nearest and in trouble first; `left_out` more have no place."""

    parties: tuple[Party, ...] = ()
    links: tuple[Link, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a measure stands among `peers` borrowers of `group` ("kind/industry", "*" for the whole book).

    `worse_than` is the share of peers that stand better. What is null nobody can say.
    """

    feature: str
    value: float | None
    p10: float | None
    p25: float | None
    p50: float | None
    p75: float | None
    p90: float | None
    worse_than: float | None
    group: str
    peers: int


@dataclass(frozen=True, slots=True)
class Exhibit:
    """What the page of one borrower draws; `months` are MONTHS, the oldest first; `features` are the catalogue's."""

    batch_id: str
    borrower_id: str
    as_of: date
    months: tuple[Month, ...]
    loans: tuple[LoanStrip, ...]
    circle: Circle
    standings: tuple[Standing, ...]
    features: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class CircleTotals:
    """A guarantee circle (担保圈) of three parties or more, named by its first member's id.

    `borrowers` of its members owe the bank `exposure_fen`, as far as balances are told; `in_trouble` are more than 30
    days past due or in default. `guaranteed_fen` adds up the guarantees within the circle that tell an amount.
    """

    circle_id: str
    members: int
    borrowers: int
    exposure_fen: int
    in_trouble: int
    in_trouble_exposure_fen: int
    guaranteed_fen: int
    largest_id: str
    branches: tuple[str, ...]
    member_ids: tuple[str, ...]
