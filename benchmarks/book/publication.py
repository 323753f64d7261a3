"""Publication: a whole batch into each database, while somebody reads what was published before.

Server  a real PostgreSQL, started for this and stopped again, set up as it comes; SQLite in a file of its own. What is
        committed is on the disk
Before  the first borrowers of the batch as a batch of the month before, so that there is something to read
Reader  a process that asks for one decision after another; its times with nobody writing, and meanwhile
Bytes   what the tables of decisions and their indexes take of the disk, per decision in them; of SQLite, the file
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
from sqlalchemy import text

from benchmarks.databases import postgresql
from ews.scoring.batch import batch_row
from ews.scoring.folder import ScoredBatch, read_parts
from ews.store.audit_log import open_log
from ews.store.engine import Store, open_store, reading
from ews.store.publish import publish_parts
from ews.store.publish_parts import CHUNK
from ews.store.standings import borrower_decision

_SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
READS = 500
"""Reads with nobody writing; meanwhile there are as many as the publication lasts."""


def publication(batch: ScoredBatch, home: Path, book: Path) -> dict[str, Any]:
    """Return decisions a second into PostgreSQL, the log included, and what reads take in milliseconds.

    Under `sqlite` the same of SQLite.
    """
    with postgresql() as databases:
        told = _into(databases.url(home), batch, home, book)
    with tempfile.TemporaryDirectory(prefix="ews-sqlite-") as directory:
        return {**told, "sqlite": _into(f"sqlite:///{directory}/ews.db", batch, home, book)}


def _into(url: str, batch: ScoredBatch, home: Path, book: Path) -> dict[str, Any]:
    store = open_store(url)
    try:
        ids = _published_before(store, batch, home, book)
        with _reader(url, ids) as reader, tempfile.TemporaryDirectory(prefix="ews-audit-") as audit:
            quiet = _told(reader, READS)
            log = open_log(store, Path(audit))
            reader.send(0)
            started, core = time.perf_counter(), time.process_time()
            publish_parts(store, batch_row(batch, home, book), read_parts(batch.directory), audit=log)
            seconds, core_seconds = time.perf_counter() - started, time.process_time() - core
            reader.send(None)
            meanwhile = reader.recv()
        size = _bytes_per_decision(store)
    finally:
        store.close()
    return {
        "decisions": batch.totals.scored,
        "seconds": seconds,
        "core_seconds": core_seconds,
        "decisions_per_second": batch.totals.scored / seconds,
        "bytes_per_decision": size,
        "reads_meanwhile": len(meanwhile),
        "read_ms": _milliseconds(quiet),
        "read_ms_meanwhile": _milliseconds(meanwhile),
    }


def _bytes_per_decision(store: Store) -> float:
    with reading(store) as connection:
        told: int = connection.execute(text("SELECT count(*) FROM decisions")).scalar_one()
        if store.on_postgresql:
            tables = ("decisions", "packed_records")
            sizes = [f"pg_total_relation_size('{table}')" for table in tables]
            return float(connection.execute(text(f"SELECT {' + '.join(sizes)}")).scalar_one()) / told
        pages, page = (connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("page_count", "page_size"))
        return float(pages * page) / told


def _published_before(store: Store, batch: ScoredBatch, home: Path, book: Path) -> list[str]:
    """Publish a part of the batch as of the month before and return its borrowers."""
    (part,) = islice(read_parts(batch.directory), 1)
    row = batch_row(batch, home, book)
    before = replace(
        row,
        batch_id="before",
        as_of=row.as_of - timedelta(days=31),
        borrowers_in=len(part),
        scored=len(part),
        in_default=pc.sum(part["in_default"]).as_py(),
        rejected=0,
        out_of_scope=0,
    )
    publish_parts(store, before, [part])
    ids: list[str] = part["borrower_id"].to_pylist()[:CHUNK]
    return ids


@contextmanager
def _reader(url: str, ids: list[str]) -> Iterator[Connection]:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_read, args=(theirs, url, ids))
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.join()


def _told(reader: Connection, reads: int) -> list[float]:
    reader.send(reads)
    told: list[float] = reader.recv()
    return told


def _read(orders: Connection, url: str, ids: list[str]) -> None:
    """Read as often as is asked, or with 0 until the next word; tell the seconds of each."""
    store = open_store(url, create=False)
    try:
        while (reads := orders.recv()) is not None:
            orders.send(_timed(store, ids, orders, reads))
            if not reads:
                break
    finally:
        store.close()


def _timed(store: Store, ids: list[str], orders: Connection, reads: int) -> list[float]:
    spent: list[float] = []
    while len(spent) < reads or (not reads and not orders.poll()):
        started = time.perf_counter()
        borrower_decision(store, ids[len(spent) % len(ids)])
        spent.append(time.perf_counter() - started)
    return spent


def _milliseconds(spent: list[float]) -> dict[str, float]:
    return {name: float(np.quantile(spent, share)) * 1e3 for name, share in _SHARES.items()}
