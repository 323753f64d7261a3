"""The service, put together: store, champions, policy and the code that decides."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ews import __version__
from ews.cli.policies import policy_of
from ews.cli.settings import Settings
from ews.domain.errors import ModelError
from ews.features.catalogue import FEATURES
from ews.models.champion import champion, champion_pointer, portfolios
from ews.scoring import wording
from ews.scoring.lookup import find_decision
from ews.scoring.on_the_spot import decide_on_the_spot
from ews.serving.app import create_app
from ews.serving.server import serve
from ews.serving.services import ModelFacts, PolicyFacts, Services, Wording
from ews.store.engine import Store, open_store


def run(settings: Settings, host: str, port: int) -> None:
    """Serve until interrupted."""
    store = open_store(settings.database, create=False)
    try:
        serve(create_app(services_of(settings, store)), host, port)
    finally:
        store.close()


def services_of(settings: Settings, store: Store) -> Services:
    """Return what the routes need."""
    policy = policy_of(settings)
    return Services(
        store=store,
        decide=partial(decide_on_the_spot, settings.home, store, policy),
        find_decision=partial(find_decision, settings.home, store),
        models=partial(_models, settings.home),
        policy=PolicyFacts(policy.hash, policy.as_dict()),
        wording=Wording(
            headline=wording.headline,
            reason_sentence=wording.reason_sentence,
            held_sentence=lambda held, language: wording.held_sentence(held, policy, language),
            action_text=lambda decision, language: wording.action_text(decision, policy, language),
        ),
        features=FEATURES,
        version=__version__,
    )


def _models(home: Path) -> Sequence[ModelFacts]:
    """Return the champion of each portfolio; ModelError where there is none."""
    found = [_facts(home, portfolio) for portfolio in portfolios(home)]
    if not found:
        message = "No portfolio has a champion model. Train one with 'ews train --book BOOK'."
        raise ModelError(message)
    return found


def _facts(home: Path, portfolio: str) -> ModelFacts:
    pointer = champion_pointer(home, portfolio)
    model = champion(home, portfolio)
    return ModelFacts(
        portfolio=portfolio,
        model_id=model.model_id,
        run_id=pointer.run_id,
        since=pointer.since,
        horizon_months=model.horizon_months,
        catalogue_version=model.catalogue_version,
        features=model.features,
        metrics=model.reference.get("metrics"),
    )
