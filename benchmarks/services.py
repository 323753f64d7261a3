"""Services: `ews serve` on a home, in a process of its own, as a bank would start it; it ends with the block."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_server
from time import monotonic, perf_counter, sleep

import httpx

_LONGEST = 600.0
"""Seconds to wait for a server."""
_STEP = 0.02
_RESTING, _IDLE = 3.0, 0.05
"""A server rests that uses less than _IDLE of a processor for _RESTING seconds."""
_OFFLINE = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "OMP_NUM_THREADS": "1",  # one worker each
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A server of ours; it answered `started` seconds after its start, and writes to `log`."""

    port: int
    pid: int
    log: Path
    started: float

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cpu_seconds(self) -> float:
        """Return what the process has used of processors so far, as Linux tells it."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mib(self) -> float:
        """Return what the process has in memory now, as Linux tells it."""
        lines = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024

    def settle(self) -> None:
        """Wait until it has done what it does by itself after its start; TimeoutError where it never rests."""
        ends, before = monotonic() + _LONGEST, self.cpu_seconds()
        while monotonic() < ends:
            sleep(_RESTING)
            now = self.cpu_seconds()
            if now - before < _IDLE * _RESTING:
                return
            before = now
        message = f"The server is still busy {_LONGEST:.0f} s after its start."
        raise TimeoutError(message)


@contextmanager
def own_server(home: Path, *, words: Sequence[str] = (), settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Serve a home, with more words and settings where given."""
    port = free_port()
    log = home / f"serve-{port}.log"
    command = [sys.executable, "-m", "ews", "serve", "--port", str(port), *words]
    began = perf_counter()
    with running(command, log, {"EWS_HOME": str(home), **(settings or {})}) as process:
        wait_for(process, f"http://127.0.0.1:{port}/healthz", log)
        yield Server(port, process.pid, log, perf_counter() - began)


@contextmanager
def running(
    command: Sequence[str], log: Path, settings: Mapping[str, str] | None = None
) -> "Iterator[subprocess.Popen[bytes]]":
    """Run a server that sends nothing anywhere; it is ended with its group of processes."""
    environment = {**os.environ, **_OFFLINE, **(settings or {})}
    with log.open("wb") as told:
        process = subprocess.Popen(command, env=environment, stdout=told, stderr=told, start_new_session=True)  # noqa: S603 - our own words
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def wait_for(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    """Wait until it answers; RuntimeError with its last words where it does not."""
    ends = monotonic() + _LONGEST
    while monotonic() < ends and process.poll() is None:
        try:
            httpx.get(address, timeout=5, trust_env=False)
        except httpx.TransportError:
            sleep(_STEP)
        else:
            return
    message = f"The server did not start; it said: {log.read_text(encoding='utf-8', errors='replace')[-2_000:]}"
    raise RuntimeError(message)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
