"""Entries: one item of a policy file, read field by field, with errors that name file, line, item and field."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar

from ews.domain.errors import PolicyError
from ews.domain.text import Text
from ews.policy.dated import Dated
from ews.policy.places import LINES, line_of

T = TypeVar("T")

TO_VERIFY = "(to verify)"
"""What a source says that nobody has looked up."""
CONFIDENCE = ("H", "M")
"""H: read in the source, or several reports agree; M: practice or recollection."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`label` is what users know the item by: its code, or its place in the file."""

    file: str
    label: str
    fields: Mapping[str, Any]

    def fault(self, message: str, key: str = "") -> PolicyError:
        """Return the error that says where `message` applies: at `key`, else at the item."""
        line = line_of(self.fields, key)
        place = self.file if line is None else f"{self.file}:{line}"
        return PolicyError(f"{place}: {self.label}: {message}")

    def string(self, key: str) -> str:
        """Return a text that must be there, with its white space made single."""
        value = self.fields.get(key)
        if not isinstance(value, str) or not value.strip():
            message = f"'{key}' is {value!r}; give a text."
            raise self.fault(message, key)
        text = " ".join(value.split())
        if not text.isprintable():
            message = f"'{key}' is {text!r}, with a character that cannot be shown. Take it out."
            raise self.fault(message, key)
        return text

    def number(self, key: str) -> float:
        value = self.fields.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            message = f"'{key}' is {value!r}; give a number."
            raise self.fault(message, key)
        return value

    def count(self, key: str) -> int:
        """Return a whole number, 0 or more."""
        value = self.fields.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            message = f"'{key}' is {value!r}; give a whole number, 0 or more."
            raise self.fault(message, key)
        return value

    def at_least(self, least: int, key: str) -> int:
        """Return a whole number, `least` or more."""
        value = self.count(key)
        if value < least:
            message = f"'{key}' is {value}; give {least} or more."
            raise self.fault(message, key)
        return value

    def share(self, key: str) -> float:
        value = self.number(key)
        if not 0 <= value <= 1:
            message = f"'{key}' is {value!r}, not a share from 0 to 1; write 20 % as 0.2."
            raise self.fault(message, key)
        return float(value)

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return true or false; `default` where the field may be left out and is."""
        value = self.fields.get(key, default)
        if not isinstance(value, bool):
            message = f"'{key}' is {value!r}; give true or false."
            raise self.fault(message, key)
        return value

    def clock(self, key: str) -> time:
        value = self.fields.get(key)
        if not isinstance(value, time) or value.tzinfo is not None:
            message = f"'{key}' is {value!r}; give a time of day like 08:00:00, without quotes."
            raise self.fault(message, key)
        return value

    def strings(self, key: str, choices: Collection[str] | None = None) -> tuple[str, ...]:
        """Return a list of texts, each once; with `choices` one or more of them."""
        given = self.fields.get(key)
        if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
            message = f"'{key}' is {given!r}; give a list of texts."
            raise self.fault(message, key)
        if choices is not None and (not given or any(one not in choices for one in given)):
            message = f"'{key}' is {given}; give one or more of {', '.join(choices)}."
            raise self.fault(message, key)
        if len(set(given)) < len(given):
            message = f"'{key}' is {given}, with one of them twice. Give each once."
            raise self.fault(message, key)
        return tuple(given)

    def days(self, key: str) -> tuple[date, ...]:
        """Return a list of dates in order, each once."""
        given = self.fields.get(key)
        listed = given if isinstance(given, list) else [given]
        wrong = [one for one in listed if not isinstance(one, date) or isinstance(one, datetime)]
        if wrong:
            message = f"'{key}' has {wrong[0]!r}; give a list of dates like [2027-02-13], without quotes."
            raise self.fault(message, key)
        if len(set(listed)) < len(listed):
            twice = next(one for one in listed if listed.count(one) > 1)
            message = f"'{key}' has {twice} twice. Give each day once."
            raise self.fault(message, key)
        return tuple(sorted(listed))

    def table(self, key: str) -> "Entry":
        """Return the table under `key`; its errors point at its own lines, else at those of the key."""
        given = self.fields.get(key)
        if not isinstance(given, Mapping):
            message = f"'{key}' is {given!r}; give a table of fields and values."
            raise self.fault(message, key)
        line = line_of(self.fields, key)
        placed = given if LINES in given or line is None else {**given, LINES: {"": line}}
        return Entry(self.file, f"{self.label} {key}", placed)

    def day(self, key: str) -> date:
        value = self.fields.get(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            message = f"'{key}' is {value!r}; give a date like 2026-07-01, without quotes."
            raise self.fault(message, key)
        return value

    def words(self, suffix: str = "") -> Text:
        """Return the two languages under `en` and `zh` (with `suffix`: `en_suffix` and `zh_suffix`)."""
        end = f"_{suffix}" if suffix else ""
        return Text(self.string(f"en{end}"), self.string(f"zh{end}"))

    def article(self) -> str | None:
        """Return where in the source, None where that is not said."""
        return self.string("article") if "article" in self.fields else None

    def confidence(self) -> str:
        """Return H or M; PolicyError where the source does not say the same."""
        confidence = self.choice("confidence", CONFIDENCE)
        if (confidence == "M") != (TO_VERIFY in self.string("source")):
            message = (
                f"the confidence is {confidence} and the source '{self.string('source')}'; "
                f"a source says {TO_VERIFY} where the confidence is M, and only there."
            )
            raise self.fault(message, "confidence")
        return confidence

    def choice(self, key: str, choices: Collection[str]) -> str:
        value = self.string(key)
        if value not in choices:
            message = f"'{key}' is '{value}'; it must be one of {', '.join(choices)}."
            raise self.fault(message, key)
        return value

    def only(self, *allowed: str) -> "Entry":
        """Return the entry itself; PolicyError where it has a field that would be ignored."""
        for key in self.fields:
            if key not in allowed and key != LINES:
                message = f"'{key}' is not a field here; the fields are {', '.join(allowed)}."
                raise self.fault(message, key)
        return self


def tables(content: Any, key: str, file: str, *, named: str | None = None) -> list[Entry]:
    """Return the entries of the array `key`; `named` is the field they are known by, else their number."""
    found = content.get(key)
    if not isinstance(found, list) or not found or not all(isinstance(item, Mapping) for item in found):
        message = f"{file}: there is no [[{key}]] in the file. Give at least one."
        raise PolicyError(message)
    entries = []
    for number, item in enumerate(found, start=1):
        given = item.get(named) if named else None
        entries.append(Entry(file, given if isinstance(given, str) else f"{key} {number}", item))
    return entries


def unique(entries: Iterable[Entry], key: str) -> None:
    """Raise PolicyError where two entries have the same `key`."""
    seen = set()
    for entry in entries:
        value = entry.string(key)
        if value in seen:
            message = f"the {key} '{value}' is used twice. Rename one."
            raise entry.fault(message, key)
        seen.add(value)


def dated(entry: Entry, key: str, read: Callable[[Any], T]) -> Dated[T]:
    """Read a table from ISO dates to values, like { 2023-07-01 = 90 }."""
    table = entry.fields.get(key)
    if not isinstance(table, Mapping) or not table:
        message = f"'{key}' is {table!r}; give values by date, like {{ 2023-07-01 = 90 }}."
        raise entry.fault(message, key)
    values = ((_iso(day, entry, key), read(value)) for day, value in table.items() if day != LINES)
    return Dated(tuple(sorted(values, key=lambda pair: pair[0])))


def editions(entries: list[Entry], read: Callable[[Entry], T]) -> Dated[T]:
    """Read entries that each say `starts`; PolicyError where two start on one day."""
    starts = [entry.day("starts") for entry in entries]
    for number, (entry, start) in enumerate(zip(entries, starts, strict=True)):
        if start in starts[:number]:
            message = f"two editions start on {start}. Give each its own day."
            raise entry.fault(message, "starts")
    pairs = ((start, read(entry)) for start, entry in zip(starts, entries, strict=True))
    return Dated(tuple(sorted(pairs, key=lambda pair: pair[0])))


def _iso(text: str, entry: Entry, key: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:  # 20230701 would let the same day in twice
        message = f"'{text}' is not a date like 2023-07-01."
        raise entry.fault(message, key)
    return day
