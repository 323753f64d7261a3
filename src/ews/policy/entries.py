"""Entries: one item of a policy file, read field by field, with errors that name file, line, item and field."""

import difflib
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from ews.domain.errors import PolicyError
from ews.domain.text import Text
from ews.policy.dated import Dated
from ews.policy.places import LINES, add_lines, first_line, header_before, line_of

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


def read_file(path: Path) -> dict[str, Any]:
    """Read a TOML file, each table with its lines; PolicyError where it is missing or cannot be read."""
    text = read_text(path)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(path.name, text, error) from None
    except (RecursionError, ValueError):
        message = f"{path.name}: the file is nested too deeply, or a number in it is too long to be read."
        raise PolicyError(message) from None
    add_lines(content, text)
    return content


def no_folder(directory: Path) -> PolicyError:
    return PolicyError(f"There is no folder '{directory}'. A policy is one: start from a copy of the default policy.")


def read_text(path: Path) -> str:
    """Return the text of a policy file; PolicyError where it is missing or not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        message = f"The policy file '{path}' is missing. A policy needs it: start from a copy of the default policy."
        raise PolicyError(message) from None
    except OSError as error:
        message = f"The policy file '{path}' cannot be read: {error.strerror}."
        raise PolicyError(message) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        message = f"{path.name}:{line}: the file is not UTF-8 ({error.reason} at byte {error.start}). Save it as UTF-8."
        raise PolicyError(message) from None


def _not_toml(file: str, text: str, error: tomllib.TOMLDecodeError) -> PolicyError:
    """Return the error with its line; what is given twice is told as that."""
    told = str(error)
    place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", told)
    number = int((place and place[1]) or text.count("\n") + 1)
    item = header_before(text, number) or "the file"
    day = re.search(r"'(\d{4}-\d\d-\d\d)'", told)
    if day is not None and told.startswith("Duplicate"):
        return PolicyError(f"{file}:{number}: {item}: the day {day[1]} is given twice. Give each day one value.")
    if told.startswith("Cannot declare"):
        return PolicyError(f"{file}:{number}: {item}: the table is in the file twice. Put both into one.")
    if told.startswith(("Cannot overwrite", "Duplicate")):
        return PolicyError(f"{file}:{number}: {item}: a field or day is given twice. Give each one value.")
    reason = told if place is None else told[: place.start()]
    return PolicyError(f"{file}:{number}: {item}: this is not valid TOML: {reason}.")


def fault_in(
    files: Mapping[str, str], file: str, label: str, message: str, key: str = "", *, table: str = ""
) -> PolicyError:
    """Return the error for the item `label` of a file whose text was read before, with its line.

    `label` is the name of a table, the code of an entry, or the day on which an edition starts; `table` names the
    array where several have such an item.
    """
    content = tomllib.loads(files.get(file, ""))
    add_lines(content, files.get(file, ""))
    named = content.get(label)
    arrays = [items for name, items in content.items() if isinstance(items, list) and table in {"", name}]
    listed = [item for items in arrays for item in items]
    found = [named] if isinstance(named, dict) else [item for item in listed if _is_known_by(item, label)]
    return Entry(file, label, found[0] if found else {}).fault(message, key)


def _is_known_by(item: Mapping[str, object], label: str) -> bool:
    return item.get("code") == label or ("code" not in item and str(item.get("starts")) == label)


def strange_tables(content: Mapping[str, Any], allowed: Collection[str], text: str, file: str) -> Iterator[PolicyError]:
    """Yield an error for each table or field of a file that nobody reads; `text` is what the file holds."""
    for name in content:
        if name not in allowed:
            near = difflib.get_close_matches(name, allowed, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"the file holds {', '.join(allowed)}."
            line = first_line(text, name)
            place = file if line is None else f"{file}:{line}"
            yield PolicyError(f"{place}: '{name}' is not known here; {hint}")


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
