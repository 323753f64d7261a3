"""Backup: a whole copy of a home while the service and a batch run.

Order    the witness, the store as of one moment, MLflow's database, then files: what the store names was written before
Whole    a folder beside the target is renamed into place when all of it is on the disk; what a killed one left goes
Keys     the key of the audit log and the login's secret stay away unless asked for: beside the data they prove nothing
"""

import shutil
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import ews
from ews.cli import show
from ews.cli.audit import opened_log
from ews.cli.backup_store import batches_in, head_in, rows_in, schema_in
from ews.cli.desks import audit_folder, now
from ews.cli.people import by
from ews.cli.settings import Settings
from ews.domain.errors import SettingsError
from ews.domain.progress import Progress
from ews.models.champion import POINTER_FILE
from ews.scoring.seal import SUMMARY, broken
from ews.store.audit import Entry
from ews.store.audit_log import KEY, WITNESS, change
from ews.store.backup_files import HOME, Copied, Manifest, copy_file, home_files, measured, write_manifest
from ews.store.engine import open_store
from ews.store.migrate import HEAD
from ews.store.snapshot import copy_sqlite, copy_store

STORE, MLFLOW = "ews.db", "mlflow.db"
ENTRY = "backup.make"
_TRIES = 5
_LEFT = {
    "key": "The key of the audit log is not in it: keep a copy elsewhere (--with-keys). 不含审计密钥，请另行保管",
    "tracking": "MLflow's database lies elsewhere and is not in it. 不含外部MLflow数据库",
    "secrets": "What receivers of messages sign with is in the store, so in it too. 含消息签名密钥，请妥善保管",
}


@dataclass(frozen=True, slots=True)
class BackedUp:
    """`left` tells what a reader of the backup has to know, by the names of _LEFT."""

    target: Path
    manifest: Manifest
    seconds: float
    left: tuple[str, ...]


def back_up(settings: Settings, target: Path, *, with_keys: bool, as_json: bool) -> BackedUp:
    """Copy the home of the settings into the new folder `target`; SettingsError where that cannot be."""
    home, target = settings.home.resolve(), target.resolve()
    _check_places(home, target, settings)
    started = time.monotonic()
    partial = target.with_name(f".{target.name}.partial")
    if partial.exists():
        shutil.rmtree(partial)  # of a backup that was killed
    partial.mkdir(mode=0o700, parents=True)
    with show.progress("backup", quiet=as_json) as progress:
        manifest = _make(settings, partial / HOME, progress, with_keys=with_keys)
        write_manifest(partial, manifest)
    with suppress(FileNotFoundError):
        target.rmdir()  # empty, as was checked
    partial.rename(target)
    left = [name for name, holds in _left(settings, has_key=manifest.has_key) if holds]
    made = BackedUp(target, manifest, time.monotonic() - started, tuple(left))
    _tell(made, as_json=as_json)
    return made


def _check_places(home: Path, target: Path, settings: Settings) -> None:
    if not settings.database_exists:
        message = f"There is no store in the home '{home}'. Name the home with --home or EWS_HOME."
        raise SettingsError(message)
    if target == home or home in target.parents or target in home.parents:
        message = f"The backup '{target}' and the home '{home}' lie in one another. Name a folder elsewhere."
        raise SettingsError(message)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        message = f"'{target}' is not empty. Name a new folder: a backup never writes over anything."
        raise SettingsError(message)


def _make(settings: Settings, to: Path, progress: Progress, *, with_keys: bool) -> Manifest:
    home = settings.home.resolve()
    to.mkdir()
    _enter(settings)
    copied: dict[str, Copied] = {}
    for path in (audit_folder(settings) / WITNESS,):
        if path.is_file():
            copied[_named(path, home)] = copy_file(path, to / path.relative_to(home))
    _copy_store(settings, to, copied, progress)
    if settings.tracking_uri is None and (home / MLFLOW).is_file():
        copy_sqlite(home / MLFLOW, to / MLFLOW, progress)
    key = settings.audit_key or audit_folder(settings) / KEY
    secrets = {path.resolve() for path in (key, settings.oidc_secret_file) if path is not None}
    without = {*secrets, home / STORE, home / MLFLOW, *(home / name for name in copied)}
    names = list(home_files(home, without=without))
    for done, name in enumerate(names, start=1):
        with suppress(FileNotFoundError):  # gone since it was listed: the batches are looked at below
            copied[name.as_posix()] = copy_file(home / name, to / name)
        progress("files", done, len(names))
    if with_keys and key.is_file():
        copied[f"audit/{KEY}"] = copy_file(key, to / "audit" / KEY)
    copied.update({path.name: measured(path) for path in (to / STORE, to / MLFLOW) if path.is_file()})
    _check_batches(home, to)
    files = {f"{HOME}/{name}": copied[name] for name in sorted(copied)}
    store = to / STORE
    return Manifest(
        now(), ews.__version__, schema_in(store), settings.database.split(":", 1)[0].split("+", 1)[0], str(home),
        f"audit/{KEY}" in copied, head_in(store), rows_in(store), files,
    )  # fmt: skip


def _copy_store(settings: Settings, to: Path, copied: dict[str, Copied], progress: Progress) -> None:
    """Copy the store, with who was champion at that moment: both again where somebody was appointed meanwhile."""
    home = settings.home.resolve()
    for _ in range(_TRIES):
        before = _pointers(home)
        (to / STORE).unlink(missing_ok=True)
        if settings.database.startswith("sqlite"):
            copy_sqlite(_database_file(settings), to / STORE, progress)
        else:
            store = open_store(settings.database, create=False)
            try:
                copy_store(store, to / STORE, progress)
            finally:
                store.close()
        if _pointers(home) == before:
            for path in before:
                copied[_named(path, home)] = copy_file(path, to / path.relative_to(home))
            return
    message = "Champions were appointed again and again while the backup was made. Make it when nobody does."
    raise SettingsError(message)


def _pointers(home: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted((home / "models").glob(f"*/{POINTER_FILE}"))}


def _enter(settings: Settings) -> None:
    """Enter the backup in the log, before anything is copied; a store of an older schema stays as it is."""
    if settings.database.startswith("sqlite") and schema_in(_database_file(settings)) != HEAD:
        return
    with opened_log(settings) as log, change(log, Entry(now(), by(), ENTRY, "home")):
        pass


def _database_file(settings: Settings) -> Path:
    return Path(settings.database.removeprefix("sqlite:///"))


def _named(path: Path, home: Path) -> str:
    return path.relative_to(home).as_posix()


def _check_batches(home: Path, to: Path) -> None:
    """Raise SettingsError where the copy of a batch is not whole though the batch is."""
    for directory in batches_in(to / STORE):
        there = (home / directory / SUMMARY).is_file()
        if there and (not (to / directory / SUMMARY).is_file() or broken(to / directory)):
            message = (
                f"The batch in '{home / directory}' was changed while it was copied, or is damaged. Make the backup "
                "again; where that does not help, restore the batch from an earlier one."
            )
            raise SettingsError(message)


def _left(settings: Settings, *, has_key: bool) -> tuple[tuple[str, bool], ...]:
    return ("key", not has_key), ("tracking", settings.tracking_uri is not None), ("secrets", True)


def _tell(made: BackedUp, *, as_json: bool) -> None:
    manifest = made.manifest
    if as_json:
        shown = asdict(manifest)
        files = shown.pop("files")
        told = {"target": made.target, **shown, "files": len(files), "bytes": manifest.size, "seconds": made.seconds}
        show.as_json({**told, "left": {name: _LEFT[name] for name in made.left}})
        return
    rows = [
        ("folder 目录", made.target),
        ("files 文件", show.count(len(manifest.files))),
        ("bytes 字节", show.count(manifest.size)),
        ("rows of the store 数据库行数", show.count(sum(manifest.rows.values()))),
        ("newest entry of the log 审计日志末条", show.count(manifest.head[0])),
        ("seconds 秒", f"{made.seconds:.1f}"),
    ]
    show.table("Backup 备份", ("", ""), rows, left=2)
    for name in made.left:
        show.OUT.print(_LEFT[name], highlight=False, markup=False, soft_wrap=True)
