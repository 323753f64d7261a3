"""Rounds: while the service runs, receivers are told every few seconds, and the night is done when one is due.

Due     a night is due when the service starts, on each new day, and when a new batch is published
Fails   a night or a delivery that fails is logged and tried again, the night not before a while has passed; neither
        keeps the other from being done, and the service goes on
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import structlog

from ews.casework.desk import Desk
from ews.casework.neighbours.webhooks import deliver
from ews.serving.pulse import Pulse
from ews.store.batches import latest_batches

SECONDS = 5.0
"""Between one round and the next."""
REST = 60.0
"""Seconds for which a night that failed is left alone."""

log = structlog.get_logger("ews.casework")

_Due = tuple[date, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between rounds, and after a night that failed."""

    seconds: float = SECONDS
    rest: float = REST


PACE = Pace()


@contextmanager
def going_round(
    desk: Desk, do_night: Callable[[], object], pace: Pace = PACE, pulse: Pulse | None = None
) -> Iterator[None]:
    """Go round in a thread of its own until the block ends; a round that has begun is finished. `pulse` is told."""
    stop = threading.Event()
    told = Pulse() if pulse is None else pulse
    thread = threading.Thread(target=_go, args=(desk, do_night, stop, pace, told), name="ews-rounds")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _go(desk: Desk, do_night: Callable[[], object], stop: threading.Event, pace: Pace, pulse: Pulse) -> None:
    done: _Due | None = None
    rests_until = time.monotonic()
    while True:
        if time.monotonic() >= rests_until:
            try:
                done = _night(desk, do_night, done, pulse)
            except Exception as error:  # noqa: BLE001 - the outermost frame of the thread
                rests_until = time.monotonic() + pace.rest
                pulse.night_failed()
                log.error("night failed", error=type(error).__name__)  # its message may hold personal data
        try:
            deliver(desk)
        except Exception as error:  # noqa: BLE001 - likewise
            pulse.delivery_failed()
            log.error("delivery failed", error=type(error).__name__)
        if stop.wait(pace.seconds):
            return


def _night(desk: Desk, do_night: Callable[[], object], done: _Due | None, pulse: Pulse) -> _Due:
    """Do the night where it is due, and return what it was done for."""
    newest = latest_batches(desk.store)
    due = desk.now().date(), tuple(one.number for one in newest)
    if due != done:
        do_night()
        pulse.night_done()
        log.info("night", day=due[0].isoformat(), batches=[one.batch.batch_id for one in newest])
    return due
