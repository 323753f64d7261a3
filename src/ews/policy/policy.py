"""The policy: everything the bank decided, read from a folder of TOML files, checked, frozen and hashed.

Reads   parameters.toml, grades.toml, tier_rules.toml, signals.toml, playbook.toml, provisions.toml
Hash    over the canonical content: comments, order of fields and line breaks do not count, every word and number does
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ews.domain.errors import PolicyError
from ews.policy.conditions import Condition
from ews.policy.dated import Dated
from ews.policy.entries import fault_in, read_file, read_text
from ews.policy.grades import Scale, read_grades
from ews.policy.parameters import Parameter, read_parameters
from ews.policy.playbook import Playbook, read_playbook
from ews.policy.provisions import Provisions, read_provisions
from ews.policy.rules import Signal, TierRule, TierRules, read_signals, read_tier_rules
from ews.policy.soundness import idle_faults, rule_faults
from ews.policy.units import Scope
from ews.policy.vocabulary import Vocabulary, Word

DEFAULT = Path(__file__).parent
"""The folder of the policy that comes with the product."""

FILES = ("parameters.toml", "grades.toml", "tier_rules.toml", "signals.toml", "playbook.toml", "provisions.toml")

LARGE_EXPOSURE = "large_exposure"
"""Parameter above which an exposure is large; the playbook asks for it."""

GRADE_SUFFIX = "_from_grade"
"""Parameters with this ending hold the rank of a grade."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Read by `load_policy`; `files` are the texts it was read from, which do not count for hash or equality."""

    parameters: tuple[Parameter, ...]
    scales: Dated[Scale]
    tier_rules: TierRules
    signals: tuple[Signal, ...]
    playbook: Dated[Playbook]
    provisions: Provisions
    files: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

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
                "by_days_past_due_alone": {
                    "when": _plain(rules.by_dpd_alone),
                    "source": rules.by_dpd_alone_source,
                    "confidence": rules.by_dpd_alone_confidence,
                },
                "rules": [_plain(rule) for rule in (*rules.loan, *rules.model)],
                "provisions": _plain(self.provisions),
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
    """Read the policy in `directory` (None: the default one); PolicyError says file, line, rule and place."""
    policy = read_policy(DEFAULT if directory is None else directory, vocabulary)
    for fault in unsound_rules(policy, vocabulary):
        raise fault
    return policy


def read_policy(folder: Path, vocabulary: Vocabulary) -> Policy:
    """Read a policy whose rules may still contradict themselves."""
    parameters = read_parameters(read_file(folder / "parameters.toml"), "parameters.toml")
    files = {name: read_text(folder / name) for name in FILES}
    loan = scope_of(vocabulary.loan, parameters, files)
    borrower = scope_of(vocabulary.borrower, parameters, files)
    policy = Policy(
        parameters,
        read_grades(read_file(folder / "grades.toml"), "grades.toml"),
        read_tier_rules(read_file(folder / "tier_rules.toml"), "tier_rules.toml", loan=loan, borrower=borrower),
        read_signals(read_file(folder / "signals.toml"), "signals.toml", borrower),
        read_playbook(read_file(folder / "playbook.toml"), "playbook.toml"),
        read_provisions(read_file(folder / "provisions.toml"), "provisions.toml", loan),
        files,
    )
    _check_codes(policy)
    _check_grades(policy)
    if LARGE_EXPOSURE not in {parameter.name for parameter in parameters}:
        message = f"parameters.toml: the parameter '{LARGE_EXPOSURE}' is missing; the playbook asks for it."
        raise PolicyError(message)
    return policy


def unsound_rules(policy: Policy, vocabulary: Vocabulary) -> Iterator[PolicyError]:
    """Yield the fault of each rule that cannot hold, always holds or never decides."""
    rules, parameters = policy.tier_rules, policy.parameters
    parts: tuple[tuple[str, Sequence[TierRule | Signal], Mapping[str, Word]], ...] = (
        ("tier_rules.toml", rules.loan, vocabulary.loan),
        ("tier_rules.toml", rules.model, vocabulary.borrower),
        ("signals.toml", policy.signals, vocabulary.borrower),
    )
    told = set()
    for file, some, words in parts:
        for code, message in rule_faults(some, words, parameters):
            told.add(code)
            yield fault_in(policy.files, file, code, message, "when")
    for some in (rules.own, rules.debtor):
        ranks = [rule.floor.rank for rule in some]
        for code, message in idle_faults(some, ranks, vocabulary.loan, parameters):
            if code not in told:
                yield fault_in(policy.files, "tier_rules.toml", code, message, "when")


def scope_of(words: Mapping[str, Word], parameters: tuple[Parameter, ...], files: Mapping[str, str]) -> Scope:
    """Return the names that conditions may use; PolicyError where a parameter has the name of a word."""
    for parameter in parameters:
        if parameter.name in words:
            message = "the name is already a fact or a feature. Rename the parameter."
            raise fault_in(files, "parameters.toml", parameter.name, message)
    return Scope(words, {parameter.name: parameter.unit for parameter in parameters})


def _check_codes(policy: Policy) -> None:
    seen: set[str] = set()
    for rule in policy.rules:
        if rule.code in seen:
            message = "the code is already that of a tier rule. Rename one."
            raise fault_in(policy.files, "signals.toml", rule.code, message)
        seen.add(rule.code)


def _check_grades(policy: Policy) -> None:
    worst = min(scale.default_rank for _, scale in policy.scales.values)
    for parameter in policy.parameters:
        for day, value in parameter.values.values:
            if parameter.name.endswith(GRADE_SUFFIX) and not 1 <= value <= worst:
                message = f"{value} from {day} is not the rank of a grade. Give a number from 1 to {worst}."
                raise fault_in(policy.files, "parameters.toml", parameter.name, message, "values")


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
