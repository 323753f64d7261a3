"""Examined (检验结果): how a stored model did on what it had not seen, kept beside it for whoever reads about it.

File    examined.json in the model's folder; no part of the model and not of its hash. The whole run is in MLflow
Shapes  `power` runs from (0, 0) to (1, 1); `calibration` are groups of equal size, the safest first
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ews.events.whole_files import write_whole
from ews.models.champion import model_folder

FILE = "examined.json"


@dataclass(frozen=True, slots=True)
class Band:
    """Rows of similar pd; `low` and `high` bound the 95 % Jeffreys interval of the default rate."""

    rows: int
    defaults: int
    mean_pd: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Examined:
    """`metrics` by their names in MLflow; `weights` by feature: the mean size of what it adds to the log-odds.

    `power` holds pairs: the share of rows looked at, the riskiest first, and the share of all defaults among them.
    """

    split: str
    train_days: tuple[date, ...]
    test_days: tuple[date, ...]
    metrics: Mapping[str, float]
    power: tuple[tuple[float, float], ...]
    calibration: tuple[Band, ...]
    weights: Mapping[str, float]


_CONTENT = TypeAdapter(Examined)


def keep_examined(directory: Path, examined: Examined) -> None:
    """Write the results beside the model in `directory`, in one step."""
    write_whole(directory / FILE, json.dumps(_plain(examined), sort_keys=True, indent=1, allow_nan=False) + "\n")


def find_examined(home: Path, portfolio: str, model_id: str) -> Examined | None:
    """Return how a stored model did, None where an earlier version trained it or the file cannot be read."""
    try:
        return _CONTENT.validate_json((model_folder(home, portfolio, model_id) / FILE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _plain(examined: Examined) -> dict[str, Any]:
    content: dict[str, Any] = _CONTENT.dump_python(examined, mode="json")
    return content
