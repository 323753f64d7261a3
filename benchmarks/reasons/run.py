"""Reasons: what they cost for every row, beside LightGBM's own, shap and woodelf.

Peers    `Booster.predict(pred_contrib=True)`, `shap.TreeExplainer` as it comes, woodelf's path-dependent values; the
         contributions of each are compared with ours before anything is timed. woodelf spends as much on a tree for a
         few rows as for thousands, and therefore has them all
Threads  one for each; seconds of one core, so that other work on the machine does not count
Rounds   each contender once, one after the other; medians. pred_contrib and shap would take hours and run on fewer
         rows, named in `rows_timed`; they are compared by the row
Pd       `time_vs_predict` is margins (bit by bit those of LightGBM) and contributions of all features, over
         `Booster.predict`
"""

import contextlib
import json
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
import shap
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits
from woodelf import WoodelfExplainer

from benchmarks.reasons.models import FEATURES, SHAPES, Floats, booster_text, made
from ews.models.treeshap.engine import engine_of
from ews.models.treeshap.program import Program
from ews.models.treeshap.run import contributions, margins

GROUPS = 30
COMPARED = 64
CLOSE = {"pred_contrib": 1e-10, "shap": 1e-10, "woodelf": 1e-4}
"""How far a peer's values may lie from ours; woodelf works in float32 in places."""
SINGLE = 40


@dataclass(frozen=True, slots=True)
class Sizes:
    """Rows to explain, rows for the peers whose cost does not depend on how many there are, and rounds."""

    rows: int
    slow: int
    rounds: int


FULL = Sizes(rows=50_000, slow=500, rounds=5)
SMALL = Sizes(rows=4_000, slow=60, rounds=2)


@dataclass(frozen=True, slots=True)
class _Contender:
    rows: int
    work: Callable[[Floats], Any]


def run(sizes: Sizes, kept: Path | None, *, as_json: bool) -> None:
    """Measure and print."""
    with threadpool_limits(1):
        models = dict(_measured(sizes, kept))
    found = {"rows": sizes.rows, "features": FEATURES, "rounds": sizes.rounds, "models": models}
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    table = Table("model", *next(iter(models.values())))
    for name, told in models.items():
        table.add_row(name, *(f"{value:.3g}" if isinstance(value, float) else str(value) for value in told.values()))
    Console().print(table)


def _measured(sizes: Sizes, kept: Path | None) -> Iterator[tuple[str, dict[str, Any]]]:
    data = made(sizes.rows)
    for name in SHAPES:
        yield name, _measure(booster_text(name, data, kept), data.rows, sizes)


def _measure(text: str, rows: Floats, sizes: Sizes) -> dict[str, Any]:
    booster, program = lgb.Booster(model_str=text), engine_of(text)
    if program is None:
        message = "The kernel does not know the booster, so that there is nothing to measure."
        raise ValueError(message)
    contenders = _contenders(booster, program, sizes)
    largest = _compared(booster, program, contenders, rows)
    spent = _microseconds(contenders, rows, sizes.rounds)
    return {
        **{f"ratio_vs_{peer}": spent[peer] / spent["reasons"] for peer in ("shap", "woodelf", "pred_contrib")},
        "time_vs_predict": (spent["margins"] + spent["reasons"]) / spent["predict"],
        "max_diff": largest,
        "bytes_per_row_grouped": _bytes_per_row(program, rows),
        "single_row_ratio": spent["pred_contrib of one"] / spent["reasons of one"],
        "predict_vs_margins": spent["predict"] / spent["margins"],
        "microseconds_per_row": spent,
        "rows_timed": {name: one.rows for name, one in contenders.items()},
    }


def _contenders(booster: lgb.Booster, program: Program, sizes: Sizes) -> dict[str, _Contender]:
    slots = np.arange(program.features) % GROUPS
    explainer, woodelf = shap.TreeExplainer(booster), WoodelfExplainer(booster)
    return {
        "reasons": _Contender(sizes.rows, lambda rows: contributions(program, rows, threads=1)),
        "reasons in groups": _Contender(sizes.rows, lambda rows: contributions(program, rows, slots=slots, threads=1)),
        "margins": _Contender(sizes.rows, lambda rows: margins(program, rows, threads=1)),
        "predict": _Contender(sizes.rows, lambda rows: booster.predict(rows, raw_score=True, num_threads=1)),
        "pred_contrib": _Contender(sizes.slow, lambda rows: booster.predict(rows, pred_contrib=True, num_threads=1)),
        "shap": _Contender(sizes.slow, explainer.shap_values),
        "woodelf": _Contender(sizes.rows, lambda rows: _told_aside(lambda: woodelf.shap_values(pd.DataFrame(rows)))),
        "reasons of one": _Contender(1, lambda row: contributions(program, row, threads=1)),
        "pred_contrib of one": _Contender(1, lambda row: booster.predict(row, pred_contrib=True, num_threads=1)),
    }


def _told_aside(work: Callable[[], Any]) -> Any:
    """Return what `work` does, with what it prints kept away from the JSON."""
    with contextlib.redirect_stdout(sys.stderr):
        return work()


def _compared(booster: lgb.Booster, program: Program, contenders: dict[str, _Contender], rows: Floats) -> float:
    """Return the largest gap to pred_contrib; ValueError where a peer tells something else."""
    some = rows[:COMPARED]
    own = contributions(program, some)
    gaps = {}
    for peer, close in CLOSE.items():
        gaps[peer] = float(np.abs(_values(contenders[peer].work(some), own.shape[1]) - own).max())
        if not gaps[peer] <= close:
            message = f"The contributions of {peer} differ from ours by {gaps[peer]:.1e}, which is above {close:.0e}."
            raise ValueError(message)
    if not np.array_equal(margins(program, rows), np.asarray(booster.predict(rows, raw_score=True))):
        message = "Margins differ from those of LightGBM."
        raise ValueError(message)
    return gaps["pred_contrib"]


def _values(told: Any, features: int) -> Floats:
    """Return rows x features: without the base, and of the second class where both are told."""
    values = np.asarray(told[-1] if isinstance(told, list) else told, dtype=np.float64)
    return values[..., -1] if values.ndim == 3 else values[:, :features]


def _microseconds(contenders: dict[str, _Contender], rows: Floats, rounds: int) -> dict[str, float]:
    """Return the median microseconds per row of each contender."""
    spent: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds):
        for name, one in contenders.items():
            repeated = SINGLE if one.rows == 1 else 1
            started = time.process_time()
            for turn in range(repeated):
                one.work(rows[turn : turn + one.rows])
            spent[name].append((time.process_time() - started) / one.rows / repeated * 1e6)
        print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    return {name: median(each) for name, each in spent.items()}


def _bytes_per_row(program: Program, rows: Floats) -> float:
    """Return the most bytes a row held at once while 50,000 rows are explained by group, over what they hold before."""
    asked = np.resize(rows, (50_000, rows.shape[1]))
    slots = np.arange(program.features) % GROUPS
    tracemalloc.start()
    contributions(program, asked, slots=slots, threads=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / len(asked)
