"""The commands that take two people: a policy is adopted, a model promoted. One proposes, another approves.

Who     each is asked for the password of the account, on the terminal or from standard input
"""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from ews.casework.approvals import second_person
from ews.casework.approvals.proposal import ADOPTION, PROMOTION, AdoptionDraft, Hands, PromotionDraft
from ews.casework.desk import Desk
from ews.cli import show
from ews.cli.desks import desk_of, hands_of, log_of
from ews.cli.retraining.mirror import mirror_champion, run_of
from ews.cli.settings import Settings
from ews.domain.errors import RequestError, SettingsError
from ews.domain.people import Actor
from ews.policy.archive import SHOWN, keep
from ews.policy.policy import Policy
from ews.store.accounts import has_accounts
from ews.store.cases import Case, find_case
from ews.store.engine import Store, open_store, reading
from ews.store.entrance import actor_by_password


@dataclass(frozen=True, slots=True)
class _Desk:
    desk: Desk
    hands: Hands
    actor: Actor


def propose_adoption(settings: Settings, store: Store, policy: Policy, holds_from: date, by: str, note: str) -> None:
    """Keep a policy once the password held, and propose that it holds from a day; somebody else approves."""
    with _at(settings, store, by) as at:
        keep(settings.home, policy)
        draft = AdoptionDraft(policy.hash, holds_from, note)
        case = second_person.propose_adoption(at.desk, at.actor, draft, at.hands)
    _line(f"policy {policy.hash[:SHOWN]} from {holds_from}: proposed 已提议 as {case.case_id}")
    _next(case)


def promote(
    settings: Settings, portfolio: str, model_id: str, by: str, note: str, *, is_emergency: bool = False
) -> None:
    """Propose that a stored model becomes the champion; somebody else approves. An emergency passes by the gate."""
    store = open_store(settings.database, create=False)
    try:
        with _at(settings, store, by) as at:
            run_id = run_of(settings, portfolio, model_id)
            draft = PromotionDraft(portfolio, model_id, note, run_id, is_emergency=is_emergency)
            case = second_person.propose_promotion(at.desk, at.actor, draft, at.hands)
    finally:
        store.close()
    _line(f"model {model_id[:SHOWN]} for {portfolio}: proposed 已提议 as {case.case_id}")
    _next(case)


def approve(settings: Settings, case_id: str, by: str, note: str | None, *, refuse: bool) -> None:
    """Approve what somebody else proposed, which is carried out at once; or refuse it with a reason."""
    store = open_store(settings.database, create=False)
    try:
        with _at(settings, store, by) as at:
            found = _proposal(store, case_id)
            if refuse:
                case = second_person.refuse(
                    at.desk, at.actor, case_id, kind=found.kind, version=found.version, reason=note or ""
                )
            else:
                case = second_person.approve(
                    at.desk, at.actor, case_id, at.hands, kind=found.kind, version=found.version, reason=note
                )
    finally:
        store.close()
    _line(f"{case.case_id}: {case.state} {'已否决' if refuse else '已批准并执行'}")
    if case.kind == PROMOTION and not refuse and case.portfolio is not None:
        mirror_champion(settings, case.portfolio)


def _proposal(store: Store, case_id: str) -> Case:
    with reading(store) as connection:
        found = find_case(connection, case_id)
    if found.kind not in {ADOPTION, PROMOTION}:
        message = f"'{case_id}' is a {found.kind}; here adoptions and promotions are decided on. Name one of them."
        raise RequestError(message)
    return found


@contextmanager
def _at(settings: Settings, store: Store, by: str) -> Iterator[_Desk]:
    """Give the desk for somebody whose password was asked for."""
    if not has_accounts(store):
        message = "This takes two people with accounts, and there is none yet. Open them with 'ews user add'."
        raise SettingsError(message)
    log = log_of(settings, store)
    desk = desk_of(settings, store, log)
    actor = actor_by_password(log, by, password_of(by), at=desk.now())
    yield _Desk(desk, hands_of(settings, store, log), actor)


def password_of(user_id: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return getpass.getpass(f"Password of {user_id} 密码: ")


def _next(case: Case) -> None:
    _line(f"Another person approves it 由另一人批准: ews casework approve {case.case_id} --by USER")


def _line(text: str) -> None:
    show.OUT.print(text, soft_wrap=True, highlight=False)
