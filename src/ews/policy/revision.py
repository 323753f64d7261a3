"""Revision: whether a new policy adds days, as it must, or rewrites what was in force before it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ews.domain.errors import PolicyError
from ews.policy.calendar import TABLE, Calendar
from ews.policy.conditions import Condition
from ews.policy.dated import Dated
from ews.policy.files import fault_in
from ews.policy.forms import Form, Forms
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
    yield from _days_edited(old.calendar, new.calendar, new.files, day)


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
    yield ("casework.toml", "", "edition"), policy.casework
    for code in sorted({code for _, forms in policy.forms.values for code in forms.codes}):
        yield ("forms.toml", code, "form"), _versions(policy.forms, code)
    yield ("provisions.toml", "", "lgd"), money.losses
    yield ("provisions.toml", "", "provision"), money.rates


def _versions(editions: Dated[Forms], code: str) -> Dated[Form]:
    """Return one form by the days on which it becomes another."""
    found: list[tuple[date, Form]] = []
    for start, forms in editions.values:
        form = forms.form(code)
        if form is not None and (not found or found[-1][1] != form):
            found.append((start, form))
    return Dated(tuple(found))


def _days_edited(old: Calendar, new: Calendar, files: Mapping[str, str], day: date) -> Iterator[PolicyError]:
    """Yield the first day before `day` on which the bank rested or worked and now did not, or the reverse."""
    for key, former, later in (("off", old.off, new.off), ("working", old.working, new.working)):
        edited = sorted(one for one in {*former} ^ {*later} if one < day)
        if edited:
            how = "taken out of" if edited[0] in former else "added to"
            message = f"{edited[0]} was {how} '{key}', after deadlines were counted; change days from {day} on only."
            yield fault_in(files, "calendar.toml", TABLE, message, key)
    if old.country != new.country:
        message = f"the country was {old.country} and is now {new.country}; deadlines were counted by it. Keep it."
        yield fault_in(files, "calendar.toml", TABLE, message, "country")


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
    how = "added" if was == _NOT_THERE else "removed" if now == _NOT_THERE else "changed"
    if key == "form":
        message = f"the form that starts on {start} was {how}; add a [[form]] '{label}' from {day} on, never edit one."
        return fault_in(files, file, label, message)
    if label:
        message = f"the value of {start} was {was} and is now {now}; add a date from {day} on, never edit one."
        return fault_in(files, file, label, message, key)
    message = f"the [[{key}]] that starts on {start} was {how}; add one from {day} on, never edit one."
    return fault_in(files, file, start.isoformat(), message, table=key)
