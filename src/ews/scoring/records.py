"""Records: one Decision per borrower, put together from the columns that model and policy gave."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ews.domain.decisions import Before, Decision, Evidence, Held, LoanDecision, Override, Reason, Value
from ews.domain.facts import BORROWER_FACTS, LOAN_FACTS
from ews.domain.features import Feature
from ews.domain.levels import Tier, WarningLevel
from ews.domain.paths import Channel
from ews.domain.unit import Role, UnitMember
from ews.features.catalogue import FEATURES
from ews.features.economic_unit.family import TAKES_IN
from ews.policy.derivation import derive
from ews.policy.policy import Policy
from ews.policy.valuation import MONEY
from ews.scoring.contagion import channel_of
from ews.scoring.decided import Compared, Decided, Floats
from ews.scoring.episodes import CARRIED, Told
from ews.scoring.overrides import overrides_by_id, with_blocks
from ews.scoring.peers import Peers, group_of

EVIDENCE_PER_REASON = 2
WORSE: Mapping[str, str] = {
    **{fact.name: fact.worse for fact in (*LOAN_FACTS, *BORROWER_FACTS)},
    **{feature.name: feature.worse for feature in FEATURES},
}
"""Direction in which risk rises, by name of fact or feature."""
_TIERS, _LEVELS = tuple(Tier), tuple(WarningLevel)
_LOAN_DAYS = ("cured_on", "opened_on", "matures_on", "next_due_on", "coming_on")
_LOAN_COUNTS = (
    *("months_clean", "periods_clean", "observation_months", "observation_periods", "stage"),
    *("next_due_fen", "coming_fen"),
    *MONEY,
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What every record of a batch shares."""

    batch_id: str
    portfolio: str
    as_of: date
    known_by: date
    horizon_months: int
    model_id: str


def records(frame: Frame, decided: Decided, features: tuple[Feature, ...], policy: Policy) -> Iterator[Decision]:
    """Yield the decisions on the borrowers decided, who are sorted by borrower_id, their loans by id.

    Who is not among the units stands alone.
    """
    on, explained, peers = frame.as_of, decided.explained, decided.peers
    loans_of = {key: list(rows) for key, rows in groupby(_rows(decided.loans), key=itemgetter("borrower_id"))}
    codes = np.array([feature.reason.value for feature in features])
    policy_hash, lent = policy.hash, policy.lent(on)
    overrides = overrides_by_id(decided.given.casework.overrides)
    for number, row in enumerate(_rows(decided.borrowers)):
        borrower_id = row["borrower_id"]
        scored = not np.isnan(row["pd"])
        unit = decided.units.get(borrower_id, ())
        added = explained.by_feature[number]
        reasons = reasons_told(row, added, features, codes, peers, unit) if scored else ()
        base = explained.base + usually_added(row, codes, peers) if scored else None
        yield Decision(
            batch_id=frame.batch_id,
            portfolio=frame.portfolio,
            borrower_id=borrower_id,
            as_of=on,
            known_by=frame.known_by,
            name=_text(row["name"]),
            industry=_text(row["industry"]),
            region=_text(row["region"]),
            branch_id=_text(row["branch_id"]),
            officer_id=_text(row["officer_id"]),
            in_default=bool(row["in_default"]),
            horizon_months=frame.horizon_months,
            pd=float(row["pd"]) if scored else None,
            log_odds=None if base is None else base + sum(reason.log_odds for reason in reasons),
            base_log_odds=base,
            grade=row["grade"],
            tier=_TIERS[int(row["tier_rank"])],
            level=_LEVELS[int(row["level_rank"])],
            exposure_fen=_whole(row["exposure"]),
            before=_before(decided.compared, row),
            reasons=reasons,
            loans=tuple(_loan(loan, row, overrides, policy, on) for loan in loans_of.get(borrower_id, ())),
            held=(*_held(row["model_held"], row, policy, on), *_signals(row, decided.told, policy, on)),
            blind=decided.blind,
            model_id=frame.model_id,
            policy_hash=policy_hash,
            unit=unit,
            undecided=tuple(row["undecided"]),
            level_now=_LEVELS[int(row["level_now_rank"])],
            raised=decided.raised.get(borrower_id),
            split=_split(row, added, features, peers) if scored else None,
            paths=decided.paths.get(borrower_id, ()),
            assess=decided.assess.get(borrower_id, ()),
            lent=lent,
            customer_type=_text(row["customer_type"]),
        )


def reasons_told(
    row: Mapping[str, Any],
    contributions: Floats,
    features: tuple[Feature, ...],
    codes: npt.NDArray[np.str_],
    peers: Peers,
    unit: tuple[UnitMember, ...],
) -> tuple[Reason, ...]:
    """Return the reasons by what they add beyond what is usual among the borrower's peers, the most first."""
    group = group_of(_text(row["kind"]), _text(row["industry"]))
    found = []
    for code in dict.fromkeys(codes.tolist()):
        members = np.flatnonzero(codes == code)
        order = members[np.argsort(-np.abs(contributions[members]), kind="stable")]
        told = [features[index] for index in order if not np.isnan(row[features[index].name])]
        evidence = tuple(
            Evidence(
                feature.name,
                float(row[feature.name]),
                peers.worse_than(group, feature, row[feature.name]),
                _from_whom(feature, row["borrower_id"], unit),
            )
            for feature in told[:EVIDENCE_PER_REASON]
        )
        beyond = float(contributions[members].sum()) - peers.usually_adds(group, code)
        found.append(Reason(code, beyond, evidence))
    return tuple(sorted(found, key=lambda reason: (-reason.log_odds, reason.code)))


def usually_added(row: Mapping[str, Any], codes: npt.NDArray[np.str_], peers: Peers) -> float:
    group = group_of(_text(row["kind"]), _text(row["industry"]))
    return sum(peers.usually_adds(group, code) for code in dict.fromkeys(codes.tolist()))


def _from_whom(feature: Feature, borrower_id: str, unit: tuple[UnitMember, ...]) -> tuple[str, ...]:
    roles = TAKES_IN.get(feature.name, ())
    own = (borrower_id,) if Role.SELF in roles else ()
    return own + tuple(member.member_id for member in unit if member.role in roles)


def _split(row: Mapping[str, Any], added: Floats, features: tuple[Feature, ...], peers: Peers) -> dict[Channel, float]:
    """Return what each channel adds beyond the usual; together with the base they are the log-odds.

    What a reason usually adds is shared out evenly among its features.
    """
    group = group_of(_text(row["kind"]), _text(row["industry"]))
    members = Counter(feature.reason.value for feature in features)
    split = dict.fromkeys(Channel, 0.0)
    for feature, value in zip(features, added.tolist(), strict=True):
        code = feature.reason.value
        split[channel_of(feature.name)] += value - peers.usually_adds(group, code) / members[code]
    return split


def _signals(row: Mapping[str, Any], told: Mapping[tuple[str, str], Told], policy: Policy, on: date) -> Iterator[Held]:
    """Yield the signals that hold, linger or are carried, in the order of the policy, each with its first day."""
    true = set(row["signals"])
    for signal in policy.signals:
        one = told.get((row["borrower_id"], signal.code))
        if signal.code in true:
            (held,) = _held((signal.code,), row, policy, on)
            yield held if one is None else replace(held, since=one.since)
        elif one is not None:
            (held,) = _held((signal.code,), row, policy, on, lifts=False)
            yield replace(held, state=one.state, since=one.since)


def _held(
    codes: Iterable[str], row: Mapping[str, Any], policy: Policy, on: date, *, lifts: bool = True
) -> tuple[Held, ...]:
    """Return what each of `codes` rests on; lifts only of what holds today."""
    return tuple(
        replace(held, inputs={name: _plain(value) for name, value in held.inputs.items()})
        for held in derive(codes, row, policy, on, WORSE if lifts else None)
    )


def _loan(
    loan: Mapping[str, Any],
    borrower: Mapping[str, Any],
    overrides: Mapping[str, Override],
    policy: Policy,
    on: date,
) -> LoanDecision:
    """Return the loan's part; the model's rule that reaches a loan asks its borrower's facts."""
    facts = {**borrower, **loan}
    carried, since = tuple(loan["carried"]), _day(loan["carried_since"])
    unseen = [code for code in carried if code not in set(loan["held"])]
    held = (
        *_held(loan["held"], facts, policy, on),
        *(replace(one, state=CARRIED, since=since) for one in _held(unseen, facts, policy, on, lifts=False)),
    )
    days: dict[str, Any] = {name: _day(loan[name]) for name in _LOAN_DAYS}
    counts: dict[str, Any] = {name: _whole(loan[name]) for name in _LOAN_COUNTS}
    override = overrides.get(_text(loan["override_id"]) or "")
    return LoanDecision(
        loan_id=loan["loan_id"],
        product=loan["product"],
        balance_fen=_whole(loan["balance"]),
        dpd=_whole(loan["dpd"]),
        tier=_TIERS[int(loan["tier_rank"])],
        held=held,
        undecided=tuple(loan["undecided"]),
        floor=_TIERS[int(loan["floor_rank"])],
        proposal=_TIERS[int(loan["proposal_rank"])],
        override=None if override is None else with_blocks(override, held, policy),
        carried=carried,
        carried_since=since,
        lgd=None if pd.isna(loan["lgd"]) else float(loan["lgd"]),
        repayment=_text(loan["repayment"]),
        first_due_missed=None if pd.isna(loan["first_due_missed"]) else bool(loan["first_due_missed"]),
        **days,
        **counts,
    )


def _before(compared: Compared | None, row: Mapping[str, Any]) -> Before | None:
    if compared is None or not _text(row.get("grade_before")):
        return None
    pd_before = row["pd_compared"]
    return Before(
        batch_id=compared.batch_id,
        as_of=compared.as_of,
        pd=None if np.isnan(pd_before) else float(pd_before),
        grade=row["grade_before"],
        tier=Tier(row["tier_before"]),
        level=WarningLevel(row["level_before"]),
        model_id=compared.model_id,
    )


def _day(value: Any) -> date | None:
    return None if value is None or pd.isna(value) else pd.Timestamp(value).date()


def _plain(value: Any) -> Value:
    if isinstance(value, str | bool) or value is None:
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    number = float(value)
    if np.isnan(number):
        return None
    return int(number) if number.is_integer() else number


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _whole(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
