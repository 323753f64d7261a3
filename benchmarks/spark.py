"""Spark: whether a book scored on a cluster has the bytes of the single process, and what a core of it does.

Parity  one synthetic book, one model, one day, scored twice; every cell of every Parquet file of the two batches is
        compared: features, loans as judged, signals and records, exhibits, what the next batch has to remember.
        Floats that differ by 1e-12 at most are told apart from what differs
        A table that is worked out costs Spark most of a second whatever it holds: the small form leaves the tables
        of the book away that a bank may lack, whose features are null then, and the tests compare the whole
Speed   pd and reasons of the book's features, repeated to `rows`: read from Parquet, worked out, written, told. The
        single process has all cores, the cluster a worker of one core per core, both the same machine, in turns
"""

import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from ews.events.book import Book, open_book
from ews.events.manifest import read_manifest, write_manifest
from ews.events.spark.parts import ROWS
from ews.events.spark.session import spark_engine
from ews.features.catalogue import FEATURES
from ews.models.champion import champion
from ews.models.frozen import FrozenModel
from ews.policy.policy import load_policy
from ews.policy.vocabulary import vocabulary_of
from ews.scoring.batch import score_book
from ews.scoring.feature_values import NAMES
from ews.scoring.folder import ScoredBatch
from ews.scoring.on_workers import SCHEMA, columns_for, explained_parts
from ews.simulation.simulate import simulate
from ews.store.engine import open_store
from ews.training.run import train

DAY, KNOWN_BY = date(2026, 6, 30), date(2026, 5, 31)
_SETTINGS = {"spark.ui.enabled": "false", "spark.driver.memory": "2g", "spark.sql.shuffle.partitions": "2"}
_FEW_TABLES = ("borrowers", "accounts", "loans", "ledger", "transactions", "outcomes")
_NEAR = 1e-12
"""Floats of two engines may lie as far from each other, relative to what is above one."""
_SHOWN = 20
Opening = Callable[[Path], Book]


def run(borrowers: int, rows: int, rounds: int, *, few: bool, as_json: bool) -> None:
    """Measure and print; `few`: the book that is scored has no more tables than a bank has at least."""
    found = measure(borrowers, rows, rounds, few=few)
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    console = Console()
    for name, value in found.items():
        console.print(f"{name:32} {value}")


def measure(borrowers: int, rows: int, rounds: int, *, few: bool = False) -> dict[str, Any]:
    """Return cells compared and differing, seconds of each batch, rows per second and core, and their ratio."""
    from ews.events.spark.opening import open_on_spark  # noqa: PLC0415 - Spark may not be there

    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        simulate(root / "book", borrowers=borrowers, months=60, seed=11)
        train(root / "book", root / "home", known_by=KNOWN_BY)
        if few:
            _leave(root / "book", _FEW_TABLES)
        held = read_manifest(root / "book").tables
        here, seconds = _scored(root, "here", open_book)
        with spark_engine(f"local-cluster[{cores},1,1024]", root / "work", settings=_SETTINGS) as engine:
            there, on_spark = _scored(root, "there", partial(open_on_spark, engine=engine))
            parity = _compare(here, there)
            file, model = _repeated(here, root, rows), champion(root / "home", "synthetic")
            spread = engine.named("rows", engine.session.read.parquet(file.as_uri()).repartition(4 * cores))
            spread = engine.create_table("spread", spread, temp=True)
            ways: dict[str, Callable[[], pa.Table]] = {
                "single": partial(_single, file, model, root / "single.parquet"),
                "spark": partial(engine.mapped, spread, columns_for(model), explained_parts, model, SCHEMA),
            }
            speeds = _speeds(ways, rows, rounds, cores)
    return {
        "parity_mismatches": parity.mismatches,
        "mismatches": parity.shown,
        "inexact_floats": parity.inexact,
        "largest_difference": parity.largest,
        "cells_compared": parity.cells,
        "per_core_ratio": round(speeds["spark"] / speeds["single"], 3),
        "rows_per_second_and_core": {name: round(speed) for name, speed in speeds.items()},
        "rows": rows,
        "cores": cores,
        "borrowers": there.totals.borrowers_in,
        "tables": len(held),
        "batch_seconds": {"single": round(seconds, 1), "spark": round(on_spark, 1)},
    }


def _leave(book: Path, names: tuple[str, ...]) -> None:
    """Let the book hold no other tables than those of `names`."""
    manifest = read_manifest(book)
    write_manifest(book, replace(manifest, tables={name: manifest.tables[name] for name in names}))


def _scored(root: Path, name: str, opening: Opening) -> tuple[ScoredBatch, float]:
    home = root / name
    shutil.copytree(root / "home" / "models", home / "models")
    store = open_store(f"sqlite:///{home / 'ews.db'}")
    try:
        start = time.perf_counter()
        policy = load_policy(vocabulary=vocabulary_of(FEATURES))
        model = champion(home, "synthetic")
        batch = score_book(root / "book", home, store, model, policy, as_of=DAY, opening=opening)
        return batch, time.perf_counter() - start
    finally:
        store.close()


@dataclass(slots=True)
class Parity:
    """Cells compared; how many differ or lack one beside them; those of floats that are as near as `_NEAR`."""

    cells: int = 0
    mismatches: int = 0
    inexact: int = 0
    largest: float = 0.0
    shown: list[str] = field(default_factory=list)

    def add(self, place: str, left: object, right: object) -> None:
        """Count a pair of cells that are written differently."""
        apart = _apart(left, right)
        if apart is not None and apart <= _NEAR:
            self.inexact += 1
            self.largest = max(self.largest, apart)
            return
        self.mismatches += 1
        if len(self.shown) < _SHOWN:
            self.shown.append(f"{place}: {left!r:.200} here, {right!r:.200} on Spark")


def _apart(left: object, right: object) -> float | None:
    """Return how far floats lie from each other, relative above one, at most in lists; None where more differs."""
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        parts = [_apart(one, other) for one, other in zip(left, right, strict=True)]
        return max((part for part in parts if part is not None), default=0.0) if None not in parts else None
    if repr(left) == repr(right):
        return 0.0
    if isinstance(left, float) and isinstance(right, float) and isfinite(left) and isfinite(right):
        return abs(left - right) / max(1.0, abs(left))
    return None


def _compare(here: ScoredBatch, there: ScoredBatch) -> Parity:
    found = Parity()
    for file in sorted(here.directory.glob("*.parquet")):
        own, other = pq.read_table(file), pq.read_table(there.directory / file.name)
        found.cells += own.num_rows * own.num_columns
        if own.schema != other.schema or len(own) != len(other):
            found.mismatches += own.num_rows * own.num_columns
            found.shown.append(f"{file.name}: {len(own)} rows here, {len(other)} on Spark, or another schema")
            continue
        for name in own.column_names:
            pairs = zip(own[name].to_pylist(), other[name].to_pylist(), strict=True)
            for row, (left, right) in enumerate(pairs):
                if repr(left) != repr(right):
                    found.add(f"{file.name} {name} row {row}", left, right)
    return found


def _repeated(batch: ScoredBatch, root: Path, rows: int) -> Path:
    """Return a file of `rows` rows of features, those of the batch again and again."""
    known = pq.read_table(batch.directory / "decisions.parquet", columns=["borrower_id", *NAMES])
    known = known.append_column("in_default", pa.repeat(pa.scalar(value=False), len(known)))
    times = -(-rows // len(known))
    file = root / "rows.parquet"
    pq.write_table(pa.concat_tables([known] * times).slice(0, rows), file)
    return file


def _single(file: Path, model: FrozenModel, out: Path) -> pa.Table:
    with pq.ParquetWriter(out, SCHEMA, compression="zstd") as writer:
        for part in explained_parts(model, _batches(file, model)):
            writer.write_batch(part)
    return pq.read_table(out)


def _batches(file: Path, model: FrozenModel) -> Iterator[pa.RecordBatch]:
    yield from pq.ParquetFile(file).iter_batches(batch_size=ROWS, columns=list(columns_for(model)))


def _speeds(ways: dict[str, Callable[[], pa.Table]], rows: int, rounds: int, cores: int) -> dict[str, float]:
    """Return rows per second and core of each way, the median of `rounds` after one to warm up."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, work in ways.items():
            start = time.perf_counter()
            told = work()
            took = time.perf_counter() - start
            if len(told) != rows:
                message = f"{name} told {len(told)} of {rows} rows"
                raise RuntimeError(message)
            if number:
                seconds[name].append(took)
    return {name: rows / statistics.median(found) / cores for name, found in seconds.items()}
