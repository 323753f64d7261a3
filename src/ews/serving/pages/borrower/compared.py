"""Compared: what is different from the decision that movement is measured against.

Reads    both records in full; the earlier one lies in the Parquet of its batch
Product  the rows multiply to what became of the odds: what is not told by itself is one row, the rest
Missing  where one of the two batches only saw a family of features, what that alone does comes first: what the reasons
         that rest on it added, and what is usual among the kind, which is not known without the data either
Of two models the contributions say nothing about the borrower: they are left out, and the page says why
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from math import exp

from ews.domain.decisions import Decision, Evidence, Held, Reason
from ews.domain.levels import WarningLevel
from ews.domain.text import Language
from ews.serving.pages.borrower.values import family_name_of, valued
from ews.serving.pages.borrower.why import subject
from ews.serving.services import Services

MOST = 5
_LITTLE = 0.1
_OF_LEVEL = frozenset({"signal", "standing", "movement", "combination"})
_GONE = "lingers"


@dataclass(frozen=True, slots=True)
class Changed:
    """A reason whose part in the pd changed the odds `times`; `now` and `then` tell the value that moved most."""

    topic: str
    times: float
    measure: str | None
    now: str | None
    then: str | None


@dataclass(frozen=True, slots=True)
class Missing:
    """What data that only one of the two batches had do to the odds; `topics` are the reasons that rest on them."""

    topics: tuple[str, ...]
    times: float


@dataclass(frozen=True, slots=True)
class Sign:
    """A signal that came or went."""

    sentence: str
    level: WarningLevel


@dataclass(frozen=True, slots=True)
class Compared:
    """`changed`, `rest` and `times` are null where another model decided then, or one of the decisions has no pd.

    `missing` times all of `changed` times `rest` is `times`, what became of the odds from `then_pd` to `now_pd`.
    """

    same_model: bool
    same_policy: bool
    then_pd: float | None
    now_pd: float | None
    missing: Missing | None
    changed: tuple[Changed, ...] | None
    rest: float | None
    times: float | None
    came: tuple[Sign, ...]
    went: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class _Moves:
    """What moved the log-odds: by code of the reason told, and what is told otherwise."""

    unseen: tuple[str, ...]
    missing: float
    by_code: Mapping[str, float]
    whole: float


def compared(
    then: Decision, now: Decision, services: Services, language: Language, seen_once: Collection[str] = ()
) -> Compared:
    """Return what changed between two decisions on a borrower; `seen_once` are families that one of them only saw."""
    same_model = then.model_id == now.model_id
    moves = _moves(then, now, seen_once) if same_model else None
    before, after = _signals(then), _signals(now)
    say = services.wording.held_sentence
    told = None if moves is None else _told(moves)
    return Compared(
        same_model=same_model,
        same_policy=then.policy_hash == now.policy_hash,
        then_pd=then.pd,
        now_pd=now.pd,
        missing=None if moves is None or not seen_once else _missing(moves, language),
        changed=None if moves is None or told is None else _changed(told, moves, then, now, services, language),
        rest=None if moves is None or told is None else _rest(told, moves),
        times=None if moves is None else exp(moves.whole),
        came=_signs([(now, one) for code, one in after.items() if code not in before], say, language),
        went=_signs([(then, one) for code, one in before.items() if code not in after], say, language),
    )


def _moves(then: Decision, now: Decision, seen_once: Collection[str]) -> _Moves | None:
    """Return the moves; None where one of the two has no pd, or no reasons are told."""
    bases = [one.base_log_odds for one in (then, now) if one.base_log_odds is not None and one.log_odds is not None]
    if len(bases) < 2:
        return None
    before = {one.code: one for one in then.reasons}
    after = {one.code: one for one in now.reasons}
    moved = {code: _added(after.get(code)) - _added(before.get(code)) for code in sorted({*before, *after})}
    unseen = [code for code in moved if _rests_on(seen_once, before.get(code), after.get(code))]
    usual = bases[1] - bases[0]
    return _Moves(
        unseen=tuple(unseen),
        missing=sum(moved[code] for code in unseen) + usual if seen_once else 0.0,
        by_code={code: amount for code, amount in moved.items() if code not in unseen},
        whole=sum(moved.values()) + usual,
    )


def _added(reason: Reason | None) -> float:
    return 0.0 if reason is None else reason.log_odds


def _rests_on(families: Collection[str], *both: Reason | None) -> bool:
    """Tell whether all that a reason was told by comes from these families."""
    evidence = [one.feature for reason in both if reason is not None for one in reason.evidence]
    return bool(evidence) and all(family_name_of(name) in families for name in evidence)


def _told(moves: _Moves) -> list[str]:
    found = [one for one in moves.by_code if abs(moves.by_code[one]) >= _LITTLE]
    return sorted(found, key=lambda one: (-abs(moves.by_code[one]), one))[:MOST]


def _missing(moves: _Moves, language: Language) -> Missing:
    return Missing(tuple(subject(one, language) for one in moves.unseen), exp(moves.missing))


def _rest(told: list[str], moves: _Moves) -> float:
    return exp(moves.whole - moves.missing - sum(moves.by_code[one] for one in told))


def _changed(
    told: list[str], moves: _Moves, then: Decision, now: Decision, services: Services, language: Language
) -> tuple[Changed, ...]:
    before = {one.code: one for one in then.reasons}
    after = {one.code: one for one in now.reasons}
    return tuple(
        Changed(
            subject(code, language),
            exp(moves.by_code[code]),
            *_values(before.get(code), after.get(code), services, language),
        )
        for code in told
    )


def _values(
    before: Reason | None, after: Reason | None, services: Services, language: Language
) -> tuple[str | None, str | None, str | None]:
    """Return name, value now and value then of the first measure behind a reason that is not what it was."""
    units = {one.name: one for one in services.features}
    then = {} if before is None else {one.feature: one.value for one in before.evidence}
    evidence: tuple[Evidence, ...] = () if after is None else after.evidence
    for one in evidence:
        feature = units.get(one.feature)
        if feature is not None and one.feature in then and then[one.feature] != one.value:
            now_text = valued(one.value, feature.unit, language)
            then_text = valued(then[one.feature], feature.unit, language)
            if now_text != then_text:
                return feature.text.in_(language), now_text, then_text
    return None, None, None


def _signals(decision: Decision) -> dict[str, Held]:
    return {one.code: one for one in decision.held if one.kind in _OF_LEVEL and one.state != _GONE}


def _signs(
    found: list[tuple[Decision, Held]], say: Callable[[Decision, Held, Language], str], language: Language
) -> tuple[Sign, ...]:
    signs = [Sign(say(decision, one, language), WarningLevel(one.gives)) for decision, one in found]
    return tuple(sorted(signs, key=lambda one: (-one.level.rank, one.sentence)))
