"""A trained model, before anything of it is written."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ews.models.frozen import FrozenModel
from ews.training.fit import FittedModel
from ews.training.recipe import Recipe
from ews.training.split import Split
from ews.training.table import TrainingTable
from ews.validation.measures import Measures


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
