"""A modelled world made of numbers alone, so that a test of measuring needs no simulation."""

from dataclasses import replace
from datetime import date

import numpy as np

from benchmarks.worlds import Modelled
from ews.features.catalogue import FAMILIES
from ews.models.frozen import predict_pd
from ews.training.fit import fit
from ews.training.freeze import freeze
from ews.training.split import split
from ews.training.table import TrainingTable
from ews.training.trained import Trained
from ews.validation.measures import measure
from tests.books import book_of
from tests.training.tables import plan, small_recipe, synthetic

FIRST, LAST = date(2023, 6, 30), date(2024, 6, 30)
CHOSEN = tuple(family.FEATURES[0] for family in FAMILIES)
"""One feature of each family; the first two show what makes borrowers default."""


def modelled_by_hand() -> Modelled:
    """Return a model of 600 borrowers on two days, whose trait the first two features show."""
    table = _with_catalogued_features(synthetic(600, (FIRST, LAST)))
    recipe = small_recipe()
    parts = split(table, plan("time", (FIRST,), (LAST,)), recipe)
    seen, tested = table.subset(parts.train), table.subset(parts.test)
    fitted = fit(seen, recipe)
    model = freeze(fitted, seen, recipe, portfolio="test")
    pd = predict_pd(model, tested.frame)
    measures = measure(pd, tested.outcome, tested.borrowers, replicates=2)
    trained = Trained(model, fitted, recipe, table, parts, pd, measures, None, {})
    return Modelled("A", book_of({}), trained, tested, pd, _expected(tested), 3)


def _with_catalogued_features(table: TrainingTable) -> TrainingTable:
    """Give the first columns names of the catalogue, directed as the columns are, and the others noise."""
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(len(table), len(CHOSEN)))
    noise[:, 0], noise[:, 1] = table.matrix[:, 0], table.matrix[:, 1]
    directed = (replace(CHOSEN[0], worse="higher"), replace(CHOSEN[1], worse="lower"), *CHOSEN[2:])
    return replace(table, features=directed, matrix=noise)


def _expected(tested: TrainingTable) -> np.ndarray:
    """Return a pd that foretells better than the model: what happened, with some noise."""
    noise = np.random.default_rng(1).normal(size=len(tested))
    return 1 / (1 + np.exp(2 - 3 * tested.outcome - noise))
