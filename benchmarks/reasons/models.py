"""Boosters and rows to measure reasons on: numbers, skewed amounts and counts, a part of each unknown."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FEATURES, SEED = 150, 7
SHAPES: dict[str, tuple[int, dict[str, Any]]] = {
    "200x31": (200, {"num_leaves": 31}),
    "500x63": (500, {"num_leaves": 63}),
    "500x63d6": (500, {"num_leaves": 63, "max_depth": 6}),
}
FIXED = {"objective": "binary", "learning_rate": 0.05, "min_data_in_leaf": 20, "verbosity": -1, "deterministic": True,
         "force_row_wise": True, "num_threads": 2}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """Rows x 150 features, and whether each row failed."""

    rows: Floats
    outcome: NDArray[np.int64]


def made(rows: int) -> Made:
    """Return rows whose outcome depends on all features, on the first most, and on two of their products."""
    rng = np.random.default_rng(SEED)
    matrix = rng.normal(size=(rows, FEATURES))
    matrix[:, 50:90] = np.exp(matrix[:, 50:90])
    matrix[:, 90:120] = rng.poisson(3, size=(rows, 30))
    matrix[:, 120:150] = (matrix[:, 120:150] > 1) * rng.poisson(2, size=(rows, 30))
    weights = rng.normal(size=FEATURES) / np.sqrt(np.arange(1, FEATURES + 1))
    scaled = (matrix - matrix.mean(axis=0)) / matrix.std(axis=0)
    products = 0.5 * scaled[:, 0] * scaled[:, 1] + 0.5 * (scaled[:, 2] > 0) * scaled[:, 3]
    margin = 0.6 * scaled @ weights + products - 2
    outcome = (rng.random(rows) < 1 / (1 + np.exp(-margin))).astype(np.int64)
    matrix[rng.random(matrix.shape) < rng.uniform(0, 0.3, size=FEATURES)] = np.nan
    return Made(matrix, outcome)


def booster_text(name: str, data: Made, kept: Path | None) -> str:
    """Return the booster of that shape, trained on `data` or taken from the folder `kept`."""
    file = kept and kept / f"{name}-{len(data.rows)}.txt"
    if file and file.exists():
        return file.read_text()
    started = time.perf_counter()
    rounds, shape = SHAPES[name]
    text = lgb.train({**FIXED, **shape}, lgb.Dataset(data.rows, label=data.outcome), rounds).model_to_string()
    print(f"{name}: trained in {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return text
