"""Validated: everything that one validation found, kept so that its report can be made again without a calculation.

File    home/validations/<portfolio>/<model_id>/<made_at>/validation.json, with the papers beside it
Curves  what the plots draw; rates and shares in [0, 1]
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ews.domain.errors import ModelError
from ews.domain.text import Text
from ews.validation.results import Result

FILE = "validation.json"
_STAMP = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True)
class Curves:
    """Pairs of `roc` and `roc_first` are the share of others flagged and the share of defaulters found.

    `bands` are rows, defaults, mean pd, rate, and the ends of its interval; `migration` counts moves between `grades`;
    `leads` are days from the first flag to the first arrears of the defaults that were flagged.
    """

    roc: tuple[tuple[float, float], ...] = ()
    roc_first: tuple[tuple[float, float], ...] = ()
    bands: tuple[tuple[int, int, float, float | None, float | None, float | None], ...] = ()
    grades: tuple[str, ...] = ()
    migration: tuple[tuple[int, ...], ...] = ()
    leads: tuple[float, ...] = ()
    never_flagged: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How the borrowers of one snapshot divide."""

    as_of: date
    taught: bool
    borrowers: int
    left_out: Mapping[str, int]
    used: int
    defaulted: int


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where everything came from; hashes in full."""

    book: str
    book_id: str
    book_id_then: str
    known_by: date
    labels_known_by: date
    data_hash: str
    catalogue_version: str
    recipe: Mapping[str, Any]
    split: str
    taught_days: tuple[date, ...]
    first_days: tuple[date, ...]
    later_days: tuple[date, ...]
    rows_taught: int
    defaults_taught: int
    rows_tested: int
    defaults_tested: int
    features: int
    policy_hash: str
    code_version: str


@dataclass(frozen=True, slots=True)
class Validated:
    """`unproven` says what the data could not show this time, `is_quick` that probes which fit anew were left out."""

    portfolio: str
    model_id: str
    run_id: str | None
    is_champion: bool
    made_at: datetime
    made_by: str
    is_quick: bool
    lineage: Lineage
    snapshots: tuple[Snapshot, ...]
    results: tuple[Result, ...]
    unproven: tuple[Text, ...]
    system_days: tuple[date, ...] = ()
    curves: Curves = field(default_factory=Curves)
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def stamp(self) -> str:
        return self.made_at.strftime(_STAMP)


_CONTENT = TypeAdapter(Validated)


def folder_of(home: Path, found: Validated) -> Path:
    """Return where a validation and its papers are kept."""
    return home / "validations" / found.portfolio / found.model_id / found.stamp


def keep(home: Path, found: Validated) -> Path:
    """Keep a validation, in one step, and return its folder."""
    folder = folder_of(home, found)
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".{FILE}.{os.getpid()}.partial"
    partial.write_bytes(_CONTENT.dump_json(found, indent=1) + b"\n")
    partial.replace(folder / FILE)
    return folder


def newest(home: Path, portfolio: str, model_id: str) -> Validated | None:
    """Return the newest validation of a model, None where there is none; ModelError where it cannot be read."""
    folder = home / "validations" / portfolio / model_id
    stamps = sorted(path.parent.name for path in folder.glob(f"*/{FILE}"))
    return read(folder / stamps[-1] / FILE) if stamps else None


def read(path: Path) -> Validated:
    """Return a kept validation; ModelError where the file is damaged."""
    try:
        return _CONTENT.validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError) as error:
        message = f"The validation '{path}' cannot be read ({type(error).__name__}). Validate again: ews validate."
        raise ModelError(message) from None
