"""A training from book to registered model: `ews train`.

Reads   a book, by what was known on each snapshot's day; labels by what was known on `known_by`
Writes  home/models/<portfolio>/<model_id>, one MLflow run, and the champion's pointer where there was no champion
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ews.domain.errors import TrackingError
from ews.domain.progress import Progress, silent
from ews.events.book import Book, open_book
from ews.models.champion import add_model
from ews.models.examined import Examined, keep_examined
from ews.models.frozen import FrozenModel, explain
from ews.models.reference import keep_reference
from ews.training import plots
from ews.training.appointing import appoint_first, role_of
from ews.training.dataset import training_table
from ews.training.examined import examined_of
from ews.training.fit import FittedModel, fit
from ews.training.freeze import freeze, pd_of_unseen
from ews.training.recipe import Recipe, resolve_recipe
from ews.training.reference import reference_of
from ews.training.report import Role, TrainingReport, metrics_of
from ews.training.snapshots import plan_snapshots
from ews.training.split import Split, split
from ews.training.table import TrainingTable
from ews.training.tracking import Also, Logged, RunContent, default_tracking_uri, record, with_more
from ews.validation.measures import Measures, measure

EXPLAINED_ROWS = 1_500
"""Test rows whose contributions are drawn."""


Choose = Callable[[TrainingTable, Recipe], Recipe]


@dataclass(frozen=True, slots=True)
class Trained:
    """A model and all that says how it was made and tested, before anything is written."""

    model: FrozenModel
    fitted: FittedModel
    recipe: Recipe
    table: TrainingTable
    parts: Split
    pd: NDArray[np.float64]
    measures: Measures
    measures_at_0_dpd: Measures | None
    seconds: Mapping[str, float]


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
    trained = make_model(opened, resolve_recipe(opened.manifest.recipe, recipe), known_by=known_by, progress=progress)
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
    content, logged, fault = with_more(_content(trained, book), also), None, None
    try:
        logged = record(home, uri, model, directory, content, _example(trained), role)
    except TrackingError as error:
        fault = str(error)
    keep_examined(directory, _examined(trained))
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
) -> Trained:
    """Return the model that `recipe` makes of `book`, tested; nothing is written.

    `choose` makes the recipe's free choices; it is handed the rows that teach and nothing of the test.
    """
    seconds: dict[str, float] = {}
    by = min(known_by or book.manifest.known_to, book.manifest.known_to)
    with _timed(seconds, "features and labels"):
        plan = plan_snapshots(book, recipe, known_by=by)
        table = training_table(book, recipe, plan.days, known_by=plan.labels_known_by(by), progress=progress)
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
        current = (tested.keys["dpd"] == 0).to_numpy(dtype=bool)
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


def _content(trained: Trained, book: Book) -> RunContent:
    model, parts = trained.model, trained.parts
    tested = trained.table.subset(parts.test)
    tags = {
        "model_id": model.model_id,
        "portfolio": model.portfolio,
        "book_id": book.manifest.book_id,
        "data_hash": trained.table.data_hash,
        "catalogue_version": model.catalogue_version,
        "split": parts.plan.kind,
        "labels_known_by": model.labels_known_by.isoformat(),
    }
    features = [{**asdict(feature), "reason": feature.reason.value} for feature in trained.table.features]
    return RunContent(
        parameters=trained.recipe.as_dict(),
        tags=tags,
        metrics=_all_metrics(trained),
        figures=_figures(trained, tested),
        documents={
            "recipe.json": trained.recipe.as_dict(),
            "features.json": {"catalogue_version": model.catalogue_version, "features": features},
            "booster.json": dict(trained.fitted.parameters),
        },
        tables={"snapshots.csv": pd.DataFrame([asdict(count) for count in trained.table.counts])},
    )


def _all_metrics(trained: Trained) -> dict[str, float]:
    return {
        **metrics_of(trained.measures, "test"),
        **metrics_of(trained.measures_at_0_dpd, "test_at_0_dpd"),
        **_sizes(trained),
    }


def _examined(trained: Trained) -> Examined:
    """Return what is kept beside the model."""
    unseen = trained.table.subset(trained.parts.test)
    shown = unseen.subset(_sample(len(unseen)))
    plan = trained.parts.plan
    return examined_of(
        plan.kind,
        plan.train,
        plan.test,
        _all_metrics(trained),
        trained.pd,
        unseen.outcome,
        trained.model.features,
        explain(trained.model, shown.frame),
    )


def _figures(trained: Trained, tested: TrainingTable) -> dict[str, Any]:
    shown = tested.subset(_sample(len(tested)))
    explained = explain(trained.model, shown.frame)
    return {
        "plots/roc.png": plots.roc(trained.pd, tested.outcome, trained.measures),
        "plots/reliability.png": plots.reliability(trained.pd, tested.outcome),
        "plots/score_distribution.png": plots.score_distribution(trained.pd, tested.outcome),
        "plots/importance_by_reason.png": plots.importance(explained.codes, explained.by_reason),
        "plots/contributions.png": plots.contributions(tested.names, explained.by_feature, shown.matrix),
        "plots/rounds.png": plots.rounds(trained.fitted.curve, trained.fitted.rounds),
    }


def _sample(rows: int) -> NDArray[np.bool_]:
    """Return a mask of at most EXPLAINED_ROWS rows, evenly spread: rows lie by day and borrower."""
    chosen = np.zeros(rows, dtype=bool)
    chosen[np.unique(np.linspace(0, rows - 1, min(rows, EXPLAINED_ROWS)).astype(int))] = True
    return chosen


def _sizes(trained: Trained) -> dict[str, float]:
    outcome = trained.table.outcome[trained.parts.train]
    return {
        "train_rows": len(outcome),
        "train_defaults": int(outcome.sum()),
        "rounds": trained.fitted.rounds,
        "out_of_fold_log_loss": trained.fitted.curve[trained.fitted.rounds - 1],
        "slope": trained.fitted.slope,
        "intercept": trained.fitted.intercept,
    }


def _example(trained: Trained) -> pd.DataFrame:
    return trained.table.frame.head(3)


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
