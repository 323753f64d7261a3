"""Files of a policy: read as TOML with the lines of what they hold, and the errors that name file, line and item."""

import difflib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from ews.domain.errors import PolicyError
from ews.events.plain_files import read_text_file
from ews.policy.entries import Entry
from ews.policy.places import add_lines, first_line, header_before


def read_file(path: Path) -> dict[str, Any]:
    """Read a TOML file, each table with its lines; PolicyError where it is missing or cannot be read."""
    text = read_text(path)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(path.name, text, error) from None
    except (RecursionError, ValueError):
        message = f"{path.name}: the file is nested too deeply, or a number in it is too long. Mend it."
        raise PolicyError(message) from None
    add_lines(content, text)
    return content


def no_folder(directory: Path) -> PolicyError:
    return PolicyError(f"There is no folder '{directory}'. A policy is one: start from a copy of the default policy.")


def read_text(path: Path) -> str:
    """Return the text of a policy file; PolicyError where it is missing or not UTF-8."""
    try:
        return read_text_file(path)
    except FileNotFoundError:
        message = f"The policy file '{path}' is missing. A policy needs it: start from a copy of the default policy."
        raise PolicyError(message) from None
    except OSError as error:
        message = f"The policy file '{path}' cannot be read: {error.strerror}. Mend or restore it."
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
    return PolicyError(f"{file}:{number}: {item}: this is not valid TOML: {reason}. Mend it.")


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
