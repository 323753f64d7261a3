"""Freeze: from what was fitted to what is served, and how it does on rows that it did not see."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ews.domain.progress import Progress, silent
from ews.models.frozen import FrozenModel, predict_pd
from ews.training.fit import FittedModel, fit
from ews.training.recipe import Recipe
from ews.training.split import Split, deal
from ews.training.table import CHUNK, TrainingTable

Floats = NDArray[np.float64]

_AT_ONCE = 2 * CHUNK
"""Rows predicted at once."""


def freeze(
    fitted: FittedModel,
    table: TrainingTable,
    recipe: Recipe,
    *,
    portfolio: str,
    reference: dict[str, Any] | None = None,
) -> FrozenModel:
    """Return the model fitted on `table`, with the day by which its labels were known: nothing learnt later taught."""
    return FrozenModel(
        portfolio=portfolio,
        booster=fitted.booster,
        features=table.names,
        reasons=tuple(feature.reason.value for feature in table.features),
        slope=fitted.slope,
        intercept=fitted.intercept,
        labels_known_by=max(table.key("label_known_by")),
        horizon_months=recipe.horizon_months,
        definition=recipe.definition.as_dict(),
        catalogue_version=table.catalogue_version,
        reference=reference or {},
    )


def pd_of_unseen(
    model: FrozenModel, table: TrainingTable, parts: Split, recipe: Recipe, progress: Progress = silent
) -> Floats:
    """Return a pd for each test row by a model that did not learn from it.

    That is `model` itself; with cross_fit it is, per part, a model made by the same recipe without that part.
    """
    if parts.plan.kind != "cross_fit":
        return _predicted(model, table, np.flatnonzero(parts.test))
    return cross_fitted_pd(table, recipe, progress)


def cross_fitted_pd(table: TrainingTable, recipe: Recipe, progress: Progress = silent) -> Floats:
    """Return each row's pd by a model that was fitted, rounds and calibration included, without its borrower."""
    part = deal(table, recipe.folds, f"cross-fit/{recipe.seed}")
    result = np.full(len(table), np.nan)
    for number in range(recipe.folds):
        progress("cross-fit", number, recipe.folds)
        seen = table.subset(part != number)
        model = freeze(fit(seen, recipe), seen, recipe, portfolio="cross-fit")
        unseen = np.flatnonzero(part == number)
        result[unseen] = _predicted(model, table, unseen)
    progress("cross-fit", recipe.folds, recipe.folds)
    return result


def _predicted(model: FrozenModel, table: TrainingTable, rows: NDArray[np.intp]) -> Floats:
    """Return the pd of some rows, without more than a part of them at hand."""
    parts = [rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE)]
    found = [predict_pd(model, pd.DataFrame(table.rows(part), columns=list(table.names))) for part in parts]
    return np.concatenate(found) if found else np.empty(0)
