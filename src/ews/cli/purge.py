"""Purge: what is older than its term goes: batches, closed cases, evidence that no case names, entries of the log.

Sound    a log with faults is not cut: nothing would tell afterwards what was wrong
Order    the store in one transaction, files, the log in one transaction, pages; killed anywhere, it is run again
"""

from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import Connection

from ews.cli import show
from ews.cli.audit import opened_log
from ews.cli.desks import audit_folder, now
from ews.cli.erased_files import Files, purge_batch
from ews.cli.forget import locks_of
from ews.cli.people import by
from ews.cli.settings import Settings
from ews.domain.errors import RequestError, TamperedError
from ews.scoring.seal import PURGED
from ews.store.audit import Entry, Touched, append, changing
from ews.store.audit_check import verify
from ews.store.audit_log import WITNESS, Log, witnessed
from ews.store.engine import reading
from ews.store.forgetting import Touch
from ews.store.keeping import day_before, take_out, wipe_pages
from ews.store.purging import Old, needed_texts, old_batches, purge_cases, purge_decisions
from ews.store.redaction import CUT, Cut, cut_before, take_away
from ews.store.witness import Witness

ENTRY = "personal.purge"


class Kind(StrEnum):
    BATCHES = "batches"
    CASES = "cases"
    EVIDENCE = "evidence"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Asked:
    """`before` is the first moment that is kept; `even_though` also of persons with whom something goes on."""

    before: datetime
    kinds: frozenset[Kind]
    even_though: bool = False


@dataclass(frozen=True, slots=True)
class Purged:
    dry: bool
    asked: Asked
    batches: int
    touch: Touch
    files: Files
    entries: int


def before_of(text: str, at: datetime) -> datetime:
    """Return the moment that a number of months, or a day, stands for; RequestError where it is neither or too near."""
    try:
        before = day_before(int(text), at) if text.isdigit() else datetime.strptime(text, "%Y-%m-%d")
    except (ValueError, OverflowError):
        message = f"--older-than '{text[:40]}' is neither a number of months nor a day like 2021-06-30."
        raise RequestError(message) from None
    if before > at - timedelta(days=28):
        message = f"--older-than '{text}' would leave less than a month. Give at least 1 month."
        raise RequestError(message)
    return before


def purge(settings: Settings, asked: Asked, *, dry: bool, as_json: bool) -> Purged:
    """Take out of the home what is older than asked for; TamperedError where the log is not sound."""
    home, at = settings.home.resolve(), now()
    files = Files()
    with opened_log(settings) as log, ExitStack() as locks:
        for lock in locks_of(home):
            locks.enter_context(FileLock(lock))
        _check(settings, log, asked)
        with reading(log.store) as connection:
            old = old_batches(connection, asked.before) if Kind.BATCHES in asked.kinds else []
            stray = _stray(connection, home, asked) if Kind.EVIDENCE in asked.kinds else []
        touch = take_out(
            log, _entry(asked, at), lambda connection, touch: _rows(connection, asked, old, touch), dry=dry
        )
        left = [home / one.directory for one in old if _is_there(home / one.directory)]
        with show.progress("purge", quiet=as_json) as progress:
            for done, folder in enumerate(left, start=1):
                purge_batch(folder, at, files, dry=dry)
                progress("batches", done, len(left))
        for path in (*stray, *(_notices(home, asked.before) if Kind.BATCHES in asked.kinds else [])):
            files.remove(path, dry=dry)
        cut = _cut(log, asked, at, dry=dry) if Kind.AUDIT in asked.kinds else None
        if not dry:
            wipe_pages(log.store)
    found = Purged(dry, asked, len(left), touch, files, 0 if cut is None else cut.entries)
    _tell(found, as_json=as_json)
    return found


def _check(settings: Settings, log: Log, asked: Asked) -> None:
    if Kind.AUDIT not in asked.kinds:
        return
    found = verify(log.store, log.key, Witness(audit_folder(settings) / WITNESS))
    if not found.is_sound:
        message = (
            f"The audit log has {len(found.faults) + found.more} faults; nothing was purged: it would take the traces "
            "away. See 'ews audit verify'."
        )
        raise TamperedError(message)


def _entry(asked: Asked, at: datetime) -> Entry:
    told = {"before": asked.before, "kinds": sorted(asked.kinds), "even_though": asked.even_though}
    return Entry(at, by(), ENTRY, "home", content=told)


def _rows(connection: Connection, asked: Asked, old: Collection[Old], touch: Touch) -> dict[str, Any] | None:
    purge_decisions(connection, old, touch, of_all=asked.even_though)
    if Kind.CASES in asked.kinds:
        purge_cases(connection, asked.before, touch, of_all=asked.even_though)
    return {"batches": len(old)} if touch.changed else None


def _cut(log: Log, asked: Asked, at: datetime, *, dry: bool) -> Cut | None:
    """Take the oldest entries away and enter up to which, in one transaction."""
    if dry:
        with reading(log.store) as connection:
            return cut_before(connection, asked.before)
    with changing(log.store) as connection:
        cut = cut_before(connection, asked.before)
        if cut is None:
            return None
        take_away(connection, cut)
        rows = tuple(Touched(table, key, digest) for table, key, digest in cut.rows)
        told = {"through": cut.through, "hash": cut.hash, "entries": cut.entries, "before": asked.before}
        head = append(connection, log.key, [Entry(at, by(), CUT, "audit", content=told, rows=rows)])
    witnessed(log, head)
    return cut


def _stray(connection: Connection, home: Path, asked: Asked) -> list[Path]:
    """Return the evidence older than the term that no kept case names."""
    before = asked.before if Kind.CASES in asked.kinds else None
    texts = needed_texts(connection, before, of_all=asked.even_though)
    files = [path for path in sorted((home / "evidence").glob("??/*")) if path.is_file()]
    old = [path for path in files if path.stat().st_mtime < asked.before.timestamp()]
    return [path for path in old if not any(path.name in text for text in texts)]


def _notices(home: Path, before: datetime) -> list[Path]:
    """Return nightly files of days before; the newest stays: the next night goes on from it."""
    folders = sorted(path for path in (home / "notices").glob("[0-9]*") if path.is_dir())
    return [path for path in folders[:-1] if path.name[:10] < before.date().isoformat()]


def _is_there(folder: Path) -> bool:
    return folder.is_dir() and any(path.name != PURGED for path in folder.iterdir())


def _tell(found: Purged, *, as_json: bool) -> None:
    told = {
        "dry": found.dry,
        "before": found.asked.before.date(),
        "kinds": sorted(found.asked.kinds),
        "batches": found.batches,
        "rows": found.touch.changed,
        "files_removed": len(found.files.removed) - found.batches,
        "entries": found.entries,
        "bytes": found.files.bytes,
    }
    if as_json:
        show.as_json(told)
        return
    rows = [
        ("batches 批次", show.count(found.batches)),
        *((f"rows of {name} 行", show.count(count)) for name, count in sorted(found.touch.changed.items())),
        ("evidence and nightly files 影像与夜间文件", show.count(len(found.files.removed) - found.batches)),
        ("entries of the audit log 审计日志条目", show.count(found.entries)),
        ("bytes of files 文件字节", show.count(found.files.bytes)),
    ]
    title = "Would be purged 将清理（未执行，加 --yes 执行）" if found.dry else "Purged 已清理"
    show.table(f"{title}: < {found.asked.before:%Y-%m-%d}", ("", ""), rows)
