"""Logged: a validation in the MLflow run of its model, so that one run tells everything.

Metrics    area/test, for parts area/test/part, with _low and _high; MLflow groups them by area
Tags       validation.* : the answer, when, by whom, findings by severity
Datasets   the rows that taught and those that test, each by its hash
Artifacts  validation/: papers in both languages, all results as a table, plots, everything as JSON
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ews.cli.validate import charts
from ews.cli.validate.catalogue import AREA_OF, BY_CODE
from ews.cli.validate.runs import reached
from ews.cli.validate.validated import Validated
from ews.models.frozen import FrozenModel
from ews.validation.findings import Severity, findings_of
from ews.validation.opinion import Answer
from ews.validation.results import WHOLE, Result

FOLDER = "validation"
TABLE = "results.csv"
_ALLOWED = re.compile(r"[^\w.\- :/]")
_BATCH = 900
_LONGEST_KEY = 240
_HEAD = (
    *("area", "test", "title_en", "title_zh", "about", "value", "low", "high", "limit", "side", "verdict"),
    *("n", "defaults", "power", "power_at", "unit", "source", "note_en", "note_zh"),
)


def log_validation(tracking_uri: str, found: Validated, model: FrozenModel, folder: Path, answer: Answer) -> str:
    """Write a validation to the run of its model, to one of its own where it has none; return the run's id.

    TrackingError where MLflow is away or does not take it.
    """
    with reached(tracking_uri) as mlflow:
        client = mlflow.MlflowClient()
        run_id = found.run_id or _own_run(client, found)
        entities = mlflow.entities
        at, step = int(found.made_at.timestamp() * 1000), 0
        metrics = [entities.Metric(name, value, at, step) for name, value in metrics_of(found.results)]
        for start in range(0, len(metrics), _BATCH):
            client.log_batch(run_id, metrics=metrics[start : start + _BATCH])
        for name, value in _tags(found, answer).items():
            client.set_tag(run_id, name, value)
        client.log_inputs(run_id, datasets=_datasets(entities, found, model))
        client.log_artifacts(run_id, str(folder), FOLDER)
        if found.run_id is None:
            client.set_terminated(run_id)
        return str(run_id)


def metrics_of(results: Sequence[Result]) -> Iterator[tuple[str, float]]:
    """Go through every figure by its name in MLflow."""
    for one in results:
        part = "" if one.about == WHOLE else f"/{one.about.replace('>', ' to ')}"
        name = _ALLOWED.sub("_", f"{AREA_OF[one.test].value}/{one.test}{part}")[:_LONGEST_KEY]
        ends = {"": one.value, "_low": one.low, "_high": one.high}
        yield from ((f"{name}{end}", float(value)) for end, value in ends.items() if value is not None)


def table_of(results: Sequence[Result]) -> str:
    """Return all results as CSV, in both languages."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(_HEAD)
    for one in results:
        test = BY_CODE[one.test]
        note = ("", "") if one.note is None else (one.note.en, one.note.zh)
        told = (one.value, one.low, one.high, one.limit, one.side, one.verdict, one.n, one.defaults)
        named = (test.area, one.test, test.title.en, test.title.zh, one.about)
        rows.writerow((*named, *told, one.power, one.power_at, test.unit, test.source, *note))
    return written.getvalue()


def keep_plots(found: Validated, folder: Path) -> None:
    """Write the plots as PNG files into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    days = [one for one in found.results if one.test == "auc_cohort" and one.value is not None]
    spans = [(one.about.removeprefix("cohort:"), one.value or 0.0, one.low, one.high) for one in days]
    drawn = {
        "roc_and_auc_by_snapshot": charts.discrimination(found.curves, spans),
        "reliability": charts.calibration(found.curves),
        "migration": charts.migration(found.curves),
        "earliness": charts.leads(found.curves),
        "lead_times": charts.lead_counts(found.curves),
    }
    for name, content in drawn.items():
        if content is not None:
            (folder / f"{name}.png").write_bytes(content)


def with_run(found: Validated, run_id: str) -> Validated:
    """Return the validation with the run that it was written to."""
    return replace(found, run_id=run_id)


def _own_run(client: Any, found: Validated) -> str:
    name = f"ews-{found.portfolio}"
    known = client.get_experiment_by_name(name)
    experiment = client.create_experiment(name) if known is None else known.experiment_id
    tags = {"model_id": found.model_id, "portfolio": found.portfolio, "kind": "validation"}
    run = client.create_run(experiment, run_name=f"validate {found.model_id[:12]}", tags=tags)
    return str(run.info.run_id)


def _tags(found: Validated, answer: Answer) -> dict[str, str]:
    raised = findings_of(found.results)
    return {
        "validation.answer": answer.value,
        "validation.made_at": found.made_at.isoformat(timespec="seconds"),
        "validation.made_by": found.made_by,
        "validation.known_by": found.lineage.known_by.isoformat(),
        "validation.is_quick": str(found.is_quick).lower(),
        **{f"validation.findings_{one.value}": str(sum(each.severity is one for each in raised)) for one in Severity},
    }


def _datasets(entities: Any, found: Validated, model: FrozenModel) -> list[Any]:
    one = found.lineage
    parts = (
        ("taught", one.data_hash, one.rows_taught, "training"),
        ("tested", one.book_id, one.rows_tested, "validation"),
    )
    return [
        entities.DatasetInput(
            entities.Dataset(
                name=f"{model.portfolio} {name}",
                digest=digest[:36],
                source_type="book",
                source=one.book,
                profile=f'{{"rows": {rows}, "features": {one.features}}}',
            ),
            tags=[entities.InputTag("mlflow.data.context", context)],
        )
        for name, digest, rows, context in parts
    ]
