"""Comparison (对比): how a stored challenger did beside the champion, and whether the gate lets it decide.

File    comparison.json in the challenger's folder; no part of the model. Compared again, it is replaced
Gate    a list of checks; those that `must` hold may neither fail nor want for data, the others may not fail
Stale   it speaks of one champion: once another decides, the challenger must be compared again
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ews.domain.errors import ModelError
from ews.domain.text import Text, sentence
from ews.events.whole_files import write_whole
from ews.models.champion import champion_pointer, has_champion, model_folder

FILE = "comparison.json"
_FAILED, _TOO_FEW = "failed", "too_few"


@dataclass(frozen=True, slots=True)
class Check:
    """A test by its code, with what it found; `verdict` is a word of the validation's."""

    test: str
    about: str
    title: Text
    value: float | None
    low: float | None
    high: float | None
    limit: float | None
    n: int
    defaults: int | None
    verdict: str
    must: bool
    note: Text | None = None

    @property
    def holds(self) -> bool:
        return self.verdict != _FAILED and not (self.must and self.verdict == _TOO_FEW)


@dataclass(frozen=True, slots=True)
class Figures:
    """How one model did on the rows compared; null where it cannot be told."""

    auc: float | None
    log_loss: float | None
    brier: float | None
    captured_5pct: float | None
    calibration_intercept: float | None
    calibration_slope: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`rows` of `days` are those that neither model has seen; `seen_by_champion` counts those left out for that.

    `run_id` is the MLflow run that made the challenger, null where it could not be recorded.
    """

    model_id: str
    champion_id: str
    book_id: str
    compared_at: datetime
    days: tuple[date, ...]
    rows: int
    defaults: int
    seen_by_champion: int
    challenger: Figures
    champion: Figures
    checks: tuple[Check, ...]
    run_id: str | None = None

    @property
    def passed(self) -> bool:
        return bool(self.checks) and all(check.holds for check in self.checks)

    @property
    def against(self) -> tuple[Check, ...]:
        """The checks that keep the gate shut."""
        return tuple(check for check in self.checks if not check.holds)


_CONTENT = TypeAdapter(Comparison)


def keep_comparison(home: Path, portfolio: str, comparison: Comparison) -> None:
    """Write the comparison beside its model, in one step."""
    directory = model_folder(home, portfolio, comparison.model_id)
    write_whole(directory / FILE, _text(comparison))


def find_comparison(home: Path, portfolio: str, model_id: str) -> Comparison | None:
    """Return what is kept of a stored model, None where it was never compared or the file cannot be read."""
    try:
        return _CONTENT.validate_json((model_folder(home, portfolio, model_id) / FILE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def digest_of(comparison: Comparison) -> str:
    """Return the hash of a comparison, by which the history names what the gate saw."""
    return hashlib.sha256(_text(comparison).encode()).hexdigest()


def passed_gate(home: Path, portfolio: str, model_id: str) -> Comparison | None:
    """Return the comparison that lets a model decide; ModelError says why none does.

    None where nobody decides yet, so that there is nothing to compare with.
    """
    if not has_champion(home, portfolio):
        return None
    found, now = find_comparison(home, portfolio, model_id), champion_pointer(home, portfolio).model_id
    short = model_id[:12]
    if found is None or found.model_id != model_id:
        raise ModelError(
            sentence(
                "Model '{model}' was not compared with the champion. Compare it with 'ews retrain', or promote it "
                "as an emergency.",
                model=short,
            )
        )
    if now not in {found.champion_id, model_id}:
        raise ModelError(
            sentence(
                "Model '{model}' was compared with '{other}', but '{now}' is champion by now. Compare it again, or "
                "promote it as an emergency.",
                model=short,
                other=found.champion_id[:12],
                now=now[:12],
            )
        )
    if not found.passed:
        raise ModelError(
            sentence(
                "The gate is shut for model '{model}': {checks}. Mend what they say and retrain, or promote it as "
                "an emergency.",
                model=short,
                checks=", ".join(check.test for check in found.against) or "-",
            )
        )
    return found


def _text(comparison: Comparison) -> str:
    content: dict[str, Any] = _CONTENT.dump_python(comparison, mode="json")
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n"
