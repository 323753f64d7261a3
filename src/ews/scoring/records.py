"""Records: one Decision per borrower, put together from the columns that model and policy gave."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ews.domain.decisions import Before, Decision, Held, LoanDecision, Override, Value
from ews.domain.facts import BORROWER_FACTS, LOAN_FACTS
from ews.domain.features import Feature
from ews.domain.levels import Tier, WarningLevel
from ews.features.catalogue import FEATURES
from ews.policy.derivation import derive
from ews.policy.policy import Policy
from ews.policy.rules import inputs_of
from ews.policy.valuation import MONEY
from ews.scoring.decided import Compared, Decided
from ews.scoring.episodes import CARRIED
from ews.scoring.episodes import Told as Lasting
from ews.scoring.overrides import overrides_by_id, with_blocks
from ews.scoring.peers import group_of
from ews.scoring.reasons import PART, Asked, Reasoning, Told
from ews.scoring.rows import Beside, Columns, Row

WORSE: Mapping[str, str] = {
    **{fact.name: fact.worse for fact in (*LOAN_FACTS, *BORROWER_FACTS)},
    **{feature.name: feature.worse for feature in FEATURES},
}
"""Direction in which risk rises, by name of fact or feature."""
_WHOLE = frozenset(
    fact.name for fact in (*BORROWER_FACTS, *LOAN_FACTS) if fact.unit in {"count", "days", "fen", "months"}
)
"""Facts that come in whole numbers, also where a frame that lacks one for somebody else holds them as floats."""
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

    Who is not among the units stands alone. A part of the borrowers is worked through at a time.
    """
    shared = _Shared(
        frame,
        decided,
        policy,
        Reasoning(features, decided.peers, decided.explained.base),
        overrides_by_id(decided.given.casework.overrides),
        policy.hash,
        policy.lent(frame.as_of),
        _lasting(decided.told),
    )
    names = [feature.name for feature in features]
    owners = decided.loans["borrower_id"].to_numpy(object)
    for start in range(0, len(decided.borrowers), PART):
        part = decided.borrowers.iloc[start : start + PART]
        scored = part["pd"].notna().to_numpy()
        told = _told(shared, part, part[names], np.flatnonzero(scored))
        rows, ids = Columns(part), part["borrower_id"].to_numpy(object)
        first = int(np.searchsorted(owners, ids[0], side="left"))
        loans = decided.loans.iloc[first : int(np.searchsorted(owners, ids[-1], side="right"))]
        loans_of = _by_borrower(Columns(loans), loans["borrower_id"].tolist())
        for number, borrower_id in enumerate(ids):
            reasons = next(told) if scored[number] else None
            yield _decision(shared, rows.row(number), reasons, loans_of.get(borrower_id, ()))


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all records of a batch are put together from."""

    frame: Frame
    decided: Decided
    policy: Policy
    reasoning: Reasoning
    overrides: Mapping[str, Override]
    policy_hash: str
    lent: tuple[str, ...]
    lasting: Mapping[str, Mapping[str, Lasting]]


def _told(shared: _Shared, part: pd.DataFrame, features: pd.DataFrame, places: npt.NDArray[np.intp]) -> Iterator[Told]:
    """Yield the reasons of those at `places` in the part, who are scored."""
    kinds = zip(part["kind"].tolist(), part["industry"].tolist(), strict=True)
    groups = [group_of(_text(kind), _text(industry)) for kind, industry in kinds]
    ids = part["borrower_id"].tolist()
    scored = features.iloc[places]
    added = shared.decided.explained.by_feature(scored)
    values = scored.to_numpy(np.float64)
    asked = Asked([ids[place] for place in places], [groups[place] for place in places], values, added)
    return shared.reasoning.tell(asked, shared.decided.units)


def _lasting(told: Mapping[tuple[str, str], Lasting]) -> dict[str, dict[str, Lasting]]:
    found: dict[str, dict[str, Lasting]] = {}
    for (borrower_id, code), one in told.items():
        found.setdefault(borrower_id, {})[code] = one
    return found


def _by_borrower(columns: Columns, owners: list[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for number, owner in enumerate(owners):
        found.setdefault(owner, []).append(columns.row(number))
    return found


def _decision(shared: _Shared, row: Row, told: Told | None, loans: Sequence[Row]) -> Decision:
    frame, decided, policy = shared.frame, shared.decided, shared.policy
    borrower_id, on = row["borrower_id"], frame.as_of
    lasting = shared.lasting.get(borrower_id, {})
    return Decision(
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
        pd=None if told is None else float(row["pd"]),
        log_odds=None if told is None else told.log_odds,
        base_log_odds=None if told is None else told.base,
        grade=row["grade"],
        tier=_TIERS[int(row["tier_rank"])],
        level=_LEVELS[int(row["level_rank"])],
        exposure_fen=_whole(row["exposure"]),
        before=_before(decided.compared, row),
        reasons=() if told is None else told.reasons,
        loans=tuple(_loan(loan, row, shared.overrides, policy, on) for loan in loans),
        held=(
            *_held(row["model_held"], row, policy, on),
            *_signals(row, lasting, policy, on),
        ),
        blind=decided.blind,
        model_id=frame.model_id,
        policy_hash=shared.policy_hash,
        unit=decided.units.get(borrower_id, ()),
        undecided=tuple(row["undecided"]),
        level_now=_LEVELS[int(row["level_now_rank"])],
        raised=decided.raised.get(borrower_id),
        split=None if told is None else told.split,
        paths=decided.paths.get(borrower_id, ()),
        assess=decided.assess.get(borrower_id, ()),
        lent=shared.lent,
        customer_type=_text(row["customer_type"]),
    )


def _signals(row: Mapping[str, Any], lasting: Mapping[str, Lasting], policy: Policy, on: date) -> Iterator[Held]:
    """Yield the signals that hold, linger or are carried, in the order of the policy, each with its first day."""
    true = set(row["signals"])
    if not true and not lasting:
        return
    for signal in policy.signals:
        one = lasting.get(signal.code)
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
    return tuple(_held_by(code, row, policy, on, lifts=lifts) for code in codes)


def _held_by(code: str, row: Mapping[str, Any], policy: Policy, on: date, *, lifts: bool) -> Held:
    asked = {name: _fact(name, row[name]) for name in inputs_of(policy.rule(code), on)}
    (held,) = derive((code,), asked, policy, on, WORSE if lifts else None)
    return replace(held, inputs={name: _plain(value) for name, value in held.inputs.items()})


def _loan(
    loan: Mapping[str, Any],
    borrower: Mapping[str, Any],
    overrides: Mapping[str, Override],
    policy: Policy,
    on: date,
) -> LoanDecision:
    """Return the loan's part; the model's rule that reaches a loan asks its borrower's facts."""
    facts = Beside(loan, borrower)
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


def _fact(name: str, value: Any) -> Any:
    return int(value) if name in _WHOLE and isinstance(value, float) and value.is_integer() else value


def _plain(value: Any) -> Value:
    if isinstance(value, str | bool) or value is None:
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    number = float(value)
    if np.isnan(number):
        return None
    return int(number) if number.is_integer() else number


def _whole(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
