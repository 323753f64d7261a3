"""Records: one Decision per borrower, put together from the columns that model and policy gave."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ews.domain.decisions import Before, Decision, Evidence, Held, LoanDecision, Reason, Value
from ews.domain.features import Feature
from ews.domain.levels import Tier, WarningLevel
from ews.domain.unit import Role, UnitMember
from ews.features.economic_unit.family import TAKES_IN
from ews.policy.derivation import derive
from ews.policy.policy import Policy
from ews.scoring.peers import Peers, group_of

EVIDENCE_PER_REASON = 2
_TIERS, _LEVELS = tuple(Tier), tuple(WarningLevel)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Explained:
    """Log-odds of the served pd: `by_feature` (borrowers × features) and `base`, NaN rows for who is not scored."""

    by_feature: Floats
    base: float

    def by_reason(self, features: tuple[Feature, ...]) -> pd.DataFrame:
        """Return a column per reason code: what its features add together."""
        codes = np.array([feature.reason.value for feature in features])
        return pd.DataFrame(
            {code: self.by_feature[:, codes == code].sum(axis=1) for code in dict.fromkeys(codes.tolist())}
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
    blind: tuple[str, ...]
    compared: tuple[str, date] | None


def records(
    frame: Frame,
    borrowers: pd.DataFrame,
    loans: pd.DataFrame,
    explained: Explained,
    features: tuple[Feature, ...],
    peers: Peers,
    units: Mapping[str, tuple[UnitMember, ...]],
    policy: Policy,
) -> Iterator[Decision]:
    """Yield the decisions of `borrowers` (sorted by borrower_id); `loans` are sorted by borrower and loan.

    `units` holds the other members of each borrower's economic unit; who is not in it stands alone.
    """
    loans_of = {key: list(rows) for key, rows in groupby(_rows(loans), key=itemgetter("borrower_id"))}
    codes = np.array([feature.reason.value for feature in features])
    policy_hash = policy.hash
    for number, row in enumerate(_rows(borrowers)):
        scored = not np.isnan(row["pd"])
        unit = units.get(row["borrower_id"], ())
        reasons = _reasons(row, explained.by_feature[number], features, codes, peers, unit) if scored else ()
        base = explained.base + _usually_added(row, codes, peers) if scored else None
        yield Decision(
            batch_id=frame.batch_id,
            portfolio=frame.portfolio,
            borrower_id=row["borrower_id"],
            as_of=frame.as_of,
            known_by=frame.known_by,
            **{name: _text(row[name]) for name in ("name", "industry", "region", "branch_id", "officer_id")},
            in_default=bool(row["in_default"]),
            horizon_months=frame.horizon_months,
            pd=float(row["pd"]) if scored else None,
            log_odds=None if base is None else base + sum(reason.log_odds for reason in reasons),
            base_log_odds=base,
            grade=row["grade"],
            tier=_TIERS[int(row["tier_rank"])],
            level=_LEVELS[int(row["level_rank"])],
            exposure_fen=_whole(row["exposure"]),
            before=_before(frame.compared, row),
            reasons=reasons,
            loans=tuple(_loan(loan, row, policy, frame.as_of) for loan in loans_of.get(row["borrower_id"], ())),
            held=_held((*row["held"], *row["signals"]), row, policy, frame.as_of),
            blind=frame.blind,
            model_id=frame.model_id,
            policy_hash=policy_hash,
            unit=unit,
        )


def _reasons(
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


def _usually_added(row: Mapping[str, Any], codes: npt.NDArray[np.str_], peers: Peers) -> float:
    group = group_of(_text(row["kind"]), _text(row["industry"]))
    return sum(peers.usually_adds(group, code) for code in dict.fromkeys(codes.tolist()))


def _from_whom(feature: Feature, borrower_id: str, unit: tuple[UnitMember, ...]) -> tuple[str, ...]:
    roles = TAKES_IN.get(feature.name, ())
    own = (borrower_id,) if Role.SELF in roles else ()
    return own + tuple(member.member_id for member in unit if member.role in roles)


def _held(codes: Iterable[str], row: Mapping[str, Any], policy: Policy, on: date) -> tuple[Held, ...]:
    return tuple(
        replace(held, inputs={name: _plain(value) for name, value in held.inputs.items()})
        for held in derive(codes, row, policy, on)
    )


def _loan(loan: Mapping[str, Any], borrower: Mapping[str, Any], policy: Policy, on: date) -> LoanDecision:
    """Return the loan's part; the model's rule that reaches a loan asks its borrower's facts."""
    return LoanDecision(
        loan_id=loan["loan_id"],
        product=loan["product"],
        balance_fen=_whole(loan["balance"]),
        dpd=_whole(loan["dpd"]),
        tier=_TIERS[int(loan["tier_rank"])],
        held=_held(loan["held"], {**borrower, **loan}, policy, on),
        undecided=tuple(loan["undecided"]),
    )


def _before(compared: tuple[str, date] | None, row: Mapping[str, Any]) -> Before | None:
    if compared is None or not _text(row.get("grade_before")):
        return None
    pd_before = row["pd_before"]
    return Before(
        batch_id=compared[0],
        as_of=compared[1],
        pd=None if np.isnan(pd_before) else float(pd_before),
        grade=row["grade_before"],
        tier=Tier(row["tier_before"]),
        level=WarningLevel(row["level_before"]),
    )


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
