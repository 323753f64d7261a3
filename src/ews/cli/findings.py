"""The commands about findings of validations: list, assign, sign off.

Who   asked for the password of the account, on the terminal or from standard input
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

from ews.cli import show
from ews.cli.approvals import password_of
from ews.cli.desks import log_of
from ews.cli.settings import Settings
from ews.cli.validate.catalogue import BY_CODE
from ews.domain.errors import SettingsError
from ews.domain.people import Actor
from ews.store import model_findings
from ews.store.accounts import has_accounts
from ews.store.audit_log import Log
from ews.store.engine import open_store
from ews.store.entrance import actor_by_password
from ews.store.model_findings import State, all_findings
from ews.validation.findings import Severity

_SHOWN = 12
_HEADS = (
    "id 编号",
    "model 模型",
    "severity 级别",
    "finding 发现",
    "owner 责任人",
    "due 期限",
    "state 状态",
    "signed 签署",
    "note 说明",
)


@dataclass(frozen=True, slots=True)
class _At:
    log: Log
    actor: Actor
    now: datetime


def list_findings(settings: Settings, portfolio: str | None, *, only_open: bool, as_json: bool) -> None:
    """Tell the findings, the gravest first."""
    store = open_store(settings.database)
    try:
        found = [one for one in all_findings(store, portfolio) if not only_open or one.state is State.OPEN]
    finally:
        store.close()
    found.sort(key=lambda one: (one.state is not State.OPEN, Severity(one.severity).rank, one.finding_id))
    if as_json:
        show.as_json({"findings": [asdict(one) for one in found]})
        return
    today = _now().date()
    rows = [
        (
            one.finding_id,
            one.model_id[:_SHOWN],
            f"{Severity(one.severity).text.zh} {one.severity}",
            f"{BY_CODE[one.test].title.zh}\n{BY_CODE[one.test].title.en}" if one.test in BY_CODE else one.test,
            one.owner or "—",
            f"{one.due_on}{' 逾期 late' if one.is_late(today) else ''}",
            f"{one.state.text.zh} {one.state.text.en}",
            f"{one.signed_by} {one.signed_at:%Y-%m-%d}" if one.signed_by and one.signed_at else "—",
            one.note or "",
        )
        for one in found
    ]
    show.table("Findings 验证发现", _HEADS, rows, left=len(_HEADS))


def assign_finding(settings: Settings, finding_id: str, owner: str | None, due_on: date | None, by: str) -> None:
    """Say who answers for a finding, and by when."""
    with _at(settings, by) as at:
        model_findings.assign(at.log, finding_id, owner, due_on, actor=at.actor, at=at.now)
    _line(f"{finding_id}: {owner or '—'} {due_on or ''} 已分派 assigned")


def sign_finding(settings: Settings, finding_id: str, state: State, note: str, by: str) -> None:
    """Sign a finding off, or open it again."""
    with _at(settings, by) as at:
        model_findings.sign(at.log, finding_id, state, note, actor=at.actor, at=at.now)
    _line(f"{finding_id}: {state.text.zh} {state.text.en}")


@contextmanager
def _at(settings: Settings, by: str) -> Iterator[_At]:
    store = open_store(settings.database)
    try:
        if not has_accounts(store):
            message = "Findings are signed by people with accounts; there is none yet. Open them with 'ews user add'."
            raise SettingsError(message)
        log, now = log_of(settings, store), _now()
        yield _At(log, actor_by_password(log, by, password_of(by), at=now), now)
    finally:
        store.close()


def _now() -> datetime:
    return datetime.now(UTC).astimezone().replace(tzinfo=None)


def _line(text: str) -> None:
    show.OUT.print(text, soft_wrap=True, highlight=False)
