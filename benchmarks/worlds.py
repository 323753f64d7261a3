"""Worlds: synthetic books with their truth, modelled the product's own way.

Rows    those of the out-of-time test for which the simulator knows an expected pd, the same for every contender
Size    borrowers counts all rows of the table borrowers, owners without loans too
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.accuracy.paired import Floats
from ews.events.book import Book, open_book
from ews.simulation.simulate import simulate
from ews.training.recipe import resolve_recipe
from ews.training.run import make_model
from ews.training.table import TrainingTable
from ews.training.trained import Trained

RECIPE = {"snapshot_every_months": 4, "test_months": 5}
"""Two test days and the training days before the purge. Days nearer to each other share most of their labels: on world
A's training months twice as many taught no better."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Size:
    """How large a world is; the seed is not that of the demo."""

    borrowers: int
    months: int
    seed: int


@dataclass(frozen=True, slots=True)
class Modelled:
    """A world's book, the model made of it, and its test rows.

    `tested`, `pd` (the model's) and `expected_pd` (the simulator's) have one entry per test row with a known truth;
    `without_truth` counts those left out.
    """

    world: str
    book: Book
    trained: Trained
    tested: TrainingTable
    pd: Floats
    expected_pd: Floats
    without_truth: int

    @property
    def seen(self) -> TrainingTable:
        return self.trained.table.subset(self.trained.parts.train)

    @property
    def current(self) -> Flags:
        """Which test rows are not a day past due."""
        return (self.tested.keys["dpd"] == 0).to_numpy(dtype=bool)


def modelled(world: str, size: Size, directory: Path) -> Modelled:
    """Simulate `world` in `directory`, train on its past and score its last months; progress goes to stderr."""
    told = told_on_stderr(f"world {world}")
    place = directory / f"world-{world}"
    made = simulate(place, borrowers=size.borrowers, months=size.months, seed=size.seed, world=world)
    told(f"simulated {sum(made.rows.values()):,} rows")
    book = open_book(place)
    trained = make_model(book, resolve_recipe(book.manifest.recipe, RECIPE))
    told(f"trained on {int(trained.parts.train.sum()):,} rows in {trained.fitted.rounds} rounds")
    tested = trained.table.subset(trained.parts.test)
    expected = _expected_pd(made.truth, tested)
    known = ~np.isnan(expected)
    return Modelled(world, book, trained, tested.subset(known), trained.pd[known], expected[known], int((~known).sum()))


def told_on_stderr(what: str) -> Callable[[str], None]:
    """Return a function that prints what was done, and after how many seconds."""
    started = time.perf_counter()

    def tell(done: str) -> None:
        print(f"{what}: {done} ({time.perf_counter() - started:.0f} s)", file=sys.stderr, flush=True)

    return tell


def _expected_pd(truth: Path, tested: TrainingTable) -> Floats:
    rows = pd.read_parquet(truth, columns=["borrower_id", "as_of", "expected_pd"])
    known = rows.set_index(["borrower_id", "as_of"])["expected_pd"]
    asked = pd.MultiIndex.from_arrays([tested.borrowers, tested.keys["as_of"]])
    return known.reindex(asked).to_numpy(dtype=np.float64)
