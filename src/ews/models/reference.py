"""Reference (参照统计): how features and scores lay when a model learnt, frozen beside it to tell later what moved.

File    reference.json in the model's folder, with the hash of its content; no part of the model and not of its hash
Bands   deciles of all rows where values allow; a count per band and, last, of those that are not known, for each day
Rows    `features` those that taught and tested; `score` those that tested alone, by a model that had not seen them: it
        is too sure of what it has seen
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ews.domain.errors import ModelError
from ews.domain.text import sentence
from ews.events.whole_files import write_whole
from ews.models.champion import model_folder

FILE = "reference.json"
SCORE = "pd"


@dataclass(frozen=True, slots=True)
class Bands:
    """`edges` are the upper ends of all bands but the last, which is open; `counts` has one row per day."""

    edges: tuple[float, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """`borrowers` are different ones: a borrower who is there on many days says little more than on one."""

    days: tuple[date, ...]
    rows: int
    borrowers: int
    columns: Mapping[str, Bands]


@dataclass(frozen=True, slots=True)
class Reference:
    model_id: str
    features: Sample
    score: Sample


_CONTENT = TypeAdapter(Reference)


def keep_reference(directory: Path, reference: Reference) -> None:
    """Write the statistics beside the model in `directory`, in one step."""
    content = _text(_CONTENT.dump_python(reference, mode="json"))
    write_whole(directory / FILE, f'{{"sha256": "{_digest(content)}",\n"content": {content}}}\n')


def find_reference(home: Path, portfolio: str, model_id: str) -> Reference | None:
    """Return the statistics of a stored model, None where an earlier version trained it.

    ModelError where the file was changed, or is that of another model.
    """
    path = model_folder(home, portfolio, model_id) / FILE
    try:
        stored = json.loads(path.read_bytes())
        reference = _CONTENT.validate_python(stored["content"])
        is_sound = stored["sha256"] == _digest(_text(stored["content"])) and reference.model_id == model_id
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, ValidationError):
        is_sound = False
    if not is_sound:
        message = sentence(
            "The reference statistics of model '{model_id}' are damaged or were changed. Restore '{file}' in its "
            "folder from the backup.",
            model_id=model_id[:12],
            file=FILE,
        )
        raise ModelError(message)
    return reference


def _text(content: Any) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()
