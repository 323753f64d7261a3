"""Journal: look-ups enter the audit log in groups, so that each is on the disk before its answer and yet is cheap.

Group   whatever waits when a commit is done goes into the next one; a look-up waits for one commit, at most two
Fails   whoever waits is told the error of the store; an entry that alone cannot be stored fails alone
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Condition, Thread
from types import TracebackType
from typing import Self

from sqlalchemy.exc import OperationalError

from ews.store.audit import Entry, Head, append, changing
from ews.store.audit_log import Log, witnessed
from ews.store.cases import plain_json
from ews.store.engine import Store

MOST = 500
"""Most entries of one commit."""

_Waiting = tuple[Entry, Future[None]]


class Journal:
    """Used by all threads of a process; several processes may have one each on the same store."""

    def __init__(self, store: Store, key: bytes, witness: Callable[[Head], None] | None = None) -> None:
        self._log = Log(store, key, witness)
        self._changed = Condition()
        self._waiting: list[_Waiting] = []
        self._closed = False
        self._thread = Thread(target=self._run, name="ews-journal", daemon=True)
        self._thread.start()

    def write(self, entry: Entry) -> None:
        """Return when the entry is stored for good; the error of the store or the witness where it could not be."""
        self.enter(entry).result()

    def enter(self, entry: Entry) -> "Future[None]":
        """Return what is done once `write` would return, with its error: whoever waits for many needs no thread each.

        An entry is not taken back: what is returned cannot be cancelled.
        """
        plain_json(entry.content)  # TypeError here, rather than for all that wait beside it
        stored: Future[None] = Future()
        stored.set_running_or_notify_cancel()
        with self._changed:
            if self._closed:
                message = "The journal is closed: the service is stopping."
                raise RuntimeError(message)
            self._waiting.append((entry, stored))
            self._changed.notify()
        return stored

    def close(self) -> None:
        """Store what waits, then stop; more is not taken."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        while group := self._next_group():
            self._settle(group)

    def _next_group(self) -> Sequence[_Waiting]:
        """Wait for entries; nothing comes when the journal is closed and all is stored."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            return group

    def _settle(self, group: Sequence[_Waiting]) -> None:
        try:
            self._store([entry for entry, _ in group])
        except Exception as error:  # noqa: BLE001 - the outermost frame of the thread: whoever waits is told
            if len(group) == 1 or isinstance(error, (OperationalError, OSError)):
                for _, stored in group:
                    stored.set_exception(error)
                return
            for one in group:  # the store takes entries: one of these it does not
                self._settle([one])
        else:
            for _, stored in group:
                stored.set_result(None)

    def _store(self, entries: Sequence[Entry]) -> None:
        with changing(self._log.store) as connection:
            head = append(connection, self._log.key, entries)
        witnessed(self._log, head)
