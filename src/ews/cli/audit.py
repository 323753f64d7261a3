"""The commands about the audit log: verify, show; and the log that other commands write to."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from ews.cli import show
from ews.cli.desks import audit_folder, log_of, now
from ews.cli.settings import Settings
from ews.domain.errors import AccountError, SettingsError
from ews.store.accounts import all_users
from ews.store.audit import Head, head_of
from ews.store.audit_check import Verified, verify
from ews.store.audit_faults import Fault
from ews.store.audit_key import read_key
from ews.store.audit_log import KEY, WITNESS, Log
from ews.store.audit_search import EntryFilter, Logged, entry_page, has_entries_of
from ews.store.audit_verified import LastCheck, note_check
from ews.store.engine import Store, open_store, reading
from ews.store.witness import Witness

_REQUEST = 8
"""Characters of the id of a request that a table shows."""
_ABOUT = 3
"""Borrowers of an entry that a table names."""


@contextmanager
def opened_log(settings: Settings) -> Iterator[Log]:
    """Give the audit log of the store, both made where there is none yet."""
    store = open_store(settings.database)
    try:
        yield log_of(settings, store)
    finally:
        store.close()


def verify_log(settings: Settings, *, as_json: bool) -> bool:
    """Tell everything that is wrong with the log and with the rows that it proves; return whether nothing is."""
    store = open_store(settings.database, create=False)
    try:
        _check_begun(store, settings)
        folder = audit_folder(settings)
        found = verify(store, read_key(settings.audit_key or folder / KEY), Witness(folder / WITNESS))
    finally:
        store.close()
    with suppress(OSError):  # an auditor may not write there; the figures then tell that the last check is old
        note_check(folder, LastCheck(now(), found.entries, len(found.faults) + found.more))
    if as_json:
        show.as_json(_plain(found))
        return found.is_sound
    for fault in found.faults:
        _line(f"{fault.text.zh} {fault.text.en}")
    if found.more:
        _line(f"… and {show.count(found.more)} more 另有 {show.count(found.more)} 处")
    faults = len(found.faults) + found.more
    said = "sound 无误" if found.is_sound else f"{show.count(faults)} faults 处异常"
    _line(f"{show.count(found.entries)} entries 条记录, {show.count(found.witnessed)} witnessed 已见证: {said}")
    return found.is_sound


def show_log(
    settings: Settings,
    wanted: EntryFilter,
    days: tuple[date | None, date | None],
    *,
    limit: int,
    before: int | None,
    as_json: bool,
) -> None:
    """Tell entries of the log, the newest first; `days` are the first and the last one, both included."""
    first, last = days
    asked = replace(wanted, from_=_start(first), to=None if last is None else _start(last + timedelta(days=1)))
    store = open_store(settings.database, create=False)
    try:
        if wanted.user_id is not None:
            _check_known(store, wanted.user_id)
        found, following = entry_page(store, asked, limit=limit, before=before)
    finally:
        store.close()
    if as_json:
        show.as_json({"entries": [_entry(one) for one in found], "next_before": following})
        return
    columns = ("no.\n编号", "at\n时间", "by\n操作人", "action\n操作", "subject\n对象", "content\n内容")
    show.table("Audit log 审计日志", columns, [_line_of(one) for one in found], left=len(columns))
    if following is not None:
        _line(f"more 更多: --before {following}")


def _check_known(store: Store, user_id: str) -> None:
    """Raise AccountError for somebody who has no account and whom the log does not name."""
    known = {user.user_id for user in all_users(store)}
    if user_id not in known and not has_entries_of(store, user_id):
        message = (
            f"--user '{user_id}' has no account, and the log names nobody so. See 'ews user list'; who ran a command "
            "on this machine is called os:NAME, the system 'ews', and whoever was not logged in 'nobody'."
        )
        raise AccountError(message)


def _line_of(one: Logged) -> tuple[object, ...]:
    """Return an entry as a terminal of 80 columns can hold it; `--json` tells all of it."""
    entry = one.entry
    content = dict(entry.content)
    subject = " ".join(part for part in (content.pop("method", None), entry.subject) if part)
    more = len(entry.borrowers) - _ABOUT
    told = {
        "about": ", ".join(entry.borrowers[:_ABOUT]) + (f" … and {more} more 另{more}个" if more > 0 else ""),
        "request": (entry.request_id or "")[:_REQUEST],
    }
    lines = [f"{name} {value}" for name, value in told.items() if value]
    lines += [f"{name}={value}" for name, value in content.items()]
    at = f"{entry.at:%Y-%m-%d}\n{entry.at:%H:%M}"
    return one.number, at, entry.user_id, entry.action, subject, "\n".join(lines)


def _check_begun(store: Store, settings: Settings) -> None:
    with reading(store) as connection:
        is_empty = head_of(connection) == Head(0, "0" * 64)
    if is_empty and Witness(audit_folder(settings) / WITNESS).is_empty:
        message = (
            "The store has no audit log yet, so nothing of it can be proven. The log begins with the first command "
            "that writes: 'ews score', 'ews user add' or 'ews serve'."
        )
        raise SettingsError(message)


def _plain(found: Verified) -> dict[str, Any]:
    return {
        "sound": found.is_sound,
        "entries": found.entries,
        "witnessed": found.witnessed,
        "faults": [_fault(one) for one in found.faults],
        "more": found.more,
    }


def _fault(one: Fault) -> dict[str, Any]:
    said = {"kind": one.kind.value, "table": one.table, "key": one.key, "first": one.first, "last": one.last}
    return {**said, "en": one.text.en, "zh": one.text.zh}


def _entry(one: Logged) -> dict[str, Any]:
    entry = one.entry
    return {
        "number": one.number,
        "at": entry.at.isoformat(),
        "user_id": entry.user_id,
        "action": entry.action,
        "subject": entry.subject,
        "request_id": entry.request_id,
        "borrowers": list(entry.borrowers),
        "content": entry.content,
        "rows": [{"table": row.table, "key": row.key, "digest": row.digest} for row in entry.rows],
        "hash": one.hash,
    }


def _start(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time())


def _line(text: str) -> None:
    show.OUT.print(text, highlight=False, markup=False, soft_wrap=True)
