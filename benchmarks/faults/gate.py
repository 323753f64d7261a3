"""The gate: whatever a process writes passes it one event at a time, and at one of them the process may be killed.

Events   files and folders opened to write, renamed, made, removed; statements that change a database, and commits
Told     one line per event, written at once, so that it is known how far a killed process had come
Blind    what libraries write by themselves (DuckDB, Arrow, SQLite) is no event: kills by time meet it
"""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

_CHANGES = frozenset({"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.truncate", "shutil.rmtree"})
_READS = ("SELECT", "PRAGMA", "BEGIN", "WITH")
_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Gate:
    """Counts the events below `root` and those of databases; at number `kill_at` the process group is killed.

    At the first event that `pause_at` is a part of the process stops until it is told to go on.
    """

    def __init__(self, told: Path, root: Path, kill_at: int | None, pause_at: str | None = None) -> None:
        self._file = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._root = str(root)
        self._kill_at = kill_at
        self._pause_at = pause_at
        self._began = time.perf_counter()
        self._count = 0

    def watch(self) -> None:
        """Look at all that this process does from now on, and for its whole life."""
        from sqlalchemy import Engine, event  # noqa: PLC0415 - the gate is imported by who has no database

        event.listen(Engine, "commit", lambda _connection: self._pass("commit", ""))
        event.listen(Engine, "before_cursor_execute", self._state)
        sys.addaudithook(self._look)

    def _state(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        words = " ".join(statement.split()[:3])
        if not words.upper().startswith(_READS):
            self._pass("sql", words)

    def _look(self, name: str, given: tuple[Any, ...]) -> None:
        if name == "open":
            path, _mode, flags = given
            if isinstance(flags, int) and flags & _TO_WRITE:
                self._below(name, path)
        elif name in _CHANGES:
            self._below(name, given[1] if name == "os.rename" else given[0])

    def _below(self, name: str, path: Any) -> None:
        text = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else ""
        if text.startswith(self._root):
            self._pass(name, text[len(self._root) :])

    def _pass(self, name: str, what: str) -> None:
        self._count += 1
        line = f"{self._count}\t{time.perf_counter() - self._began:.4f}\t{name} {what}".encode() + b"\n"
        os.write(self._file, line)
        if self._count == self._kill_at:
            os.killpg(0, signal.SIGKILL)
        if self._pause_at is not None and self._pause_at in f"{name} {what}":
            self._pause_at = None
            os.kill(os.getpid(), signal.SIGSTOP)


def passed(told: Path) -> list[tuple[float, str]]:
    """Return the events in their order: seconds since the process began, and what it was."""
    lines = told.read_text(encoding="utf-8", errors="replace").splitlines() if told.is_file() else []
    parts = [line.split("\t") for line in lines]
    return [(float(part[1]), part[2]) for part in parts if len(part) == 3]
