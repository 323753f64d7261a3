"""Late rows: a day scored again after some rows were corrected, beside the whole day scored anew, table by table.

Corrected  rows drawn by chance get a version that was known on the day of the extract, with an amount a tenth higher
Again      the same home, so that the second batch takes up what the rows left untouched; anew, with `full`, in another
Same       both folders, file by file; RuntimeError where they differ
Once       the process scores another book before, so that no run pays for writing its statements
"""

import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.book.model import model_of
from benchmarks.book.run import PATTERN
from benchmarks.large_book import with_copies
from ews.events.engine import connect
from ews.events.manifest import Manifest, read_manifest, write_manifest
from ews.events.schemas import table
from ews.features.catalogue import FEATURES
from ews.models.frozen import FrozenModel
from ews.policy.policy import load_policy
from ews.policy.vocabulary import vocabulary_of
from ews.scoring.batch import score_book
from ews.scoring.folder import ScoredBatch
from ews.store.engine import open_store

MONEY = {
    "transactions": "amount",
    "payments": "paid_amount",
    "ledger": "balance",
    "card_statements": "balance",
    "collateral": "value",
    "guarantees": "amount",
}
"""The tables that are corrected, one at a time, and what is corrected in them."""
ROWS = 100


def late_rows(book: Path, model: FrozenModel, warm: Path, rows: int = ROWS) -> list[dict[str, Any]]:
    """Return, per table of MONEY that the book has, what scoring again and anew took in core seconds.

    `warm` is a smaller book of the same shape, scored before anything is measured.
    """
    names = [name for name in MONEY if name in read_manifest(book).tables]
    with tempfile.TemporaryDirectory(dir=book.parent) as folder:
        work = Path(folder)
        _scored(warm, work / "warm", model)
        _, first = _scored(book, work / "first", model)
        return [{"table": name, "first": first, **_measured(book, work, name, rows, model)} for name in names]


def _measured(book: Path, work: Path, name: str, rows: int, model: FrozenModel) -> dict[str, Any]:
    late, home = work / "late", work / "home"
    correct(book, late, name, rows)
    shutil.copytree(work / "first", home)
    batch, again = _scored(late, home, model)
    other, anew = _scored(late, work / "anew", model, full=True)
    _same(batch.directory, other.directory)
    for folder in (late, home, work / "anew"):
        shutil.rmtree(folder)
    if batch.again is None:
        message = f"The batch of the book with other {name} took nothing up."
        raise RuntimeError(message)
    told = {"rows": rows, "decided": batch.again.decided, "kept": batch.again.kept}
    tables = {"tables_taken": batch.again.tables_taken, "tables_made": batch.again.tables_made}
    return {**told, **tables, "again": again, "anew": anew, "share": again / anew}


def correct(book: Path, late: Path, name: str, rows: int) -> None:
    """Write the book `late`: that in `book` with `rows` rows of table `name` corrected on the day of its extract."""
    manifest, schema = read_manifest(book), table(name)
    for entry in manifest.tables.values():
        (late / entry.file).parent.mkdir(parents=True, exist_ok=True)
        os.link(book / entry.file, late / entry.file)
    entry, day = manifest.tables[name], f"DATE '{manifest.extracted_on}'"
    file = f"data/{name}-late.parquet"
    keys, column = ", ".join(schema.key), MONEY[name]
    engine = connect()
    try:
        con = engine.con
        con.execute(f"CREATE TABLE stored AS FROM '{book / entry.file}'")
        chosen = f"known_until IS NULL AND known_on < {day} AND NOT withdrawn AND {column} IS NOT NULL"
        drawn = f"ORDER BY md5(concat_ws('|', {keys})), {keys} LIMIT {rows}"
        con.execute(f"CREATE TABLE chosen AS FROM stored WHERE {chosen} {drawn}")
        ended = f"SELECT stored.* REPLACE ({day} AS known_until) FROM stored SEMI JOIN chosen USING ({keys}, known_on)"
        others = f"SELECT stored.* FROM stored ANTI JOIN chosen USING ({keys}, known_on)"
        fresh = f"SELECT * REPLACE ({day} AS known_on, {column} + {column} // 10 AS {column}) FROM chosen"
        con.execute(
            f"COPY ({others} UNION ALL {ended} UNION ALL {fresh} ORDER BY {', '.join(schema.order)}, known_on) "
            f"TO '{late / file}' (FORMAT parquet, COMPRESSION zstd)"
        )
    finally:
        engine.disconnect()
    with (late / file).open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    found = replace(entry, file=file, sha256=digest, rows=entry.rows + rows)
    tables = {**manifest.tables, name: found}
    write_manifest(late, Manifest(manifest.portfolio, manifest.extracted_on, tables, manifest.recipe))


def _scored(book: Path, home: Path, model: FrozenModel, *, full: bool = False) -> tuple[ScoredBatch, float]:
    """Return the batch and the core seconds that it took, its publication to SQLite included."""
    home.mkdir(exist_ok=True)
    with _store(home) as store:
        started = time.process_time()
        policy = load_policy(vocabulary=vocabulary_of(FEATURES))
        batch = score_book(book, home, store, model, policy, full=full)
        return batch, time.process_time() - started


@contextmanager
def _store(home: Path) -> Iterator[Any]:
    store = open_store(f"sqlite:///{home / 'ews.db'}")
    try:
        yield store
    finally:
        store.close()


def _same(one: Path, other: Path) -> None:
    for path in sorted(one.iterdir()):
        if path.read_bytes() != (other / path.name).read_bytes():
            message = f"'{path.name}' of the batch that took up an earlier one differs from the one made anew."
            raise RuntimeError(message)


def run(borrowers: int, rows: int, kept: Path | None, *, as_json: bool) -> None:
    """Measure and print."""
    with nullcontext(kept) if kept else tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.mkdir(parents=True, exist_ok=True)
        small = with_copies(folder, PATTERN, 1)
        large = with_copies(folder, PATTERN, -(-borrowers // PATTERN.borrowers))
        found = late_rows(large, model_of(folder / PATTERN.folder), small, rows)
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    shown = Table("corrected in", "re-decided", "kept", "tables again", "kept", "core seconds", "in full", "share")
    for one in found:
        counts = (f"{one[name]:,}" for name in ("decided", "kept", "tables_made", "tables_taken"))
        shown.add_row(one["table"], *counts, f"{one['again']:.1f}", f"{one['anew']:.1f}", f"{one['share']:.0%}")
    Console().print(shown)
