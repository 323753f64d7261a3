"""Beside the service: `mlflow models serve` on the peer's model, and how long commands take."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from benchmarks.services import free_port, running, wait_for


@contextmanager
def peer_server(model: Path) -> Iterator[int]:
    """Serve a model of MLflow with one worker; give the port."""
    port, log = free_port(), model.with_suffix(".log")
    command = [sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", str(model), "--env-manager", "local"]
    command += ["--workers", "1", "--host", "127.0.0.1", "--port", str(port)]
    with running(command, log) as process:
        wait_for(process, f"http://127.0.0.1:{port}/ping", log)
        yield port


def seconds_of(words: Sequence[str]) -> float:
    """Return how long a command of ours takes from start to end."""
    began = perf_counter()
    subprocess.run([sys.executable, "-m", "ews", *words], capture_output=True, check=True)  # noqa: S603 - our own words
    return perf_counter() - began
