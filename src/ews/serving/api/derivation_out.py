"""How a decision came about, as the API tells it: rules with source and lifts, tiers of loans, paths, the queue."""

from collections.abc import Mapping
from datetime import date
from typing import Self

from pydantic import BaseModel, Field

from ews.domain.decisions import Decision, Held, LoanDecision, Override
from ews.domain.lifts import Lift
from ews.domain.paths import Hop, Path
from ews.domain.raised import Raised
from ews.domain.text import Language
from ews.serving.api.words import Coded, Words, coded, coded_gives
from ews.serving.services import Route, Services

Languages = tuple[Language, ...]


class LiftOut(BaseModel):
    """A threshold turned round: `name` must stand in `op` to `value`."""

    name: str = Field(
        description="Feature or fact; empty where `value` is a text that must cease to hold", examples=["dpd"]
    )
    op: str = Field(description='One of < <= > >= == != in, "not in", not', examples=["<="])
    value: float | int | str | bool = Field(examples=[0])
    sentence: Words

    @classmethod
    def of(cls, lift: Lift, decision: Decision, services: Services, languages: Languages) -> Self:
        sentence = {one: services.wording.lift_sentence(decision, lift, one) for one in languages}
        return cls(name=lift.name, op=lift.op, value=lift.value, sentence=sentence)


class HeldOut(BaseModel):
    """A rule of the policy that held, lingers or is carried."""

    kind: str = Field(description="tier_rule, signal, standing, movement or combination", examples=["signal"])
    code: str = Field(description="Code in the policy", examples=["INFLOW_HALVED"])
    gives: Coded
    inputs: Mapping[str, float | int | str | bool | None] = Field(
        description="The values that the condition read, as known on the day", examples=[{"inflow_change_3m": -0.6}]
    )
    sentence: Words
    state: str = Field(
        description="holds, lingers (gone, but not for long enough) or carried (unknown now, held when last seen)",
        examples=["holds"],
    )
    since: date | None = Field(description="First day of the episode, null where it is not kept")
    lifts: list[list[LiftOut]] = Field(
        description="What would end it: alternatives, each with all that must come together; empty where nothing that "
        "the borrower can move would, or where it does not hold today"
    )
    source: str | None = Field(description="Where the rule comes from; null where its policy can no longer be read")
    article: str | None = Field(description="Where in the source", examples=["10 (1)"])
    confidence: str | None = Field(description="H: read in the source; M: practice, to verify", examples=["H"])
    owner: str | None = Field(
        description="Who answers for a signal: officer, branch_risk or head_office", examples=["officer"]
    )

    @classmethod
    def of(cls, held: Held, decision: Decision, services: Services, languages: Languages) -> Self:
        origin = services.wording.origin(decision, held)
        return cls(
            kind=held.kind,
            code=held.code,
            gives=coded_gives(held.gives, languages),
            inputs=held.inputs,
            sentence={one: services.wording.held_sentence(decision, held, one) for one in languages},
            state=held.state,
            since=held.since,
            lifts=[[LiftOut.of(one, decision, services, languages) for one in together] for together in held.lifts],
            **{name: getattr(origin, name) for name in ("source", "article", "confidence", "owner")},
        )


class OverrideOut(BaseModel):
    """A tier set by a person."""

    override_id: str
    tier: Coded
    reason: str
    author: str
    approved_by: str | None = Field(description="Null for a worse tier that needed nobody's approval")
    approved_on: date = Field(description="From when it counts")
    expires_on: date
    blocked_by: list[str] = Field(description="Rules whose floor it cannot beat")

    @classmethod
    def of(cls, override: Override, languages: Languages) -> Self:
        plain = set(cls.model_fields) - {"tier", "blocked_by"}
        return cls(
            tier=coded(override.tier, languages),
            blocked_by=list(override.blocked_by),
            **{name: getattr(override, name) for name in plain},
        )


class TierPartsOut(BaseModel):
    """What a tier is made of: the worst of the floor and the override, else the proposal."""

    floor: Coded = Field(description="Of law and practice")
    proposal: Coded = Field(description="Of the model, special mention at most")
    override: OverrideOut | None


class LoanOut(BaseModel):
    """One loan and its tier. Provisions are indicative and stand beside the expected loss, never netted."""

    loan_id: str = Field(examples=["L000000102"])
    product: str = Field(examples=["business"])
    balance_fen: int | None = Field(description="Principal outstanding in fen, null where unknown", examples=[31200000])
    dpd: int | None = Field(description="Days past due, null where unknown", examples=[3])
    tier: Coded
    tier_parts: TierPartsOut | None = Field(description="Null in records of earlier versions")
    held: list[HeldOut]
    undecided: list[str] = Field(
        description="Codes of the tier rules that could not be judged, because a fact that they ask is unknown",
        examples=[["RESTRUCTURED"]],
    )
    carried: list[str] = Field(description="Codes of the tier rules that hold on unseen", examples=[["IMPAIRED"]])
    carried_since: date | None = Field(description="When they were last seen")
    cured_on: date | None = Field(description="When a batch first found it no longer non-performing")
    months_clean: int | None = Field(description="Whole months since anything was past due", examples=[4])
    periods_clean: int | None = Field(description="Due dates paid in full since then", examples=[4])
    observation_months: int | None = Field(description="Months of observation served since the restructuring")
    observation_periods: int | None = Field(description="Due dates paid in observation")
    stage: int | None = Field(description="IFRS 9 stage, 1 to 3", examples=[1])
    lgd: float | None = Field(description="Loss given default as a share of the balance", examples=[0.35])
    expected_loss_fen: int | None = Field(examples=[2730000])
    provision_general_fen: int | None = Field(examples=[312000])
    provision_specific_fen: int | None = Field(examples=[624000])
    provision_standard_fen: int | None = Field(examples=[936000])
    opened_on: date | None = Field(description="Day of payout", examples=["2025-01-10"])
    matures_on: date | None = Field(examples=["2027-01-10"])
    repayment: str | None = Field(description="instalment, bullet or revolving", examples=["instalment"])
    next_due_on: date | None = Field(
        description="Day of the oldest item not yet paid, due or still to come; a bullet's maturity; null where no "
        "schedule tells, or all is paid",
        examples=["2026-07-20"],
    )
    next_due_fen: int | None = Field(
        description="What is left to pay of it: principal, interest and fees", examples=[1250000]
    )
    first_due_missed: bool | None = Field(
        description="The first instalment came more than a week late; null where it is not due yet or nobody can tell"
    )

    @classmethod
    def of(cls, loan: LoanDecision, decision: Decision, services: Services, languages: Languages) -> Self:
        made = {"tier", "tier_parts", "held", "undecided", "carried"}
        return cls(
            tier=coded(loan.tier, languages),
            tier_parts=_parts(loan, languages),
            held=[HeldOut.of(one, decision, services, languages) for one in loan.held],
            undecided=list(loan.undecided),
            carried=list(loan.carried),
            **{name: getattr(loan, name) for name in set(cls.model_fields) - made},
        )


class HopOut(BaseModel):
    """A party on the way; what is unknown about it is null."""

    party_id: str = Field(examples=["B0000431"])
    name: str | None = Field(examples=["Firm 431"])
    branch_id: str | None
    dpd: int | None = Field(examples=[47])
    in_default: bool | None
    tier: str | None = Field(description="Code of its tier, where it was decided on")
    grade: str | None

    @classmethod
    def of(cls, hop: Hop) -> Self:
        return cls(**{name: getattr(hop, name) for name in cls.model_fields})


class PathOut(BaseModel):
    """Through whom trouble reaches the borrower."""

    channel: Coded
    hops: list[HopOut] = Field(description="From the nearest party to the one in trouble")
    amount_fen: int | None = Field(description="What is guaranteed, null elsewhere", examples=[180000000])
    sentence: Words

    @classmethod
    def of(cls, path: Path, decision: Decision, services: Services, languages: Languages) -> Self:
        return cls(
            channel=coded(path.channel, languages),
            hops=[HopOut.of(hop) for hop in path.hops],
            amount_fen=path.amount_fen,
            sentence={one: services.wording.path_sentence(decision, path, one) for one in languages},
        )


class RaisedOut(BaseModel):
    """A new warning and its place in the officer's queue."""

    codes: list[str] = Field(examples=[["INFLOW_HALVED"]])
    officer_key: str = Field(description="The officer, else branch:<id>, else unassigned", examples=["O17"])
    release_on: date = Field(description="When it is handed out; a plan while it waits", examples=["2026-07-06"])
    place: int = Field(description="Rank among the officer's new warnings of the batch, from 1", examples=[11])
    is_waiting: bool
    was_overdue: bool = Field(description="It waited too long and goes out beyond the week's cap")
    sentence: Words

    @classmethod
    def of(cls, raised: Raised, services: Services, languages: Languages) -> Self:
        plain = set(cls.model_fields) - {"codes", "sentence"}
        return cls(
            codes=list(raised.codes),
            sentence={one: services.wording.raised_sentence(raised, one) for one in languages},
            **{name: getattr(raised, name) for name in plain},
        )


class RouteOut(BaseModel):
    """Who acts by when."""

    roles: list[str] = Field(
        description="officer, branch_manager, risk_manager, head_office; the first answers for it",
        examples=[["officer"]],
    )
    acknowledge_days: int | None = Field(description="Working days to acknowledge", examples=[3])
    plan_days: int | None = Field(description="Working days to plan", examples=[5])
    report_days: int | None = Field(description="Working days until head office hears of it, null where it need not")

    @classmethod
    def of(cls, route: Route) -> Self:
        days = {name: getattr(route, name) for name in ("acknowledge_days", "plan_days", "report_days")}
        return cls(roles=list(route.roles), **days)


def _parts(loan: LoanDecision, languages: Languages) -> TierPartsOut | None:
    if loan.floor is None or loan.proposal is None:
        return None
    return TierPartsOut(
        floor=coded(loan.floor, languages),
        proposal=coded(loan.proposal, languages),
        override=None if loan.override is None else OverrideOut.of(loan.override, languages),
    )
