"""A book scored on a cluster of Spark: two workers of one core each, in processes of their own."""

import shutil
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ews.features.catalogue import FEATURES
from ews.scoring.batch import score_book
from ews.scoring.folder import ScoredBatch
from ews.simulation.simulate import simulate
from ews.store.engine import open_store
from tests.homes import ScoredHome, store_url
from tests.spark.machine import SMALL, executors, kill, needs_spark

pytestmark = needs_spark

DAY = date(2026, 6, 30)
KILLED_AFTER = 20
"""Steps of the features, of more than 60."""


@dataclass
class Killer:
    """Kills a worker in the midst of the features."""

    before: list[int] = field(default_factory=list)
    killed: int | None = None

    def __call__(self, step: str, done: int, total: int) -> None:
        if step == "features" and total > 2 * KILLED_AFTER and done == KILLED_AFTER and self.killed is None:
            self.before = executors()
            self.killed = self.before[0]
            kill(self.killed)


@dataclass(frozen=True)
class Run:
    here: ScoredBatch
    there: ScoredBatch
    killer: Killer
    left: list[int]
    work: list[Path]


def scored_in(root: Path, home: ScoredHome, book: Path, **how) -> ScoredBatch:
    shutil.copytree(home.home / "models", root / "models")
    store = open_store(store_url(root))
    try:
        return score_book(book, root, store, home.model, home.policy, as_of=DAY, **how)
    finally:
        store.close()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, scored: ScoredHome) -> Run:
    from ews.events.spark.opening import open_on_spark  # noqa: PLC0415 - Spark may not be there
    from ews.events.spark.session import spark_engine  # noqa: PLC0415

    root = tmp_path_factory.mktemp("spark")
    simulate(root / "book", borrowers=120, months=40, seed=5)
    killer = Killer()
    here = scored_in(root / "here", scored, root / "book")
    with spark_engine("local-cluster[2,1,1024]", root / "work", settings=SMALL) as engine:
        opening = partial(open_on_spark, engine=engine)
        there = scored_in(root / "there", scored, root / "book", opening=opening, progress=killer)
        left = executors()
    return Run(here, there, killer, left, list((root / "work").iterdir()))


def test_every_feature_signal_and_decision_has_the_bytes_that_duckdb_gives_it(run: Run):
    files = sorted(path.name for path in run.here.directory.iterdir())
    assert files == sorted(path.name for path in run.there.directory.iterdir())
    differing = [
        name for name in files if (run.here.directory / name).read_bytes() != (run.there.directory / name).read_bytes()
    ]
    assert differing == []
    told = pq.read_table(run.there.directory / "decisions.parquet")
    assert len(told) > 80
    known = [feature.name for feature in FEATURES if told[feature.name].null_count < len(told)]
    assert len(known) > 200, "a parity of nothing but nulls says little"
    assert (run.here.batch_id, run.here.totals) == (run.there.batch_id, run.there.totals)


def test_a_worker_killed_in_the_midst_was_replaced_and_nothing_was_lost(run: Run):
    assert len(run.killer.before) == 2
    assert run.killer.killed not in run.left
    assert len(run.left) == 2
    assert run.there.totals.borrowers_in == run.here.totals.borrowers_in


def test_nothing_is_left_in_the_work_folder(run: Run):
    assert run.work == []
