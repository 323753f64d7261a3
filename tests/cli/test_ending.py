"""A service that is told to stop, as `ews serve` runs it in a process of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ews.casework.night_due import STEP
from ews.cli.ending import ending_in_order
from ews.store.engine import open_store, reading
from ews.store.nights import find_mark
from tests.homes import store_url

WHO = b'{"user": "nobody", "password": "knows"}'


@dataclass(frozen=True, slots=True)
class Running:
    process: subprocess.Popen[str]
    port: int
    log: Path

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def events(self) -> list[object]:
        return [line["event"] for line in self.lines()]

    def ask(self, path: str) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=300) as asked:
            asked.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            return b"".join(iter(lambda: asked.recv(65536), b""))


@contextmanager
def running(home: Path, log: Path) -> Iterator[Running]:
    with log.open("w") as told:
        asked = [sys.executable, "-m", "ews", "serve", "--port", "0", "--home", str(home)]
        process = subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=told, text=True, env={**os.environ})
        try:
            until(lambda: "listening" in log.read_text() or process.poll() is not None)
            listening = next(line for line in map(json.loads, log.read_text().splitlines()) if "port" in line)
            yield Running(process, listening["port"], log)
        finally:
            process.kill()
            process.communicate()


def until(met, seconds=300.0):
    """Wait until something holds, and fail where it does not come."""
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


@pytest.fixture
def home(scored, tmp_path):
    return scored.copied_to(tmp_path / "home")


def test_a_service_that_is_told_to_stop_answers_what_is_in_flight_finishes_its_night_and_ends_well(home, tmp_path):
    with running(home, tmp_path / "log") as service:
        assert b'"status":"ready"' in service.ask("/readyz")
        with socket.create_connection(("127.0.0.1", service.port), timeout=300) as slow:
            head = f"POST /v1/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(WHO)}\r\n"
            slow.sendall(head.encode() + b"Content-Type: application/json\r\n\r\n" + WHO[:10])
            assert b"alive" in service.ask("/healthz")  # it came later, so that the one before is in flight
            service.process.send_signal(signal.SIGTERM)
            until(lambda: _refuses(service.port))
            slow.sendall(WHO[10:])
            assert slow.recv(65536).startswith(b"HTTP/1.1 401 ")
        assert service.process.wait(300) == 0
        events = service.events()
        assert service.process.stdout.read() == ""
    assert events[-1] == "stopped"
    assert events.index("stopping") < events.index("stopped")
    assert events.count("night") == 1
    store = open_store(store_url(home))
    with reading(store) as connection:
        assert find_mark(connection, STEP) is not None
    store.close()


def _refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except ConnectionRefusedError:
        return True
    return False


def test_what_is_told_to_stop_closes_what_it_opened():
    closed = []
    with capture_logs() as logs, ending_in_order():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(60)
        finally:
            closed.append(True)
    assert closed == [True]
    assert [line["event"] for line in logs] == ["stopped"]


def test_the_signal_means_what_it_meant_before():
    before = signal.getsignal(signal.SIGTERM)
    with ending_in_order():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_other_threads_are_left_alone():
    before, found = signal.getsignal(signal.SIGTERM), []

    def in_order():
        with ending_in_order():
            found.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=in_order)
    thread.start()
    thread.join()
    assert found == [before]


def test_a_second_signal_ends_it_at_once(tmp_path):
    script = """
import os, signal, time
from ews.cli.ending import ending_in_order
with ending_in_order():
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
"""
    done = subprocess.run([sys.executable, "-c", script], check=False, timeout=300)
    assert done.returncode == -signal.SIGTERM
