"""Due-diligence file (尽职免责档案): what was known about a borrower when, and what was done when, by whom.

Grain   one file per borrower of a portfolio, as the store holds it at `printed_at`; the same store gives the same file
Known   every published decision, superseded ones too, with what was new; sentences where the full record is kept
Done    every act of every case, with the deadline that ran when it was done
Sealed  by the head of the audit chain, so that the file can be held against the log later
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ews.casework.checks.quality import Flag
from ews.domain.decisions import Value
from ews.domain.levels import Tier, WarningLevel
from ews.domain.text import Text
from ews.store.findings import Finding


@dataclass(frozen=True, slots=True)
class Who:
    """The borrower as of the newest decision; `pd` is null in default, `exposure_fen` where no balance is known."""

    borrower_id: str
    portfolio: str
    name: str | None
    industry: str | None
    region: str | None
    branch_id: str | None
    officer_id: str | None
    as_of: date
    pd: float | None
    grade: str
    tier: Tier
    level: WarningLevel
    exposure_fen: int | None
    in_default: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What the full record of a decision says: what raised the risk, what held, what was newly warned of."""

    reasons: tuple[Text, ...]
    held: tuple[Text, ...]
    new: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A published decision. `tier_before` and `level_before` are those of the decision published before it.

    `top_reason` is what added most to the risk; `told` is null where the record of the batch is no longer kept.
    """

    batch_id: str
    as_of: date
    published_at: datetime
    superseded: bool
    model_id: str
    policy_hash: str
    code_version: str
    pd: float | None
    grade: str
    tier: Tier
    level: WarningLevel
    exposure_fen: int | None
    in_default: bool
    tier_before: Tier | None
    level_before: WarningLevel | None
    top_reason: Text | None
    told: Told | None


@dataclass(frozen=True, slots=True)
class Deadline:
    """The deadline that ran when something was done; `days_late` are working days, 0 where it was kept.

    `extended_to` is the later day that it had been given when it was missed and went to the next role.
    """

    due_on: date
    days_late: int
    extended_to: date | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """An act; `state` is the one it left. `deadline` is null where none ran, or the act had nothing to do with it."""

    act: int
    case_id: str
    kind: str
    version: int
    verb: str
    at: datetime
    user_id: str
    state: str
    content: Mapping[str, Any]
    deadline: Deadline | None


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as it is now; `days_late` are working days after the deadline that runs, null where none does."""

    case_id: str
    kind: str
    state: str
    level: WarningLevel | None
    role: str | None
    assignee: str | None
    opened_at: datetime
    closed_at: datetime | None
    due_on: date | None
    days_late: int | None
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """A field of a check. `is_changed`: it began with what the book said, and the officer put something else."""

    name: str
    text: Text
    answer: Value
    shown: Text | None
    why_empty: str | None
    prefilled: Value
    prefilled_shown: Text | None
    prefilled_on: date | None
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Check:
    case_id: str
    form: str
    text: Text
    state: str
    loan_id: str | None
    done_on: date | None
    entered_on: date | None
    entered_by: str | None
    corrects: str | None
    corrected_by: str | None
    answers: tuple[Answered, ...]
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A photo or scan; `state` is kept, missing (no such file) or altered (no longer what was handed in)."""

    sha256: str
    media_type: str
    size: int
    check_id: str
    by: str
    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class LookedUp:
    """How often somebody was told of the borrower on a day."""

    day: date
    user_id: str
    times: int


@dataclass(frozen=True, slots=True)
class LookUp:
    """One entry of the log; from 400 on it was refused and nothing was told."""

    entry: int
    at: datetime
    user_id: str
    subject: str
    status: int | None


@dataclass(frozen=True, slots=True)
class Seal:
    """Number and hash of the newest entry of the audit log when the file was printed; number 0 where there is none."""

    entry: int
    hash: str
    printed_by: str
    printed_at: datetime


@dataclass(frozen=True, slots=True)
class Dossier:
    """All lists run from the oldest to the newest; `look_ups` is null where the reader is no auditor.

    `people` are the names of accounts by id, `words` what the policy calls its codes.
    """

    who: Who
    known: tuple[Known, ...]
    done: tuple[Done, ...]
    cases: tuple[CaseLine, ...]
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]
    evidence: tuple[Evidence, ...]
    looked_up: tuple[LookedUp, ...]
    look_ups: tuple[LookUp, ...] | None
    people: Mapping[str, str]
    words: Mapping[str, Text]
    seal: Seal
