"""The service, put together: store, champions, policy and the code that decides."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from ews import __version__
from ews.cli.policies import policy_of
from ews.cli.settings import Settings
from ews.cli.told import policy_by_hash
from ews.domain.decisions import Held
from ews.domain.errors import ModelError
from ews.features.catalogue import FEATURES
from ews.models.champion import champion, champion_pointer, portfolios
from ews.policy.playbook import Action
from ews.policy.policy import Policy
from ews.policy.rules import Signal
from ews.scoring import grounds, wording
from ews.scoring.lookup import find_decision
from ews.scoring.on_the_spot import decide_on_the_spot
from ews.serving.app import create_app
from ews.serving.server import serve
from ews.serving.services import ModelFacts, Origin, PolicyFacts, Route, Services, Wording
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
        wording=_wording(policy_by_hash(settings)),
        features=FEATURES,
        version=__version__,
    )


def _wording(by_hash: Callable[[str], Policy | None]) -> Wording:
    """Return the sentences; each decision is told by the policy that made it."""
    return Wording(
        headline=wording.headline,
        reason_sentence=wording.reason_sentence,
        held_sentence=lambda decision, held, language: wording.held_sentence(
            held, by_hash(decision.policy_hash), language
        ),
        lift_sentence=lambda decision, lift, language: grounds.lift_text(
            lift, by_hash(decision.policy_hash), decision.as_of, language
        ),
        path_sentence=lambda decision, path, language: grounds.path_text(path, decision.borrower_id, language),
        raised_sentence=grounds.raised_text,
        origin=lambda decision, held: _origin(held, by_hash(decision.policy_hash)),
        action_text=lambda decision, language: wording.action_text(decision, by_hash(decision.policy_hash), language),
        route=lambda decision: _route(wording.action_of(decision, by_hash(decision.policy_hash))),
    )


def _origin(held: Held, policy: Policy | None) -> Origin:
    rule = grounds.rule_of(held, policy)
    if rule is None:
        return Origin()
    return Origin(rule.source, rule.article, rule.confidence, rule.owner if isinstance(rule, Signal) else None)


def _route(action: Action | None) -> Route | None:
    if action is None:
        return None
    return Route(action.roles, action.acknowledge_days, action.plan_days, action.report_days)


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
