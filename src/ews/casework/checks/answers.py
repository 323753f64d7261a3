"""Answers: what somebody filled in, held against the form that was in force when the check was begun.

Faults  all that is wrong is told at once, each with the field, the value and what to do
Empty   null and text of white space alone are no answer; a required field may be left so with a reason where the form
        allows it
Kept    answers are kept as plain JSON data: days as ISO text, files as the SHA-256 of what was handed in
"""

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ews.casework.written import LONGEST
from ews.domain.decisions import Value
from ews.domain.errors import FormError
from ews.domain.text import Sentence, sentence
from ews.policy.forms import Answer, Field, Form

LARGEST = 10**15
"""Beyond any count, and any sum in fen that one borrower moves."""

DONE_ON = "done_on"
"""The day of the check itself, told beside the answers."""

_SHOWN = 100
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field; `value` is null where nothing was given."""

    field: str
    value: str | None
    message: Sentence


class FaultyFormError(FormError):
    """All that is wrong with what was filled in."""

    def __init__(self, form: str, faults: Collection[Fault]) -> None:
        self.faults = tuple(faults)
        told = "; ".join(
            f"'{one.field}' {'is missing' if one.value is None else f'is {one.value}'}: {one.message}" for one in faults
        )
        super().__init__(f"Form '{form}': {told}. Mend what is named and send it again.")


@dataclass(frozen=True, slots=True)
class Filled:
    """What was filled in: answers that say something, and why others do not."""

    answers: Mapping[str, Value]
    why_empty: Mapping[str, str]


def read_answers(
    form: Form,
    answers: Mapping[str, Any],
    why_empty: Mapping[str, str],
    *,
    today: date,
    files: Collection[str],
    complete: bool,
) -> Filled:
    """Return what was filled in; FaultyFormError with all faults. `files` are those handed in with the check.

    Where `complete` is false, required fields may still be missing: a draft is on its way.
    """
    said = {name: value for name, value in answers.items() if not _is_empty(value)}
    reasons = {name: reason.strip() for name, reason in why_empty.items() if reason.strip()}
    faults = [
        Fault(name, _shown(given[name]), sentence("the form has no such field; it has {names}", names=_names(form)))
        for given in (answers, why_empty)
        for name in given
        if form.field(name) is None
    ]
    for field in form.fields:
        faults += _faults_of(field, said, reasons, today=today, files=files)
        if complete:
            faults += _missing(field, said, reasons)
    if faults:
        raise FaultyFormError(form.code, faults)
    return Filled(said, reasons)


def day_fault(day: date | None, today: date, *, first: date | None = None) -> Fault | None:
    """Return what is wrong with the day of a check, None where nothing is; `first` is the earliest, null if any is."""
    if day is None:
        return Fault(DONE_ON, None, sentence("give the day of the check, like 2026-06-30"))
    if day > today:
        wrong = sentence("the day is to come; give today, {today}, or the day on which it was done", today=today)
        return Fault(DONE_ON, str(day), wrong)
    if first is not None and day < first:
        wrong = sentence(
            "the policy has checks entered up to {days} days afterwards; give a day from {first} on, or make the check "
            "anew",
            days=(today - first).days,
            first=first,
        )
        return Fault(DONE_ON, str(day), wrong)
    return None


def answer_of(field: Field, value: Value) -> Answer:
    """Return a kept answer as the policy knows it: days are days again."""
    return date.fromisoformat(value) if field.unit == "date" and isinstance(value, str) else value


def _names(form: Form) -> tuple[str, ...]:
    return tuple(field.name for field in form.fields)


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _faults_of(
    field: Field, said: Mapping[str, Any], reasons: Mapping[str, str], *, today: date, files: Collection[str]
) -> list[Fault]:
    faults = []
    if field.name in said:
        value = said[field.name]
        wrong = _wrong_file(value, files) if field.unit == "file" else _READERS[field.unit](field, value, today)
        if wrong is not None:
            faults.append(Fault(field.name, _shown(value), wrong))
    if field.name in reasons:
        wrong = _wrong_reason(field, reasons[field.name], is_answered=field.name in said)
        if wrong is not None:
            faults.append(Fault(f"why_empty.{field.name}", _shown(reasons[field.name]), wrong))
    return faults


def _missing(field: Field, said: Mapping[str, Any], reasons: Mapping[str, str]) -> list[Fault]:
    if not field.required or field.name in said or (field.why_empty_allowed and field.name in reasons):
        return []
    wrong = sentence("give it; it may not be left empty")
    if field.why_empty_allowed:
        wrong = sentence("give it, or say in why_empty.{field} why nobody can know", field=field.name)
    return [Fault(field.name, None, wrong)]


def _wrong_reason(field: Field, reason: str, *, is_answered: bool) -> Sentence | None:
    if is_answered:
        return sentence("the field is answered; leave out why it would be empty")
    if field.required and not field.why_empty_allowed:
        return sentence("the form does not let this field be empty; answer it")
    return _wrong_text(field, reason, date.max)


def _wrong_text(_field: Field, value: Any, _today: date) -> Sentence | None:
    if not isinstance(value, str):
        return sentence("give a text")
    if len(value) > LONGEST:
        return sentence("give at most {most:,} characters, not {count:,}", most=LONGEST, count=len(value))
    return sentence("give a text without control characters") if _CONTROL.search(value) else None


def _wrong_flag(_field: Field, value: Any, _today: date) -> Sentence | None:
    return None if isinstance(value, bool) else sentence("give true or false")


def _wrong_fen(field: Field, value: Any, _today: date) -> Sentence | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return sentence("give a whole number of fen (1/100 of the currency unit)")
    return _out_of_bounds(field, value, LARGEST, sentence("a sum in fen"))


def _wrong_count(field: Field, value: Any, _today: date) -> Sentence | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return sentence("give a whole number")
    return _out_of_bounds(field, value, LARGEST, sentence("a number"))


def _wrong_share(field: Field, value: Any, _today: date) -> Sentence | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return sentence("give a share from 0 to 1, like 0.75")
    wrong = _out_of_bounds(field, value, 1, sentence("a share"))
    return None if wrong is None else sentence("{wrong}; 75 % is 0.75", wrong=wrong)


def _out_of_bounds(field: Field, value: float, largest: float, what: Sentence) -> Sentence | None:
    """Return what is wrong with a number that the form, or sense, does not let be so small or so large."""
    low, high = field.low or 0, largest if field.high is None else field.high
    if low <= value <= high:
        return None
    return sentence("give {what} from {low:,} to {high:,}", what=what, low=low, high=high)


def _wrong_date(field: Field, value: Any, today: date) -> Sentence | None:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return sentence("give a day like 2026-06-30")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return sentence("the calendar has no such day; give one like 2026-06-30")
    if day <= today or field.may_be_future:
        return None
    return sentence("the day is to come; give today, {today}, or an earlier one", today=today)


def _wrong_choice(field: Field, value: Any, _today: date) -> Sentence | None:
    if isinstance(value, str) and field.choice(value) is not None:
        return None
    return sentence("give one of {choices}", choices=tuple(one.code for one in field.choices))


def _wrong_file(value: Any, files: Collection[str]) -> Sentence | None:
    if isinstance(value, str) and value in files:
        return None
    return sentence("nothing of this SHA-256 was handed in with this check; send the file with POST /v1/evidence first")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


_READERS: Mapping[str, Callable[[Field, Any, date], Sentence | None]] = {
    "text": _wrong_text,
    "flag": _wrong_flag,
    "fen": _wrong_fen,
    "count": _wrong_count,
    "share": _wrong_share,
    "date": _wrong_date,
    "choice": _wrong_choice,
}
"""What is wrong with an answer, by unit; files are looked for among those handed in."""
