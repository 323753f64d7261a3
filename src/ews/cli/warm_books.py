"""Warm books: while the service runs, the newest book of each portfolio is in memory before anybody asks for it.

Looks   every few seconds whether there is a new batch, which is one look into an index
Fails   a book that cannot be loaded is logged and tried again; the service goes on, and whoever asks is told why
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from ews.monitoring.keeper import Keeper
from ews.store.batches import latest_batches

SECONDS = 10.0
"""Between one look and the next."""
_PATIENCE = 5.0
"""Seconds that a stopping service waits for a book that is being loaded."""

log = structlog.get_logger("ews.monitoring")


@contextmanager
def keeping_warm(keeper: Keeper, seconds: float = SECONDS) -> Iterator[None]:
    """Keep the books in memory in a thread of its own until the block ends."""
    stop = threading.Event()
    thread = threading.Thread(target=_keep, args=(keeper, stop, seconds), name="ews-books", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_PATIENCE)


def _keep(keeper: Keeper, stop: threading.Event, seconds: float) -> None:
    while True:
        try:
            warm(keeper)
        except Exception as error:  # noqa: BLE001 - the outermost frame of the thread
            log.error("book not loaded", error=type(error).__name__)
        if stop.wait(seconds):
            return


def warm(keeper: Keeper) -> None:
    """Load what is not in memory yet; of as many portfolios as are kept."""
    for one in latest_batches(keeper.store)[: keeper.most]:
        keeper.frame(one.batch.portfolio)
        keeper.history(one.batch.portfolio)
