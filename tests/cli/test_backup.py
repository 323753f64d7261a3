"""Backup and restore of a copy of the scored home, with accounts, a case and the audit log in it."""

import hashlib
import json
import sqlite3
import stat
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import make_url

from ews.cli import restore as restoring
from ews.cli.audit import verify_log
from ews.cli.backup import back_up
from ews.cli.desks import log_of, now
from ews.cli.restore import restore
from ews.cli.settings import Settings
from ews.domain.errors import SettingsError, TamperedError, UnauthenticatedError
from ews.domain.people import Role
from ews.store.accounts import Profile, add_user
from ews.store.audit import LOOK_UP, Entry
from ews.store.audit_search import EntryFilter, entry_page
from ews.store.backup_files import MANIFEST, read_manifest
from ews.store.cases import Case, open_case
from ews.store.engine import open_store, reading, writing
from ews.store.entrance import actor_by_token
from ews.store.journal import Journal
from ews.store.migrate import HEAD, revision_of
from ews.store.tokens import add_token, all_tokens, revoke_token
from tests.servers import do
from tests.store.full import rows_in

pytestmark = pytest.mark.filterwarnings("ignore:XDG_RUNTIME_DIR")
REWRITTEN = {"ews.db", "mlflow.db"}
"""Databases: compared by their rows."""


@pytest.fixture
def settings(scored, tmp_path):
    """Give a home with an account, a case and a session in it, which somebody else's tests never see."""
    home = tmp_path / "home"
    scored.copied_to(home)
    made = Settings(home=home)
    store = open_store(made.database)
    log = log_of(made, store)
    add_user(log, "li", Profile("Li", frozenset({Role.OFFICER}), "BR01", "OF001"), by="os:ops", at=now())
    with writing(store) as connection:
        connection.exec_driver_sql("INSERT INTO sessions VALUES ('h', 'li', '2026-01-01', '2036-01-01', '2026-01-01')")
    store.close()
    (home / "evidence" / "ab").mkdir(parents=True)
    (home / "evidence" / "ab" / "abcd").write_bytes(bytes(range(256)) * 5_000)
    return made


def files_of(folder):
    hidden = {".kept", ".orphans"}
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not hidden & set(path.parts) and path.name not in REWRITTEN
        if not path.name.endswith(("-wal", "-shm", ".lock")) and path.parent.name != "audit"
    }


def rows_at(url, *, but=("sessions", "audit")):
    store = open_store(url)
    with reading(store) as connection:
        rows = {name: found for name, found in rows_in(connection).items() if name not in but}
    store.close()
    return rows


def key_of(settings):
    return settings.home / "audit" / "key"


def test_a_restored_home_holds_the_same_files_rows_and_log(settings, tmp_path, capsys):
    made = back_up(settings, tmp_path / "backup", with_keys=False, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (
        told["bytes"]
        == made.manifest.size
        == sum(p.stat().st_size for p in (tmp_path / "backup/home").rglob("*") if p.is_file())
    )
    assert not (tmp_path / "backup/home/audit/key").exists()
    new = Settings(home=tmp_path / "new")
    found = restore(new, tmp_path / "backup", key_of(settings), replaces=False, as_json=True)
    assert files_of(new.home) == files_of(settings.home)
    assert rows_at(new.database) == rows_at(settings.database)
    assert found.entries == made.manifest.head[0]
    assert stat.S_IMODE(key_of(new).stat().st_mode) == 0o600
    assert verify_log(new, as_json=True)
    with closing(sqlite3.connect(new.home / "ews.db")) as file:
        assert file.execute("SELECT count(*) FROM sessions").fetchone() == (0,)
    with closing(sqlite3.connect(new.home / "mlflow.db")) as file:
        for (place,) in file.execute("SELECT artifact_uri FROM runs"):
            assert Path(place.removeprefix("file://")).is_dir() or str(settings.home) not in place


def test_tokens_of_a_backup_end_as_they_may_have_been_revoked_since(settings, tmp_path, capsys):
    store = open_store(settings.database)
    log = log_of(settings, store)
    kept, over = (add_token(log, "li", expires_at=now() + timedelta(days=9), by="os:ops", at=now()) for _ in range(2))
    revoke_token(log, over.token.token_id, by="os:ops", at=now())
    before = {one.token_id: one.revoked_at for one in all_tokens(store)}
    store.close()
    made = back_up(settings, tmp_path / "backup", with_keys=True, as_json=True)
    for home in ("new", "again"):
        new = Settings(home=tmp_path / home)
        capsys.readouterr()
        restore(new, tmp_path / "backup", None, replaces=False, as_json=home == "new")
        said = capsys.readouterr().out
        store = open_store(new.database)
        after = {one.token_id: one.revoked_at for one in all_tokens(store)}
        with pytest.raises(UnauthenticatedError, match="revoked"):
            actor_by_token(store, kept.secret, at=now())
        store.close()
        assert after == {**before, kept.token.token_id: made.manifest.made_at}
        assert verify_log(new, as_json=True)
        if home == "new":
            told = json.loads(said)
            assert (told["tokens_revoked"], told["active_accounts"]) == (1, ["li"])
        else:
            assert "Active when the backup was made 备份时在用: li. Disable whoever left since" in said


def test_tokens_that_nobody_can_prove_to_have_ended_are_told(settings, tmp_path, capsys):
    back_up(settings, tmp_path / "backup", with_keys=False, as_json=True)
    found = restore(Settings(home=tmp_path / "new"), tmp_path / "backup", None, replaces=False, as_json=False)
    assert (found.entries, found.revoked) == (None, None)
    assert "revoke them with 'ews user revoke'" in capsys.readouterr().out


def test_the_act_is_in_the_log_and_in_the_backup_itself(settings, tmp_path):
    back_up(settings, tmp_path / "backup", with_keys=True, as_json=True)
    new = Settings(home=tmp_path / "new")
    restore(new, tmp_path / "backup", None, replaces=False, as_json=True)
    store = open_store(new.database)
    entries, _ = entry_page(store, EntryFilter(action="backup.*"), limit=9)
    store.close()
    assert [one.entry.action for one in entries[:2]] == ["backup.restore", "backup.make"]


def test_a_copy_made_while_others_write_is_sound(settings, tmp_path):
    """Look-ups are entered, and cases opened, as fast as they can be."""
    store = open_store(settings.database)
    log = log_of(settings, store)
    journal = Journal(store, log.key, log.witness)
    stopped = threading.Event()

    def look_up():
        while not stopped.is_set():
            journal.write(Entry(now(), "li", LOOK_UP, "/v1/borrowers/B0000001", borrowers=("B0000001",)))

    writer = threading.Thread(target=look_up)
    writer.start()
    try:
        made = [back_up(settings, tmp_path / f"b{turn}", with_keys=True, as_json=True) for turn in range(3)]
    finally:
        stopped.set()
        writer.join()
        journal.close()
        store.close()
    heads = [one.manifest.head[0] for one in made]
    assert heads[0] < heads[1] < heads[2]
    for turn, head in enumerate(heads):
        found = restore(Settings(home=tmp_path / f"n{turn}"), tmp_path / f"b{turn}", None, replaces=False, as_json=True)
        assert found.entries == head


@pytest.mark.parametrize("damage", ["changed", "gone", "stray", "list"])
def test_a_damaged_backup_is_refused_before_anything_is_written(settings, tmp_path, damage):
    back_up(settings, tmp_path / "backup", with_keys=True, as_json=True)
    file = tmp_path / "backup/home/evidence/ab/abcd"
    if damage == "changed":
        content = bytearray(file.read_bytes())
        content[1000] ^= 1
        file.write_bytes(content)
    elif damage == "gone":
        file.unlink()
    elif damage == "stray":
        (file.parent / "other").touch()
    else:
        (tmp_path / "backup" / MANIFEST).write_text('{"format": 1, "files": {"../../x": {}}}')
    with pytest.raises(TamperedError):
        restore(Settings(home=tmp_path / "new"), tmp_path / "backup", None, replaces=False, as_json=True)
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / ".new.restoring").exists()


def test_a_store_bent_before_the_backup_is_refused(settings, tmp_path):
    with closing(sqlite3.connect(settings.home / "ews.db")) as file, file:
        file.execute("UPDATE users SET name = 'Wang' WHERE user_id = 'li'")
    back_up(settings, tmp_path / "backup", with_keys=True, as_json=True)
    with pytest.raises(TamperedError, match="users"):
        restore(Settings(home=tmp_path / "new"), tmp_path / "backup", None, replaces=False, as_json=True)
    assert not (tmp_path / "new").exists()


def test_a_home_in_use_is_refused_and_kept_aside_where_it_is_to_be_replaced(settings, tmp_path):
    back_up(settings, tmp_path / "backup", with_keys=True, as_json=True)
    old = Settings(home=tmp_path / "old")
    old.home.mkdir()
    (old.home / "mine").write_text("old")
    with pytest.raises(SettingsError, match="--replace"):
        restore(old, tmp_path / "backup", None, replaces=False, as_json=True)
    assert [path.name for path in old.home.iterdir()] == ["mine"]
    found = restore(old, tmp_path / "backup", None, replaces=True, as_json=True)
    assert (found.aside / "mine").read_text() == "old"
    assert rows_at(old.database) == rows_at(settings.database)


@pytest.mark.parametrize("step", ["_copy", "_move_paths", "_bring_up", "_fill_server", "_stand"])
def test_a_restore_that_was_broken_off_leaves_the_old_home_and_goes_to_its_end_when_run_again(
    settings, tmp_path, monkeypatch, step
):
    back_up(settings, tmp_path / "backup", with_keys=True, as_json=True)
    old = Settings(home=tmp_path / "old")
    old.home.mkdir()
    (old.home / "mine").write_text("old")
    usual = getattr(restoring, step)

    def broken_off(*arguments):
        if step != "_stand":  # after it the new home stands
            usual(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(restoring, step, broken_off)
        with pytest.raises(KeyboardInterrupt):
            restore(old, tmp_path / "backup", None, replaces=True, as_json=True)
    assert [path.name for path in old.home.iterdir()] == ["mine"]
    restore(old, tmp_path / "backup", None, replaces=True, as_json=True)
    assert verify_log(old, as_json=True)


def test_a_backup_writes_over_nothing_and_what_a_killed_one_left_goes(settings, tmp_path):
    (tmp_path / ".backup.partial" / "home").mkdir(parents=True)
    back_up(settings, tmp_path / "backup", with_keys=False, as_json=True)
    assert not (tmp_path / ".backup.partial").exists()
    with pytest.raises(SettingsError, match="not empty"):
        back_up(settings, tmp_path / "backup", with_keys=False, as_json=True)
    with pytest.raises(SettingsError, match="lie in one another"):
        back_up(settings, settings.home / "backup", with_keys=False, as_json=True)


def test_a_backup_of_an_older_schema_is_brought_up_to_date(tmp_path):
    old = Settings(home=tmp_path / "old")
    store = open_store(old.database)
    with writing(store) as connection:
        open_case(
            connection, Case("warning", "open", "sme", "B1", "甲"), verb="raise", user_id="ews", at=now(), content={}
        )
        config = Config()
        config.set_main_option("script_location", "ews.store:migrations")
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.downgrade(config, "0004")
    store.close()
    made = back_up(old, tmp_path / "backup", with_keys=True, as_json=True)
    assert made.manifest.schema == "0004"
    new = Settings(home=tmp_path / "new")
    found = restore(new, tmp_path / "backup", None, replaces=False, as_json=True)
    assert (found.entries, found.rows["cases"], found.rows["worklist"]) == (None, 1, 1)
    store = open_store(new.database, create=False)
    with reading(store) as connection:
        assert revision_of(connection) == HEAD
    store.close()


def test_a_home_goes_to_a_server_and_back(settings, tmp_path, postgresql_url):
    do(postgresql_url, "CREATE DATABASE ews_moved")
    server = make_url(postgresql_url).set(drivername="postgresql", database="ews_moved")
    server = server.render_as_string(hide_password=False)
    back_up(settings, tmp_path / "b1", with_keys=True, as_json=True)
    served = Settings(home=tmp_path / "served", database_url=server)
    restore(served, tmp_path / "b1", None, replaces=False, as_json=True)
    assert not (served.home / "ews.db").exists()
    assert rows_at(server) == rows_at(settings.database)
    assert verify_log(served, as_json=True)
    with pytest.raises(SettingsError, match="not empty"):
        restore(
            Settings(home=tmp_path / "other", database_url=server), tmp_path / "b1", None, replaces=False, as_json=True
        )
    back_up(served, tmp_path / "b2", with_keys=True, as_json=True)
    assert read_manifest(tmp_path / "b2").database == "postgresql"
    new = Settings(home=tmp_path / "new")
    found = restore(new, tmp_path / "b2", None, replaces=False, as_json=True)
    assert rows_at(new.database) == rows_at(settings.database)
    assert found.entries == read_manifest(tmp_path / "b2").head[0]
