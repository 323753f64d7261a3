"""The peer's model: what `mlflow models serve` loads, with the reasons that ours gives.

LightGBM's own `pred_contrib` on a booster that is loaded once, summed by reason in one product of matrices, beyond what
is usual among borrowers of the kind. MLflow runs this file, so that it stands alone.
"""

import json
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel


class ReasonsModel(PythonModel):
    """Returns pd, log_odds, base_log_odds and what each reason adds, a row each."""

    def load_context(self, context: Any) -> None:
        """Read the artifacts booster (LightGBM's text) and facts (JSON)."""
        self.booster = lgb.Booster(model_file=context.artifacts["booster"])
        facts = json.loads(Path(context.artifacts["facts"]).read_text(encoding="utf-8"))
        self.features: list[str] = facts["features"]
        self.codes: list[str] = list(dict.fromkeys(facts["reasons"]))
        self.slope, self.intercept, usual = facts["slope"], facts["intercept"], facts["usual"]
        self.usual = np.array([usual.get(code, 0.0) for code in self.codes])
        self.sums = np.array([[reason == code for code in self.codes] for reason in facts["reasons"]], dtype=np.float64)

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Return a row for each of `model_input`."""
        del context, params
        rows = model_input[self.features].to_numpy(dtype=np.float64)
        parts = np.asarray(self.booster.predict(rows, pred_contrib=True, num_threads=1))
        reasons = self.slope * parts[:, :-1] @ self.sums - self.usual
        base = self.slope * parts[:, -1] + self.intercept + self.usual.sum()
        log_odds = base + reasons.sum(axis=1)
        told = {"pd": 1 / (1 + np.exp(-log_odds)), "log_odds": log_odds, "base_log_odds": base}
        return pd.DataFrame({**told, **dict(zip(self.codes, reasons.T, strict=True))})


set_model(ReasonsModel())
