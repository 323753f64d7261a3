"""Machine faults: what fails beneath a command, a full disk, a missing right, a database that went away, in one line.

Full       no room, no quota, or a limit on files: whoever says so, the system, DuckDB or SQLite
Shut       what cannot be written: a file system mounted to be read, somebody else's folder
Away       a database that does not answer any more
Else       is a fault of the code and shows its traceback
After      what was finished stays, what was not is not seen: the same command goes on
"""

import errno
import sqlite3
from collections.abc import Iterator

import duckdb
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_SHUT = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_FULL_WORDS = ("no space left on device", "disk is full", "disk quota exceeded", "file too large")
_SHUT_WORDS = (
    "readonly database",
    "read-only file system",
    "permission denied",
    "unable to open database file",
    "operation not permitted",
)
_HELD = "database is locked"
_AFTER = "What was finished stays and nothing is half done: run the same command again, it goes on."
_LONGEST = 300


def fault_of(error: BaseException) -> str | None:
    """Return what a user is told of an error of the machine, None for any other."""
    for one in _chain(error):
        kind = _kind(one)
        if kind == "full":
            return f"The disk is full, or a limit is reached ({_said(one)}). Make room or raise the limit. {_AFTER}"
        if kind == "shut":
            return (
                f"What has to be written cannot be ({_said(one)}). Give the user that runs ews the right to write "
                f"there, or name another home (EWS_HOME). {_AFTER}"
            )
        if kind == "away":
            return f"The store does not answer ({_said(one)}). See that its database runs and can be reached. {_AFTER}"
    return None


def disk_fault_of(error: BaseException) -> str | None:
    """Return what a user is told of an error that rests on a disk that is full or shut, None for any other.

    Whoever reads a file takes what DuckDB says for a fault of the file, though it was the disk beneath.
    """
    beneath = (one for one in _chain(error) if _kind(one) in {"full", "shut"})
    return next((fault_of(one) for one in beneath), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _kind(error: BaseException) -> str | None:
    number = error.errno if isinstance(error, OSError) else None
    if number in _FULL | _SHUT:
        return "full" if number in _FULL else "shut"
    if isinstance(error, OSError | duckdb.IOException | sqlite3.Error | DBAPIError):
        words = str(getattr(error, "orig", None) or error).lower()
        for kind, known in (("full", _FULL_WORDS), ("shut", _SHUT_WORDS)):
            if any(one in words for one in known):
                return kind
    return "away" if _is_away(error) else None


def _is_away(error: BaseException) -> bool:
    """Tell whether a server does not answer, or a file is held by somebody else for too long."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    return not isinstance(error.orig, sqlite3.Error) or _HELD in str(error.orig)


def _said(error: BaseException) -> str:
    """Return what was said, with the file that it is about, in one line."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"'{error.filename}': {error.strerror}"
    told = " ".join(str(getattr(error, "orig", None) or error).split())
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}…"
