"""A folder to work in: what is put there goes with the one who put it there.

Life   as long as somebody in this process refers to it, and no longer than the process
Crash  a lock says whose it is; the next who asks for a folder beside it removes those whose owner is gone. Each has a
       name of its own, so that nobody takes what is left of another for his
"""

import fcntl
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_PREFIX, _LOCK = ".ews-training-", "lock"


class WorkFolder:
    """A new folder below `parent`."""

    def __init__(self, parent: Path) -> None:
        parent.mkdir(parents=True, exist_ok=True)
        with _alone(parent):
            for path in parent.glob(f"{_PREFIX}*"):
                _remove_if_left_behind(path)
            self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
            lock = (self.path / _LOCK).open("w")
            fcntl.flock(lock, fcntl.LOCK_EX)
        self.remove = weakref.finalize(self, _remove, self.path, lock)


@contextmanager
def _alone(parent: Path) -> Iterator[None]:
    """Keep others from making or removing folders below `parent` meanwhile."""
    number = os.open(parent, os.O_RDONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)


def _remove_if_left_behind(path: Path) -> None:
    """Remove a folder whose owner did not live to remove it."""
    try:
        with (path / _LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:  # its owner lives
        return
    shutil.rmtree(path, ignore_errors=True)


def _remove(path: Path, lock: IO[str]) -> None:
    with suppress(OSError):
        shutil.rmtree(path)
    lock.close()
