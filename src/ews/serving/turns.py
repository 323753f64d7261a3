"""Turns: what costs seconds of computing is done for few at once, so that one person takes nothing from all others."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from ews.domain.errors import EwsError
from ews.domain.text import sentence

OF_EACH = 2
"""What one account has running or waiting at once."""
WAITING = 8
"""Who waits holds a thread of the service: more than these are told to come again."""
SECONDS = 3
"""After which it is worth asking again: about as long as one turn takes."""


class TooBusyError(EwsError):
    """There is no turn now; in `seconds` there may be one."""

    code = "too-busy"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.seconds = SECONDS


class Turns:
    """`at_once` turns are taken at a time, as many as there are processors where nothing is said; a few more wait."""

    def __init__(self, at_once: int | None = None) -> None:
        most = at_once or os.cpu_count() or 1
        self._running = BoundedSemaphore(most)
        self._let_in = BoundedSemaphore(most + WAITING)
        self._of_each: Counter[str] = Counter()
        self._lock = Lock()

    @contextmanager
    def turn(self, user_id: str) -> Iterator[None]:
        """Wait for a turn; TooBusyError where the account has OF_EACH already, or too many others wait."""
        self._enter(user_id)
        try:
            with self._running:
                yield
        finally:
            self._leave(user_id)

    def _enter(self, user_id: str) -> None:
        with self._lock:
            if self._of_each[user_id] >= OF_EACH:
                message = sentence(
                    "{count} such requests of this account are being worked on. Wait for their answers, then send the "
                    "next one.",
                    count=OF_EACH,
                )
                raise TooBusyError(message)
            if not self._let_in.acquire(blocking=False):
                message = sentence(
                    "Too many such requests of others wait. Nothing was done; send it again in {seconds} seconds.",
                    seconds=SECONDS,
                )
                raise TooBusyError(message)
            self._of_each[user_id] += 1

    def _leave(self, user_id: str) -> None:
        with self._lock:
            self._of_each -= Counter({user_id: 1})
            self._let_in.release()
