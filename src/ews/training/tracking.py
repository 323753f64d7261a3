"""Tracking: a training as one MLflow run, and the model in MLflow's registry.

MLflow is imported only here and in models/flavour.py, when a run is recorded: it takes seconds. Where runs and
artifacts go is said by the caller; the working directory plays no part, and nothing is reported to anybody.
"""

import logging
import os
import socket
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pandas as pd
from filelock import FileLock
from matplotlib.figure import Figure

from ews.domain.errors import TrackingError
from ews.models.flavour import log_model
from ews.models.frozen import FrozenModel
from ews.training.arrangement import arrange
from ews.training.report import Role

_ENVIRONMENT = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "MLFLOW_UV_AUTO_DETECT": "false"}


_MOST_TOLD = 300
_LOCK = ".recording.lock"
_RECORDER = "ews.recorder"
"""Tag of each run: the machine and home that recorded it."""
_PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "15"}
"""How long a server is waited for, unless the environment says otherwise; MLflow's own minutes would stop a night."""

_KNOWN_WARNINGS = (
    r".*Any type hint is inferred as AnyType",
    r".*noload.* loader strategy is deprecated",  # MLflow 3.17 on SQLAlchemy 2.1
    r"Operation with range is deprecated",  # MLflow 3.17 on pandas 3
)
"""What MLflow says of itself; anything else is heard."""


@dataclass(frozen=True, slots=True)
class RunContent:
    """What a run holds besides the model: MLflow's parameters, tags and metrics, and files by path."""

    parameters: Mapping[str, Any]
    tags: Mapping[str, str]
    metrics: Mapping[str, float]
    figures: Mapping[str, Figure]
    documents: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    children: tuple["Child", ...] = ()
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """A run of its own below the run of a training, such as a trial of the tuning."""

    name: str
    parameters: Mapping[str, Any]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Also:
    """What a training records besides what every training does."""

    name: str
    tags: Mapping[str, str]
    metrics: Mapping[str, float]
    documents: Mapping[str, Any]
    children: tuple[Child, ...]


@dataclass(frozen=True, slots=True)
class Logged:
    run_id: str
    registered_name: str
    version: str
    role: Role


def default_tracking_uri(home: Path) -> str:
    return f"sqlite:///{(home / 'mlflow.db').resolve()}"


def record(
    home: Path,
    tracking_uri: str,
    model: FrozenModel,
    directory: Path,
    content: RunContent,
    example: pd.DataFrame,
    role: Role,
) -> Logged:
    """Write one finished run with the model stored in `directory`, register it, and give it the alias of its role.

    A champion trained again is the same model: the alias stays with its first version. TrackingError where MLflow
    cannot be reached or breaks off; what it has taken by then is marked as failed there, and as killed by the next
    run where this process is killed.
    """
    name = f"ews-{model.portfolio}"
    with FileLock(directory.parent / _LOCK), _reached(tracking_uri) as mlflow:
        experiment = _experiment(mlflow, name, home)
        _end_abandoned(mlflow.MlflowClient(), experiment, home)
        with mlflow.start_run(
            experiment_id=experiment,
            run_name=f"{content.name or 'train'} {model.model_id[:12]}",
            tags={_RECORDER: _recorder(home)},
        ) as run:
            mlflow.log_params(dict(content.parameters))
            mlflow.set_tags(dict(content.tags))
            mlflow.log_metrics(dict(content.metrics))
            for path, figure in content.figures.items():
                mlflow.log_figure(figure, path)
            for path, document in content.documents.items():
                mlflow.log_dict(document, path)
            for path, table in content.tables.items():
                mlflow.log_text(table.to_csv(index=False), path)
            mlflow.log_text(_environment(), "environment.txt")
            info = log_model(model, directory, example)
            _record_children(mlflow, experiment, content.children, home)
            arrange(mlflow, model, run.info.run_id, content.metrics, "tuning" if content.children else "training")
        version = _register(mlflow.MlflowClient(), name, info, run.info.run_id)
        if role == "challenger" or "champion" not in mlflow.MlflowClient().get_registered_model(name).aliases:
            mlflow.MlflowClient().set_registered_model_alias(name, role, version)
        return Logged(run.info.run_id, name, version, role)


def with_more(content: RunContent, also: Also | None) -> RunContent:
    """Return what a run holds with what is recorded besides."""
    if also is None:
        return content
    return replace(
        content,
        tags={**content.tags, **also.tags},
        metrics={**content.metrics, **also.metrics},
        documents={**content.documents, **also.documents},
        children=also.children,
        name=also.name,
    )


def point_alias(tracking_uri: str, portfolio: str, model_id: str) -> bool:
    """Give the alias `champion` to the newest version of a model that decides by now; say whether there is one.

    TrackingError where MLflow cannot be reached: the home alone says who decides, this only mirrors it.
    """
    name = f"ews-{portfolio}"
    with _reached(tracking_uri) as mlflow:
        client = mlflow.MlflowClient()
        found = client.search_model_versions(f"name = '{name}'")
        versions = [one for one in found if _model_of(client, one) == model_id]
        if versions:
            newest = max(versions, key=lambda one: int(one.version))
            client.set_registered_model_alias(name, "champion", newest.version)
        return bool(versions)


def _model_of(client: Any, version: Any) -> str | None:
    model_id: str | None = client.get_run(version.run_id).data.tags.get("model_id")
    return model_id


def _recorder(home: Path) -> str:
    return f"{socket.gethostname()}:{home.resolve()}"


def _end_abandoned(client: Any, experiment: str, home: Path) -> None:
    """Mark as killed the runs of this home that nobody works on any more: who records holds its lock."""
    wanted = f"attributes.status = 'RUNNING' and tags.`{_RECORDER}` = '{_recorder(home)}'"
    for run in client.search_runs([experiment], wanted):
        client.set_terminated(run.info.run_id, "KILLED")


def _record_children(mlflow: Any, experiment: str, children: Sequence[Child], home: Path) -> None:
    tags = {_RECORDER: _recorder(home)}
    for child in children:
        with mlflow.start_run(experiment_id=experiment, run_name=child.name, nested=True, tags=tags):
            mlflow.log_params(dict(child.parameters))
            mlflow.log_metrics(dict(child.metrics))
            mlflow.set_tags(dict(child.tags))


@contextmanager
def _reached(tracking_uri: str) -> Iterator[Any]:
    """Yield MLflow; TrackingError where it cannot be reached or refuses."""
    with mlflow_at(tracking_uri) as mlflow:
        from mlflow.exceptions import MlflowException  # noqa: PLC0415 - takes seconds
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - as MLflow

        logging.getLogger("urllib3").setLevel(logging.ERROR)  # the error below says it once
        try:
            yield mlflow
        except (MlflowException, SQLAlchemyError, ConnectionError, TimeoutError) as error:
            told = " ".join(str(error).split())[:_MOST_TOLD]
            message = (
                f"MLflow at '{tracking_uri}' cannot record ({told}). The home alone says who decides; train again with "
                "the same book and recipe once it is reached, and the same model is recorded."
            )
            raise TrackingError(message) from error


def _register(client: Any, name: str, info: Any, run_id: str) -> str:
    """Add the logged model to the registry and return its version."""
    if not client.search_registered_models(filter_string=f"name = '{name}'"):
        client.create_registered_model(name)
    version = client.create_model_version(name, source=info.model_uri, run_id=run_id, model_id=info.model_id)
    return str(version.version)


@contextmanager
def mlflow_at(tracking_uri: str) -> Iterator[Any]:
    """Yield MLflow, pointed at `tracking_uri`; where it pointed before is put back."""
    for name, value in {**_ENVIRONMENT, **_PATIENCE}.items():
        os.environ.setdefault(name, value)
    with warnings.catch_warnings():
        for message in _KNOWN_WARNINGS:
            warnings.filterwarnings("ignore", message=message)
        import mlflow  # noqa: PLC0415 - takes seconds
        import mlflow.pyfunc  # noqa: PLC0415 - takes seconds

        quiet, level = logging.getLogger("mlflow"), logging.getLogger("mlflow").level
        quiet.setLevel(logging.ERROR)  # its progress is not ours to print
        before, registry_before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
        mlflow.set_tracking_uri(tracking_uri)
        mlflow.set_registry_uri(tracking_uri)
        try:
            yield mlflow
        finally:
            mlflow.set_tracking_uri(before)
            mlflow.set_registry_uri(registry_before)
            quiet.setLevel(level)


def _experiment(mlflow: Any, name: str, home: Path) -> str:
    known = mlflow.get_experiment_by_name(name)
    if known is not None:
        return str(known.experiment_id)
    folder = (home / "artifacts").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return str(mlflow.create_experiment(name, artifact_location=folder.as_uri()))


def _environment() -> str:
    found = {f"{each.metadata['Name']}=={each.version}" for each in distributions()}
    return "\n".join(sorted(found, key=str.lower)) + "\n"
