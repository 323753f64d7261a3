"""Contenders: ways to make something of one book on one engine, timed in turns.

Rounds  every contender once per round, in the same order; what it made is dropped outside of the time
Ratios  of the seconds of one round, the median over the rounds: what else the machine does falls on both sides. `cpu`
        are seconds of all threads of the process, which other processes disturb less
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

import ibis.expr.types as ir

from ews.events.book import Book
from ews.features.build import build_features
from ews.features.window import Spine


@dataclass(frozen=True, slots=True)
class Contender:
    """`work` makes something, `clear` drops it again."""

    work: Callable[[], object]
    clear: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Seconds:
    wall: float
    cpu: float


Timed = Mapping[str, list[Seconds]]


def in_turns(contenders: Mapping[str, Contender], rounds: int) -> Timed:
    """Return the seconds of each contender in each of `rounds`."""
    found: dict[str, list[Seconds]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, each in contenders.items():
            found[name].append(_timed(each.work))
            each.clear()
    return found


def ratio(timed: Timed, of: str, to: str, *, cpu: bool = False) -> float:
    """Return the median over the rounds of the seconds of `of` divided by those of `to`."""
    pairs = zip(timed[of], timed[to], strict=True)
    return median((one.cpu / other.cpu) if cpu else (one.wall / other.wall) for one, other in pairs)


def seconds(timed: Timed) -> dict[str, dict[str, float]]:
    """Return the median seconds of each contender, rounded for people."""
    return {
        name: {
            "wall": round(median(one.wall for one in found), 3),
            "cpu": round(median(one.cpu for one in found), 3),
        }
        for name, found in timed.items()
    }


def ours(book: Book, spine: Spine) -> Contender:
    """Return the build of all features; its statements are compiled here, on one borrower, and not in the time."""
    made: list[Any] = []
    first = Spine(book.engine.create_table("one_borrower", spine.table.limit(1), temp=True, overwrite=True), spine.days)
    drop(book, build_features(book, first))

    def clear() -> None:
        drop(book, made.pop())

    return Contender(lambda: made.append(build_features(book, spine)), clear)


def drop(book: Book, table: ir.Table) -> None:
    book.engine.con.execute(f"DROP TABLE {table.get_name()}")


def _timed(work: Callable[[], object]) -> Seconds:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Seconds(time.perf_counter() - wall, time.process_time() - cpu)
