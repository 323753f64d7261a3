"""Models as the routes show them: the champion of each portfolio, and all that are stored."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from ews.domain.errors import ModelError
from ews.models.champion import champion_pointer, champions, model_ids, portfolios, stored_model
from ews.models.comparison import find_comparison
from ews.models.examined import find_examined
from ews.models.frozen import FrozenModel
from ews.models.history import Appointment
from ews.serving.services import ModelFacts


def champions_of(home: Path) -> Sequence[ModelFacts]:
    """Return the champion of each portfolio; ModelError where there is none."""
    found = [_facts(home, portfolio) for portfolio in portfolios(home)]
    if not found:
        message = "No portfolio has a champion model. Train one with 'ews train --book BOOK'."
        raise ModelError(message)
    return found


def _facts(home: Path, portfolio: str) -> ModelFacts:
    """Return the champion."""
    pointer = champion_pointer(home, portfolio)
    found = _facts_of(home, stored_model(home, portfolio, pointer.model_id))
    return replace(found, run_id=pointer.run_id, since=pointer.since, history=_history(home, portfolio))


def _history(home: Path, portfolio: str) -> tuple[Appointment, ...]:
    """Return who decided before, nothing where that was changed: 'ews champions' tells what is wrong with it."""
    try:
        return champions(home, portfolio)
    except ModelError:
        return ()


def models_of(home: Path) -> Sequence[ModelFacts]:
    """Return all models of all portfolios that can be read, by id; champions say since when."""
    found = []
    for portfolio in portfolios(home):
        pointer = champion_pointer(home, portfolio)
        for model_id in model_ids(home, portfolio):
            try:
                facts = _facts_of(home, _model(home, portfolio, model_id))
            except ModelError:
                continue  # damaged, or of another version: nobody can choose it
            is_champion = model_id == pointer.model_id
            if is_champion:
                facts = replace(
                    facts, run_id=pointer.run_id, since=pointer.since, history=_history(home, portfolio)
                )  # fmt: skip
            found.append(facts)
    return found


def _facts_of(home: Path, model: FrozenModel) -> ModelFacts:
    examined = find_examined(home, model.portfolio, model.model_id)
    return ModelFacts(
        portfolio=model.portfolio,
        model_id=model.model_id,
        run_id=None,
        since=None,
        horizon_months=model.horizon_months,
        catalogue_version=model.catalogue_version,
        features=model.features,
        metrics=model.reference.get("metrics") if examined is None else examined.metrics,
        examined=examined,
        rows=model.reference.get("rows"),
        defaults=model.reference.get("defaults"),
        labels_known_by=model.labels_known_by,
        comparison=find_comparison(home, model.portfolio, model.model_id),
    )


@lru_cache(maxsize=8)
def _model(home: Path, portfolio: str, model_id: str) -> FrozenModel:
    """Return a stored model, read and checked once: its id is the hash of all it holds."""
    return stored_model(home, portfolio, model_id)
