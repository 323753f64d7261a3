"""The manifest of a book: what it holds, from when to when, and under which hash.

The manifest is the commit of an import: data files lie beside it under content-hash names, and replacing
`manifest.json` in one step is what makes them the book. The book's id is the hash of what the tables hold,
so that the same rows give the same id wherever and whenever they were imported.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ews.domain.errors import BookError
from ews.events.plain_files import in_short, read_text_file

FORMAT = 1
FILE_NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class TableEntry:
    """`sha256` of the Parquet file at `file`; `covered_from` and `covered_to` bound the days the extract speaks of."""

    file: str
    sha256: str
    rows: int
    rejected: int
    covered_from: date | None
    covered_to: date | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """`portfolio` names the line of models and batches; `recipe` holds the source's own defaults for training."""

    portfolio: str
    extracted_on: date
    tables: Mapping[str, TableEntry]
    recipe: Mapping[str, Any] = field(default_factory=dict)

    @property
    def book_id(self) -> str:
        """64 hex digits."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @property
    def known_to(self) -> date:
        """The last day of which the book knows anything: later than the extraction where outcomes were added since."""
        outcomes = self.tables.get("outcomes")
        told = None if outcomes is None else outcomes.covered_to
        return max(self.extracted_on, told or self.extracted_on)

    def to_json(self) -> str:
        """Return the canonical text: sorted keys, ISO dates."""
        content = {"format": FORMAT, **asdict(self)}
        return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=2, default=date.isoformat) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        content = json.loads(text)
        if not isinstance(content, dict):
            message = "it is no object"
            raise TypeError(message)
        if (written := content.pop("format")) != FORMAT:
            message = f"The book was written in format {written!r}, and this version reads {FORMAT}. Import it again."
            raise BookError(message)
        listed = content.pop("tables")
        if not isinstance(listed, dict) or not isinstance(content["portfolio"], str):
            message = "its tables or its portfolio are none"
            raise TypeError(message)
        tables = {name: _entry(name, entry) for name, entry in listed.items()}
        return cls(tables=tables, extracted_on=date.fromisoformat(content.pop("extracted_on")), **content)


def read_manifest(directory: Path, file_name: str = FILE_NAME) -> Manifest:
    """Read the manifest of the book in `directory`; BookError where there is none or it is damaged."""
    path = directory / file_name
    try:
        return Manifest.from_json(read_text_file(path))
    except (FileNotFoundError, NotADirectoryError):
        message = f"There is no book in '{directory}' (no {file_name}). Make one with 'ews import' or 'ews simulate'."
        raise BookError(message) from None
    except OSError as error:
        message = f"The manifest '{path}' cannot be read ({error.strerror}). Let this user read it, or import again."
        raise BookError(message) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        message = f"The manifest '{path}' is damaged ({in_short(error)}). Import the book again."
        raise BookError(message) from error


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Publish `manifest` in one step: readers see the old one or the new one."""
    path = directory / FILE_NAME
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="utf-8") as file:
        file.write(manifest.to_json())
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _entry(name: str, entry: Any) -> TableEntry:
    """Return what the manifest says of a table; TypeError, KeyError or ValueError where it cannot be meant."""
    file, rows, rejected = entry["file"], entry["rows"], entry["rejected"]
    if not all(isinstance(one, int) and one >= 0 for one in (rows, rejected)):
        message = f"table '{name}' has {rows!r} rows and {rejected!r} rejected ones"
        raise TypeError(message)
    if not isinstance(file, str) or Path(file).is_absolute() or ".." in Path(file).parts:
        message = f"the file {file!r} of table '{name}' lies outside of the book"
        raise TypeError(message)
    days = {key: _date(entry[key]) for key in ("covered_from", "covered_to")}
    return TableEntry(**{**entry, **days})


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
