"""Under load: many officers at once on PostgreSQL, and look-ups without a pause on SQLite, a batch published meanwhile.

Officers  two services of one home on a real PostgreSQL, as two machines behind a proxy would be; everybody looks up,
          reads lists and acts, with a pause between (officers). After a third of the time the next day is scored
Look-ups  one service on SQLite, so many connections that ask again as soon as they are answered; the same batch
Quiet     officers: one of them alone, who looks up without a pause. SQLite: the same connections before the batch
Errors    whatever is neither an answer nor the refusal of an act on a version that has become old
Memory    what all services have in memory in the last tenth of the time, less what they had in the middle, when the
          batch was taken up; the step that this was is told too
Machine   services, database, clients and the scoring of the batch share it
"""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median
from threading import Event, Thread
from time import perf_counter, sleep
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.databases import Sqlite, postgresql
from benchmarks.load.bank import Bank, Source, open_bank, score, source_of
from benchmarks.load.officers import CONFLICT, LOOK_UP, Deed, Shift, all_work, logged_in
from benchmarks.load.proof import deadlocks, lost_updates
from benchmarks.services import Server, own_server
from benchmarks.serving.clients import ask, request
from ews.cli.desks import audit_folder
from ews.cli.settings import Settings
from ews.store.audit_check import verify
from ews.store.audit_key import read_key
from ews.store.audit_log import KEY, WITNESS
from ews.store.witness import Witness

_SERVICES = 2
_SETTLED = 15.0
"""Seconds, at most a quarter of all, in which people log in; what they ask meanwhile does not count for speed."""
_TENTHS = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """`pause` and `seconds` of the officers; `quiet` look-ups of the one alone; `look_ups` on SQLite."""

    officers: int
    pause: float
    seconds: float
    quiet: int
    look_ups: int
    connections: int


FULL = Wanted(officers=64, pause=5.0, seconds=600.0, quiet=2_000, look_ups=200_000, connections=8)
SMALL = Wanted(officers=64, pause=5.0, seconds=60.0, quiet=500, look_ups=5_000, connections=8)


def run(home: Path, wanted: Wanted, *, seed: int, as_json: bool) -> None:
    """Load both databases, print what came of it, and fail where anything was lost or went wrong."""
    with tempfile.TemporaryDirectory(prefix="ews-load-") as folder:
        source = source_of(home, Path(folder))
        served = on_postgresql(source, Path(folder), wanted, seed)
        looked_up = _on_sqlite(source, Path(folder), wanted)
    found = {
        "officers": wanted.officers,
        "lost_updates": len(served["lost"]),
        "errors": served["errors"] + looked_up["errors"],
        "deadlocks": served["deadlocks"],
        "audit_faults": served["audit_faults"] + looked_up["audit_faults"],
        "p99_ratio": served["p99_ratio"],
        "memory_growth_mib": max(served["memory_growth_mib"], looked_up["memory_growth_mib"]),
        "seed": seed,
        "postgresql": served,
        "sqlite": looked_up,
    }
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        _show(found)
    if any(found[name] for name in ("lost_updates", "errors", "deadlocks", "audit_faults")):
        sys.exit(1)


def on_postgresql(source: Source, folder: Path, wanted: Wanted, seed: int) -> dict[str, Any]:
    """Let officers work, and return what came of it."""
    with postgresql() as databases, ExitStack() as stack:
        bank = open_bank(source, folder / "postgresql", databases, wanted.officers)
        servers = [stack.enter_context(own_server(bank.home, settings=bank.environment)) for _ in range(_SERVICES)]
        for one in servers:
            one.settle()
        quiet = _alone(bank, servers[0], wanted.quiet, seed)
        memory = stack.enter_context(_watched(servers))
        shift, began = Shift(wanted.pause), perf_counter()
        with ThreadPoolExecutor(len(bank.officers)) as pool:
            working = all_work(pool, bank.officers, [one.address for one in servers], shift, seed)
            try:
                published = _in_the_middle(bank, began, wanted.seconds)
            finally:
                shift.over.set()
        for done in working:
            done.result()
        growth = _growth(memory)
        with bank.store() as store:
            stuck, lost = deadlocks(store), lost_updates(store, shift.deeds)
        faults = _audit_faults(bank)
    counts = Counter(deed.what for deed in shift.deeds)
    settled = began + min(_SETTLED, wanted.seconds / 4)
    look_ups = [one.seconds for one in shift.deeds if one.what == LOOK_UP and one.began >= settled]
    return {
        "services": _SERVICES,
        "seconds": wanted.seconds,
        "pause_s": wanted.pause,
        "deeds": dict(sorted(counts.items())),
        "acts_done": sum(deed.version is not None for deed in shift.deeds),
        "conflicts": sum(deed.status == CONFLICT for deed in shift.deeds),
        "errors": len(errors := _errors(shift.deeds)),
        "error_statuses": dict(Counter(f"{deed.what}: {deed.status}" for deed in errors)),
        "lost": lost,
        "deadlocks": stuck,
        "audit_faults": faults,
        "batch_seconds": published,
        "quiet_p99_ms": _p99(quiet),
        "p50_ms": 1000 * median(look_ups),
        "p99_ms": _p99(look_ups),
        "p99_ratio": _p99(look_ups) / _p99(quiet),
        **growth,
    }


def _on_sqlite(source: Source, folder: Path, wanted: Wanted) -> dict[str, Any]:
    bank = open_bank(source, folder / "sqlite", Sqlite(), 1)
    path = "/v1/borrowers/{}/decision"
    requests = [request("GET", path.format(one), token=bank.token) for one in bank.borrowers]
    with ExitStack() as stack:
        server = stack.enter_context(own_server(bank.home, settings=bank.environment))
        server.settle()
        ask(server.port, requests, wanted.connections, 200)
        quiet = ask(server.port, requests, wanted.connections, max(wanted.look_ups // 20, 1_000))
        memory = stack.enter_context(_watched([server]))
        with ThreadPoolExecutor(1) as beside:
            publishing = beside.submit(_published, bank)
            loaded = ask(server.port, requests, wanted.connections, wanted.look_ups)
            published = publishing.result()
        growth = _growth(memory)
    return {
        "look_ups": len(loaded.times),
        "connections": wanted.connections,
        "per_second": loaded.per_second,
        "errors": loaded.failed + quiet.failed,
        "audit_faults": _audit_faults(bank),
        "batch_seconds": published,
        "quiet_p99_ms": _p99(quiet.times),
        "p99_ms": _p99(loaded.times),
        "p99_ratio": _p99(loaded.times) / _p99(quiet.times),
        "longest_ms": 1000 * max(loaded.times),
        **growth,
    }


def _alone(bank: Bank, server: Server, count: int, seed: int) -> Sequence[float]:
    """Return the seconds of look-ups of one officer, when nobody else is there."""
    officer, random = bank.officers[0], Random(seed)  # noqa: S311 - no secret
    times = []
    with logged_in(server.address, officer) as client:
        for number in range(count + 50):
            began = perf_counter()
            client.get(f"/v1/borrowers/{random.choice(officer.borrowers)}/decision").raise_for_status()
            if number >= 50:
                times.append(perf_counter() - began)
    return times


def _in_the_middle(bank: Bank, began: float, seconds: float) -> float:
    """Let a third of the time pass, publish the next batch, and let the rest pass; return the seconds it took."""
    sleep(max(0.0, began + seconds / 3 - perf_counter()))
    took = _published(bank)
    sleep(max(0.0, began + seconds - perf_counter()))
    return took


def _published(bank: Bank) -> float:
    began = perf_counter()
    score(bank.source, bank.source.day, bank.environment)
    return perf_counter() - began


def _audit_faults(bank: Bank) -> int:
    """Go through the whole log with the rows that it proves."""
    with bank.store() as store:
        folder = audit_folder(Settings(home=bank.home, database_url=bank.url))
        return len(verify(store, read_key(folder / KEY), Witness(folder / WITNESS)).faults)


def _errors(deeds: Sequence[Deed]) -> list[Deed]:
    return [deed for deed in deeds if deed.status not in (httpx.codes.OK, CONFLICT)]


def _p99(times: Sequence[float]) -> float:
    return 1000 * sorted(times)[int(0.99 * len(times))]


@contextmanager
def _watched(servers: Sequence[Server]) -> Iterator[list[float]]:
    """Note each second what all servers have in memory, until the block ends."""
    over, found = Event(), []

    def watch() -> None:
        while not over.wait(1.0):
            found.append(sum(one.memory_mib() for one in servers))

    thread = Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


def _growth(memory: Sequence[float]) -> dict[str, float]:
    tenth, half = max(1, len(memory) // _TENTHS), len(memory) // 2
    first, middle, last = (median(some) for some in (memory[:tenth], memory[half : half + tenth], memory[-tenth:]))
    return {
        "memory_mib": round(last, 1),
        "memory_step_mib": round(middle - first, 1),
        "memory_growth_mib": round(last - middle, 1),
    }


def _show(found: dict[str, Any]) -> None:
    table = Table(title=f"{found['officers']} officers, and look-ups without a pause")
    names = ("", "PostgreSQL", "SQLite")
    for name in names:
        table.add_column(name, justify="right" if name else "left")
    both = ("errors", "audit_faults", "quiet_p99_ms", "p99_ms", "p99_ratio", "batch_seconds", "memory_mib")
    for name in (*both, "memory_step_mib", "memory_growth_mib"):
        table.add_row(name, *(f"{found[one][name]:,.4g}" for one in ("postgresql", "sqlite")))
    console = Console()
    console.print(table)
    served, looked_up = found["postgresql"], found["sqlite"]
    console.print(
        f"{sum(served['deeds'].values()):,} deeds in {served['seconds']:.0f} s: {served['acts_done']} acts, "
        f"{served['conflicts']} refused as old, {found['lost_updates']} lost, {found['deadlocks']} deadlocks; "
        f"{looked_up['look_ups']:,} look-ups at {looked_up['per_second']:.0f} a second"
    )
    for one in served["lost"][:20]:
        console.print(one)
