"""A training from book to registered model: `ews train`.

Reads   a book, by what was known on each snapshot's day; labels by what was known on `known_by`
Writes  home/models/<portfolio>/<model_id>, one MLflow run, and the champion's pointer where there was no champion
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ews.domain.errors import TrackingError
from ews.domain.progress import Progress, silent
from ews.events.book import Book, open_book
from ews.models.champion import add_model
from ews.models.examined import keep_examined
from ews.models.reference import keep_reference
from ews.training.appointing import appoint_first, role_of
from ews.training.dataset import training_table
from ews.training.fit import fit
from ews.training.freeze import freeze, pd_of_unseen
from ews.training.recipe import Recipe, resolve_recipe
from ews.training.reference import reference_of
from ews.training.report import Role, TrainingReport
from ews.training.run_content import content_of, examination_of
from ews.training.snapshots import plan_snapshots
from ews.training.split import Split, split
from ews.training.table import TrainingTable
from ews.training.tracking import Also, Logged, default_tracking_uri, record, with_more
from ews.training.trained import Trained
from ews.validation.measures import measure

Choose = Callable[[TrainingTable, Recipe], Recipe]


def train(
    book: Book | Path,
    home: Path,
    *,
    recipe: Path | Mapping[str, Any] | None = None,
    known_by: date | None = None,
    tracking_uri: str | None = None,
    now: datetime | None = None,
    progress: Progress = silent,
) -> TrainingReport:
    """Train on `book`, record the run, and make the model the champion where the portfolio has none.

    `known_by` bounds what labels may rest on (default: all the book holds); a test by time bounds those that teach to
    the first day of the test. RecipeError, BookError or
    TrainingDataError say what is wrong; then nothing was written.
    """
    opened = open_book(book) if isinstance(book, Path) else book
    resolved = resolve_recipe(opened.manifest.recipe, recipe)
    trained = make_model(opened, resolved, known_by=known_by, progress=progress, work=home)
    return keep_model(opened, home, trained, tracking_uri=tracking_uri, now=now, progress=progress)


def keep_model(
    book: Book,
    home: Path,
    trained: Trained,
    *,
    also: Also | None = None,
    tracking_uri: str | None = None,
    now: datetime | None = None,
    progress: Progress = silent,
) -> TrainingReport:
    """Store a model, record its run, and make it the champion where the portfolio has none.

    Where runs cannot be recorded the model is stored all the same, and the report says so.
    """
    started = time.perf_counter()
    progress("record", 0, 1)
    model, uri = trained.model, tracking_uri or default_tracking_uri(home)
    home.mkdir(parents=True, exist_ok=True)
    directory, role = add_model(home, model), role_of(home, trained.model)
    content, logged, fault = with_more(content_of(trained, book), also), None, None
    try:
        logged = record(home, uri, model, directory, content, _example(trained), role)
    except TrackingError as error:
        fault = str(error)
    keep_examined(directory, examination_of(trained))
    keep_reference(directory, reference_of(model.model_id, trained.table, trained.parts, trained.pd))
    appoint_first(home, model, logged, now or datetime.now().astimezone().replace(tzinfo=None))
    progress("record", 1, 1)
    seconds = {**trained.seconds, "record": time.perf_counter() - started}
    return replace(_report(trained, logged, uri, role, seconds), tracking_fault=fault)


def make_model(
    book: Book,
    recipe: Recipe,
    *,
    known_by: date | None = None,
    choose: Choose | None = None,
    progress: Progress = silent,
    work: Path | None = None,
    held: int | None = None,
) -> Trained:
    """Return the model that `recipe` makes of `book`, tested; nothing is written that stays.

    `work` and `held` say where rows lie that do not fit into memory, and how many bytes do, as for `training_table`;
    the model is the same. `choose` makes the recipe's free choices; it is handed the rows that teach and nothing of
    the test.
    """
    seconds: dict[str, float] = {}
    by = min(known_by or book.manifest.known_to, book.manifest.known_to)
    with _timed(seconds, "features and labels"):
        plan = plan_snapshots(book, recipe, known_by=by)
        table = training_table(
            book, recipe, plan.days, known_by=plan.labels_known_by(by), progress=progress, work=work, held=held
        )
    parts = split(table, plan, recipe)
    seen = table.subset(parts.train)
    if choose is not None:
        with _timed(seconds, "tune"):
            recipe = choose(seen, recipe)
    with _timed(seconds, "fit"):
        fitted = fit(seen, recipe, progress)
    model = freeze(
        fitted, seen, recipe, portfolio=book.manifest.portfolio, reference=_reference(book, recipe, seen, parts)
    )
    with _timed(seconds, "test"):
        pd_ = pd_of_unseen(model, table, parts, recipe, progress)
        tested = table.subset(parts.test)
        whole = measure(pd_, tested.outcome, tested.borrowers, seed=recipe.seed)
        current = np.asarray(tested.key("dpd") == 0, dtype=bool)
        calm = measure(pd_[current], tested.outcome[current], tested.borrowers[current], seed=recipe.seed)
    return Trained(model, fitted, recipe, table, parts, pd_, whole, calm if calm.rows else None, seconds)


def _reference(book: Book, recipe: Recipe, seen: TrainingTable, parts: Split) -> dict[str, Any]:
    return {
        "book_id": book.manifest.book_id,
        "recipe": recipe.as_dict(),
        "data_hash": seen.data_hash,
        "rows": len(seen),
        "defaults": int(seen.outcome.sum()),
        "snapshots": [day.isoformat() for day in parts.plan.train],
        "test_snapshots": [day.isoformat() for day in parts.plan.test],
        "split": parts.plan.kind,
    }


def _example(trained: Trained) -> pd.DataFrame:
    first = np.arange(len(trained.table)) < 3
    return trained.table.subset(first).frame


def _report(
    trained: Trained, logged: Logged | None, uri: str, role: Role, seconds: Mapping[str, float]
) -> TrainingReport:  # fmt: skip
    seen = trained.table.subset(trained.parts.train)
    return TrainingReport(
        portfolio=trained.model.portfolio,
        model_id=trained.model.model_id,
        run_id=None if logged is None else logged.run_id,
        role=role,
        split=trained.parts.plan.kind,
        counts=trained.table.counts,
        train_days=trained.parts.plan.train,
        test_days=trained.parts.plan.test,
        train_rows=len(seen),
        train_defaults=int(seen.outcome.sum()),
        purged_days=trained.parts.plan.purged,
        rounds=trained.fitted.rounds,
        labels_known_by=trained.model.labels_known_by,
        data_hash=trained.table.data_hash,
        measures=trained.measures,
        measures_at_0_dpd=trained.measures_at_0_dpd,
        tracking_uri=uri,
        registered_name=None if logged is None else logged.registered_name,
        registered_version=None if logged is None else logged.version,
        seconds=seconds,
    )


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[step] = time.perf_counter() - started
