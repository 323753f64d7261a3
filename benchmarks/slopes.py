"""Slopes: how costs grow with rows, features, trees, snapshots and signals; lines through what was measured.

Seconds of all threads of the process, which other work on the machine disturbs least. A slope is that of the line of
least squares; `fixed` is where it meets zero.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.feature_build.contenders import in_turns, ours, seconds
from benchmarks.feature_build.run import month_ends
from benchmarks.large_book import Pattern, with_copies
from benchmarks.policy_speed import measure
from benchmarks.reasons.models import FIXED, made
from benchmarks.worlds import told_on_stderr
from ews.events.book import open_book
from ews.events.manifest import read_manifest
from ews.features.catalogue import FEATURES
from ews.features.window import spine_on
from ews.models.treeshap.engine import engine_of
from ews.models.treeshap.run import contributions
from ews.policy.policy import load_policy
from ews.policy.vocabulary import vocabulary_of

Points = Mapping[float, float]


def run(*, small: bool, as_json: bool) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder), small=small)
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        _show(found)


def measured(folder: Path, *, small: bool) -> dict[str, Any]:
    """Return, by what grows, the points (size: seconds of CPU) and the line through them."""
    tell = told_on_stderr("slopes")
    copies = (1, 4) if small else (1, 2, 4, 8)
    builds = _builds(folder, Pattern(300 if small else 2_000, 60), copies, (1, 12) if small else (1, 12, 24, 36))
    tell("feature build")
    reasons = _reasons(2_000 if small else 20_000, (50, 100, 200) if small else (100, 200, 400, 800))
    tell("reasons")
    signals = _signals(100_000 if small else 1_000_000)
    tell("signals")
    return {"features": builds, "reasons": reasons, "signals": signals}


def line(points: Points) -> tuple[float, float]:
    """Return the slope and the fixed part of the line of least squares."""
    sizes, spent = (np.array(list(side), dtype=np.float64) for side in (points.keys(), points.values()))
    slope, fixed = np.polyfit(sizes, spent, 1)
    return float(slope), float(fixed)


def _builds(folder: Path, pattern: Pattern, copies: Sequence[int], snapshots: Sequence[int]) -> dict[str, Any]:
    """Return what all features of a day cost by postings, and by snapshots on the smallest book."""
    by_postings: dict[float, float] = {}
    for count in copies:
        directory = with_copies(folder, pattern, count)
        manifest = read_manifest(directory)
        by_postings[manifest.tables["transactions"].rows] = _build(directory, 1)
    least = with_copies(folder, pattern, copies[0])
    by_snapshots = {float(count): _build(least, count) for count in snapshots}
    slope, fixed = line(by_postings)
    more, one = line(by_snapshots)
    return {
        "seconds_by_postings": _told(by_postings),
        "us_per_posting": round(slope * 1e6, 3),
        "fixed_seconds": round(fixed, 3),
        "seconds_by_snapshots": _told(by_snapshots),
        "share_of_one_per_snapshot": round(more / by_snapshots[1.0], 3),
        "fixed_of_snapshots": round(one, 3),
    }


def _build(directory: Path, snapshots: int) -> float:
    book = open_book(directory, threads=2)
    spine = spine_on(book, month_ends(book.manifest.extracted_on, snapshots))
    spent = seconds(in_turns({"ours": ours(book, spine)}, 2))["ours"]["cpu"]
    book.engine.disconnect()
    return spent


def _reasons(rows: int, trees: Sequence[int]) -> dict[str, Any]:
    """Return what contributions cost by trees of 31 leaves, and by features in 100 such trees."""
    data = made(max(rows, 8_000))
    by_trees = {float(count): _explain(data.rows, data.outcome, rows, count) for count in trees}
    by_features = {
        float(count): _explain(data.rows[:, :count], data.outcome, rows, trees[0]) for count in (25, 75, 150)
    }
    slope, fixed = line(by_trees)
    per_feature, _ = line(by_features)
    return {
        "rows": rows,
        "seconds_by_trees": _told(by_trees),
        "ns_per_row_and_tree": round(slope / rows * 1e9, 1),
        "fixed_us_per_row": round(fixed / rows * 1e6, 2),
        "seconds_by_features": _told(by_features),
        "ns_per_row_and_feature": round(per_feature / rows * 1e9, 1),
    }


def _explain(matrix: Any, outcome: Any, rows: int, trees: int) -> float:
    text = lgb.train({**FIXED, "num_leaves": 31}, lgb.Dataset(matrix, label=outcome), trees).model_to_string()
    program = engine_of(text)
    if program is None:
        message = "The engine does not know the booster of this benchmark."
        raise RuntimeError(message)
    asked = np.ascontiguousarray(matrix[:rows])
    return _least(lambda: contributions(program, asked, threads=1))


def _signals(rows: int) -> dict[str, Any]:
    """Return what judging costs by the number of signals, over the same random borrowers."""
    policy = load_policy(vocabulary=vocabulary_of(FEATURES))
    points = {}
    for share in (4, 2, 1):
        some = replace(policy, signals=policy.signals[: len(policy.signals) // share])
        points[float(len(some.signals))] = measure(rows, some)["judge_s"]
    slope, fixed = line(points)
    return {
        "rows": rows,
        "seconds_by_signals": _told(points),
        "ns_per_row_and_signal": round(slope / rows * 1e9, 1),
        "fixed_us_per_row": round(fixed / rows * 1e6, 2),
    }


def _least(work: Callable[[], object]) -> float:
    found = []
    for _ in range(3):
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return min(found)


def _told(points: Points) -> dict[str, float]:
    return {f"{size:.0f}": round(spent, 3) for size, spent in points.items()}


def _show(found: Mapping[str, Any]) -> None:
    table = Table(title="Slopes, seconds of CPU")
    for name in ("", "measured", "value"):
        table.add_column(name)
    for part, one in found.items():
        for name, value in one.items():
            table.add_row(
                part, name, ", ".join(f"{k}: {v}" for k, v in value.items()) if isinstance(value, dict) else f"{value}"
            )
    Console().print(table)
