"""The model as MLflow knows it: a Python function loaded from text and JSON, without pickle.

MLflow calls `_load_pyfunc` of this module when it opens a logged model; what it then serves takes a frame of
features and returns a frame with `pd` and `log_odds`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from ews.models.frozen import FrozenModel, log_odds
from ews.models.storage import load_model

NAME = "ews.models.flavour"
REQUIRED = ("ews", "lightgbm", "numpy", "pandas", "scipy")


@dataclass(frozen=True, slots=True)
class Served:
    """What MLflow holds after loading."""

    model: FrozenModel

    def predict(self, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Return `pd` and `log_odds` per row; `params` are part of MLflow's calling convention and unused."""
        del params
        odds = log_odds(self.model, model_input)
        return pd.DataFrame({"pd": expit(odds), "log_odds": odds}, index=model_input.index)


def pip_requirements() -> list[str]:
    """Return what serving needs, at the versions at hand; given to MLflow so that it need not guess."""
    return [f"{name}=={version(name)}" for name in REQUIRED]


def log_model(model: FrozenModel, directory: Path, example: pd.DataFrame) -> Any:
    """Log the model stored in `directory` to MLflow's active run and return MLflow's ModelInfo."""
    pyfunc, signature = _pyfunc(), _signature(model, example)
    return pyfunc.log_model(
        name="model",
        loader_module=NAME,
        data_path=str(directory),
        signature=signature,
        input_example=_example(model, example),
        pip_requirements=pip_requirements(),
    )


def _load_pyfunc(path: str) -> Served:
    return Served(load_model(Path(path)))


def _example(model: FrozenModel, example: pd.DataFrame) -> pd.DataFrame:
    chosen: Sequence[str] = list(model.features)
    return example[chosen].astype(np.float64).reset_index(drop=True)


def _signature(model: FrozenModel, example: pd.DataFrame) -> Any:
    from mlflow.models import infer_signature  # noqa: PLC0415 - MLflow takes seconds to import

    inputs = _example(model, example)
    return infer_signature(inputs, Served(model).predict(inputs))


def _pyfunc() -> Any:
    import mlflow.pyfunc  # noqa: PLC0415 - MLflow takes seconds to import

    return mlflow.pyfunc
