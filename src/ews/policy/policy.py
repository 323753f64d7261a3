"""The policy: everything the bank decided, read from a folder of TOML files, checked, frozen and hashed.

Reads   parameters.toml, grades.toml, tier_rules.toml, signals.toml, playbook.toml
Hash    over the canonical content: comments, order of fields and line breaks do not count, every word and number does
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ews.domain.errors import PolicyError
from ews.domain.levels import WarningLevel
from ews.policy.conditions import Condition
from ews.policy.dated import Dated
from ews.policy.entries import read_file
from ews.policy.grades import Scale, read_grades
from ews.policy.parameters import Parameter, read_parameters
from ews.policy.playbook import Action, Playbook, choose_action, playbook_on, read_playbook
from ews.policy.rules import Signal, TierRule, TierRules, read_signals, read_tier_rules
from ews.policy.units import Scope
from ews.policy.vocabulary import Vocabulary, Word

DEFAULT = Path(__file__).parent
"""The folder of the policy that comes with the product."""

LARGE_EXPOSURE = "large_exposure"
"""Parameter above which an exposure is large; the playbook asks for it."""

GRADE_SUFFIX = "_from_grade"
"""Parameters with this ending hold the rank of a grade."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Read by `load_policy`."""

    parameters: tuple[Parameter, ...]
    scales: Dated[Scale]
    tier_rules: TierRules
    signals: tuple[Signal, ...]
    playbook: Dated[Playbook]

    @property
    def hash(self) -> str:
        """64 hex digits."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @property
    def rules(self) -> tuple[TierRule | Signal, ...]:
        """All tier rules, then all signals."""
        rules: list[TierRule | Signal] = [*self.tier_rules.loan, *self.tier_rules.model, *self.signals]
        return tuple(rules)

    def to_json(self) -> str:
        """Return the canonical text: sorted keys, no white space, ISO dates."""
        return json.dumps(self.as_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def as_dict(self) -> dict[str, Any]:
        """Return all content as plain data: parameters, grades, tier_rules, signals, playbook."""
        rules = self.tier_rules
        return {
            "parameters": [_plain(parameter) for parameter in self.parameters],
            "grades": _plain(self.scales),
            "tier_rules": {
                "by_days_past_due_alone": {"when": _plain(rules.by_dpd_alone), "source": rules.by_dpd_alone_source},
                "rules": [_plain(rule) for rule in (*rules.loan, *rules.model)],
            },
            "signals": [_plain(signal) for signal in self.signals],
            "playbook": _plain(self.playbook),
        }

    def value_on(self, name: str, day: date) -> float:
        """Return the value of parameter `name` for `day`; PolicyError where there is none."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter.value_on(day)
        message = f"The policy has no parameter '{name}'. Add it to parameters.toml."
        raise PolicyError(message)

    def values_for(self, condition: Condition, day: date) -> dict[str, float]:
        """Return the parameters that `condition` uses, with their values for `day`."""
        return {name: self.value_on(name, day) for name in condition.parameters}

    def lent(self, day: date) -> tuple[str, ...]:
        """Return the parameters whose first value is used for `day` although it came into force later."""
        return tuple(parameter.name for parameter in self.parameters if not parameter.in_force(day))

    def rule(self, code: str) -> TierRule | Signal:
        """Return the tier rule or signal of that code; PolicyError where there is none."""
        for rule in self.rules:
            if rule.code == code:
                return rule
        message = f"The policy has no rule '{code}'."
        raise PolicyError(message)


def load_policy(directory: Path | None = None, *, vocabulary: Vocabulary) -> Policy:
    """Read the policy in `directory` (None: the default one); PolicyError says file, rule and place."""
    folder = DEFAULT if directory is None else directory
    parameters = read_parameters(read_file(folder / "parameters.toml"), "parameters.toml")
    loan = _scope(vocabulary.loan, parameters)
    borrower = _scope(vocabulary.borrower, parameters)
    policy = Policy(
        parameters,
        read_grades(read_file(folder / "grades.toml"), "grades.toml"),
        read_tier_rules(read_file(folder / "tier_rules.toml"), "tier_rules.toml", loan=loan, borrower=borrower),
        read_signals(read_file(folder / "signals.toml"), "signals.toml", borrower),
        read_playbook(read_file(folder / "playbook.toml"), "playbook.toml"),
    )
    _check_codes(policy)
    _check_grades(policy)
    if LARGE_EXPOSURE not in {parameter.name for parameter in parameters}:
        message = f"parameters.toml: the parameter '{LARGE_EXPOSURE}' is missing; the playbook asks for it."
        raise PolicyError(message)
    return policy


def action_for(policy: Policy, level: WarningLevel, dpd: int | None, exposure: int | None, on: date) -> Action | None:
    """Return what to do about a borrower with a warning of `level`, `dpd` days past due and `exposure` in fen."""
    large = exposure is not None and exposure > policy.value_on(LARGE_EXPOSURE, on)
    return choose_action(playbook_on(policy.playbook, on), level, dpd, large=large)


def _scope(words: Mapping[str, Word], parameters: tuple[Parameter, ...]) -> Scope:
    for parameter in parameters:
        if parameter.name in words:
            message = (
                f"parameters.toml: {parameter.name}: the name is already a fact or a feature. Rename the parameter."
            )
            raise PolicyError(message)
    return Scope(words, {parameter.name: parameter.unit for parameter in parameters})


def _check_codes(policy: Policy) -> None:
    seen: set[str] = set()
    for rule in policy.rules:
        if rule.code in seen:
            message = f"signals.toml: {rule.code}: the code is already that of a tier rule. Rename one."
            raise PolicyError(message)
        seen.add(rule.code)


def _check_grades(policy: Policy) -> None:
    worst = min(scale.default_rank for _, scale in policy.scales.values)
    for parameter in policy.parameters:
        for day, value in parameter.values.values:
            if parameter.name.endswith(GRADE_SUFFIX) and not 1 <= value <= worst:
                message = (
                    f"parameters.toml: {parameter.name}: {value} from {day} is not the rank of a grade. "
                    f"Give a number from 1 to {worst}."
                )
                raise PolicyError(message)


def _plain(value: object) -> Any:
    """Return `value` as data for JSON; dated values become lists of {from, value}, conditions their text."""
    if isinstance(value, Dated):
        return [{"from": start.isoformat(), "value": _plain(one)} for start, one in value.values]
    if isinstance(value, Condition):
        return value.text
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value
