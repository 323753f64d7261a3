"""Arrangement: what makes the runs of MLflow easy to tell apart and to compare, besides what each holds.

Kind      a tag: training, tuning of which trials are nested below it, trial, validation
Note      what MLflow shows above a run: what it learnt from, how it did, and the command that validates it
Datasets  rows that taught and rows that tested, by hash; MLflow lists and compares runs by them
"""

import json
from collections.abc import Mapping
from typing import Any

from ews.models.frozen import FrozenModel

KIND = "kind"
_SHOWN = 12
_MODEL_TRAINING = "mlflow.experimentKind", "custom_model_development"
"""Has MLflow's pages show runs and models first, not conversations."""
_DIGEST = 36
"""Characters of a digest that MLflow takes."""


def arrange(mlflow: Any, model: FrozenModel, run_id: str, metrics: Mapping[str, float], kind: str) -> None:
    """Give a run its kind, its note and its datasets."""
    client, entities = mlflow.MlflowClient(), mlflow.entities
    experiment = client.get_run(run_id).info.experiment_id
    client.set_experiment_tag(experiment, *_MODEL_TRAINING)
    client.set_tag(run_id, KIND, kind)
    client.set_tag(run_id, "mlflow.note.content", note_of(model, run_id, metrics))
    client.log_inputs(run_id, datasets=[_dataset(entities, model, *part) for part in _parts(model, metrics)])


def note_of(model: FrozenModel, run_id: str, metrics: Mapping[str, float]) -> str:
    """Return the note in Markdown, Chinese and English."""
    rows, defaults = model.reference.get("rows"), model.reference.get("defaults")
    taught = "—" if rows is None or defaults is None else f"{rows:,} ({defaults:,})"
    auc = f"{metrics['test_auc']:.4f}" if "test_auc" in metrics else "—"
    calm = f"{metrics['test_at_0_dpd_auc']:.4f}" if "test_at_0_dpd_auc" in metrics else "—"
    return (
        f"**{model.portfolio}** · `{model.model_id[:_SHOWN]}` · {model.horizon_months}个月 months\n\n"
        f"- 训练样本（违约） rows that taught (defaults): {taught}\n"
        f"- 标签获知截止 labels known by: {model.labels_known_by}\n"
        f"- 检验 AUC test: {auc}; 无逾期 at 0 dpd: {calm}\n"
        f"- 验证 validate: `ews validate {run_id}`\n"
    )


def _parts(model: FrozenModel, metrics: Mapping[str, float]) -> tuple[tuple[str, str, Any, str], ...]:
    reference = model.reference
    return (
        ("taught", str(reference.get("data_hash", "unknown")), reference.get("rows"), "training"),
        ("tested", str(reference.get("book_id", "unknown")), metrics.get("test_rows"), "testing"),
    )


def _dataset(entities: Any, model: FrozenModel, name: str, digest: str, rows: Any, context: str) -> Any:
    days = "test_snapshots" if name == "tested" else "snapshots"
    profile = {"rows": rows, "features": len(model.features), "snapshots": model.reference.get(days)}
    dataset = entities.Dataset(
        name=f"{model.portfolio} {name}",
        digest=digest[:_DIGEST],
        source_type="book",
        source=json.dumps({"book_id": model.reference.get("book_id")}),
        profile=json.dumps(profile),
    )
    return entities.DatasetInput(dataset, tags=[entities.InputTag("mlflow.data.context", context)])
