"""Content of a training run: what a validator opens in MLflow, and what is kept beside the model."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ews.events.book import Book
from ews.models.examined import Examined
from ews.models.frozen import explain
from ews.training import plots
from ews.training.examined import examined_of
from ews.training.report import metrics_of
from ews.training.table import TrainingTable
from ews.training.tracking import RunContent
from ews.training.trained import Trained

EXPLAINED_ROWS = 1_500
"""Test rows whose contributions are drawn."""


def content_of(trained: Trained, book: Book) -> RunContent:
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


def examination_of(trained: Trained) -> Examined:
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
