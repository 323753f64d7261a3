"""Chosen: which stored model a command is about, by whatever name people know it: a run, a model, or the champion.

Run    the id of an MLflow run that trained a model; one that broke off has none
Model  the start of a model's id; SHORTEST digits or more
None   the champion of the portfolio, or of the only one there is
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ews.cli.settings import Settings
from ews.cli.validate.runs import Run, find_run, runs_of
from ews.domain.errors import ModelError
from ews.models.champion import champion_pointer, model_ids, portfolios, stored_model
from ews.models.frozen import FrozenModel

SHORTEST = 6
_FINISHED = "FINISHED"
_RUN_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Chosen:
    """`run_id` is the run that made the model, None where nobody knows one."""

    model: FrozenModel
    run_id: str | None
    is_champion: bool


def chosen(settings: Settings, name: str | None, portfolio: str | None = None) -> Chosen:
    """Return the model of that name; ModelError says what is wrong with it, TrackingError that MLflow is away."""
    if name is None:
        return _champion(settings.home, portfolio or _only_portfolio(settings.home))
    found = _models(settings.home, portfolio)
    matches = [model_id for model_id in found if len(name) >= SHORTEST and model_id.startswith(name)]
    if len(matches) == 1:
        return _known(settings, found[matches[0]], matches[0])
    if len(matches) > 1:
        message = f"'{name}' is the start of {len(matches)} models. Give more digits of the one that is meant."
        raise ModelError(message)
    if len(name) != _RUN_DIGITS:
        raise _unknown(settings.home, name)
    return _of_run(settings, find_run(settings.tracking, name), found)


def _champion(home: Path, portfolio: str) -> Chosen:
    pointer = champion_pointer(home, portfolio)
    return Chosen(stored_model(home, portfolio, pointer.model_id), pointer.run_id, is_champion=True)


def _known(settings: Settings, portfolio: str, model_id: str) -> Chosen:
    pointer = champion_pointer(settings.home, portfolio) if portfolio in portfolios(settings.home) else None
    model = stored_model(settings.home, portfolio, model_id)
    if pointer is not None and pointer.model_id == model_id:
        return Chosen(model, pointer.run_id, is_champion=True)
    made_it = [run for run in runs_of(settings.tracking, portfolio) if run.tags.get("model_id") == model_id]
    finished = [run.run_id for run in made_it if run.status == _FINISHED]
    return Chosen(model, finished[0] if finished else None, is_champion=False)


def _of_run(settings: Settings, run: Run, found: Mapping[str, str]) -> Chosen:
    model_id = run.tags.get("model_id")
    if run.status != _FINISHED or model_id is None:
        message = (
            f"The run '{run.run_id}' broke off (status {run.status}): it holds no finished model, so that there is "
            "nothing to validate. Train again with 'ews train', and name the new run."
        )
        raise ModelError(message)
    if model_id not in found:
        message = (
            f"The run '{run.run_id}' made the model {model_id[:12]}, which this home does not hold. Name the home in "
            "which it was trained, or train again."
        )
        raise ModelError(message)
    return _known(settings, found[model_id], model_id)


def _models(home: Path, portfolio: str | None) -> Mapping[str, str]:
    """Return the portfolio of each stored model."""
    folder = home / "models"
    names = [portfolio] if portfolio else sorted(path.name for path in folder.glob("[!.]*") if path.is_dir())
    return {model_id: name for name in names for model_id in model_ids(home, name)}


def _only_portfolio(home: Path) -> str:
    known = portfolios(home)
    if len(known) == 1:
        return known[0]
    said = f"There are {len(known)} portfolios with a champion in '{home}'"
    hint = f"Name one with --portfolio: {', '.join(known)}." if known else "Train a model with 'ews train --book BOOK'."
    raise ModelError(f"{said}. {hint}")


def _unknown(home: Path, name: str) -> ModelError:
    known = ", ".join(model_id[:12] for model_id in sorted(_models(home, None))[:5]) or "none"
    message = (
        f"'{name}' is neither an MLflow run (32 digits) nor the start of a model's id ({SHORTEST} digits or more). "
        f"The models in '{home}' are: {known}."
    )
    return ModelError(message)
