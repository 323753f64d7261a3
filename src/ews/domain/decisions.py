"""A decision (预警结论): what is said about one borrower on one day, and what it rests on.

The record speaks no language: codes, names and numbers only; sentences are made where it is shown.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from ews.domain.levels import Tier, WarningLevel
from ews.domain.lifts import Lift
from ews.domain.paths import Channel, Hop, Path
from ews.domain.raised import Raised
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
    """A rule that held: `kind` is tier_rule, signal, standing, movement or combination; `gives` a tier or level.

    `inputs` are as known. `state` is holds, lingers (gone, not yet long enough) or carried (unknown now, held when last
    seen); `since` is the first day of the episode. `lifts` are alternatives, each with all that must come together.
    """

    kind: str
    code: str
    gives: str
    inputs: Mapping[str, Value]
    state: str = "holds"
    since: date | None = None
    lifts: tuple[tuple[Lift, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Override:
    """A tier set by a person (人工调整); `blocked_by` are the rules whose floor it cannot beat.

    `approved_by` is null for a worse tier that needed nobody's approval; `approved_on` is when it came to count.
    """

    override_id: str
    tier: Tier
    reason: str
    author: str
    approved_by: str | None
    approved_on: date
    expires_on: date
    blocked_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LoanDecision:
    """`tier` = worst of `floor` (law and practice) and the override, else `proposal` (of the model).

    `undecided` are the tier rules that could not be judged, because a fact they ask is unknown. `carried` are those
    that hold on from `carried_since`, when they were last seen. On `cured_on` a batch first found the loan no longer
    non-performing. Provisions are indicative. What earlier versions did not keep is null.

    `next_due_on` is the day of the oldest item not yet paid, due or still to come, and `next_due_fen` what of it is
    left to pay; null where no schedule tells, but for a bullet, which is due as a whole when it matures. `coming_on`
    is the first day after as_of on which something falls due, and `coming_fen` what of it is left to pay.
    `first_due_missed` tells whether the first item was paid more than a week late, null where nobody can know.
    """

    loan_id: str
    product: str
    balance_fen: int | None
    dpd: int | None
    tier: Tier
    held: tuple[Held, ...]
    undecided: tuple[str, ...] = ()
    floor: Tier | None = None
    proposal: Tier | None = None
    override: Override | None = None
    carried: tuple[str, ...] = ()
    carried_since: date | None = None
    cured_on: date | None = None
    months_clean: int | None = None
    periods_clean: int | None = None
    observation_months: int | None = None
    observation_periods: int | None = None
    stage: int | None = None
    lgd: float | None = None
    expected_loss_fen: int | None = None
    provision_general_fen: int | None = None
    provision_specific_fen: int | None = None
    provision_standard_fen: int | None = None
    opened_on: date | None = None
    matures_on: date | None = None
    repayment: str | None = None
    next_due_on: date | None = None
    next_due_fen: int | None = None
    first_due_missed: bool | None = None
    coming_on: date | None = None
    coming_fen: int | None = None

    def is_unpaid_on(self, day: date) -> bool:
        """Tell whether what is to be paid first fell due before `day`."""
        return self.next_due_on is not None and self.next_due_on < day


@dataclass(frozen=True, slots=True)
class Before:
    """The decision of the batch that movement is measured against."""

    batch_id: str
    as_of: date
    pd: float | None
    grade: str
    tier: Tier
    level: WarningLevel
    model_id: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """`pd` of default within `horizon_months`, null for a borrower already in default.

    `log_odds` = `base_log_odds` + the sum of the reasons' `log_odds`, the logit of `pd`. A reason tells what it adds
    beyond what is usual among borrowers of the kind, and the base holds the usual.
    `exposure_fen` sums the known balances of live loans, null where none is known.
    `blind` names the feature families whose data the book lacks. `unit` holds the other members of the borrower's
    economic unit as known on `known_by`, from its controllers to its affiliates and by id.

    `level` falls step by step; `level_now` is what the signals of the day alone give. `undecided` are signals that an
    unknown fact left open. `raised` is null where nothing new is to be told. `split` divides `log_odds` by channel;
    `paths` are the gravest few. `assess` names group members whose default asks for an assessment of this borrower.
    `lent` are parameters used for a day before they came into force. `customer_type` is the policy's code of how the
    last three months were paid (A always as due), null where that cannot be known.
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
    undecided: tuple[str, ...] = ()
    level_now: WarningLevel | None = None
    raised: Raised | None = None
    split: Mapping[Channel, float] | None = None
    paths: tuple[Path, ...] = ()
    assess: tuple[str, ...] = ()
    lent: tuple[str, ...] = ()
    customer_type: str | None = None

    def to_json(self) -> str:
        """Return the canonical text of the record: sorted keys, ISO dates, no spaces."""
        content = _plain(self)
        content["reasons"] = [_plain_reason(reason) for reason in self.reasons]  # most of the record
        return _ENCODER.encode(content)

    @classmethod
    def from_json(cls, text: str | bytes, *, with_reasons: bool = True) -> Self:
        """Return the record; without its reasons and paths, which are most of it, where the whole book is read."""
        content: dict[str, Any] = json.loads(text)
        if not with_reasons:
            content |= {"reasons": (), "paths": ()}
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
                "held": tuple(_held(held) for held in content["held"]),
                "blind": tuple(content["blind"]),
                **_not_in_earlier_records(content),
            }
        )


def _not_in_earlier_records(content: dict[str, Any]) -> dict[str, Any]:
    level_now, raised, split = (content.get(name) for name in ("level_now", "raised", "split"))
    return {
        "unit": tuple(_member(member) for member in content.get("unit", ())),
        "undecided": tuple(content.get("undecided", ())),
        "level_now": None if level_now is None else WarningLevel(level_now),
        "raised": None if raised is None else _raised(raised),
        "split": None if split is None else {Channel(name): part for name, part in split.items()},
        "paths": tuple(_path(path) for path in content.get("paths", ())),
        "assess": tuple(content.get("assess", ())),
        "lent": tuple(content.get("lent", ())),
    }


def _plain(value: Any) -> Any:
    """Return what JSON knows in place of a day or a dataclass of this module."""
    if isinstance(value, date):
        return value.isoformat()
    return {name: getattr(value, name) for name in value.__slots__}


def _plain_reason(reason: Reason) -> dict[str, Any]:
    evidence = [
        {"feature": one.feature, "from_whom": one.from_whom, "value": one.value, "worse_than": one.worse_than}
        for one in reason.evidence
    ]
    return {"code": reason.code, "evidence": evidence, "log_odds": reason.log_odds}


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


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
    evidence = tuple([_evidence(one) for one in content["evidence"]])
    return Reason(content["code"], content["log_odds"], evidence)


def _evidence(content: dict[str, Any]) -> Evidence:
    """Return the evidence: most of a record, so that no step is taken twice."""
    from_whom = content.get("from_whom")  # not in earlier records
    return Evidence(content["feature"], content["value"], content["worse_than"], tuple(from_whom) if from_whom else ())


def _member(content: dict[str, Any]) -> UnitMember:
    return UnitMember(**{**content, "role": Role(content["role"])})


def _held(content: dict[str, Any]) -> Held:
    lifts = tuple(tuple(Lift(**lift) for lift in together) for together in content.get("lifts", ()))
    return Held(**{**content, "since": _day(content.get("since")), "lifts": lifts})


def _override(content: dict[str, Any]) -> Override:
    days = {name: date.fromisoformat(content[name]) for name in ("approved_on", "expires_on")}
    return Override(**{**content, **days, "tier": Tier(content["tier"]), "blocked_by": tuple(content["blocked_by"])})


def _raised(content: dict[str, Any]) -> Raised:
    return Raised(
        **{**content, "codes": tuple(content["codes"]), "release_on": date.fromisoformat(content["release_on"])}
    )


def _path(content: dict[str, Any]) -> Path:
    return Path(Channel(content["channel"]), tuple(Hop(**hop) for hop in content["hops"]), content["amount_fen"])


def _loan(content: dict[str, Any]) -> LoanDecision:
    tiers = {name: content.get(name) for name in ("floor", "proposal")}  # not in records of earlier versions
    override = content.get("override")
    return LoanDecision(
        **{
            **content,
            "tier": Tier(content["tier"]),
            **{name: None if tier is None else Tier(tier) for name, tier in tiers.items()},
            "held": tuple(_held(held) for held in content["held"]),
            "undecided": tuple(content.get("undecided", ())),
            "override": None if override is None else _override(override),
            "carried": tuple(content.get("carried", ())),
            **{name: _day(content.get(name)) for name in _DAYS_OF_LOAN},
        }
    )


_DAYS_OF_LOAN = ("carried_since", "cured_on", "opened_on", "matures_on", "next_due_on", "coming_on")


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
