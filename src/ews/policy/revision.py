"""Revision: whether a new policy adds days, as it must, or rewrites what was in force before it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ews.domain.errors import PolicyError
from ews.policy.conditions import Condition
from ews.policy.dated import Dated
from ews.policy.entries import fault_in
from ews.policy.policy import Policy

Part = tuple[str, str, str]
"""File, item and field; an edition has no item, its field is the array that it stands in."""
_NOT_THERE = "not there"


def edited_before(old: Policy, new: Policy, day: date) -> Iterator[PolicyError]:
    """Yield an error for each dated value or edition before `day` that `new` has otherwise than `old`.

    Parameters and conditions that only one of the two has are no edits. Editions are compared whole.
    """
    former = dict(dated_parts(old))
    for part, values in dated_parts(new):
        wrong = _changed(former[part], values, day) if part in former else None
        if wrong is not None:
            yield _edited(new.files, part, wrong, day)


def dated_parts(policy: Policy) -> Iterator[tuple[Part, Dated[Any]]]:
    """Yield all that has days in a policy: file, item, field, and its values; editions without an item."""
    rules, money = policy.tier_rules, policy.provisions
    for parameter in policy.parameters:
        yield ("parameters.toml", parameter.name, "values"), parameter.values
    yield ("tier_rules.toml", "by_days_past_due_alone", "when"), rules.by_dpd_alone
    for rule in (*rules.loan, *rules.model):
        yield ("tier_rules.toml", rule.code, "when"), rule.when
    for signal in policy.signals:
        yield ("signals.toml", signal.code, "when"), signal.when
    for stage in money.stage_rules:
        yield ("provisions.toml", stage.code, "when"), stage.when
    yield ("grades.toml", "", "scale"), policy.scales
    yield ("playbook.toml", "", "edition"), policy.playbook
    yield ("provisions.toml", "", "lgd"), money.losses
    yield ("provisions.toml", "", "provision"), money.rates


def _changed(old: Dated[Any], new: Dated[Any], day: date) -> tuple[date, object, object] | None:
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
    return _NOT_THERE if value is None else value


def _edited(files: Mapping[str, str], part: Part, wrong: tuple[date, object, object], day: date) -> PolicyError:
    (file, label, key), (start, was, now) = part, wrong
    if label:
        message = f"the value of {start} was {was} and is now {now}; add a date from {day} on, never edit one."
        return fault_in(files, file, label, message, key)
    how = "added" if was == _NOT_THERE else "removed" if now == _NOT_THERE else "changed"
    message = f"the [[{key}]] that starts on {start} was {how}; add one from {day} on, never edit one."
    return fault_in(files, file, start.isoformat(), message, table=key)
