"""The night of casework: what the newest batches raise, what deadlines bring about, and who is told.

Order   warnings → deadlines → tasks → overrides that expired → what was approved but not carried out → file → receivers
Killed  anywhere: run again, it goes on; what was done is not done twice
Again   for the same day, batches and policy a night that remembers goes through those only whose cases were acted on
        since the last one came to its end; what happened to nobody would ask for nothing new
Models  after casework the command looks at the model of each newest batch, as `ews monitor` does; see nightly_look
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import structlog

from ews.casework.approvals.carrying_out import finish_approved
from ews.casework.approvals.proposal import Hands
from ews.casework.approvals.waiting import escalate_waiting
from ews.casework.desk import Desk
from ews.casework.neighbours.nightly_file import write_nightly_file
from ews.casework.neighbours.webhooks import deliver
from ews.casework.night_due import STEP, due_now
from ews.casework.overrides.overrides import expire
from ews.casework.tasks.agenda import plan_tasks
from ews.casework.warnings.intake import take_in
from ews.casework.warnings.seen import PolicyOf
from ews.casework.warnings.sweep import sweep
from ews.cli import show
from ews.cli.desks import desk_of, hands_of, log_of
from ews.cli.nightly_look import look_at_models, tell_look
from ews.cli.run_log import run_logged
from ews.cli.settings import Settings
from ews.cli.told import policy_by_hash
from ews.domain.people import SYSTEM
from ews.domain.progress import Progress, silent
from ews.store.engine import open_store, reading, writing
from ews.store.nights import About, Mark, find_mark, keep_mark, last_act, touched_since

lines = structlog.get_logger("ews.cli")

MOST_TOUCHED = 5_000
"""Borrowers that a night goes on with; where more were acted on, it goes through all."""
_STEPS = 6
_COUNTED: Mapping[str, str] = {
    "raised": "new warnings 新预警",
    "joined": "signals joined 信号并入",
    "waiting": "borrowers waiting 排队户数",
    "escalated": "escalated 升级",
    "woken": "snoozes ended 暂缓到期",
    "tasks_opened": "new tasks 新任务",
    "tasks_moot": "tasks without ground 任务失效",
    "expired": "overrides expired 人工调整到期",
    "carried_out": "approvals carried out 审批补执行",
    "told": "acts in the nightly file 文件条数",
    "delivered": "acts delivered 推送成功",
    "failed": "deliveries that failed 推送失败",
}


@dataclass(frozen=True, slots=True)
class Night:
    """What one night did; `folder` holds the nightly file."""

    raised: int
    joined: int
    waiting: int
    escalated: int
    woken: int
    tasks_opened: int
    tasks_moot: int
    expired: int
    carried_out: int
    told: int
    delivered: int
    failed: int
    folder: Path

    def counts(self) -> dict[str, int]:
        """Return what was done, counted."""
        return {name: getattr(self, name) for name in _COUNTED}


def run(settings: Settings, *, as_json: bool) -> None:
    """Do the night and tell what it did."""
    with run_logged("casework night"):
        found = do_night(settings, quiet=as_json)
        lines.info("night", **found.counts())
    if as_json:
        show.as_json(plain(found))
    else:
        tell(found)


def do_night(settings: Settings, *, quiet: bool = False) -> Night:
    """Do the night, look at the models of the newest batches, and tell each look in a line unless `quiet`."""
    store = open_store(settings.database, create=False)
    try:
        log = log_of(settings, store)
        desk = desk_of(settings, store, log)
        with show.progress(STEP, quiet=quiet) as progress:
            done = night(desk, hands_of(settings, store, log), policy_by_hash(settings), notices(settings), progress)
        for look in look_at_models(settings, store, quiet=quiet):
            if not quiet or look.fault is not None:
                tell_look(look)
            if look.fault is not None:
                lines.warning("model not looked at", portfolio=look.portfolio)
        return done
    finally:
        store.close()


def night(
    desk: Desk,
    hands: Hands,
    policy_of: PolicyOf,
    folder: Path,
    progress: Progress = silent,
    *,
    remembers: bool = False,
) -> Night:
    """Do everything that a night asks for, on the desk's day; one that `remembers` leaves out who needs nothing."""
    progress(STEP, 0, _STEPS)
    begun = _begun(desk, remembers=remembers)
    taken = take_in(desk, policy_of, begun.about)
    progress(STEP, 1, _STEPS)
    swept, gone_up = sweep(desk), escalate_waiting(desk)
    progress(STEP, 2, _STEPS)
    planned = plan_tasks(desk, desk.now().date(), begun.about)
    with reading(desk.store) as connection:
        ended = last_act(connection)
    progress(STEP, 3, _STEPS)
    expired, carried_out = expire(desk), finish_approved(desk, hands)
    progress(STEP, 4, _STEPS)
    written = write_nightly_file(desk.store, folder, desk.now().date())
    progress(STEP, 5, _STEPS)
    sent = deliver(desk)
    waiting = taken.waiting if begun.waiting is None else begun.waiting
    _keep(desk, Mark(begun.due, begun.act, ended, waiting))
    progress(STEP, 6, _STEPS)
    return Night(
        raised=taken.raised,
        joined=taken.joined,
        waiting=waiting,
        escalated=swept.escalated + gone_up + planned.escalated,
        woken=swept.woken,
        tasks_opened=planned.opened,
        tasks_moot=planned.moot,
        expired=expired,
        carried_out=carried_out,
        told=written.rows,
        delivered=sent.delivered,
        failed=sent.failed,
        folder=written.folder,
    )


@dataclass(frozen=True, slots=True)
class _Begun:
    """A night that begins after `act`; `about` are the only borrowers to go through, null: all.

    `waiting` is what the night told that this one goes on from.
    """

    due: str
    act: int
    about: About | None
    waiting: int | None


def _begun(desk: Desk, *, remembers: bool) -> _Begun:
    due = due_now(desk)
    with reading(desk.store) as connection:
        act, mark = last_act(connection), find_mark(connection, STEP)
        if not remembers or mark is None or mark.due != due:
            return _Begun(due, act, None, None)
        about = touched_since(connection, mark, but_by=[SYSTEM.user_id], most=MOST_TOUCHED)
    return _Begun(due, act, about, None if about is None else mark.waiting)


def _keep(desk: Desk, mark: Mark) -> None:
    """Note the night, unless the day, a batch or the policy has changed while it was done."""
    if due_now(desk) == mark.due:
        with writing(desk.store) as connection:
            keep_mark(connection, STEP, mark, desk.now())


def notices(settings: Settings) -> Path:
    """Return where nightly files lie."""
    return settings.home.resolve() / "notices"


def plain(found: Night) -> dict[str, Any]:
    return {**asdict(found), "folder": str(found.folder)}


def tell(found: Night) -> None:
    """Print what the night did."""
    rows = [(text, show.count(getattr(found, name))) for name, text in _COUNTED.items()]
    show.table("Casework 贷后工作", ("", ""), rows)
    show.OUT.print(f"nightly file 夜间文件: {found.folder}", soft_wrap=True, highlight=False)
