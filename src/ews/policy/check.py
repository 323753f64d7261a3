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
from ews.policy.calendar import TABLE, read_calendar
from ews.policy.casework_entries import read_casework
from ews.policy.coherence import ASKED
from ews.policy.files import fault_in, no_folder, read_file, read_text
from ews.policy.form_entries import read_forms
from ews.policy.grades import read_grades
from ews.policy.parameters import UNITS, read_parameters
from ews.policy.playbook import read_playbook
from ews.policy.policy import DEFAULT, FILES, TABLES, Policy, faults_of, read_policy, unread_tables
from ews.policy.provisions import read_provisions
from ews.policy.rules import read_signals, read_tier_rules
from ews.policy.units import Scope
from ews.policy.vocabulary import Vocabulary

PLACEHOLDER = re.compile(r"\{(\w+)\}")
Reader = Callable[[dict[str, Any]], object]


@dataclass(frozen=True, slots=True)
class Checked:
    """`policy` is None where `faults` keep it from being read; `notes` are nothing wrong, but worth a look."""

    policy: Policy | None
    faults: tuple[str, ...]
    notes: tuple[str, ...]


def check_policy(directory: Path | None, vocabulary: Vocabulary, day: date) -> Checked:
    """Return all faults of the policy in `directory` (None: the default one), in the order of its files."""
    folder = DEFAULT if directory is None else directory
    if not folder.is_dir():
        return Checked(None, (str(no_folder(folder)),), ())
    content: dict[str, dict[str, Any]] = {}
    files: dict[str, str] = {}
    faults = []
    for name in FILES:
        try:
            content[name], files[name] = read_file(folder / name), read_text(folder / name)
        except PolicyError as error:
            faults.append(str(error))
    faults += [str(error) for error in unread_tables(content, files)] + _entry_faults(content, vocabulary)
    if faults:
        return Checked(None, tuple(dict.fromkeys(faults)), ())
    try:
        policy = read_policy(folder, vocabulary)
    except PolicyError as error:
        return Checked(None, (str(error),), ())
    found = tuple(str(error) for error in faults_of(policy, vocabulary))
    return Checked(None if found else policy, found, () if found else tuple(_notes(policy, day)))


def _entry_faults(content: Mapping[str, dict[str, Any]], vocabulary: Vocabulary) -> list[str]:
    """Return the faults of single entries; conditions are read only where the parameters they name can be."""
    faults = []
    for file, key, read in _readers(content, vocabulary):
        items = content[file].get(key)
        each = items if isinstance(items, list) else []
        others = {name: value for name, value in content[file].items() if name != key}
        found = [fault for item in each for fault in _fault(partial(read, {**others, key: [item]}))]
        faults += found or _fault(partial(read, content[file]))
    return faults


def _readers(content: Mapping[str, dict[str, Any]], vocabulary: Vocabulary) -> Iterator[tuple[str, str, Reader]]:
    """Yield the files that can be read, the array of their entries, and what reads it."""
    given = content.get("parameters.toml")
    readers: list[tuple[str, str, Reader]] = [
        ("grades.toml", "scale", partial(read_grades, file="grades.toml")),
        ("playbook.toml", "edition", partial(read_playbook, file="playbook.toml")),
        ("calendar.toml", TABLE, partial(read_calendar, file="calendar.toml")),
        ("casework.toml", "edition", partial(read_casework, file="casework.toml")),
        ("forms.toml", "form", partial(read_forms, file="forms.toml", vocabulary=vocabulary)),
    ]
    if given is not None:
        known = {name: unit for name, fields in given.items() for unit in UNITS if _unit(fields) == unit}
        loan, borrower = Scope(vocabulary.loan, known), Scope(vocabulary.borrower, known)
        tier_rules = partial(read_tier_rules, file="tier_rules.toml", loan=loan, borrower=borrower)
        provisions = partial(read_provisions, file="provisions.toml", loan=loan)
        readers += [("parameters.toml", name, partial(_parameter, name)) for name in given]
        readers += [
            ("tier_rules.toml", "tier_rule", tier_rules),
            ("signals.toml", "signal", partial(read_signals, file="signals.toml", scope=borrower)),
            *(("provisions.toml", key, provisions) for key in TABLES["provisions.toml"]),
        ]
    for file in FILES:
        yield from (reader for reader in readers if reader[0] == file and file in content)


def _parameter(name: str, content: Mapping[str, Any]) -> object:
    return read_parameters({name: content[name]}, "parameters.toml")


def _fault(read: Callable[[], object]) -> list[str]:
    try:
        read()
    except PolicyError as error:
        return [str(error)]
    return []


def _unit(fields: object) -> object:
    """Return the unit of a parameter, also of one that cannot be read otherwise, so that conditions on it can be."""
    return fields.get("unit") if isinstance(fields, dict) else None


def _notes(policy: Policy, day: date) -> Iterator[str]:
    stages = policy.provisions.stage_rules
    rules = (*policy.rules, *stages)
    used = {name for rule in rules for _, one in rule.when.values for name in one.parameters}
    used |= {name for _, one in policy.tier_rules.by_dpd_alone.values for name in one.parameters}
    told = {name for signal in policy.signals for name in PLACEHOLDER.findall(signal.sentence.en + signal.sentence.zh)}
    for parameter in policy.parameters:
        if parameter.name not in used | told | ASKED.keys():
            yield str(fault_in(policy.files, "parameters.toml", parameter.name, "no condition uses it."))
    known_until = policy.calendar.known_until
    if known_until is not None and day.year > known_until:
        message = (
            f"worked weekends (调休) are known up to {known_until}, not for {day.year}: deadlines may be a day off. "
            "Update the library holidays, or give the days under 'off' and 'working'."
        )
        yield str(fault_in(policy.files, "calendar.toml", TABLE, message))
    lent = policy.lent(day)
    if lent:
        yield f"On {day} values are used that came into force later: {', '.join(lent)}."
