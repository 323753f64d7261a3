"""Disturbances: what fails beneath a command that nobody kills; it must say so in one line, and the next run succeed.

Full      the home lies on a file system of a few MiB (tmpfs), or, where nothing can be mounted, files may not grow
Shut      the home's file system is mounted to be read; a user other than root has no right to write there
Clock     the machine's clock goes back by a day between two runs (what Python calls now, in the process itself)
Two       two operators start the same batch at once
Database  PostgreSQL is stopped at once in the middle of a publication, and started again
MLflow    the tracking server does not answer while a model is trained, and while it is validated
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.databases import Postgresql
from benchmarks.faults.deeds import CLOCK_BEHIND
from benchmarks.faults.disks import CannotMountError, filled, mount, on_disk
from benchmarks.faults.homes import PORTFOLIO, Made
from benchmarks.faults.kills import differing
from benchmarks.faults.operations import OPERATIONS, Operation, half, left_over, newest, whole_print
from benchmarks.faults.states import State
from benchmarks.faults.victims import Ended, Nursery, Order
from ews.models.champion import model_ids

_BY_THE_DAY = frozenset({"notices", "entries of the log", "rows of acts", "rows of cases", "rows of worklist"})
"""What people are asked to do, and by when, goes by the day that the clock shows."""
_AWAY = "http://127.0.0.1:9"


@dataclass(slots=True)
class Found:
    """What came of a fault: what the command said, with which status, and what was wrong about it."""

    message: str = ""
    status: int = 0
    next_run: str = ""
    wrong: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {"message": self.message, "status": self.status, "next_run": self.next_run, "wrong": self.wrong}


@dataclass(frozen=True, slots=True)
class Site:
    """Where faults are tried: the states on SQLite, those on PostgreSQL, and the server of the latter."""

    nursery: Nursery
    files: Made
    served: Made | None
    server: Postgresql | None
    undisturbed: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    """Prints after an operation that nothing disturbed, by its name and the kind of database."""


def disturbed(site: Site, names: Sequence[str]) -> Iterator[tuple[str, Found]]:
    """Go through the faults named; what this machine does not allow to try is told as such."""
    for name in names:
        try:
            yield name, FAULTS[name](site)
        except CannotMountError as error:
            yield name, Found(f"not tried: {error}")


def _operation(name: str) -> Operation:
    return next(one for one in OPERATIONS if one.name == name)


def _full_disk(name: str, left: int = 200_000) -> Callable[[Site], Found]:
    def try_(site: Site) -> Found:
        operation, made = _operation(name), site.files
        with on_disk(made.states[operation.start]) as state:
            wanted = _undisturbed(site, operation, made.states[operation.start])
            with filled(state.folder, left):
                ended = site.nursery.run(operation.order(state, made))
            return _afterwards(site, operation, state, ended, wanted)

    return try_


def _shut_home(site: Site) -> Found:
    operation, made = _operation("score"), site.files
    with on_disk(made.states[operation.start]) as state:
        wanted = _undisturbed(site, operation, made.states[operation.start])
        mount("-o", "remount,ro", str(state.folder))
        ended = site.nursery.run(operation.order(state, made))
        mount("-o", "remount,rw", str(state.folder))
        return _afterwards(site, operation, state, ended, wanted)


def _clock_back(site: Site) -> Found:
    """Score one day, then the next one with a clock of the day before: published all the same, the log stays whole."""
    operation, made = _operation("score"), site.files
    start = made.states[operation.start]
    wanted, state = _undisturbed(site, operation, start), start.copied("clock")
    order = operation.order(state, made)
    behind = Order((CLOCK_BEHIND, *order.words), order.root, order.environment)
    ended = site.nursery.run(behind)
    found = Found(ended.last_line or "published as ever", ended.status)
    _expect(found, ended.status == 0 and not ended.has_traceback, f"status {ended.status}: {ended.last_line}")
    _put_right(site, operation, state, wanted, found, _BY_THE_DAY)
    state.drop()
    return found


def _two_operators(site: Site) -> Found:
    operation, made = _operation("score"), site.files
    start = made.states[operation.start]
    wanted, state = _undisturbed(site, operation, start), start.copied("two")
    order = operation.order(state, made)
    both = [one.ended() for one in [site.nursery.start(order), site.nursery.start(order)]]
    before = [("true" in one.out.partition('"published_before":')[2][:8]) for one in both]
    found = Found(f"one published, the other found it published: {sorted(before)}", max(one.status for one in both))
    _expect(found, [one.status for one in both] == [0, 0], "; ".join(one.last_line for one in both))
    _expect(found, sorted(before) == [False, True], f"published before: {before}")
    _put_right(site, operation, state, wanted, found)
    state.drop()
    return found


def _database_restarted(site: Site) -> Found:
    operation = _operation("publish")
    if site.served is None or site.server is None:
        return Found("not tried: no PostgreSQL here")
    start = site.served.states[operation.start]
    wanted, state = _undisturbed(site, operation, start), start.copied("restarted")
    victim = site.nursery.start(operation.order(state, site.files), pause_at="sql UPDATE batches")
    victim.waits()
    site.server.restart()
    victim.goes_on()
    return _afterwards(site, operation, state, victim.ended(), wanted)


def _tracking_away_in_training(site: Site) -> Found:
    operation, made = _operation("train"), site.files
    state = made.states[operation.start].copied("away")
    order = operation.order(state, made)
    away = Order(order.words, order.root, {**order.environment, "EWS_TRACKING_URI": _AWAY})
    ended = site.nursery.run(away)
    found = Found(_fault_told(ended), ended.status)
    _expect(found, ended.status == 0 and not ended.has_traceback, f"status {ended.status}: {ended.last_line}")
    _expect(found, len(model_ids(state.home, PORTFOLIO)) == 1, "the model was not kept")
    _expect(found, "MLflow" in found.message, "nothing is said of MLflow")
    _put_right(site, operation, state, _undisturbed(site, operation, made.states[operation.start]), found)
    state.drop()
    return found


def _tracking_away_in_validation(site: Site) -> Found:
    made, state = site.files, site.files.states["scored"].copied("validated")
    words = ("validate", "--book", str(made.book), "--json")
    ended = site.nursery.run(Order(words, state.folder, {**state.environment, "EWS_TRACKING_URI": _AWAY}))
    found = Found(_fault_told(ended), ended.status)
    _expect(found, not ended.has_traceback, ended.last_line)
    _expect(found, "MLflow" in found.message, "nothing is said of MLflow")
    again = site.nursery.run(Order(words, state.folder, state.environment))
    found.next_run = "validated" if again.status in (0, 3) and not again.has_traceback else again.last_line
    _expect(found, found.next_run == "validated", again.last_line)
    state.drop()
    return found


FAULTS: Mapping[str, Callable[[Site], Found]] = {
    "disk full while importing": _full_disk("import", 20_000),
    "disk full while scoring": _full_disk("score"),
    "disk full while training": _full_disk("train", 30_000),
    "home cannot be written": _shut_home,
    "clock set back": _clock_back,
    "two operators at once": _two_operators,
    "database restarted while publishing": _database_restarted,
    "MLflow away while training": _tracking_away_in_training,
    "MLflow away while validating": _tracking_away_in_validation,
}


def _afterwards(
    site: Site, operation: Operation, state: State, ended: Ended, wanted: Mapping[str, str]
) -> Found:  # fmt: skip
    """Tell how a command ended that had to fail, and let the next one put things right."""
    found = Found(ended.last_line, ended.status)
    _expect(found, ended.status not in (0, 1, -9) and not ended.has_traceback, f"status {ended.status}")
    _expect(found, ended.last_line.startswith("ews: "), "no line for people")
    _put_right(site, operation, state, wanted, found)
    return found


def _put_right(
    site: Site,
    operation: Operation,
    state: State,
    wanted: Mapping[str, str],
    found: Found,
    but: frozenset[str] = frozenset(),
) -> None:
    """Run the command again, undisturbed: all must be as if nothing had happened."""
    batches = {newest(state), None} if operation.name == "train" else {newest(state)}
    found.wrong += half(state, batches)
    again = site.nursery.run(operation.order(state, site.files))
    _expect(found, again.status == 0 and not again.has_traceback, f"the next run: {again.last_line}")
    found.wrong += [f"differs: {name}" for name in differing(whole_print(state), wanted) if name not in but][:8]
    found.wrong += [f"left: {name}" for name in left_over(state)][:8]
    found.next_run = "same bytes" if not found.wrong else "see what is wrong"


def _undisturbed(site: Site, operation: Operation, start: State) -> dict[str, str]:
    key = operation.name, start.databases.name
    if key not in site.undisturbed:
        state = start.copied("undisturbed")
        site.nursery.run(operation.order(state, site.files))
        site.undisturbed[key] = whole_print(state)
        state.drop()
    return site.undisturbed[key]


def _expect(found: Found, is_so: bool, otherwise: str) -> None:  # noqa: FBT001 - what is expected
    if not is_so:
        found.wrong.append(otherwise)


def _fault_told(ended: Ended) -> str:
    """Return what was said of MLflow, in the report for programs or on standard error."""
    lines = (*ended.out.splitlines(), *ended.told.splitlines())
    return next((line.strip() for line in lines if "MLflow at" in line), ended.last_line)
