"""Servers: `ews serve` on a copy of a home, and `mlflow models serve` on the peer's model, one process each.

Both run from the environment that this runs in, send nothing anywhere, and are ended with their group of processes.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from time import monotonic, perf_counter, sleep

import httpx

_LONGEST = 300.0
"""Seconds to wait for a server."""
_STEP = 0.02
_OFFLINE = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "OMP_NUM_THREADS": "1",  # one worker each
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
}


@contextmanager
def own_server(home: Path) -> Iterator[tuple[int, float]]:
    """Serve a home; give the port, and the seconds from start to first answer."""
    port = _free_port()
    command = [sys.executable, "-m", "ews", "serve", "--port", str(port)]
    with _running(command, {"EWS_HOME": str(home)}, home / "serve.log") as process:
        began = perf_counter()
        _wait(process, f"http://127.0.0.1:{port}/healthz", home / "serve.log")
        yield port, perf_counter() - began


@contextmanager
def peer_server(model: Path) -> Iterator[int]:
    """Serve a model of MLflow with one worker; give the port."""
    port, log = _free_port(), model.with_suffix(".log")
    command = [sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", str(model), "--env-manager", "local"]
    command += ["--workers", "1", "--host", "127.0.0.1", "--port", str(port)]
    with _running(command, {}, log) as process:
        _wait(process, f"http://127.0.0.1:{port}/ping", log)
        yield port


def seconds_of(words: Sequence[str]) -> float:
    """Return how long a command of ours takes from start to end."""
    began = perf_counter()
    subprocess.run([sys.executable, "-m", "ews", *words], capture_output=True, check=True)  # noqa: S603 - our own words
    return perf_counter() - began


@contextmanager
def _running(command: Sequence[str], settings: dict[str, str], log: Path) -> "Iterator[subprocess.Popen[bytes]]":
    environment = {**os.environ, **_OFFLINE, **settings}
    with log.open("wb") as told:
        process = subprocess.Popen(command, env=environment, stdout=told, stderr=told, start_new_session=True)  # noqa: S603 - likewise
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def _wait(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    ends = monotonic() + _LONGEST
    while monotonic() < ends and process.poll() is None:
        try:
            httpx.get(address, timeout=5)
        except httpx.TransportError:
            sleep(_STEP)
        else:
            return
    message = f"The server did not start; it said: {log.read_text(encoding='utf-8', errors='replace')[-2_000:]}"
    raise RuntimeError(message)


def _free_port() -> int:
    with create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
