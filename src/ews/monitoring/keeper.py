"""Keeper: the newest frame and history of each portfolio, kept in memory for all readers.

Load     once per publication, in the thread of the first who asks; the others go on with what there was, and wait only
         where there was nothing
Keeps    at most MOST frames and as many histories; those that were asked for least lately are given up
Fresh    each call asks the store for the portfolio's last publication, which is one look into an index
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy import func, select

from ews.domain.errors import UnknownBatchError
from ews.domain.text import sentence
from ews.monitoring.frame import BookFrame
from ews.monitoring.history import History, load_history
from ews.monitoring.load import load
from ews.store.batches import latest_batch
from ews.store.engine import Store, reading
from ews.store.tables import batches

MOST = 2

T = TypeVar("T")


@dataclass(slots=True)
class _Shelf(Generic[T]):
    """What is held by portfolio, each with the publication that was the portfolio's last when it was loaded."""

    held: OrderedDict[str, tuple[int, T]] = field(default_factory=OrderedDict)
    loading: dict[str, Lock] = field(default_factory=dict)
    guard: Lock = field(default_factory=Lock)

    def find(self, portfolio: str) -> tuple[int, T] | None:
        with self.guard:
            if portfolio in self.held:
                self.held.move_to_end(portfolio)
            return self.held.get(portfolio)

    def keep(self, portfolio: str, last: int, made: T, most: int) -> None:
        with self.guard:
            self.held[portfolio] = (last, made)
            self.held.move_to_end(portfolio)
            while len(self.held) > most:
                self.held.popitem(last=False)

    def lock(self, portfolio: str) -> Lock:
        with self.guard:
            return self.loading.setdefault(portfolio, Lock())


@dataclass(frozen=True, slots=True, eq=False)
class Keeper:
    """`grades` are the codes of the policy's scale from best to worst. Called by several threads at once."""

    store: Store
    grades: Sequence[str] = ()
    most: int = MOST
    _frames: _Shelf[BookFrame] = field(default_factory=_Shelf)
    _histories: _Shelf[History] = field(default_factory=_Shelf)

    def frame(self, portfolio: str) -> BookFrame:
        """Return the frame of the newest batch; UnknownBatchError where none is published."""

        def make(held: BookFrame | None) -> BookFrame:
            newest = latest_batch(self.store, portfolio)
            if newest is None:
                raise _nothing(portfolio)
            if held is not None and held.publication.number == newest.number:
                return held  # what was published is an earlier day's
            return load(self.store, newest, self.grades)

        return self._current(self._frames, portfolio, make)

    def history(self, portfolio: str) -> History:
        """Return the history up to the newest batch; UnknownBatchError where none is published."""
        return self._current(self._histories, portfolio, lambda held: load_history(self.store, portfolio, held))

    def _current(self, shelf: _Shelf[T], portfolio: str, make: Callable[[T | None], T]) -> T:
        last, held = self._last(portfolio), shelf.find(portfolio)
        if held is not None and held[0] == last:
            return held[1]
        lock = shelf.lock(portfolio)
        if held is None:
            lock.acquire()
        elif not lock.acquire(blocking=False):
            return held[1]  # somebody loads already
        try:
            return self._loaded(shelf, portfolio, make)
        finally:
            lock.release()

    def _loaded(self, shelf: _Shelf[T], portfolio: str, make: Callable[[T | None], T]) -> T:
        last, held = self._last(portfolio), shelf.find(portfolio)
        if held is None or held[0] != last:
            held = (last, make(None if held is None else held[1]))
            shelf.keep(portfolio, *held, self.most)
        return held[1]

    def _last(self, portfolio: str) -> int:
        query = select(func.max(batches.c.publication)).where(batches.c.portfolio == portfolio)
        with reading(self.store) as connection:
            last = connection.execute(query).scalar()
        if last is None:
            raise _nothing(portfolio)
        return int(last)


def _nothing(portfolio: str) -> UnknownBatchError:
    message = sentence(
        "Nothing is published for portfolio '{portfolio}'. Score its book first, or name another portfolio.",
        portfolio=portfolio,
    )
    return UnknownBatchError(message)
