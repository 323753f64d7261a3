"""Restore: a home made of a backup, which is looked at from end to end before anything is written.

Beside   the new home is put together beside the place of the old one and renamed into it when it stands
Old      a home that is there stays as it is; with `--replace` it is renamed, never deleted
Server   a store on PostgreSQL must be empty; it takes all rows in one transaction, before the home stands
Older    a store of an older schema is brought up to date in the new home
Secrets  sessions and tokens end, as nobody knows which were ended since the backup; active accounts are told
Again    killed anywhere, the same command goes to the end
"""

import json
import shutil
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete

from ews.cli import show
from ews.cli.backup import MLFLOW, STORE
from ews.cli.desks import audit_folder, now
from ews.cli.people import by
from ews.cli.settings import Settings
from ews.domain.errors import SettingsError, TamperedError
from ews.domain.progress import Progress
from ews.store.accounts import all_users
from ews.store.audit import Entry, Head, head_of
from ews.store.audit_check import verify
from ews.store.audit_key import read_key
from ews.store.audit_log import KEY, WITNESS, change, open_log
from ews.store.backup_files import HOME, Manifest, check_files, copy_file, read_manifest
from ews.store.engine import Store, open_store, reading, writing
from ews.store.snapshot import copy_rows, rows_of
from ews.store.tables import sessions
from ews.store.tokens import revoke_all_tokens
from ews.store.witness import Witness

ENTRY = "backup.restore"


@dataclass(frozen=True, slots=True)
class Restored:
    """`entries` of the audit log were verified, None where its key was not at hand; `aside` is the old home.

    `revoked` tokens ended, None where that could not be for want of the key; `accounts` are active.
    """

    home: Path
    manifest: Manifest
    rows: Mapping[str, int]
    accounts: tuple[str, ...]
    entries: int | None
    revoked: int | None
    aside: Path | None
    seconds: float


def restore(settings: Settings, source: Path, key: Path | None, *, replaces: bool, as_json: bool) -> Restored:
    """Make the home of the settings of the backup in `source`.

    SettingsError where the home or the database is not empty; TamperedError where the backup is not as it was made.
    """
    started = time.monotonic()
    home, source = settings.home.resolve(), source.resolve()
    manifest = read_manifest(source)
    _check_place(home, source, replaces=replaces)
    partial = home.with_name(f".{home.name}.restoring")
    with show.progress("restore", quiet=as_json) as progress:
        check_files(source, manifest, progress)
        if partial.exists():
            shutil.rmtree(partial)  # of a restore that was killed
        _copy(source / HOME, partial, manifest, progress)
        _move_paths(partial, manifest.home, home)
        staged = settings.model_copy(update={"home": partial, "database_url": None})
        entries, revoked = _bring_up(staged, key, manifest.made_at)
        _fill_server(settings, partial, progress)
    aside = _stand(partial, home)
    rows, accounts = _enter(settings)
    made = Restored(home, manifest, rows, accounts, entries, revoked, aside, time.monotonic() - started)
    _tell(made, as_json=as_json)
    return made


def _check_place(home: Path, source: Path, *, replaces: bool) -> None:
    if source == home or home in source.parents or source in home.parents:
        message = f"The backup '{source}' and the home '{home}' lie in one another. Name a home elsewhere."
        raise SettingsError(message)
    if home.exists() and not home.is_dir():
        message = f"'{home}' is no folder. Name another home."
        raise SettingsError(message)
    if not replaces and home.is_dir() and any(home.iterdir()):
        message = (
            f"The home '{home}' is not empty; nothing was restored. Name an empty one, or say --replace: the old one "
            "is kept beside it."
        )
        raise SettingsError(message)


def _copy(source: Path, to: Path, manifest: Manifest, progress: Progress) -> None:
    """Copy the files and compare what was written, in case the source changes under way."""
    to.mkdir(mode=0o700, parents=True)
    for done, (name, said) in enumerate(manifest.files.items(), start=1):
        below = Path(name).relative_to(HOME)
        if copy_file(source / below, to / below) != said:
            message = f"'{source / below}' was changed while it was copied. Nothing was restored."
            raise TamperedError(message)
        progress("files", done, len(manifest.files))


def _move_paths(partial: Path, old: str, new: Path) -> None:
    """Have MLflow and the places of books lead into the new home where they led into the old one."""
    if (partial / MLFLOW).is_file():
        with closing(sqlite3.connect(partial / MLFLOW)) as file, file:
            for table, column in _text_columns(file):
                for before, after in ((Path(old).as_uri(), new.as_uri()), (old, str(new))):
                    file.execute(
                        f'UPDATE "{table}" SET "{column}" = ? || substr("{column}", ?) '
                        f'WHERE "{column}" = ? OR substr("{column}", 1, ?) = ?',
                        (after, len(before) + 1, before, len(before) + 1, f"{before}/"),
                    )
    for path in (partial / "books").glob("*.json"):
        with suppress(ValueError, KeyError, TypeError):
            folder = Path(json.loads(path.read_text(encoding="utf-8"))["folder"])
            content = json.dumps({"folder": str(new / folder.relative_to(old))}, ensure_ascii=False)
            path.write_text(content + "\n", encoding="utf-8")


def _text_columns(file: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return the columns in which MLflow keeps addresses."""
    tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    known = ("artifact_location", "artifact_uri", "storage_location", "source")
    columns = [(table, row[1]) for table in tables for row in file.execute(f'PRAGMA table_info("{table}")')]
    return [(table, column) for table, column in columns if column in known]


def _bring_up(staged: Settings, key: Path | None, made_at: datetime) -> tuple[int | None, int | None]:
    """Bring the store up to date, verify its log, end its sessions and, as of the backup, its tokens.

    Return how many entries the log has, and how many tokens ended; None where there is no key. The same backup gives
    the same rows, so that a restore that was killed knows them again.
    """
    folder = audit_folder(staged)
    if key is not None:
        copy_file(key, folder / KEY)
        (folder / KEY).chmod(0o600)
    at = next((path for path in (folder / KEY, staged.audit_key) if path is not None and path.is_file()), None)
    store = open_store(staged.database)
    try:
        with writing(store) as connection:
            connection.execute(delete(sessions))  # who logged out since would be logged in again
        if at is None:
            return None, None
        found = verify(store, read_key(at), Witness(folder / WITNESS))
        if not found.is_sound:
            count = len(found.faults) + found.more
            message = (
                f"The store in the backup is not sound ({count} faults): {found.faults[0].text.en} "
                "Nothing was restored; use an earlier backup."
            )
            raise TamperedError(message)
        return found.entries, revoke_all_tokens(open_log(store, folder, key_file=at), by=by(), at=made_at)
    finally:
        store.close()


def _fill_server(settings: Settings, partial: Path, progress: Progress) -> None:
    """Move the rows of the staged store to where the settings have the store, unless that is in the home."""
    if settings.database_url is None:
        return
    staged, target = open_store(f"sqlite:///{partial / STORE}"), open_store(settings.database)
    try:
        if rows_of(target) != rows_of(staged) or _head(target) != _head(staged):  # else: killed after this step
            if any(rows_of(target).values()):
                message = (
                    "The database of EWS_DATABASE_URL is not empty; nothing was restored. Name an empty one, and leave "
                    "the old one where it is until the new one stands."
                )
                raise SettingsError(message)
            copy_rows(staged, target, progress)
    finally:
        staged.close()
        target.close()
    for name in (STORE, f"{STORE}-wal", f"{STORE}-shm"):
        (partial / name).unlink(missing_ok=True)


def _head(store: Store) -> Head:
    with reading(store) as connection:
        return head_of(connection)


def _stand(partial: Path, home: Path) -> Path | None:
    """Rename the new home into its place, an old one aside; return where that is."""
    aside = None
    if home.is_dir() and any(home.iterdir()):
        aside = home.with_name(f"{home.name}.before-{now():%Y%m%dT%H%M%S}")
        home.rename(aside)
    elif home.is_dir():
        home.rmdir()
    partial.rename(home)
    return aside


def _enter(settings: Settings) -> tuple[Mapping[str, int], tuple[str, ...]]:
    """Enter the restore in the log where its key is at hand; return the rows of the store and its active accounts."""
    store = open_store(settings.database)
    try:
        rows = rows_of(store)
        accounts = tuple(user.user_id for user in all_users(store) if user.is_active)
        path = settings.audit_key or audit_folder(settings) / KEY
        if path.is_file():
            log = open_log(store, audit_folder(settings), key_file=settings.audit_key)
            with change(log, Entry(now(), by(), ENTRY, "home")):
                pass
    finally:
        store.close()
    return rows, accounts


def _tell(made: Restored, *, as_json: bool) -> None:
    if as_json:
        told = {"home": made.home, "made_at": made.manifest.made_at, "files": len(made.manifest.files)}
        more = {"bytes": made.manifest.size, "rows": dict(made.rows), "entries_verified": made.entries}
        people = {"tokens_revoked": made.revoked, "active_accounts": made.accounts}
        show.as_json({**told, **more, **people, "old_home": made.aside, "seconds": made.seconds})
        return
    verified = (
        "not verified, no key 无密钥，未校验" if made.entries is None else f"{show.count(made.entries)} entries 条"
    )
    rows = [
        ("home 目录", made.home),
        ("of 备份时间", f"{made.manifest.made_at:%Y-%m-%d %H:%M:%S}"),
        ("files 文件", show.count(len(made.manifest.files))),
        ("bytes 字节", show.count(made.manifest.size)),
        ("audit log 审计日志", verified),
        (
            "tokens revoked 吊销令牌",
            "none, no key 无密钥，未吊销" if made.revoked is None else show.count(made.revoked),
        ),
        ("active accounts 在用账号", show.count(len(made.accounts))),
        ("old home 原目录", made.aside or "–"),
        ("seconds 秒", f"{made.seconds:.1f}"),
    ]
    show.table("Restore 恢复", ("", ""), rows, left=2)
    if made.accounts:
        line = (
            f"Active when the backup was made 备份时在用: {', '.join(made.accounts)}. Disable whoever left since, and "
            "give machines new tokens ('ews user disable', 'ews user token'). 请停用离职人员的账号，并重新发放令牌。"
        )
        show.OUT.print(line, highlight=False, markup=False, soft_wrap=True)
    if made.revoked is None:
        line = (
            "Tokens of the backup hold, also those revoked since: revoke them with 'ews user revoke' when the key is "
            "back. 备份中的令牌仍然有效，放回密钥后请逐一吊销。"
        )
        show.OUT.print(line, highlight=False, markup=False, soft_wrap=True)
