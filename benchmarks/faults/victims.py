"""Victims: processes that do a command and may be killed on the way; from the side of who starts them."""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.faults.gate import passed

LONGEST = 900.0
"""Seconds after which a process that does not end is a fault of the harness."""
_ALONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MLFLOW_DISABLE_TELEMETRY": "true", "COLUMNS": "200"}


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done: words of `ews`, or of a deed; events are those below `root`."""

    words: tuple[str, ...]
    root: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: `status` is negative for a signal; `events` passed the gate."""

    status: int
    seconds: float
    events: list[tuple[float, str]]
    told: str
    """Standard error."""
    out: str = ""

    @property
    def last_line(self) -> str:
        """What was told to people in the end, lines of the log for machines left out."""
        lines = [line for line in self.told.splitlines() if line.strip() and not line.startswith("{")]
        return lines[-1] if lines else ""

    @property
    def has_traceback(self) -> bool:
        return "Traceback (most recent call last)" in self.told


@dataclass(slots=True)
class Victim:
    """A process at work."""

    nursery: "Nursery"
    pid: int
    folder: Path
    began: float

    def ends_within(self, seconds: float) -> bool:
        """Wait so long at most, and say whether it has ended by then."""
        handle = os.pidfd_open(self.pid)
        try:
            return bool(select.select([handle], [], [], max(seconds, 0))[0])
        finally:
            os.close(handle)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def waits(self) -> None:
        """Wait until it has stopped for a while; TimeoutError where it does not."""
        until = time.monotonic() + LONGEST
        while time.monotonic() < until:
            fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            if fields[0] == "T":
                return
            time.sleep(0.02)
        message = f"'{self.nursery.said[self.pid]}' did not come where it should stop."
        raise TimeoutError(message)

    def goes_on(self) -> None:
        """Let it go on."""
        os.kill(self.pid, signal.SIGCONT)

    def terminate(self) -> None:
        """Tell it to stop."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)

    def ended(self, within: float = LONGEST) -> Ended:
        """Wait for the end; TimeoutError where it does not come."""
        if not self.ends_within(within):
            self.kill()
            message = f"'{self.nursery.said[self.pid]}' did not end within {within:.0f} s."
            raise TimeoutError(message)
        seconds = time.perf_counter() - self.began
        with suppress(ProcessLookupError):  # whoever it started goes with it
            os.killpg(self.pid, signal.SIGKILL)
        status = self.nursery.ask({"wait": self.pid})["status"]
        out, told = ((self.folder / name).read_text("utf-8", "replace") for name in ("stdout", "stderr"))
        return Ended(status, seconds, passed(self.folder / "gate"), told, out)


class Nursery:
    """Starts victims; one order at a time, any number of victims."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self.said: dict[int, str] = {}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.faults.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **_ALONE},
        )
        self.threads: int = self._answer()["threads"]

    def start(self, order: Order, *, kill_at: int | None = None, pause_at: str | None = None) -> Victim:
        """Begin with the order; at event `kill_at` the process is killed, at `pause_at` it stops for a while."""
        folder = Path(tempfile.mkdtemp(prefix="victim-", dir=self._scratch))
        (folder / "stdin").write_text(order.typed, encoding="utf-8")
        streams = {name: str(folder / name) for name in ("stdin", "stdout", "stderr")}
        asked = {
            **streams,
            "words": order.words,
            "root": str(order.root),
            "environment": dict(order.environment),
            "folder": str(folder),
            "told": str(folder / "gate"),
            "kill_at": kill_at,
            "pause_at": pause_at,
        }
        began = time.perf_counter()
        pid = self.ask(asked)["pid"]
        self.said[pid] = " ".join(order.words)
        return Victim(self, pid, folder, began)

    def run(self, order: Order) -> Ended:
        """Do the order undisturbed."""
        return self.start(order).ended()

    def ask(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        line = self._process.stdout.readline()
        if not line:
            message = f"The nursery ended with status {self._process.wait()}."
            raise RuntimeError(message)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        assert self._process.stdout is not None  # noqa: S101 - likewise
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()


@contextmanager
def nursery(scratch: Path) -> Iterator[Nursery]:
    """Give a nursery."""
    made = Nursery(scratch)
    try:
        yield made
    finally:
        made.close()


def succeeded(ended: Ended, words: Sequence[str]) -> Ended:
    """Return what ended well; RuntimeError for all else: the harness itself cannot go on."""
    if ended.status:
        message = f"'{' '.join(words)}' ended with status {ended.status}: {ended.told[-2000:]}"
        raise RuntimeError(message)
    return ended
