"""Kills: an operation is learnt undisturbed, then killed all over its span; each time the next run must put it right.

Span    half of the kills at an event of the gate (so around every rename and commit), half at a time; both spread over
        the whole span, at random within equal parts of it
Held    after a kill readers find the old state or the new one; after the next run all is as if nothing had happened
"""

import random
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.faults.homes import Made
from benchmarks.faults.operations import REFUSED, Operation, half, left_over, newest, whole_print
from benchmarks.faults.states import State
from benchmarks.faults.victims import Ended, Nursery, Order, succeeded

KILLED = -9
SERIES = 3
"""Kills of the same run, one after the other: what puts things right is killed too."""


@dataclass(frozen=True, slots=True)
class Span:
    """An undisturbed run: how long, its events, and what was there before and after it."""

    seconds: float
    events: list[tuple[float, str]]
    batches: set[str | None]
    after: dict[str, str]


@dataclass(frozen=True, slots=True)
class Kill:
    """Where it was meant, and how far the process had come: its last event, and the share of the span."""

    at: str
    last: str
    share: float


@dataclass(frozen=True, slots=True)
class Trial:
    """A copy of the state on which an operation was killed, once or again and again, and what came of it."""

    kills: list[Kill]
    half: list[str]
    lost: list[str]
    different: list[str]
    orphans: list[str]

    @property
    def is_sound(self) -> bool:
        return not (self.half or self.lost or self.different or self.orphans)


@dataclass(slots=True)
class Tally:
    """The trials of an operation on one kind of database; `escaped` counts runs that ended before their kill came."""

    operation: str
    store: str
    span: Span
    trials: list[Trial] = field(default_factory=list)
    escaped: int = 0

    @property
    def kills(self) -> int:
        return sum(len(trial.kills) for trial in self.trials)

    def as_dict(self) -> dict[str, Any]:
        quarters = Counter(min(int(kill.share * 4), 3) for trial in self.trials for kill in trial.kills)
        bad = {name: self._of_those_with(name) for name in ("half", "lost", "different", "orphans")}
        return {
            "operation": self.operation,
            "store": self.store,
            "kills": self.kills,
            "trials": len(self.trials),
            "escaped": self.escaped,
            "span_seconds": round(self.span.seconds, 2),
            "span_events": len(self.span.events),
            "come_so_far": [quarters[number] for number in range(4)],
            "resumed": self.kills - bad["lost"],
            "half_visible": bad["half"],
            "lost": bad["lost"],
            "different_bytes": bad["different"],
            "orphans": bad["orphans"],
            "failures": [told(one) for one in self.trials if not one.is_sound][:20],
        }

    def _of_those_with(self, name: str) -> int:
        return sum(len(trial.kills) for trial in self.trials if getattr(trial, name))


def killed(nursery: Nursery, operation: Operation, made: Made, count: int, chance: random.Random) -> Tally:
    """Learn the operation from its state, then kill it `count` times at least."""
    start = made.states[operation.start]
    span = learnt(nursery, operation, start, made)
    tally = Tally(operation.name, start.databases.name, span)
    points = iter(points_of(count, span, chance))
    while tally.kills < count and (at := next(points, None)) is not None:
        trial = _tried(nursery, operation, start, made, span, at, chance)
        tally.escaped += SERIES - len(trial.kills)
        tally.trials.append(trial)
        if not trial.is_sound:
            sys.stderr.write(f"{operation.name} {start.databases.name} {told(trial)}\n")
    return tally


def learnt(nursery: Nursery, operation: Operation, start: State, made: Made) -> Span:
    """Run the operation undisturbed on a copy of the state."""
    state = start.copied(f"{operation.name}-learnt")
    before, order = newest(state), operation.order(state, made)
    ended = succeeded(nursery.run(order), order.words)
    after = newest(state)
    for settle in operation.settling(state):
        succeeded(nursery.run(settle), settle.words)
    span = Span(ended.seconds, ended.events, {before, after}, whole_print(state))
    state.drop()
    return span


def points_of(count: int, span: Span, chance: random.Random) -> list[int | float]:
    """Return where to kill: numbers of events, and seconds."""
    at_events, at_times = count - count // 2, count // 2
    events = [1 + int(len(span.events) * (part + chance.random()) / at_events) for part in range(at_events)]
    times = [span.seconds * (part + chance.random()) / at_times for part in range(at_times)]
    points: list[int | float] = [*events, *times]
    chance.shuffle(points)
    return points


def _tried(
    nursery: Nursery, operation: Operation, start: State, made: Made, span: Span, at: float, chance: random.Random
) -> Trial:
    """Kill at a point, then up to SERIES times in all what should put it right, then let it."""
    state = start.copied(operation.name)
    order = operation.order(state, made)
    kills: list[Kill] = []
    seen: list[str] = []
    while len(kills) < SERIES:
        ended = disturbed(nursery, order, at)
        if ended.status != KILLED:
            seen += _failed(ended, may_refuse=operation.may_refuse)
            break
        kills.append(_kill(at, ended, span))
        seen += half(state, span.batches)
        at = chance.randint(1, max(at, 1)) if isinstance(at, int) else at * chance.random()
    lost = _failed(nursery.run(order), may_refuse=operation.may_refuse)
    for settle in operation.settling(state):
        lost += _failed(nursery.run(settle))
    lost += half(state, span.batches)
    different = differing(whole_print(state), span.after)
    trial = Trial(kills, seen, lost, different, left_over(state))
    state.drop()
    return trial


def differing(after: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """Return the names under which two prints differ."""
    return sorted(name for name in after.keys() | wanted.keys() if after.get(name) != wanted.get(name))


def _kill(at: float, ended: Ended, span: Span) -> Kill:
    last = ended.events[-1][1] if ended.events else "nothing yet"
    if isinstance(at, int):
        return Kill(f"event {at}", last, at / max(len(span.events), 1))
    return Kill(f"{at:.2f} s", last, at / span.seconds)


def disturbed(nursery: Nursery, order: Order, at: float) -> Ended:
    """Do the order and kill it at an event, or after so many seconds; it may be faster."""
    if isinstance(at, int):
        return nursery.start(order, kill_at=at).ended()
    victim = nursery.start(order)
    if not victim.ends_within(at):
        victim.kill()
    return victim.ended()


def _failed(ended: Ended, *, may_refuse: bool = False) -> list[str]:
    """Return what went wrong with a run that should put things right."""
    if ended.has_traceback:
        return [f"a traceback: {ended.last_line}"]
    allowed: Sequence[int] = (0, REFUSED) if may_refuse else (0,)
    return [] if ended.status in allowed else [f"status {ended.status}: {ended.last_line}"]


def told(trial: Trial) -> dict[str, Any]:
    """Return what was wrong with a trial."""
    parts = {name: getattr(trial, name)[:8] for name in ("half", "lost", "different", "orphans")}
    at = [f"{kill.at} ({kill.last})" for kill in trial.kills]
    return {"at": at, **{name: value for name, value in parts.items() if value}}
