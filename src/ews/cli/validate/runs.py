"""Runs: what MLflow knows of the trainings, asked so that a server which is away is told in one sentence.

Away   a server is asked for a connection first, since MLflow itself would try for minutes
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ews.domain.errors import ModelError, TrackingError
from ews.training.tracking import mlflow_at

PATIENCE_SECONDS = 3.0
_PORTS = {"http": 80, "https": 443}
_MOST_RUNS = 1_000


@dataclass(frozen=True, slots=True)
class Run:
    """`status` is MLflow's word: FINISHED, RUNNING, FAILED, KILLED or SCHEDULED."""

    run_id: str
    name: str
    status: str
    tags: Mapping[str, str]
    metrics: Mapping[str, float]


def find_run(tracking_uri: str, run_id: str) -> Run:
    """Return a run; ModelError where MLflow does not know it, TrackingError where MLflow is away."""
    with reached(tracking_uri) as mlflow:
        try:
            return _run(mlflow.MlflowClient().get_run(run_id))
        except mlflow.exceptions.MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            message = f"MLflow at '{tracking_uri}' knows no run '{run_id}'. Give the id of a run that it lists."
            raise ModelError(message) from None


def runs_of(tracking_uri: str, portfolio: str) -> tuple[Run, ...]:
    """Return the runs of a portfolio, the newest first; none where MLflow has none of it."""
    with reached(tracking_uri) as mlflow:
        client = mlflow.MlflowClient()
        experiment = client.get_experiment_by_name(f"ews-{portfolio}")
        if experiment is None:
            return ()
        return tuple(_run(one) for one in client.search_runs([experiment.experiment_id], max_results=_MOST_RUNS))


@contextmanager
def reached(tracking_uri: str) -> Iterator[Any]:
    """Yield MLflow pointed at `tracking_uri`; TrackingError where it is away or refuses."""
    _knock(tracking_uri)
    with mlflow_at(tracking_uri) as mlflow:
        try:
            yield mlflow
        except mlflow.exceptions.MlflowException as error:
            raise _away(tracking_uri, str(error)) from error


def _knock(tracking_uri: str) -> None:
    address = urlsplit(tracking_uri)
    if address.scheme not in _PORTS:
        return
    try:
        port = address.port or _PORTS[address.scheme]
        socket.create_connection((address.hostname or "", port), timeout=PATIENCE_SECONDS).close()
    except (OSError, ValueError) as error:
        raise _away(tracking_uri, str(error)) from None


def _away(tracking_uri: str, why: str) -> TrackingError:
    first = " ".join(why.split())[:200].rstrip(".")
    message = (
        f"MLflow at '{tracking_uri}' cannot be reached or used ({first}). Start it, or set EWS_TRACKING_URI to where "
        "the runs are."
    )
    return TrackingError(message)


def _run(found: Any) -> Run:
    return Run(found.info.run_id, found.info.run_name or "", found.info.status, found.data.tags, found.data.metrics)
