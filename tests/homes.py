"""A home with a trained and scored synthetic book, made once per test run and shared by its workers."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from filelock import FileLock

from ews.features.catalogue import FEATURES
from ews.models.champion import champion
from ews.models.frozen import FrozenModel
from ews.policy.policy import Policy, load_policy
from ews.policy.vocabulary import vocabulary_of
from ews.scoring.batch import score_book
from ews.simulation.simulate import simulate
from ews.store.engine import Store, open_store
from ews.training.run import train

DAYS = (date(2026, 5, 31), date(2026, 6, 30))
KNOWN_BY = date(2026, 5, 31)
BORROWERS, MONTHS, SEED = 700, 60, 11


@dataclass(frozen=True, slots=True)
class ScoredHome:
    """A champion trained on what was known on KNOWN_BY, and batches of DAYS."""

    book: Path
    home: Path

    @property
    def model(self) -> FrozenModel:
        return champion(self.home, "synthetic")

    @property
    def policy(self) -> Policy:
        return load_policy(vocabulary=vocabulary_of(FEATURES))

    @contextmanager
    def store(self) -> Iterator[Store]:
        store = open_store(store_url(self.home))
        try:
            yield store
        finally:
            store.close()

    def copied_to(self, home: Path, *, without: tuple[str, ...] = ()) -> Path:
        """Return `home`, a copy of this one without files named like `without`, while others may write in this one."""
        beside = tuple(f"*.db{end}" for end in ("", "-wal", "-shm", "-journal"))
        shutil.copytree(self.home, home, ignore=shutil.ignore_patterns(*beside, *without))
        for database in self.home.glob("*.db"):
            if not any(database.match(pattern) for pattern in without):
                with closing(sqlite3.connect(database)) as ours, closing(sqlite3.connect(home / database.name)) as copy:
                    ours.backup(copy)
        return home


def store_url(home: Path) -> str:
    return f"sqlite:///{home / 'ews.db'}"


def scored_home(shared: Path) -> ScoredHome:
    """Return the home below `shared`, made by whichever worker comes first."""
    root = shared / "scored-home"
    made = ScoredHome(root / "book", root / "home")
    with FileLock(shared / "scored-home.lock"):
        if not (root / "done").exists():
            os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
            simulate(made.book, borrowers=BORROWERS, months=MONTHS, seed=SEED)
            train(made.book, made.home, known_by=KNOWN_BY)
            with made.store() as store:
                for day in DAYS:
                    score_book(made.book, made.home, store, made.model, made.policy, as_of=day)
            (root / "done").touch()
    return made
