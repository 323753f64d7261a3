"""Faults: everything is killed anywhere, and whatever can fail beneath it fails; nothing may be lost or half done.

Kills   by SIGKILL of the whole process group, spread over the span of each operation, on SQLite and on PostgreSQL
Faults  a full disk, a home that cannot be written, a clock set back, two operators, a database and a tracking server
        that go away
"""

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.databases import Databases, Postgresql, Sqlite, postgresql
from benchmarks.faults import kills, service
from benchmarks.faults.disturbances import FAULTS, Site, disturbed
from benchmarks.faults.homes import Made, make_book, make_states, trained_home
from benchmarks.faults.kills import Tally
from benchmarks.faults.operations import OPERATIONS, Operation
from benchmarks.faults.victims import Nursery, nursery

FULL: Mapping[str, int] = {
    "promote": 46,
    "migrate": 46,
    "import": 60,
    "publish": 20,
    "service": 6,
    "score": 6,
    "train": 6,
}
"""Kills of each operation, on each kind of database that it is tried on: more than 300 in all."""
SMALL: Mapping[str, int] = {"promote": 3, "migrate": 3, "import": 3, "publish": 3, "service": 1}
"""Scoring and training take too long for it."""


QUICK = ("disk full while importing", "home cannot be written", "database restarted while publishing")
"""Faults of the small size."""
PARTS = (*FULL, "faults")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Kills by operation, and the names of faults."""

    counts: Mapping[str, int]
    faults: Sequence[str]
    seed: int

    @classmethod
    def of(cls, size: Mapping[str, int], names: Collection[str], seed: int, *, small: bool) -> "Wanted":
        """Return what is wanted of a size: the operations named, and the faults where they are."""
        faults = QUICK if small else tuple(FAULTS)
        counts = {name: count for name, count in size.items() if name in names}
        return cls(counts, faults if "faults" in names else (), seed)


@dataclass(frozen=True, slots=True)
class Bench:
    """What all trials share."""

    root: Path
    nursery: Nursery
    sides: Sequence[Made]
    postgresql: Postgresql


def run(wanted: Wanted, *, as_json: bool) -> None:
    """Kill and disturb, print what came of it, and fail where something was lost."""
    began = time.perf_counter()
    with prepared() as bench:
        tallies = list(_kills(bench, wanted.counts, wanted.seed))
        faults = dict(_faults(bench, wanted.faults))
    told = told_of(tallies, faults, wanted.seed, time.perf_counter() - began)
    if as_json:
        sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    else:
        _show(told)
    if not is_sound(told):
        sys.exit(1)


@contextmanager
def prepared() -> Iterator[Bench]:
    """Give a nursery, and the states of all operations on both kinds of databases."""
    with (
        tempfile.TemporaryDirectory(prefix="ews-faults-") as folder,
        postgresql() as server,
        nursery(_folder(folder, "victims")) as born,
    ):
        root = Path(folder)
        book, recipe = make_book(born, root)
        home = trained_home(born, root, book, recipe)
        databases: Sequence[Databases] = (Sqlite(), server)
        sides = [make_states(born, root, one, book, recipe, home) for one in databases]
        _say("states made")
        yield Bench(root, born, sides, server)


def told_of(
    tallies: Sequence[Tally], faults: Mapping[str, Any], seed: int, seconds: float
) -> dict[str, Any]:  # fmt: skip
    """Return the figures: of all kills together, of each operation and store, and of each fault."""
    parts = [tally.as_dict() for tally in tallies]
    names = ("kills", "half_visible", "lost", "different_bytes", "orphans")
    sums = {name: sum(part[name] for part in parts) for name in names}
    return {**sums, "seed": seed, "took_seconds": round(seconds), "operations": parts, "faults": dict(faults)}


def is_sound(told: Mapping[str, Any]) -> bool:
    """Tell whether no kill left anything behind, and each fault ended as it must."""
    kept = not any(told[name] for name in ("half_visible", "lost", "different_bytes", "orphans"))
    return kept and all(not one["wrong"] for one in told["faults"].values())


def _kills(bench: Bench, counts: Mapping[str, int], seed: int) -> Iterator[Tally]:
    works = dict(_works())
    for name, count in counts.items():
        for side in bench.sides:
            store = side.states["scored"].databases.name
            if not _is_tried(name, store):
                continue
            began = time.perf_counter()
            tally = works[name](bench.nursery, side, count, random.Random(f"{seed} {name} {store}"))  # noqa: S311 - no secret
            told = {key: value for key, value in tally.as_dict().items() if key != "failures"}
            _say(f"{time.perf_counter() - began:.0f} s {json.dumps(told)}")
            yield tally


def _faults(bench: Bench, names: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    files, served = bench.sides
    for name, found in disturbed(Site(bench.nursery, files, served, bench.postgresql), names):
        _say(f"{name}: {json.dumps(found.as_dict(), ensure_ascii=False)}")
        yield name, found.as_dict()


def _works() -> Iterator[tuple[str, Callable[[Nursery, Made, int, random.Random], Tally]]]:
    for one in OPERATIONS:
        yield one.name, partial(_killed, one)
    yield "service", service.killed


def _killed(operation: Operation, born: Nursery, side: Made, count: int, chance: random.Random) -> Tally:
    return kills.killed(born, operation, side, count, chance)


def _is_tried(name: str, store: str) -> bool:
    return all(store in one.databases for one in OPERATIONS if one.name == name)


def _show(told: Mapping[str, Any]) -> None:
    table = Table(title=f"Kills: {told['kills']}, seed {told['seed']}")
    names = ("kills", "come_so_far", "resumed", "half_visible", "lost", "different_bytes", "orphans")
    for name in ("operation", "store", *names):
        table.add_column(name.replace("_", " "))
    for one in told["operations"]:
        table.add_row(one["operation"], one["store"], *(str(one[name]) for name in names))
    console = Console()
    console.print(table)
    for name, found in told["faults"].items():
        console.print(f"{name}: {found['message']}", markup=False)
        for wrong in found["wrong"]:
            console.print(f"  WRONG: {wrong}", markup=False)


def _folder(root: str, name: str) -> Path:
    folder = Path(root) / name
    folder.mkdir()
    return folder


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()
