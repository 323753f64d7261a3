"""The peer: the same model as MLflow serves it, with and without a signature, and whether it says what ours says."""

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.serving.clients import request
from benchmarks.serving.home import Served

_SOURCE = Path(__file__).with_name("peer_model.py")
_CLOSE = 1e-9
_NOBODY = "/"
"""The group of peers of whom neither kind nor industry is given: the whole book."""


def save(served: Served, folder: Path, *, checked: bool) -> Path:
    """Save the peer's model; `checked` with a signature, so that names and types of what comes in are looked at."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow import pyfunc  # noqa: PLC0415 - the environment has to be set before
    from mlflow.models import ModelSignature  # noqa: PLC0415 - likewise
    from mlflow.types import ColSpec, DataType, Schema  # noqa: PLC0415 - likewise

    logging.getLogger("mlflow").setLevel(logging.ERROR)
    folder.mkdir(parents=True)
    booster, facts, model = folder / "booster.txt", folder / "facts.json", served.model
    booster.write_text(model.booster, encoding="utf-8")
    usual = {code: served.peers.usually_adds(_NOBODY, code) for code in dict.fromkeys(model.reasons)}
    told = {"features": model.features, "reasons": model.reasons, "slope": model.slope, "intercept": model.intercept}
    facts.write_text(json.dumps({**told, "usual": usual}), encoding="utf-8")
    columns: list[Any] = [ColSpec(DataType.double, name, required=False) for name in model.features]
    pyfunc.save_model(
        folder / "model",
        python_model=str(_SOURCE),
        artifacts={"booster": str(booster), "facts": str(facts)},
        signature=ModelSignature(inputs=Schema(columns)) if checked else None,
        pip_requirements=["lightgbm"],
    )
    return folder / "model"


def peer_request(row: Mapping[str, float | None]) -> bytes:
    """Return a row as MLflow takes it quickest."""
    split = {"columns": list(row), "data": [list(row.values())]}
    return request("POST", "/invocations", body=json.dumps({"dataframe_split": split}).encode())


def largest_difference(ours: bytes, theirs: bytes) -> float:
    """Return by how much two answers differ at most; RuntimeError where that is more than rounding."""
    own, (other,) = json.loads(ours), json.loads(theirs)["predictions"]
    reasons: dict[str, Any] = {one["reason"]["code"]: one["log_odds"] for one in own["reasons"]}
    names = ("pd", "log_odds", "base_log_odds")
    extra = set(other) - set(reasons) - set(names)
    if extra:
        message = f"Ours does not tell {sorted(extra)}."
        raise RuntimeError(message)
    pairs = [(own[name], other[name]) for name in names]
    pairs += [(value, other.get(code, 0.0)) for code, value in reasons.items()]
    found = max(abs(one - another) for one, another in pairs)
    if found > _CLOSE:
        message = f"Ours and the peer's differ by {found}."
        raise RuntimeError(message)
    return float(found)
