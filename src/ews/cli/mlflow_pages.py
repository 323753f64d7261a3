"""MLflow's own pages over the runs of a home, on this machine only.

Host   loopback, always: MLflow asks nobody who they are
Tells  nothing to anybody: telemetry is off
"""

import os
import socket
import sys
from urllib.parse import urlsplit

from ews.cli import show
from ews.cli.settings import Settings
from ews.domain.errors import SettingsError

HOST = "127.0.0.1"
_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_UV_AUTO_DETECT": "false",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # nothing here has jobs for it
    "PYTHONWARNINGS": "ignore",
}


def serve(settings: Settings, port: int) -> None:
    """Serve the pages in place of this process; where runs are on a server of their own, tell where that is."""
    if urlsplit(settings.tracking).scheme in {"http", "https"}:
        _line(f"The runs are on a server of their own; open 请打开: {settings.mlflow_url or settings.tracking}")
        return
    chosen = free_port(port)
    _line(f"MLflow: http://{HOST}:{chosen} (Ctrl+C stops it 停止)")
    settings.home.mkdir(parents=True, exist_ok=True)
    asked = command(settings, chosen)
    os.execve(asked[0], asked, environment())  # noqa: S606 - this Python; who stops the command stops the server


def command(settings: Settings, port: int) -> list[str]:
    """Return what starts MLflow's server."""
    artifacts = (settings.home.resolve() / "artifacts").as_uri()
    started = [sys.executable, "-m", "mlflow", "server", "--host", HOST, "--port", str(port), "--workers", "1"]
    return [*started, "--backend-store-uri", settings.tracking, "--default-artifact-root", artifacts]


def environment() -> dict[str, str]:
    """Return what the server finds around it."""
    return {**os.environ, **_QUIET}


def free_port(port: int) -> int:
    """Return the port, or one that is free for 0; SettingsError where somebody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            message = f"Somebody listens on port {port} already. Give another with --port, or 0 for any that is free."
            raise SettingsError(message) from None
        return int(probe.getsockname()[1])


def _line(text: str) -> None:
    show.OUT.print(text, soft_wrap=True, highlight=False, markup=False)
