"""Rounds: while the service runs, receivers are told every few seconds, and the night is done when one is due.

Due     a night is due when the service starts, on each new day, and when a new batch is published
Fails   a round that fails is logged and tried again; the service goes on
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import structlog

from ews.casework.desk import Desk
from ews.casework.webhooks import deliver
from ews.store.batches import latest_batches

SECONDS = 5.0
"""Between one round and the next."""

log = structlog.get_logger("ews.casework")

_Due = tuple[date, tuple[int, ...]]


@contextmanager
def going_round(desk: Desk, do_night: Callable[[], object], seconds: float = SECONDS) -> Iterator[None]:
    """Go round in a thread of its own until the block ends; a round that has begun is finished."""
    stop = threading.Event()
    thread = threading.Thread(target=_go, args=(desk, do_night, stop, seconds), name="ews-rounds")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _go(desk: Desk, do_night: Callable[[], object], stop: threading.Event, seconds: float) -> None:
    done: _Due | None = None
    while True:
        try:
            done = _round(desk, do_night, done)
        except Exception as error:  # noqa: BLE001 - the outermost frame of the thread
            log.error("round failed", error=type(error).__name__)  # its message may hold personal data
        if stop.wait(seconds):
            return


def _round(desk: Desk, do_night: Callable[[], object], done: _Due | None) -> _Due:
    """Tell receivers, do the night where it is due, and return what it was done for."""
    due = desk.now().date(), tuple(one.number for one in latest_batches(desk.store))
    if due != done:
        do_night()
        log.info("night", day=due[0].isoformat())
    deliver(desk)
    return due
