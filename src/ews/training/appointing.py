"""Appointing: the first model of a portfolio decides; each later one is a challenger until people say otherwise."""

from datetime import datetime
from pathlib import Path

from ews.models.champion import Pointer, champion_pointer, has_champion, note_run, set_champion
from ews.models.frozen import FrozenModel
from ews.training.report import Role
from ews.training.tracking import Logged


def role_of(home: Path, model: FrozenModel) -> Role:
    """Return what a model is in its portfolio once it is stored."""
    if not has_champion(home, model.portfolio):
        return "champion"
    return "champion" if champion_pointer(home, model.portfolio).model_id == model.model_id else "challenger"


def appoint_first(home: Path, model: FrozenModel, logged: Logged | None, now: datetime) -> None:
    """Make the first model of a portfolio its champion; the champion trained again gets the run that it lacks."""
    run_id = None if logged is None else logged.run_id
    if not has_champion(home, model.portfolio):
        set_champion(home, model.portfolio, Pointer(model.model_id, run_id, now))
        return
    pointer = champion_pointer(home, model.portfolio)
    if run_id is not None and pointer.run_id is None and pointer.model_id == model.model_id:
        note_run(home, model.portfolio, run_id)
