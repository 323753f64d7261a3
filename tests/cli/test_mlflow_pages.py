import re
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from ews.cli import mlflow_pages, show
from ews.cli.mlflow_pages import command, environment, serve
from ews.cli.settings import Settings
from ews.domain.errors import SettingsError

PATIENCE = 120


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(home=tmp_path)


def test_a_real_server_starts_and_answers_on_this_machine_only(settings):
    port = mlflow_pages.free_port(0)
    asked = command(settings, port)
    assert asked[asked.index("--host") + 1] == "127.0.0.1"
    process = subprocess.Popen(asked, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert (_read(process, f"http://127.0.0.1:{port}/health"), process.poll()) == (b"OK", None)
        with (
            pytest.raises(OSError, match=r"refused|timed out|unreachable"),
            socket.create_connection((_own_address(), port), timeout=2),
        ):
            pass
    finally:
        process.terminate()
        process.wait(30)


def test_nothing_is_told_to_anybody():
    told = environment()
    assert (told["MLFLOW_DISABLE_TELEMETRY"], told["DO_NOT_TRACK"]) == ("true", "true")


def test_runs_on_a_server_of_their_own_are_opened_there(settings, monkeypatch):
    said = []
    monkeypatch.setattr(show.OUT, "print", lambda text, **_: said.append(text))
    serve(Settings(home=settings.home, tracking_uri="https://runs.bank.example"), 0)
    assert re.search(r"open .*https://runs\.bank\.example", said[0])


def test_a_port_that_is_taken_is_told(settings):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SettingsError, match="Somebody listens on port"):
            serve(settings, taken.getsockname()[1])


def _read(process: "subprocess.Popen[bytes]", address: str) -> bytes:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - of this machine
                return bytes(answer.read())
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    return b""


def _own_address() -> str:
    """Return an address of this machine that is not loopback, TEST-NET where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "192.0.2.1"
        return str(probe.getsockname()[0])
