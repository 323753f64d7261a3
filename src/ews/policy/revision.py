"""Revision: whether a new policy adds days, as it must, or rewrites what was in force before it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ews.domain.errors import PolicyError
from ews.policy.conditions import Condition
from ews.policy.dated import Dated
from ews.policy.entries import fault_in
from ews.policy.policy import Policy

Dates = Dated[float] | Dated[Condition]


def edited_before(old: Policy, new: Policy, day: date) -> Iterator[PolicyError]:
    """Yield an error for each dated value before `day` that `new` has otherwise than `old`.

    Parameters and conditions that only one of the two has are no edits. Scales and playbooks are compared whole.
    """
    for file, label, key, before, after in _both(old, new):
        wrong = _changed(before, after, day)
        if wrong is not None:
            start, was, now = wrong
            message = f"the value of {start} was {was} and is now {now}; add a date from {day} on, never edit one."
            yield fault_in(new.files, file, label, message, key)
    for file, former, later in (("grades.toml", old.scales, new.scales), ("playbook.toml", old.playbook, new.playbook)):
        if _until(former, day) != _until(later, day):
            message = (
                f"{file}: an edition that started before {day} was changed; add one from {day} on, never edit one."
            )
            yield PolicyError(message)


def _both(old: Policy, new: Policy) -> Iterator[tuple[str, str, str, Dates, Dates]]:
    former = {parameter.name: parameter for parameter in old.parameters}
    for parameter in new.parameters:
        if parameter.name in former:
            yield "parameters.toml", parameter.name, "values", former[parameter.name].values, parameter.values
    rules = {rule.code: rule for rule in old.rules}
    signals = {signal.code for signal in new.signals}
    for rule in new.rules:
        if rule.code in rules:
            file = "signals.toml" if rule.code in signals else "tier_rules.toml"
            yield file, rule.code, "when", rules[rule.code].when, rule.when


def _changed(old: Dates, new: Dates, day: date) -> tuple[date, object, object] | None:
    former, later = _until(old, day), _until(new, day)
    for start in sorted(former.keys() | later.keys()):
        was, now = _text(former.get(start)), _text(later.get(start))
        if was != now:
            return start, was, now
    return None


def _until(values: Dated[Any], day: date) -> Mapping[date, object]:
    return {start: value for start, value in values.values if start < day}


def _text(value: object) -> object:
    if isinstance(value, Condition):
        return f'"{value.text}"'
    return "not there" if value is None else value
