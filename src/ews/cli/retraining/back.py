"""The commands about who decides: the history of champions, and the way back to one of them.

Back    only to a model that was champion before, which two people had approved; so one person may, at once
Needs   the home alone: neither MLflow nor, where there are no accounts, the store is asked
"""

from datetime import date

from ews.casework.approvals.second_person import OWNERS, VALIDATORS
from ews.casework.rights import require
from ews.cli import approvals, show
from ews.cli.desks import log_of, now
from ews.cli.retraining.mirror import mirror_champion
from ews.cli.retraining.tell import line
from ews.cli.settings import Settings
from ews.domain.errors import ModelError, RequestError
from ews.domain.text import sentence
from ews.models.champion import Grounds, Pointer, champion_pointer, champions, portfolios, set_champion
from ews.models.history import Appointment, How, in_office
from ews.store.accounts import has_accounts
from ews.store.audit import Entry
from ews.store.audit_log import change
from ews.store.engine import open_store
from ews.store.entrance import actor_by_password

ROLL_BACK = "model.rollback"
"""Action of the entry in the audit log."""
_SHOWN = 12


def roll_back(settings: Settings, portfolio: str | None, to: str | None, by: str, why: str) -> None:
    """Make an earlier champion decide again, from the next batch on."""
    chosen = portfolio or only_portfolio(settings)
    if not by.strip() or not why.strip():
        message = "A roll-back says who decided and why: give --by and --note."
        raise RequestError(message)
    history, leaving = champions(settings.home, chosen), champion_pointer(settings.home, chosen)
    wanted = _earlier(history, leaving.model_id, to)
    grounds = Grounds(How.ROLLED_BACK, (_known(settings, chosen, wanted.model_id, by.strip(), why),), why.strip())
    set_champion(settings.home, chosen, Pointer(wanted.model_id, wanted.run_id, now()), grounds)
    line(
        f"{chosen}: {leaving.model_id[:_SHOWN]} → {wanted.model_id[:_SHOWN]}, which decided from "
        f"{wanted.since:%Y-%m-%d} 已回退，下一批次起生效",
        style="bold",
    )
    mirror_champion(settings, chosen)


def tell_champions(settings: Settings, portfolio: str | None, on: date | None, *, as_json: bool) -> None:
    """Tell who decided from when, the newest first, or who decided on a day."""
    chosen = portfolio or only_portfolio(settings)
    history = champions(settings.home, chosen)
    found = list(reversed(history)) if on is None else [one for one in [in_office(history, on)] if one is not None]
    if as_json:
        show.as_json({"portfolio": chosen, "champions": [_plain(one) for one in found]})
        return
    columns = ("since 起始", "model 模型", "how 方式", "by 人员", "why 理由", "run 运行")
    rows = [
        (
            f"{one.since:%Y-%m-%d %H:%M}",
            one.model_id[:_SHOWN],
            f"{one.how.text.zh} {one.how.text.en}",
            ", ".join(one.by),
            one.why or "",
            (one.run_id or "")[:_SHOWN],
        )
        for one in found
    ]
    show.table(f"Champions 冠军模型沿革: {chosen}", columns, rows, left=6)


def only_portfolio(settings: Settings) -> str:
    """Return the one portfolio that has a champion; ModelError where there is none, or several."""
    known = portfolios(settings.home)
    if len(known) == 1:
        return known[0]
    told = ", ".join(known) or "none"
    message = f"Portfolios with a champion in '{settings.home}': {told}. Name one with --portfolio."
    raise ModelError(message)


def _earlier(history: tuple[Appointment, ...], current: str, to: str | None) -> Appointment:
    """Return the appointment to go back to: of who decided before the champion first did, or of the one named."""
    first = next((place for place, one in enumerate(history) if one.model_id == current), len(history))
    among = history[:first] if to is None else history
    others = [one for one in among if one.model_id != current and (to is None or one.model_id.startswith(to))]
    if others:
        return others[-1]
    what = f"no champion that begins with '{to}'" if to else "no earlier champion"
    known = ", ".join(dict.fromkeys(one.model_id[:_SHOWN] for one in history)) or "none"
    message = f"The history knows {what} to go back to than {current[:_SHOWN]}. Champions so far: {known}."
    raise ModelError(message)


def _known(settings: Settings, portfolio: str, model_id: str, by: str, why: str) -> str:
    """Return who asks, by password where there are accounts, having told the audit log."""
    if not settings.database_exists:
        return by
    store = open_store(settings.database, create=False)
    try:
        log = log_of(settings, store)
        if has_accounts(store):
            actor = actor_by_password(log, by, approvals.password_of(by), at=now())
            require(actor, OWNERS | VALIDATORS, sentence("roll a model back"))
        with change(log, Entry(now(), by, ROLL_BACK, model_id, content={"portfolio": portfolio, "why": why})):
            pass
    finally:
        store.close()
    return by


def _plain(one: Appointment) -> dict[str, object]:
    return {
        "since": one.since,
        "model_id": one.model_id,
        "run_id": one.run_id,
        "how": one.how.value,
        "by": list(one.by),
        "why": one.why,
        "comparison": one.comparison,
        "former_id": one.former_id,
    }
