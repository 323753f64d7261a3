"""Monitor: what a look at the model of a large book costs, step by step.

Home    a model over all features, its reference statistics, and monthly batches of random borrowers in SQLite and, as
        scoring writes them, in Parquet
Book    a loan per borrower, a ledger row per loan and month over two years, as many postings as ledger rows
Looked  `look` from history to alarms, one process, two threads; what is written to the store afterwards is one row.
        Steps in seconds of all cores together, so that other work on the machine does not count
"""

import json
import sys
import tempfile
import time
from datetime import date, datetime
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

import duckdb
import lightgbm as lgb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from sqlalchemy import insert

from ews.events.book import open_book
from ews.events.manifest import FILE_NAME, Manifest, TableEntry
from ews.events.schemas import SQL_TYPES, all_columns, table
from ews.features.catalogue import FEATURES, VERSION
from ews.models.champion import add_model, model_folder
from ews.models.frozen import FrozenModel
from ews.models.reference import SCORE, Bands, Reference, Sample, keep_reference
from ews.monitoring.health.look import DECISIONS, look
from ews.outcomes.definition import Definition
from ews.outcomes.horizon import months_later
from ews.store.engine import Store, open_store, writing
from ews.store.tables import batches, decisions
from ews.validation.stability import counts_by_band, edges_of

NEWEST = date(2026, 6, 30)
NAMES = tuple(feature.name for feature in FEATURES)
_GROUP, _CHUNK, _LEARNT = 4_096, 65_536, 20_000
_TABLES = {
    "borrowers": "SELECT 'B' || i AS borrower_id, 'firm' AS kind FROM range({rows}) r(i)",
    "loans": "SELECT 'L' || i AS loan_id, 'B' || i AS borrower_id, 'business' AS product, DATE '2024-06-30' AS "
    "opened_on, 100000 AS principal FROM range({rows}) r(i)",
    "ledger": "SELECT 'L' || i AS loan_id, last_day(DATE '2024-06-01' + INTERVAL (m) MONTH)::DATE AS stated_on, "
    "100000 AS balance, CASE WHEN hash(i) % 40 = 0 AND m >= hash(i * 7) % 48 THEN 95 ELSE 0 END AS dpd "
    "FROM range({rows}) r(i), range(25) t(m)",
    "transactions": "SELECT i || '-' || m AS posting_id, 'A' || i AS account_id, TIMESTAMP '2026-06-30 10:00:00' - "
    "INTERVAL (m * 29 + i % 29) DAY AS occurred_at, 100 AS amount FROM range({rows}) r(i), range(25) t(m)",
}


def run(borrowers: int, months: int, *, as_json: bool) -> None:
    """Measure and print."""
    found = measure(borrowers, months)
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    steps = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in found["steps"].items())
    Console().print(
        f"{borrowers:,} borrowers, {found['features']} features, {months} batches: {found['seconds']:.1f} s, "
        f"{found['cpu_seconds']:.1f} s of work ({steps}); "
        f"{found['peak_gb']:.1f} GB at most"
    )


def measure(borrowers: int, months: int) -> dict[str, Any]:
    """Return the seconds of a look and of each of its steps, and the most memory that the process had."""
    with tempfile.TemporaryDirectory() as directory:
        home, place = Path(directory) / "home", Path(directory) / "book"
        _write_book(place, borrowers)
        model = _write_model(home)
        store = open_store(f"sqlite:///{home / 'ews.db'}")
        for number in range(months):
            _write_batch(home, store, model, borrowers, months_later(NEWEST, number + 1 - months))
        before = getrusage(RUSAGE_SELF).ru_maxrss
        marks: dict[str, float] = {}
        started, worked = time.perf_counter(), time.process_time()

        def progress(step: str, done: int, total: int) -> None:  # noqa: ARG001 - as Progress has it
            marks.setdefault(step, time.process_time() - worked)

        _, health = look(home, store, "large", open_book(place, threads=2), progress=progress)
        seconds, cpu = time.perf_counter() - started, time.process_time() - worked
        store.close()
    return {
        "borrowers": borrowers,
        "batches": months,
        "features": len(health.shifts),
        "cohorts": len(health.cohorts),
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
        "steps": _steps(marks, cpu),
        "peak_gb": round(getrusage(RUSAGE_SELF).ru_maxrss / 2**20, 1),
        "peak_before_gb": round(before / 2**20, 1),
    }


def _steps(marks: dict[str, float], seconds: float) -> dict[str, float]:
    starts = [*marks.values(), seconds]
    return {name: round(starts[place + 1] - start, 1) for place, (name, start) in enumerate(marks.items())}


def _write_book(place: Path, borrowers: int) -> None:
    (place / "data").mkdir(parents=True)
    entries = {}
    for name, rows in _TABLES.items():
        schema, given = table(name), rows.format(rows=borrowers)
        happened = f"CAST({schema.happened} AS DATE)" if schema.happened else "DATE '2024-01-01'"
        made = {"known_on": happened, "known_until": "NULL::DATE", "withdrawn": "false"}
        own = duckdb.sql(f"SELECT * FROM ({given}) LIMIT 0").columns
        kinds = {column.name: SQL_TYPES[column.kind] for column in all_columns(schema)}
        columns = [
            f"CAST({made.get(column, column if column in own else 'NULL')} AS {kind}) AS {column}"
            for column, kind in {**kinds, "known_until": "DATE"}.items()
        ]
        path = place / "data" / f"{name}.parquet"
        duckdb.sql(f"COPY (SELECT {', '.join(columns)} FROM ({given})) TO '{path}' (FORMAT parquet)")
        entries[name] = TableEntry(f"data/{name}.parquet", "", 0, 0, date(2024, 6, 1), NEWEST)
    (place / FILE_NAME).write_text(Manifest("large", NEWEST, entries).to_json(), encoding="utf-8")


def _write_model(home: Path) -> FrozenModel:
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(_LEARNT, len(NAMES)))
    hit = rng.random(_LEARNT) < 1 / (1 + np.exp(4 - matrix[:, :20].sum(axis=1) / 4))
    parameters = {"objective": "binary", "num_leaves": 31, "verbosity": -1, "num_threads": 2, "deterministic": True}
    data = lgb.Dataset(matrix, label=hit.astype(int), feature_name=list(NAMES))
    booster = lgb.train(parameters, data, num_boost_round=60).model_to_string()
    reasons = tuple(feature.reason.value for feature in FEATURES)
    learnt_on, definition = date(2024, 6, 30), Definition().as_dict()
    model = FrozenModel("large", booster, NAMES, reasons, 1.0, 0.0, learnt_on, 12, definition, VERSION)
    add_model(home, model)
    days = tuple(months_later(date(2023, 6, 30), number) for number in range(12))
    columns = {name: _bands(matrix[:, place], len(days)) for place, name in enumerate(NAMES)}
    score = {SCORE: _bands(_chances(rng, _LEARNT), len(days))}
    features, own = (Sample(days, _LEARNT, _LEARNT // 4, part) for part in (columns, score))
    keep_reference(model_folder(home, "large", model.model_id), Reference(model.model_id, features, own))
    return model


def _bands(values: np.ndarray, days: int) -> Bands:
    edges = edges_of(values)
    counts = (tuple(counts_by_band(part, edges).values()) for part in np.array_split(values, days))
    return Bands(tuple(edges.tolist()), tuple(counts))


def _chances(rng: np.random.Generator, rows: int) -> np.ndarray:
    return 1 / (1 + np.exp(4 - rng.normal(size=rows)))


def _write_batch(home: Path, store: Store, model: FrozenModel, borrowers: int, day: date) -> None:
    """Publish a batch; features are written of the newest alone, for nobody reads those of the others."""
    number, names = 12 * day.year + day.month, NAMES if day == NEWEST else ()
    folder = home / "decisions" / "large" / f"{day}"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(number)
    with writing(store) as connection:
        connection.execute(insert(batches), [_batch_row(model, borrowers, number, day, folder.relative_to(home))])
    writer = None
    for start in range(0, borrowers, _CHUNK):
        rows = min(_CHUNK, borrowers - start)
        part = _part(rng, start, rows, names)
        writer = writer or pq.ParquetWriter(folder / DECISIONS, part.schema, compression="zstd")
        writer.write_table(part, row_group_size=_GROUP)
        with writing(store) as connection:
            connection.execute(insert(decisions), _decision_rows(part, number))
    if writer is not None:
        writer.close()


def _part(rng: np.random.Generator, start: int, rows: int, names: tuple[str, ...]) -> pa.Table:
    columns: dict[str, Any] = {
        "borrower_id": pa.array([f"B{start + number}" for number in range(rows)]),
        "pd": _chances(rng, rows),
        "grade": pa.array(np.array(["G1", "G3", "G5", "G7"])[rng.integers(0, 4, rows)]),
        "in_default": np.zeros(rows, np.bool_),
    }
    for name in names:
        values = rng.normal(size=rows)
        columns[name] = pa.array(values, mask=rng.random(rows) < 0.1)
    return pa.table(columns)


def _decision_rows(part: pa.Table, number: int) -> list[dict[str, Any]]:
    given = zip(part["borrower_id"].to_pylist(), part["pd"].to_pylist(), part["grade"].to_pylist(), strict=True)
    return [
        {
            "publication": number,
            "borrower_id": borrower_id,
            "branch_id": f"N{hash(borrower_id) % 100:02d}",
            "pd": pd,
            "grade": grade,
            "tier": "pass",
            "tier_rank": 0,
            "level": "yellow" if pd > 0.1 else "none",
            "level_rank": int(pd > 0.1),
            "exposure_fen": 100_000,
            "in_default": False,
        }
        for borrower_id, pd, grade in given
    ]


def _batch_row(model: FrozenModel, borrowers: int, number: int, day: date, folder: Path) -> dict[str, Any]:
    counts = dict.fromkeys(("in_default", "rejected", "out_of_scope", "exposure_unknown"), 0)
    named = dict.fromkeys(("book_id", "policy_hash", "code_version"), "large")
    return {
        "publication": number,
        "batch_id": f"large-{day}",
        "portfolio": "large",
        "as_of": day,
        "known_by": day,
        "published_at": datetime(2026, 7, 1),
        "model_id": model.model_id,
        "borrowers_in": borrowers,
        "scored": borrowers,
        "exposure_fen": 100_000 * borrowers,
        "directory": str(folder),
        "summary": "{}",
        "tallies": "[]",
        **counts,
        **named,
    }
