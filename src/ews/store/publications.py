"""What the store holds, as plain words: batches as they were published, and each borrower's decision in them.

Money in fen; `pd` within the model's horizon, null in default. Days and times are naive local.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from ews.domain.decisions import Decision
from ews.domain.levels import Tier, WarningLevel
from ews.domain.reasons import ReasonCode


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as it is handed in for publication.

    borrowers_in = scored + rejected + out_of_scope; `scored` counts the decisions, those in default included.
    `exposure_fen` is null where no balance is known, `exposure_unknown` counts what it leaves out. `directory`
    is where the Parquet record lies, relative to the home. `summary` is kept as given.
    """

    batch_id: str
    portfolio: str
    as_of: date
    known_by: date
    book_id: str
    model_id: str
    policy_hash: str
    code_version: str
    predecessor_id: str | None
    compared_id: str | None
    borrowers_in: int
    scored: int
    in_default: int
    rejected: int
    out_of_scope: int
    exposure_fen: int | None
    exposure_unknown: int
    directory: str
    summary: Mapping[str, Any]

    @property
    def blind(self) -> tuple[str, ...]:
        """Return the feature families that the book held no data for."""
        return tuple(self.summary.get("blind", ()))


def seen_once(now: Batch, then: Batch | None) -> tuple[str, ...]:
    """Return the feature families that one of two batches saw and the other did not.

    Where there is any, a difference of pd, grade or expected loss tells about the data, not about borrowers.
    """
    return () if then is None else tuple(sorted(set(now.blind) ^ set(then.blind)))


@dataclass(frozen=True, slots=True)
class Tally:
    """How many borrowers a batch puts under one tier and level; exposure as far as it is known."""

    tier: Tier
    level: WarningLevel
    borrowers: int
    exposure_fen: int


@dataclass(frozen=True, slots=True)
class Publication:
    """A batch in the store.

    `number` counts publications upwards. `superseded`: a later one is of the same portfolio and as_of.
    `newest`: no other of its portfolio has a later as_of or supersedes it.
    """

    number: int
    published_at: datetime
    batch: Batch
    tallies: tuple[Tally, ...]
    superseded: bool
    newest: bool


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One borrower's decision as it is handed in; `record` is its full text, `top_reason` the code that adds most.

    In default no reasons are told; then it is the arrears, where there are any.

    `release_on`, `place` and `is_waiting` are of a new warning, null without one. `stage` is the worst of the loans,
    the money the sum of what is known of them (`provision_fen`: general and specific), null where nothing is.
    """

    borrower_id: str
    name: str | None
    branch_id: str | None
    officer_id: str | None
    industry: str | None
    region: str | None
    pd: float | None
    grade: str
    tier: Tier
    level: WarningLevel
    exposure_fen: int | None
    in_default: bool
    top_reason: str | None
    record: str
    release_on: date | None = None
    place: int | None = None
    is_waiting: bool | None = None
    stage: int | None = None
    expected_loss_fen: int | None = None
    provision_fen: int | None = None

    @classmethod
    def of(cls, decision: Decision) -> Self:
        raising = [reason for reason in decision.reasons if reason.log_odds > 0]
        top = max(raising, key=lambda reason: reason.log_odds, default=None)
        raised, loans = decision.raised, decision.loans
        late = decision.in_default and any(loan.dpd for loan in loans)
        return cls(
            decision.borrower_id,
            decision.name,
            decision.branch_id,
            decision.officer_id,
            decision.industry,
            decision.region,
            decision.pd,
            decision.grade,
            decision.tier,
            decision.level,
            decision.exposure_fen,
            decision.in_default,
            (ReasonCode.ARREARS.value if late else None) if top is None else top.code,
            decision.to_json(),
            None if raised is None else raised.release_on,
            None if raised is None else raised.place,
            None if raised is None else raised.is_waiting,
            max((loan.stage for loan in loans if loan.stage is not None), default=None),
            _sum(loan.expected_loss_fen for loan in loans),
            _sum(part for loan in loans for part in (loan.provision_general_fen, loan.provision_specific_fen)),
        )


def _sum(parts: Iterable[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


@dataclass(frozen=True, slots=True)
class Standing:
    """One borrower's decision as the store keeps it for good, with the batch it belongs to.

    `superseded` and `newest` are those of the batch.
    """

    publication: int
    batch_id: str
    portfolio: str
    as_of: date
    published_at: datetime
    superseded: bool
    newest: bool
    borrower_id: str
    name: str | None
    branch_id: str | None
    officer_id: str | None
    industry: str | None
    region: str | None
    pd: float | None
    grade: str
    tier: Tier
    level: WarningLevel
    exposure_fen: int | None
    in_default: bool
    top_reason: str | None
    release_on: date | None = None
    place: int | None = None
    is_waiting: bool | None = None
    stage: int | None = None
    expected_loss_fen: int | None = None
    provision_fen: int | None = None
