"""The registry in the home folder: which models exist, and which one decides (the champion).

models/<portfolio>/<model_id>/     a stored model
models/<portfolio>/champion.json   who is champion, from which run, since when; replaced in one step
models/<portfolio>/champions.jsonl all who were, and why (models.history)
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from ews.domain.errors import ModelError
from ews.domain.text import sentence
from ews.events.whole_files import made_whole, write_whole
from ews.models.frozen import FrozenModel
from ews.models.history import Appointment, How, appoint, appointments
from ews.models.storage import CONTENT_FILE, load_model, save_model

POINTER_FILE = "champion.json"


@dataclass(frozen=True, slots=True)
class Pointer:
    """`run_id` is the MLflow run that made the model, None where it was not made by one; `since` is local time."""

    model_id: str
    run_id: str | None
    since: datetime


def add_model(home: Path, model: FrozenModel) -> Path:
    """Store `model` under its portfolio and return the directory; a damaged copy is replaced, a sound one kept."""
    directory = _portfolio(home, model.portfolio) / model.model_id
    if not _is_sound(directory):
        with made_whole(directory) as partial:
            if not _is_sound(directory):  # nobody was faster
                save_model(model, partial)
    return directory


def model_ids(home: Path, portfolio: str) -> tuple[str, ...]:
    """Return the ids of the stored models of `portfolio`, in order of name."""
    folder = _portfolio(home, portfolio)
    if not folder.is_dir():
        return ()
    return tuple(sorted(path.parent.name for path in folder.glob(f"[!.]*/{CONTENT_FILE}")))


def portfolios(home: Path) -> tuple[str, ...]:
    """Return the portfolios that have a champion, in order of name."""
    return tuple(sorted(path.parent.name for path in (home / "models").glob(f"*/{POINTER_FILE}")))


def stored_model(home: Path, portfolio: str, model_id: str) -> FrozenModel:
    """Return a stored model; ModelError where there is none of that id, or it is damaged."""
    model = load_model(model_folder(home, portfolio, model_id))
    if model.model_id != model_id:
        message = sentence(
            "The folder of model '{model_id}' holds the model '{other}'. Restore its files.",
            model_id=model_id[:12],
            other=model.model_id[:12],
        )
        raise ModelError(message)
    return model


def model_folder(home: Path, portfolio: str, model_id: str) -> Path:
    """Return where a model of that id lies, or would."""
    return _portfolio(home, portfolio) / model_id


def champion(home: Path, portfolio: str) -> FrozenModel:
    """Return the portfolio's champion; ModelError where there is none."""
    return stored_model(home, portfolio, champion_pointer(home, portfolio).model_id)


def champion_pointer(home: Path, portfolio: str) -> Pointer:
    """Return who is champion; ModelError where nobody is."""
    path = _portfolio(home, portfolio) / POINTER_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Pointer(content["model_id"], content["run_id"], datetime.fromisoformat(content["since"]))
    except FileNotFoundError:
        message = sentence(
            "Portfolio '{portfolio}' has no champion model. Train one with 'ews train --book BOOK'.",
            portfolio=portfolio,
        )
        raise ModelError(message) from None
    except (ValueError, KeyError, TypeError) as error:
        message = sentence(
            "'{path}' is damaged ({error}). Restore it, or remove it and train again.", path=path, error=error
        )
        raise ModelError(message) from error


def has_champion(home: Path, portfolio: str) -> bool:
    return (_portfolio(home, portfolio) / POINTER_FILE).is_file()


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a model becomes champion: how, by whom, for what reason, and the digest of what the gate saw."""

    how: How = How.FIRST
    by: tuple[str, ...] = ()
    why: str | None = None
    comparison: str | None = None


def set_champion(home: Path, portfolio: str, pointer: Pointer, grounds: Grounds | None = None) -> None:
    """Make a stored model the champion in one step, and tell the history; ModelError where it is not stored.

    Once more with the same pointer and grounds changes nothing: whoever was stopped goes on so.
    """
    stored_model(home, portfolio, pointer.model_id)
    folder, told = _portfolio(home, portfolio), grounds or Grounds()
    former = champion_pointer(home, portfolio) if has_champion(home, portfolio) else None
    if former is not None and not appointments(folder):
        appoint(folder, Appointment(former.model_id, former.run_id, former.since, How.FOUND))
    former_id = None if former is None else former.model_id
    appoint(folder, Appointment(**asdict(pointer), **asdict(told), former_id=former_id))
    _point(folder, pointer)


def note_run(home: Path, portfolio: str, run_id: str) -> None:
    """Note the run of the champion, which was made while no run could be recorded; the history stays as it was."""
    pointer = champion_pointer(home, portfolio)
    _point(_portfolio(home, portfolio), replace(pointer, run_id=run_id))


def champions(home: Path, portfolio: str) -> tuple[Appointment, ...]:
    """Return who was champion of the portfolio, the first one first; ModelError where the history was changed.

    A champion of a home that kept no history yet is its only entry.
    """
    known = appointments(_portfolio(home, portfolio))
    if known or not has_champion(home, portfolio):
        return known
    found = champion_pointer(home, portfolio)
    return (Appointment(found.model_id, found.run_id, found.since, How.FOUND),)


def _point(folder: Path, pointer: Pointer) -> None:
    path = folder / POINTER_FILE
    write_whole(path, json.dumps({**asdict(pointer), "since": pointer.since.isoformat()}, indent=1) + "\n")


def _portfolio(home: Path, portfolio: str) -> Path:
    if not portfolio or portfolio != Path(portfolio).name or portfolio.startswith("."):
        message = sentence(
            "'{portfolio}' cannot name a portfolio: use letters, digits, '-' and '_'.", portfolio=portfolio
        )
        raise ModelError(message)
    return home / "models" / portfolio


def _is_sound(directory: Path) -> bool:
    try:
        return load_model(directory).model_id == directory.name
    except ModelError:
        return False
