"""What the machine fails at is told in one line; what the code fails at is not hidden."""

import errno
import sqlite3
import sys

import duckdb
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from ews.cli import app
from ews.cli.machine_faults import disk_fault_of, fault_of
from ews.domain.errors import SettingsError, SourceError


def raised_from(error: Exception, cause: Exception) -> Exception:
    try:
        raise error from cause
    except type(error) as found:
        return found


FULL = "The disk is full, or a limit is reached"
SHUT = "What has to be written cannot be"
AWAY = "The store does not answer"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/home/x"), f"{FULL} ('/home/x': No space left on device). "),
        (OSError(errno.EFBIG, "File too large", "a"), f"{FULL} ('a': File too large). "),
        (OSError(errno.EROFS, "Read-only file system", "b"), f"{SHUT} ('b': Read-only file system). Give the user"),
        (PermissionError(errno.EACCES, "Permission denied", "c"), f"{SHUT} ('c': Permission denied). "),
        (duckdb.IOException("IO Error: Could not write file: No space left on device"), FULL),
        (sqlite3.OperationalError("database or disk is full"), f"{FULL} (database or disk is full). "),
        (DBAPIError("INSERT", {}, sqlite3.OperationalError("attempt to write a readonly database")), SHUT),
        (OperationalError("SELECT", {}, Exception("server closed the connection\nunexpectedly")), AWAY),
        (raised_from(RuntimeError("later"), OSError(errno.ENOSPC, "No space left on device", "d")), FULL),
    ],
)
def test_a_fault_of_the_machine_says_what_and_what_to_do(error, words):
    told = fault_of(error)
    assert told.startswith(words)
    assert "\n" not in told
    assert told.endswith("What was finished stays and nothing is half done: run the same command again, it goes on.")


@pytest.mark.parametrize("error", [ValueError("no"), FileNotFoundError(errno.ENOENT, "No such file", "x"), KeyError()])
def test_a_fault_of_the_code_is_none_of_the_machine(error):
    assert fault_of(error) is None


def test_a_statement_that_is_wrong_is_a_fault_of_the_code(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'x.db'}")
    with engine.connect() as connection, pytest.raises(DBAPIError) as found:
        connection.execute(text("SELECT * FROM nothing"))
    engine.dispose()
    assert fault_of(found.value) is None


def test_a_command_on_a_full_disk_ends_with_one_line_and_a_status_of_its_own(monkeypatch, capsys):
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/home/ews.db")

    monkeypatch.setattr(app, "app", full)
    monkeypatch.setattr(app, "_tell_whole_lines", lambda _app: None)
    with pytest.raises(SystemExit) as ended:
        app.main()
    assert ended.value.code == 5
    assert capsys.readouterr().err.startswith("ews: The disk is full, or a limit is reached ('/home/ews.db'")


def test_an_error_of_the_users_is_told_as_ever(monkeypatch, capsys):
    def wrong(*_: object, **__: object) -> None:
        raise SettingsError(sys.platform)

    monkeypatch.setattr(app, "app", wrong)
    monkeypatch.setattr(app, "_tell_whole_lines", lambda _app: None)
    with pytest.raises(SystemExit) as ended:
        app.main()
    assert (ended.value.code, capsys.readouterr().err) == (2, f"ews: {sys.platform}\n")


def test_a_disk_that_is_full_is_not_told_as_a_fault_of_the_file_that_was_read(monkeypatch, capsys):
    full = duckdb.IOException('IO Error: Could not write file "x": No space left on device')
    wrong = raised_from(SourceError("'ledger.csv' cannot be read. Deliver it again."), full)

    def importing(*_: object, **__: object) -> None:
        raise wrong

    monkeypatch.setattr(app, "app", importing)
    monkeypatch.setattr(app, "_tell_whole_lines", lambda _app: None)
    with pytest.raises(SystemExit) as ended:
        app.main()
    said = capsys.readouterr().err
    assert (ended.value.code, said.startswith("ews: The disk is full")) == (5, True)
    assert "ledger.csv" not in said


def test_a_store_that_cannot_be_opened_says_so_as_ever():
    away = OperationalError("SELECT", {}, Exception("connection refused"))
    assert disk_fault_of(raised_from(SettingsError("The store cannot be opened."), away)) is None
