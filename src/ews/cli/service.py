"""The service, put together: store, champions, policy and the code that decides."""

import gc
import sys
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache, partial
from pathlib import Path

import structlog

from ews import __version__
from ews.casework.approvals.proposal import Hands
from ews.casework.desk import Desk
from ews.casework.report import plot
from ews.casework.words import PATTERN_TEXTS
from ews.cli.desks import audit_folder, desk_of, facts_of, hands_of, log_of
from ews.cli.ending import ending_in_order
from ews.cli.nightly import night, notices
from ews.cli.policies import policy_of
from ews.cli.policy_choices import choices, find_policy, keep_choice
from ews.cli.policy_draft import draft_value
from ews.cli.rounds import going_round
from ews.cli.served_models import champions_of, models_of
from ews.cli.settings import Settings
from ews.cli.told import policy_by_hash
from ews.cli.trials import Trials
from ews.cli.warm_books import Beside, keeping_warm
from ews.domain.decisions import Held
from ews.domain.errors import EwsError, SettingsError
from ews.domain.text import Text
from ews.features.catalogue import FEATURES
from ews.monitoring.keeper import MOST, Keeper
from ews.policy.grades import scale_on
from ews.policy.playbook import Action
from ews.policy.policy import Policy
from ews.policy.rules import Signal
from ews.scoring import grounds, wording
from ews.scoring.change.change import find_change
from ews.scoring.lookup import find_circles, find_decision, find_exhibit, find_records, find_ruled
from ews.scoring.on_the_spot import decide_on_the_spot, describe_decisions
from ews.scoring.what_if import what_if, what_if_of
from ews.serving import branch_names
from ews.serving.app import create_app
from ews.serving.branch_names import read_branch_names
from ews.serving.footing import Footing
from ews.serving.logs import configure_logs
from ews.serving.oidc import Oidc
from ews.serving.pages import render
from ews.serving.policy_desk import PolicyDesk
from ews.serving.server import Tls, is_loopback, names_of, serve
from ews.serving.services import Origin, PolicyFacts, Route, Services, Wording, WriteLog
from ews.serving.what_ifs import WhatIfs
from ews.store.accounts import has_accounts
from ews.store.audit_log import KEY
from ews.store.engine import open_store
from ews.store.journal import Journal
from ews.store.publications import Publication
from ews.store.review_list import branch_totals

lines = structlog.get_logger("ews.serving")

FIRST_THAT_WARNS = "yellow_from_grade"
"""Parameter of the policy: the rank of the first grade that warns."""


def run(settings: Settings, host: str, port: int, names: Sequence[str] = (), tls: Tls | None = None) -> None:
    """Serve until interrupted or told to stop, and do the nights of casework meanwhile.

    Stop    SIGTERM: no new request is taken, those in flight are answered, the round under way is finished; what then
            is not done yet of a night, the next start goes on with. A second SIGTERM ends it at once
    """
    configure_logs(sys.stderr)
    with ending_in_order():
        _run(settings, host, port, names, tls)


def _run(settings: Settings, host: str, port: int, names: Sequence[str], tls: Tls | None) -> None:
    store = open_store(settings.database, create=False)
    try:
        log = log_of(settings, store)
        desk = replace(desk_of(settings, store, log), yields=True)
        hands, policy_of = hands_of(settings, store, log), policy_by_hash(settings)
        with Journal(store, log.key, log.witness) as journal:
            trials = Trials(settings, store)
            services = services_of(settings, desk, journal, hands, trials)
            app = create_app(
                services, hosts=names_of(host, (*settings.names, *names)), only_this_machine=is_loopback(host)
            )
            do_night = partial(night, desk, hands, policy_of, notices(settings), remembers=True)
            beside = _beside(settings, services)
            pulse = services.pulse
            with closing(trials), going_round(desk, do_night, pulse=pulse), keeping_warm(services.keeper, beside):
                gc.freeze()  # what is loaded stays: no collection looks at it again, and no answer waits for that
                try:
                    serve(app, host, port, has_accounts=has_accounts(store), tls=tls)
                finally:
                    lines.info("stopping")
    finally:
        store.close()


def _beside(settings: Settings, services: Services) -> Beside:
    """Return what pages would load at their first click beside the book."""

    def once() -> None:
        render.warm()
        plot.load()
        services.stored_models()

    def of_batch(batch: Publication) -> None:
        services.find_circles(batch.batch.batch_id)
        services.find_ruled(batch.batch.batch_id)
        branch_totals(services.store, batch.number)
        with suppress(EwsError):  # whoever asks for a decision is told what is wrong with the book
            describe_decisions(settings.home, services.store, policy_of(settings), batch.batch)

    return Beside(once, of_batch)


def tls_of(certificate: Path | None, key: Path | None) -> Tls | None:
    """Return certificate and key; SettingsError where only one of them is given."""
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        message = "TLS takes a certificate and its key: give both --tls-certificate and --tls-key, or neither."
        raise SettingsError(message)
    return Tls(certificate, key)


def services_of(
    settings: Settings, desk: Desk, journal: WriteLog, hands: Hands, trials: Trials | None = None
) -> Services:
    """Return what the routes need."""
    store, policy, today = desk.store, policy_of(settings), desk.now().date()
    grades = scale_on(policy.scales, today).codes
    return Services(
        store=store,
        desk=desk,
        journal=journal,
        decide=partial(decide_on_the_spot, settings.home, store, policy),
        find_decision=partial(find_decision, settings.home, store),
        models=partial(champions_of, settings.home),
        policy=PolicyFacts(policy.hash, policy.as_dict()),
        wording=_wording(policy_by_hash(settings)),
        features=FEATURES,
        version=__version__,
        oidc=_oidc(settings),
        find_records=partial(find_records, settings.home, store),
        find_exhibit=partial(find_exhibit, settings.home, store),
        find_change=partial(find_change, settings.home, store),
        what_ifs=WhatIfs(partial(what_if_of, settings.home, store), partial(what_if, settings.home, store)),
        find_circles=lru_cache(maxsize=MOST)(partial(find_circles, settings.home, store)),
        find_ruled=lru_cache(maxsize=MOST)(partial(find_ruled, settings.home, store)),
        keeper=Keeper(store, grades),
        warning_grades=_warning_grades(policy, grades, today),
        hands=hands,
        facts_of=partial(facts_of, settings, store),
        evidence=settings.home.resolve() / "evidence",
        receivers=frozenset(settings.receivers),
        stored_models=partial(models_of, settings.home),
        mlflow_url=settings.mlflow_url,
        policy_desk=policy_desk(settings, trials or Trials(settings, store)),
        branch_names=read_branch_names(settings.home / branch_names.FILE),
        footing=footing_of(settings),
        idle=timedelta(minutes=settings.idle_minutes),
        bank_words=settings.bank_words,
    )


def footing_of(settings: Settings) -> Footing:
    """Return what the service stands on beside the store."""
    folder = audit_folder(settings)
    return Footing(settings.home.resolve(), folder, settings.audit_key or folder / KEY, settings.least_free_mib)


def policy_desk(settings: Settings, trials: Trials) -> PolicyDesk:
    """Return what finds, keeps and tries policies that are not in force."""
    return PolicyDesk(
        choices=partial(choices, settings),
        keep=partial(keep_choice, settings),
        draft=partial(draft_value, settings),
        find=partial(find_policy, settings),
        trial=trials.find,
        begin=trials.begin,
    )


def _warning_grades(policy: Policy, grades: Sequence[str], day: date) -> frozenset[str]:
    """Return the grades for which the policy warns; none where it does not say so by the rank of the grade."""
    if not any(one.name == FIRST_THAT_WARNS for one in policy.parameters):
        return frozenset()
    return frozenset(grades[int(policy.value_on(FIRST_THAT_WARNS, day)) - 1 :])


def _oidc(settings: Settings) -> Oidc | None:
    """Return the bank's own login; SettingsError where only a part of it is set."""
    parts = {name: getattr(settings, f"oidc_{name}") for name in ("issuer", "client_id", "redirect_base")}
    missing = [name for name, value in parts.items() if value is None]
    if len(missing) == len(parts) and settings.oidc_secret_file is None:
        return None
    if missing:
        named = ", ".join(f"EWS_OIDC_{name.upper()}" for name in missing)
        message = f"The bank's own login is set in part: {named} missing. Set all of them, or none."
        raise SettingsError(message)
    return Oidc(**parts, secret_file=settings.oidc_secret_file)


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
        signal_text=lambda policy_hash, code: _signal_text(by_hash(policy_hash), code),
        origin=lambda decision, held: _origin(held, by_hash(decision.policy_hash)),
        action_text=lambda decision, language: wording.action_text(decision, by_hash(decision.policy_hash), language),
        route=lambda decision: _route(wording.action_of(decision, by_hash(decision.policy_hash))),
    )


def _signal_text(policy: Policy | None, code: str) -> Text | None:
    """Return what a signal says, its name where that needs values; null where the policy is gone or has it no more."""
    signals = () if policy is None else policy.signals
    found = next((signal for signal in signals if signal.code == code), None)
    if found is None or "{" not in found.sentence.en:
        return None if found is None else found.sentence
    about = PATTERN_TEXTS[found.pattern] if found.reason is None else found.reason.topic
    return Text(f"{about.en} ({code})", f"{about.zh}（{code}）")


def _origin(held: Held, policy: Policy | None) -> Origin:
    rule = grounds.rule_of(held, policy)
    if rule is None:
        return Origin()
    return Origin(rule.source, rule.article, rule.confidence, rule.owner if isinstance(rule, Signal) else None)


def _route(action: Action | None) -> Route | None:
    if action is None:
        return None
    return Route(action.roles, action.acknowledge_days, action.plan_days, action.report_days)
