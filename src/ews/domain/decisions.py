"""A decision (预警结论): what is said about one borrower on one day, and what it rests on.

The record speaks no language: codes, names and numbers only; sentences are made where it is shown.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from ews.domain.levels import Tier, WarningLevel
from ews.domain.unit import Role, UnitMember

Value = float | int | str | bool | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A feature behind a reason. `worse_than` is the share of peers that stand better, null where nobody can say.

    `from_whom` holds the ids of the members of the economic unit whose rows the value takes in, the borrower's own
    among them where it does so too; empty where the feature speaks of the borrower alone.
    """

    feature: str
    value: float | None
    worse_than: float | None
    from_whom: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """`log_odds` is what the code adds to the served log-odds of default (may be negative)."""

    code: str
    log_odds: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A rule that held: `kind` is tier_rule, signal, grade or movement; `gives` a tier or level; `inputs` as known."""

    kind: str
    code: str
    gives: str
    inputs: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class LoanDecision:
    """`undecided` are the tier rules that could not be judged, because a fact they ask is unknown."""

    loan_id: str
    product: str
    balance_fen: int | None
    dpd: int | None
    tier: Tier
    held: tuple[Held, ...]
    undecided: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Before:
    """The decision of the batch that movement is measured against."""

    batch_id: str
    as_of: date
    pd: float | None
    grade: str
    tier: Tier
    level: WarningLevel


@dataclass(frozen=True, slots=True)
class Decision:
    """`pd` of default within `horizon_months`, null for a borrower already in default.

    `log_odds` = `base_log_odds` + the sum of the reasons' `log_odds`, the logit of `pd`. A reason tells what it adds
    beyond what is usual among borrowers of the kind, and the base holds the usual.
    `exposure_fen` sums the known balances of live loans, null where none is known.
    `blind` names the feature families whose data the book lacks. `unit` holds the other members of the borrower's
    economic unit as known on `known_by`, from its controllers to its affiliates and by id.
    """

    batch_id: str
    portfolio: str
    borrower_id: str
    as_of: date
    known_by: date
    name: str | None
    industry: str | None
    region: str | None
    branch_id: str | None
    officer_id: str | None
    in_default: bool
    horizon_months: int
    pd: float | None
    log_odds: float | None
    base_log_odds: float | None
    grade: str
    tier: Tier
    level: WarningLevel
    exposure_fen: int | None
    before: Before | None
    reasons: tuple[Reason, ...]
    loans: tuple[LoanDecision, ...]
    held: tuple[Held, ...]
    blind: tuple[str, ...]
    model_id: str
    policy_hash: str
    unit: tuple[UnitMember, ...] = ()

    def to_json(self) -> str:
        """Return the canonical text of the record: sorted keys, ISO dates, no spaces."""
        return json.dumps(self, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)

    @classmethod
    def from_json(cls, text: str) -> Self:
        content: dict[str, Any] = json.loads(text)
        before = content.pop("before")
        return cls(
            **{
                **content,
                "as_of": date.fromisoformat(content["as_of"]),
                "known_by": date.fromisoformat(content["known_by"]),
                "tier": Tier(content["tier"]),
                "level": WarningLevel(content["level"]),
                "before": None if before is None else _before(before),
                "reasons": tuple(_reason(reason) for reason in content["reasons"]),
                "loans": tuple(_loan(loan) for loan in content["loans"]),
                "held": tuple(Held(**held) for held in content["held"]),
                "blind": tuple(content["blind"]),
                "unit": tuple(_member(member) for member in content.get("unit", ())),  # not in earlier records
            }
        )


def _plain(value: Any) -> Any:
    """Return what JSON knows in place of a day or a dataclass of this module."""
    if isinstance(value, date):
        return value.isoformat()
    return {name: getattr(value, name) for name in value.__slots__}


def _before(content: dict[str, Any]) -> Before:
    return Before(
        **{
            **content,
            "as_of": date.fromisoformat(content["as_of"]),
            "tier": Tier(content["tier"]),
            "level": WarningLevel(content["level"]),
        }
    )


def _reason(content: dict[str, Any]) -> Reason:
    return Reason(**{**content, "evidence": tuple(_evidence(evidence) for evidence in content["evidence"])})


def _evidence(content: dict[str, Any]) -> Evidence:
    return Evidence(**{**content, "from_whom": tuple(content.get("from_whom", ()))})  # not in earlier records


def _member(content: dict[str, Any]) -> UnitMember:
    return UnitMember(**{**content, "role": Role(content["role"])})


def _loan(content: dict[str, Any]) -> LoanDecision:
    held = tuple(Held(**held) for held in content["held"])
    undecided = tuple(content.get("undecided", ()))  # not in records of earlier versions
    return LoanDecision(**{**content, "tier": Tier(content["tier"]), "held": held, "undecided": undecided})
