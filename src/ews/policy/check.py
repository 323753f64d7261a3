"""Check: everything that is wrong with the policy in a folder, not only the first thing.

Method  each entry is read on its own, so that one bad entry hides no other; what spans entries is checked once all
        of them can be read
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from ews.domain.errors import PolicyError
from ews.policy.entries import read_file
from ews.policy.grades import read_grades
from ews.policy.parameters import UNITS, read_parameters
from ews.policy.playbook import read_playbook
from ews.policy.policy import DEFAULT, FILES, LARGE_EXPOSURE, Policy, read_policy, unsound_rules
from ews.policy.provisions import read_provisions
from ews.policy.rules import read_signals, read_tier_rules
from ews.policy.soundness import idle_faults
from ews.policy.units import Scope
from ews.policy.vocabulary import Vocabulary

PLACEHOLDER = re.compile(r"\{(\w+)\}")
BY_CODE = frozenset(
    {
        LARGE_EXPOSURE,
        "excused_up_to_dpd",
        "small_business_up_to",
        "medium_renewals_qualify",
        "finding_valid_months",
        "blind_carry_days",
        "signal_gone_days",
        "level_step_days",
        "warnings_per_officer_week",
        "longest_wait_days",
    }
)
"""Parameters that steps ask for which are no conditions."""


@dataclass(frozen=True, slots=True)
class Checked:
    """`policy` is None where `faults` keep it from being read; `notes` are nothing wrong, but worth a look."""

    policy: Policy | None
    faults: tuple[str, ...]
    notes: tuple[str, ...]


def check_policy(directory: Path | None, vocabulary: Vocabulary, day: date) -> Checked:
    """Return all faults of the policy in `directory` (None: the default one), in the order of its files."""
    folder = DEFAULT if directory is None else directory
    content: dict[str, dict[str, Any]] = {}
    faults = []
    for name in FILES:
        try:
            content[name] = read_file(folder / name)
        except PolicyError as error:
            faults.append(str(error))
    faults = faults or _entry_faults(content, vocabulary)
    if faults:
        return Checked(None, tuple(dict.fromkeys(faults)), ())
    try:
        policy = read_policy(folder, vocabulary)
    except PolicyError as error:
        return Checked(None, (str(error),), ())
    unsound = tuple(str(error) for error in unsound_rules(policy, vocabulary))
    return Checked(None if unsound else policy, unsound, () if unsound else tuple(_notes(policy, vocabulary, day)))


def _entry_faults(content: Mapping[str, dict[str, Any]], vocabulary: Vocabulary) -> list[str]:
    given = content["parameters.toml"]
    faults = [
        fault for name in given for fault in _fault(partial(read_parameters, {name: given[name]}, "parameters.toml"))
    ]
    known = {name: unit for name, fields in given.items() for unit in UNITS if _unit(fields) == unit}
    loan, borrower = Scope(vocabulary.loan, known), Scope(vocabulary.borrower, known)
    alone = {key: value for key, value in content["tier_rules.toml"].items() if key != "tier_rule"}
    tier_rules = partial(read_tier_rules, file="tier_rules.toml", loan=loan, borrower=borrower)
    readers: tuple[tuple[str, str, Callable[[dict[str, Any]], object]], ...] = (
        ("grades.toml", "scale", partial(read_grades, file="grades.toml")),
        ("tier_rules.toml", "tier_rule", lambda one: tier_rules({**alone, **one})),
        ("signals.toml", "signal", partial(read_signals, file="signals.toml", scope=borrower)),
        ("playbook.toml", "edition", partial(read_playbook, file="playbook.toml")),
    )
    for file, key, read in readers:
        items = content[file].get(key)
        each = items if isinstance(items, list) else []
        found = [fault for item in each for fault in _fault(partial(read, {key: [item]}))]
        faults += found or _fault(partial(read, content[file]))
    return faults + _fault(partial(read_provisions, content["provisions.toml"], "provisions.toml", loan))


def _fault(read: Callable[[], object]) -> list[str]:
    try:
        read()
    except PolicyError as error:
        return [str(error)]
    return []


def _unit(fields: object) -> object:
    """Return the unit of a parameter, also of one that cannot be read otherwise, so that conditions on it can be."""
    return fields.get("unit") if isinstance(fields, dict) else None


def _notes(policy: Policy, vocabulary: Vocabulary, day: date) -> Iterator[str]:
    stages = policy.provisions.stage_rules
    used = {name for rule in (*policy.rules, *stages) for _, one in rule.when.values for name in one.parameters}
    told = {name for signal in policy.signals for name in PLACEHOLDER.findall(signal.sentence.en + signal.sentence.zh)}
    for parameter in policy.parameters:
        if parameter.name not in used | told | BY_CODE:
            yield f"parameters.toml: {parameter.name}: no condition uses it."
    lent = policy.lent(day)
    if lent:
        yield f"On {day} values are used that came into force later: {', '.join(lent)}."
    words = vocabulary.borrower
    ranks = [signal.level.rank for signal in policy.signals]
    for code, fault in idle_faults(policy.signals, ranks, words, policy.parameters):
        yield f"signals.toml: {code}: {fault}"
