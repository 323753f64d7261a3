"""The policy: everything the bank decided, read from a folder of TOML files, checked, frozen and hashed.

Reads   parameters.toml, grades.toml, tier_rules.toml, signals.toml, playbook.toml, provisions.toml, calendar.toml,
        casework.toml, forms.toml
Hash    over the canonical content: comments, order of fields and line breaks do not count, every word and number does
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any

from ews.domain.errors import PolicyError
from ews.policy.calendar import TABLE, Calendar, read_calendar
from ews.policy.casework import Casework, casework_on
from ews.policy.casework_entries import read_casework
from ews.policy.coherence import code_faults, form_faults, parameter_faults, urgent_faults
from ews.policy.conditions import Condition
from ews.policy.dated import Dated
from ews.policy.files import fault_in, no_folder, read_file, read_text, strange_tables
from ews.policy.form_entries import read_forms
from ews.policy.forms import Field, Forms, forms_on
from ews.policy.grades import Scale, read_grades
from ews.policy.parameters import Parameter, read_parameters
from ews.policy.playbook import Playbook, read_playbook
from ews.policy.provisions import BORROWER_WORDS, Provisions, read_provisions
from ews.policy.reach import Ranked
from ews.policy.rules import Signal, TierRule, TierRules, read_signals, read_tier_rules
from ews.policy.soundness import Rules, idle_faults, never_faults, rule_faults
from ews.policy.units import Scope
from ews.policy.vocabulary import Vocabulary, Word

DEFAULT = Path(__file__).parent
"""The folder of the policy that comes with the product."""

TABLES: Mapping[str, tuple[str, ...]] = {
    "parameters.toml": (),
    "grades.toml": ("scale",),
    "tier_rules.toml": ("by_days_past_due_alone", "tier_rule"),
    "signals.toml": ("signal",),
    "playbook.toml": ("edition",),
    "provisions.toml": ("stage_rule", "lgd", "provision"),
    "calendar.toml": (TABLE,),
    "casework.toml": ("edition",),
    "forms.toml": ("form",),
}
"""What each file may hold; parameters are named by the bank."""

FILES = tuple(TABLES)

LARGE_EXPOSURE = "large_exposure"
"""Parameter above which an exposure is large; the playbook asks for it."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Read by `load_policy`; `files` are the texts it was read from, which do not count for hash or equality."""

    parameters: tuple[Parameter, ...]
    scales: Dated[Scale]
    tier_rules: TierRules
    signals: tuple[Signal, ...]
    playbook: Dated[Playbook]
    provisions: Provisions
    calendar: Calendar
    casework: Dated[Casework]
    forms: Dated[Forms]
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
        """Return all content as plain data, by the parts of the policy."""
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
            "calendar": _plain(self.calendar),
            "casework": _plain(self.casework),
            "forms": _plain(self.forms),
        }

    def casework_on(self, day: date) -> Casework:
        """Return the limits of casework for `day`; PolicyError before the first."""
        return casework_on(self.casework, day)

    def forms_on(self, day: date) -> Forms:
        """Return the forms of checks for `day`; PolicyError before the first."""
        return forms_on(self.forms, day)

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
    if directory is not None and not directory.is_dir():
        raise no_folder(directory)
    policy = read_policy(DEFAULT if directory is None else directory, vocabulary)
    for fault in faults_of(policy, vocabulary):
        raise fault
    return policy


def read_policy(folder: Path, vocabulary: Vocabulary) -> Policy:
    """Read a policy whose parts may still contradict each other."""
    content = {name: read_file(folder / name) for name in FILES}
    files = {name: read_text(folder / name) for name in FILES}
    for fault in unread_tables(content, files):
        raise fault
    parameters = read_parameters(content["parameters.toml"], "parameters.toml")
    loan = scope_of(vocabulary.loan, parameters, files)
    borrower = scope_of(vocabulary.borrower, parameters, files)
    return Policy(
        parameters,
        read_grades(content["grades.toml"], "grades.toml"),
        read_tier_rules(content["tier_rules.toml"], "tier_rules.toml", loan=loan, borrower=borrower),
        read_signals(content["signals.toml"], "signals.toml", borrower),
        read_playbook(content["playbook.toml"], "playbook.toml"),
        read_provisions(content["provisions.toml"], "provisions.toml", loan),
        read_calendar(content["calendar.toml"], "calendar.toml"),
        read_casework(content["casework.toml"], "casework.toml"),
        read_forms(content["forms.toml"], "forms.toml", vocabulary),
        files,
    )


def unread_tables(content: Mapping[str, Mapping[str, Any]], files: Mapping[str, str]) -> Iterator[PolicyError]:
    """Yield the fault of each table that nobody would read, for example one whose name is misspelt."""
    for name, read in content.items():
        if TABLES[name]:
            yield from strange_tables(read, TABLES[name], files[name], name)


def faults_of(policy: Policy, vocabulary: Vocabulary) -> Iterator[PolicyError]:
    """Yield what is wrong with a policy of which each entry can be read."""
    rules, files = policy.tier_rules, policy.files
    yield from parameter_faults(policy.parameters, policy.scales, files)
    yield from code_faults((*rules.loan, *rules.model), policy.signals, policy.provisions.stage_rules, files)
    yield from urgent_faults(policy.playbook, {signal.code for signal in policy.signals}, files)
    yield from form_faults(policy.casework, policy.forms, files)
    told = set()
    for file, code, message in (*_senseless(policy, vocabulary), *_idle(policy, vocabulary)):
        if (file, code) not in told:
            told.add((file, code))
            yield fault_in(files, file, code, message, "when")


def scope_of(words: Mapping[str, Word], parameters: tuple[Parameter, ...], files: Mapping[str, str]) -> Scope:
    """Return the names that conditions may use; PolicyError where a parameter has the name of a word."""
    for parameter in parameters:
        if parameter.name in words:
            message = "the name is already a fact or a feature. Rename the parameter."
            raise fault_in(files, "parameters.toml", parameter.name, message)
    return Scope(words, {parameter.name: parameter.unit for parameter in parameters})


def _senseless(policy: Policy, vocabulary: Vocabulary) -> Iterator[tuple[str, str, str]]:
    """Yield file, code and fault of each rule that cannot hold, always holds, or drops a bad state."""
    rules, parameters = policy.tier_rules, policy.parameters
    for code, message in never_faults("by_days_past_due_alone", rules.by_dpd_alone, vocabulary.loan, parameters):
        yield "tier_rules.toml", code, message
    parts: tuple[tuple[str, Rules, Mapping[str, Word]], ...] = (
        ("tier_rules.toml", rules.loan, vocabulary.loan),
        ("tier_rules.toml", rules.model, vocabulary.borrower),
        ("signals.toml", policy.signals, vocabulary.borrower),
        ("provisions.toml", policy.provisions.stage_rules, _stage_words(vocabulary)),
    )
    for file, some, words in parts:
        for code, message in rule_faults(some, words, parameters):
            yield file, code, message


def _idle(policy: Policy, vocabulary: Vocabulary) -> Iterator[tuple[str, str, str]]:
    """Yield file, code and fault of each rule that a graver one leaves nothing to decide."""
    loan = [Ranked(one.code, one.when, one.floor.rank, late=one.asks_debtor) for one in policy.tier_rules.loan]
    signals = [Ranked(one.code, one.when, one.level.rank, lingers=one.lingers) for one in policy.signals]
    stages = [Ranked(one.code, one.when, one.stage) for one in policy.provisions.stage_rules]
    parts = (
        ("tier_rules.toml", loan, vocabulary.loan),
        ("signals.toml", signals, vocabulary.borrower),
        ("provisions.toml", stages, _stage_words(vocabulary)),
    )
    for file, some, words in parts:
        for code, message in idle_faults(some, words, policy.parameters):
            yield file, code, message


def _stage_words(vocabulary: Vocabulary) -> Mapping[str, Word]:
    return {**vocabulary.loan, **{name: vocabulary.borrower[name] for name in BORROWER_WORDS}}


def _plain(value: object) -> Any:
    """Return `value` as data for JSON; dated values become lists of {from, value}, conditions their text."""
    if isinstance(value, Dated):
        return [{"from": start.isoformat(), "value": _plain(one)} for start, one in value.values]
    if isinstance(value, Condition):
        return value.text
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, date | time):
        return value.isoformat()
    if hasattr(value, "__dataclass_fields__"):
        told = {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
        return _as_before(told) if isinstance(value, Field) else told
    return value


def _as_before(told: dict[str, Any]) -> dict[str, Any]:
    """Return a field of a form as versions told it that knew less of fields: the hash of a policy outlives them."""
    doubts = told["contradicts"]
    if told["asked_with"] is None:
        del told["asked_with"]
    return {**told, "contradicts": doubts if len(doubts) > 1 else doubts[0] if doubts else None}
