"""Compared: what is different from the decision that movement is measured against.

Reads   both records in full; the earlier one lies in the Parquet of its batch
Of two models the contributions say nothing about the borrower: they are left out, and the page says why
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp

from ews.domain.decisions import Decision, Evidence, Held, Reason
from ews.domain.levels import WarningLevel
from ews.domain.text import Language
from ews.serving.pages.borrower.values import valued
from ews.serving.pages.borrower.why import topic
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
class Sign:
    """A signal that came or went."""

    sentence: str
    level: WarningLevel


@dataclass(frozen=True, slots=True)
class Compared:
    """`changed` is null where another model decided then, or one of the two decisions has no pd."""

    same_model: bool
    same_policy: bool
    changed: tuple[Changed, ...] | None
    came: tuple[Sign, ...]
    went: tuple[Sign, ...]


def compared(then: Decision, now: Decision, services: Services, language: Language) -> Compared:
    """Return what changed between two decisions on a borrower."""
    same_model = then.model_id == now.model_id
    both = then.pd is not None and now.pd is not None
    before, after = _signals(then), _signals(now)
    say = services.wording.held_sentence
    return Compared(
        same_model=same_model,
        same_policy=then.policy_hash == now.policy_hash,
        changed=_changed(then, now, services, language) if same_model and both else None,
        came=_signs([(now, one) for code, one in after.items() if code not in before], say, language),
        went=_signs([(then, one) for code, one in before.items() if code not in after], say, language),
    )


def _changed(then: Decision, now: Decision, services: Services, language: Language) -> tuple[Changed, ...]:
    before = {one.code: one for one in then.reasons}
    after = {one.code: one for one in now.reasons}
    moved = {
        code: (after[code].log_odds if code in after else 0) - (before[code].log_odds if code in before else 0)
        for code in sorted({*before, *after})
    }
    told = sorted((one for one in moved if abs(moved[one]) >= _LITTLE), key=lambda one: (-abs(moved[one]), one))
    return tuple(
        Changed(
            topic(code, language), exp(moved[code]), *_values(before.get(code), after.get(code), services, language)
        )
        for code in told[:MOST]
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
