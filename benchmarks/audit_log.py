"""Audit log: how many look-ups a second are stored for good, beside one commit each and the bare disk.

Store   SQLite in a new folder, or the empty database given; the witness is a file beside it, as in use
One     one thread, so that each look-up pays a commit and a witness of its own; threads: as many as asked, in groups
Alone   as many threads, but each look-up in a commit of its own: what grouping is worth
Disk    appending as long a line to a file and waiting until it is on the disk, by one thread
Verify  going through the log, with the rows that it proves
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console

from ews.store.audit import LOOK_UP, Entry
from ews.store.audit_check import verify
from ews.store.audit_log import Log, change, open_log
from ews.store.engine import open_store
from ews.store.journal import Journal
from ews.store.witness import Witness

AT = datetime(2026, 7, 6, 9)


def run(entries: int, threads: int, database: str | None, *, as_json: bool) -> None:
    """Measure and print."""
    found = measure(entries, threads, database)
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        Console().print(
            f"{found['store']}, look-ups a second: one thread {found['one']:,.0f}, {threads} threads "
            f"{found['threads']:,.0f}, each in a commit of its own {found['alone']:,.0f}; bare disk "
            f"{found['disk']:,.0f}; verify {found['verify']:,.0f} entries a second, faults: {found['faults']}"
        )


def measure(entries: int, threads: int, database: str | None = None) -> dict[str, Any]:
    """Return rates per second; `entries` look-ups are written by the threads together, a quarter of them alone."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(database or f"sqlite:///{Path(folder) / 'ews.db'}")
        log = open_log(store, Path(folder) / "audit", at=AT)
        few = max(1, entries // 4)
        with Journal(store, log.key, log.witness) as journal:
            one = _rate(few, 1, journal.write)
            together = _rate(entries, threads, journal.write)
        alone = _rate(few, threads, lambda entry: _write_alone(log, entry))
        disk = _disk_rate(few, Path(folder) / "lines")
        started = perf_counter()
        found = verify(store, log.key, Witness(Path(folder) / "audit" / "witness.jsonl"))
        seconds = perf_counter() - started
        store.close()
    return {
        "store": "PostgreSQL" if store.on_postgresql else "SQLite",
        "entries": entries,
        "one": one,
        "threads": together,
        "alone": alone,
        "disk": disk,
        "verify": found.entries / seconds,
        "faults": len(found.faults) + found.more,
    }


def _rate(entries: int, threads: int, write: Callable[[Entry], None]) -> float:
    with ThreadPoolExecutor(threads) as pool:
        started = perf_counter()
        list(pool.map(write, map(_look_up, range(entries))))
        return entries / (perf_counter() - started)


def _disk_rate(lines: int, path: Path) -> float:
    line = json.dumps(_look_up(0).subject).encode() * 10 + b"\n"
    with path.open("ab", buffering=0) as file:
        started = perf_counter()
        for _ in range(lines):
            file.write(line)
            os.fsync(file.fileno())
        return lines / (perf_counter() - started)


def _write_alone(log: Log, entry: Entry) -> None:
    with change(log, entry):
        pass


def _look_up(number: int) -> Entry:
    return Entry(AT, "li", LOOK_UP, f"/v1/borrowers/B{number:07}", f"request-{number}", {"status": 200})
