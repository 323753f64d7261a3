"""Warm books: while the service runs, what the first click would have to load is in memory before anybody asks for it.

What    pages as they are written, stored models; of each portfolio the newest book, and what pages tell of its batch

Looks   every few seconds whether there is a new batch, which is one look into an index
Fails   a book that cannot be loaded is logged and tried again; the service goes on, and whoever asks is told why
"""

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from ews.monitoring.keeper import Keeper
from ews.store.batches import latest_batches
from ews.store.publications import Publication

SECONDS = 10.0
"""Between one look and the next."""
_PATIENCE = 5.0
"""Seconds that a stopping service waits for a book that is being loaded."""

log = structlog.get_logger("ews.monitoring")


def _nothing(_batch: Publication) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Beside:
    """What is loaded beside the books: `once` when the service starts, `of_batch` for each newest batch."""

    once: Callable[[], object] = tuple
    of_batch: Callable[[Publication], object] = _nothing


@contextmanager
def keeping_warm(keeper: Keeper, beside: Beside = Beside(), seconds: float = SECONDS) -> Iterator[None]:
    """Keep the books in memory in a thread of its own until the block ends."""
    stop = threading.Event()
    thread = threading.Thread(target=_keep, args=(keeper, beside, stop, seconds), name="ews-books", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_PATIENCE)


def _keep(keeper: Keeper, beside: Beside, stop: threading.Event, seconds: float) -> None:
    is_first, loaded = True, frozenset[int]()
    while True:
        try:
            if is_first:
                beside.once()
                is_first = False
            known, loaded = loaded, warm(keeper, beside, loaded)
            if loaded != known:
                log.info("books loaded")
        except Exception as error:  # noqa: BLE001 - the outermost frame of the thread
            log.error("book not loaded", error=type(error).__name__)
        if stop.wait(seconds):
            return


def warm(keeper: Keeper, beside: Beside = Beside(), loaded: Collection[int] = ()) -> frozenset[int]:
    """Load what is not in memory yet; of as many portfolios as are kept. Return the publications that are."""
    newest = latest_batches(keeper.store)[: keeper.most]
    for one in newest:
        keeper.frame(one.batch.portfolio)
        keeper.history(one.batch.portfolio)
        if one.number not in loaded:
            beside.of_batch(one)
    return frozenset(one.number for one in newest)
