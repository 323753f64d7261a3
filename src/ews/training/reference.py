"""Reference: what a training keeps beside the model of how features and scores lay, day by day."""

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ews.models.reference import SCORE, Bands, Reference, Sample
from ews.training.split import Split
from ews.training.table import TrainingTable
from ews.validation.stability import counts_by_band, edges_of

Floats = NDArray[np.float64]


def reference_of(model_id: str, table: TrainingTable, parts: Split, pd: Floats) -> Reference:
    """Return what is kept; `pd` is that of the rows of the test, by a model that had not seen them."""
    both, tested = table.subset(parts.train | parts.test), table.subset(parts.test)
    return Reference(
        model_id=model_id,
        features=_sample(both, both.names, both.column),
        score=_sample(tested, (SCORE,), lambda _: pd),
    )


def _sample(table: TrainingTable, names: Sequence[str], column: Callable[[int], Floats]) -> Sample:
    days, day_of = table.days, table.key("as_of")
    rows = [np.flatnonzero(day_of == day) for day in days]
    columns = {name: _bands(column(place), days, rows) for place, name in enumerate(names)}
    return Sample(days, len(table), len(set(table.borrowers)), columns)


def _bands(values: Floats, days: Sequence[date], rows: Sequence[NDArray[np.intp]]) -> Bands:
    edges = edges_of(values)
    counts = (tuple(counts_by_band(values[rows[place]], edges).values()) for place in range(len(days)))
    return Bands(tuple(edges.tolist()), tuple(counts))
