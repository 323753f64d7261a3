"""Policy speed: what judging all signals of a book costs, beside scanning the columns that they read.

Rows    random: a third of the values unknown, of the others a few as bad as can be and the rest calm, so that about as
        many signals hold for a row as in a book; the engine holds them in memory
Scan    the highest value of every column, read from a Parquet file as a batch keeps it; copy: all columns in memory
        written anew
Judge   grade, level, signals and undecided of every row, in one statement that names the table once
Time    seconds of one core, so that other work on the machine does not count
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from rich.console import Console

from ews.domain.facts import GIVEN_BORROWER_FACTS, NETWORK_BORROWER_FACTS, Fact
from ews.domain.features import Feature
from ews.events.engine import connect
from ews.features.catalogue import FEATURES
from ews.policy.judge import grade_borrowers, judge_signals
from ews.policy.policy import Policy, load_policy
from ews.policy.vocabulary import vocabulary_of

DAY = date(2026, 6, 30)
UNKNOWN, STRIKING, SEED = 0.3, 0.02, 1
"""Shares of unknown values, and of those that a condition may strike at."""
SHOWN = ("borrower_id", "grade", "level_rank", "signals", "undecided")


def run(rows: int, *, as_json: bool) -> None:
    """Measure and print."""
    found = measure(rows, load_policy(vocabulary=vocabulary_of(FEATURES)))
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        Console().print(
            f"{found['signals']} signals over {rows:,} borrowers: scan {found['scan_s']:.2f} s, copy "
            f"{found['copy_s']:.2f} s, judge {found['judge_s']:.2f} s; {found['scans']} scan of the table, "
            f"{found['ratio_to_scan']:.1f} times a scan, {found['ratio_to_copy']:.1f} times a copy"
        )


def measure(rows: int, policy: Policy) -> dict[str, Any]:
    """Return seconds of scan, copy and judgement of `rows` random borrowers, and how often the table is scanned."""
    engine = connect(threads=1)
    table = engine.create_table("borrowers", random_borrowers(rows), temp=True)
    judged = judge_signals(grade_borrowers(table, policy, DAY), policy, DAY).select(*SHOWN)
    maxima = ", ".join(f'max("{name}")' for name in table.columns)
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "borrowers.parquet"
        table.to_parquet(file, compression="zstd")
        scan = _seconds(lambda: engine.con.execute(f"SELECT {maxima} FROM '{file}'").fetchall())
    copy = _seconds(lambda: _filled(engine, table))
    judge = _seconds(lambda: _filled(engine, judged))
    plan = str(engine.con.execute(f"EXPLAIN {ibis.to_sql(judged)}").fetchall()[0][1])
    return {
        "rows": rows,
        "signals": len(policy.signals),
        "scans": plan.count("SEQ_SCAN"),
        "scan_s": scan,
        "copy_s": copy,
        "judge_s": judge,
        "ratio_to_scan": judge / scan,
        "ratio_to_copy": judge / copy,
    }


def random_borrowers(rows: int) -> pa.Table:
    """Return features and facts of `rows` borrowers, the same each time."""
    rng = np.random.default_rng(SEED)
    asked: tuple[Fact | Feature, ...] = (*GIVEN_BORROWER_FACTS, *NETWORK_BORROWER_FACTS, *FEATURES)
    columns: dict[str, pa.Array] = {
        "borrower_id": pa.array([f"B{number:07}" for number in range(rows)]),
        "tier_rank": pa.array(rng.integers(0, 2, rows), pa.int8()),
    }
    for each in asked:
        unknown, strikes = rng.random(rows) < UNKNOWN, rng.random(rows) < STRIKING
        if each.unit == "text":
            columns[each.name] = pa.array(["none"] * rows, pa.string(), mask=unknown)
        elif each.unit == "flag":
            columns[each.name] = pa.array(strikes, mask=unknown)
        elif each.unit in ("share", "ratio", "change"):
            calm = rng.random(rows) / 10 + (3 if each.worse == "lower" else 0)
            columns[each.name] = pa.array(np.where(strikes, rng.random(rows), calm), pa.float64(), mask=unknown)
        else:
            calm_count = 40 if each.worse == "lower" else 0
            values = np.where(strikes, rng.integers(0, 50, rows), calm_count)
            columns[each.name] = pa.array(values, pa.int64(), mask=unknown)
    return pa.table(columns)


def _filled(engine: ibis.BaseBackend, table: ir.Table) -> None:
    engine.create_table("filled", table, temp=True, overwrite=True)


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
