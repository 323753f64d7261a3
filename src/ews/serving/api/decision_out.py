"""A decision as the API tells it: the record, its codes with their meaning, and sentences."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Self

from pydantic import BaseModel, Field

from ews.domain.decisions import Before, Decision, Reason
from ews.domain.text import Language
from ews.domain.unit import UnitMember
from ews.serving.api.derivation_out import HeldOut, LoanOut, PathOut, RaisedOut, RouteOut
from ews.serving.api.words import Coded, Words, coded, coded_reason, feature_words
from ews.serving.services import Services

Languages = tuple[Language, ...]


class EvidenceOut(BaseModel):
    """A feature behind a reason."""

    feature: str = Field(description="Name in the feature catalogue", examples=["inflow_change_3m"])
    name: Words
    value: float | None = Field(description="In the feature's unit; money in fen", examples=[-0.6])
    worse_than: float | None = Field(
        description="Share of peers that stand better, 0 to 1; null where nobody can say", examples=[0.93]
    )
    from_whom: list[str] = Field(
        description="Members of the economic unit whose rows the value takes in, the borrower among them where it does "
        "so too; empty where the feature speaks of the borrower alone",
        examples=[["P0000017"]],
    )


class ReasonOut(BaseModel):
    """What a group of features adds to the log-odds of default; may be negative."""

    reason: Coded
    log_odds: float = Field(description="All reasons and `base_log_odds` add up to `log_odds`", examples=[1.5])
    sentence: Words
    evidence: list[EvidenceOut]

    @classmethod
    def of(cls, reason: Reason, services: Services, languages: Languages) -> Self:
        return cls(
            reason=coded_reason(reason.code, languages),
            log_odds=reason.log_odds,
            sentence={one: services.wording.reason_sentence(reason, one) for one in languages},
            evidence=[
                EvidenceOut(
                    feature=one.feature,
                    name=feature_words(services.named, one.feature, languages),
                    value=one.value,
                    worse_than=one.worse_than,
                    from_whom=list(one.from_whom),
                )
                for one in reason.evidence
            ],
        )


class BeforeOut(BaseModel):
    """The decision that movement is measured against."""

    batch_id: str = Field(examples=["5f0c1f6e"])
    as_of: date = Field(examples=["2026-05-31"])
    pd: float | None = Field(examples=[0.1])
    grade: str = Field(examples=["G5"])
    tier: Coded
    level: Coded
    model_id: str | None = Field(description="The model that decided then; of another one `pd` is no movement")

    @classmethod
    def of(cls, before: Before, languages: Languages) -> Self:
        return cls(
            batch_id=before.batch_id,
            as_of=before.as_of,
            pd=before.pd,
            grade=before.grade,
            tier=coded(before.tier, languages),
            level=coded(before.level, languages),
            model_id=before.model_id,
        )


class MemberOut(BaseModel):
    """A person or firm that stands and falls with the borrower."""

    member_id: str = Field(examples=["P0000017"])
    role: Coded = Field(description="controller, spouse, firm or affiliate")
    name: str | None = Field(description="Null for a party that the book does not know", examples=["Person 17"])

    @classmethod
    def of(cls, member: UnitMember, languages: Languages) -> Self:
        return cls(member_id=member.member_id, role=coded(member.role, languages), name=member.name)


class DecisionOut(BaseModel):
    """What is said about one borrower on one day, and what it rests on."""

    batch_id: str = Field(description="Batch that the decision belongs to or, on the spot, rests on")
    portfolio: str = Field(examples=["sme"])
    borrower_id: str = Field(examples=["B0000001"])
    as_of: date = Field(description="The day it is about", examples=["2026-06-30"])
    known_by: date = Field(description="The day until which the bank's knowledge counts", examples=["2026-06-30"])
    headline: Words
    action: Words
    name: str | None = Field(examples=["Firm 123"])
    industry: str | None = Field(examples=["retail"])
    region: str | None = Field(examples=["Hangzhou"])
    branch_id: str | None = Field(examples=["branch-1"])
    officer_id: str | None = Field(examples=["officer-1"])
    in_default: bool = Field(description="Already in default on the day")
    horizon_months: int = Field(description="Months within which default is expected with `pd`", examples=[12])
    pd: float | None = Field(description="Probability of default within the horizon, null in default", examples=[0.25])
    log_odds: float | None = Field(description="ln(pd / (1 - pd))", examples=[-1.0986])
    base_log_odds: float | None = Field(description="Log-odds of the usual borrower of its kind", examples=[-3.0])
    grade: str = Field(description="Grade of the master scale, D in default", examples=["G6"])
    tier: Coded
    level: Coded = Field(description="Falls by one step at a time")
    level_now: Coded | None = Field(description="What the signals of the day alone give; null in earlier records")
    raised: RaisedOut | None = Field(description="Null where nothing new is to be told")
    route: RouteOut | None = Field(description="Null where nothing is due, or its policy can no longer be read")
    exposure_fen: int | None = Field(description="Known balances of live loans in fen, null where none is known")
    before: BeforeOut | None = Field(description="Null where there is no earlier decision to compare with")
    reasons: list[ReasonOut] = Field(description="From what raises the risk most to what lowers it most")
    loans: list[LoanOut]
    held: list[HeldOut] = Field(description="Rules that held for the borrower as a whole")
    undecided: list[str] = Field(description="Signals that an unknown fact left open", examples=[["WAGES_SHRANK"]])
    split: Mapping[str, float] | None = Field(
        description="`log_odds` without the base by channel: own, guarantees, group", examples=[{"own": 1.4}]
    )
    paths: list[PathOut] = Field(description="Through whom trouble reaches the borrower, the gravest few")
    assess: list[str] = Field(description="Group members whose default asks for an assessment of this borrower")
    lent: list[str] = Field(description="Parameters used for a day before they came into force")
    customer_type: str | None = Field(
        description="How the last three months were paid, by the policy's code: A always as due, B late once, C first "
        "instalment missed or habitually late; null where it cannot be known",
        examples=["A"],
    )
    unit: list[MemberOut] = Field(description="Other members of the borrower's economic unit, as known on `known_by`")
    blind: list[str] = Field(description="Feature families whose data the book lacks", examples=[["card_overdraft"]])
    model_id: str
    policy_hash: str

    @classmethod
    def of(cls, decision: Decision, services: Services, languages: Languages) -> Self:
        reasons = sorted(decision.reasons, key=lambda reason: (-reason.log_odds, reason.code))
        plain = {name: getattr(decision, name) for name in _PLAIN}
        return cls(
            **plain,
            headline={one: services.wording.headline(decision, one) for one in languages},
            action={one: services.wording.action_text(decision, one) for one in languages},
            tier=coded(decision.tier, languages),
            level=coded(decision.level, languages),
            before=None if decision.before is None else BeforeOut.of(decision.before, languages),
            reasons=[ReasonOut.of(one, services, languages) for one in reasons],
            loans=[LoanOut.of(one, decision, services, languages) for one in decision.loans],
            held=[HeldOut.of(one, decision, services, languages) for one in decision.held],
            **_derivation(decision, services, languages),
            unit=[MemberOut.of(one, languages) for one in decision.unit],
            blind=list(decision.blind),
        )


def _derivation(decision: Decision, services: Services, languages: Languages) -> dict[str, Any]:
    route, split = services.wording.route(decision), decision.split
    return {
        "level_now": None if decision.level_now is None else coded(decision.level_now, languages),
        "raised": None if decision.raised is None else RaisedOut.of(decision.raised, services, languages),
        "route": None if route is None else RouteOut.of(route),
        "undecided": list(decision.undecided),
        "split": None if split is None else {channel.value: part for channel, part in split.items()},
        "paths": [PathOut.of(one, decision, services, languages) for one in decision.paths],
        "assess": list(decision.assess),
        "lent": list(decision.lent),
    }


_MADE = {"headline", "action", "tier", "level", "before", "reasons", "loans", "held", "unit", "blind"}
_DERIVED = {"level_now", "raised", "route", "undecided", "split", "paths", "assess", "lent"}
_PLAIN = sorted(set(DecisionOut.model_fields) - _MADE - _DERIVED)
