import json
import socket
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
import structlog

from ews.domain.errors import SettingsError
from ews.serving.app import create_app
from ews.serving.server import open_socket, serve, server_of


@pytest.fixture
def address(services) -> Iterator[str]:
    """Give the address of a service that really listens."""
    with open_socket("localhost", 0) as listener:
        server = server_of(create_app(services))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


def test_a_service_that_was_started_answers_over_http_and_stops(address):
    with httpx.Client(base_url=address, trust_env=False) as client:
        decision = client.get("/v1/borrowers/A%2F1/decision")
        unknown = client.get("/v1/borrowers/B9")
        posted = client.post("/v1/decisions", json={"borrower_id": "B1"})
    assert (decision.status_code, decision.json()["borrower_id"]) == (200, "A/1")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-borrower")
    assert posted.json()["base_batch_id"] == "july"
    assert "server" not in decision.headers


def test_many_may_ask_at_once(address):
    found: list[int] = []

    def ask() -> None:
        with httpx.Client(base_url=address, trust_env=False) as client:
            found.extend(client.get(path).status_code for path in ("/v1/warnings", "/v1/borrowers/B1/decision"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [200] * 16


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "8.8.8.8", "example.com", "", "127.0.0.1.evil"])  # noqa: S104
def test_an_address_that_is_not_loopback_is_refused(host):
    message = (
        f"The service does not listen on '{host}': it has no accounts yet, so only this machine may ask it. "
        "Use 127.0.0.1, ::1 or localhost."
    )
    with pytest.raises(SettingsError) as caught:
        open_socket(host, 0)
    assert str(caught.value) == message


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.53"])
def test_loopback_addresses_are_taken(host):
    with open_socket(host, 0) as listener:
        assert listener.getsockname()[0].startswith("127.")


def test_a_port_that_is_taken_is_told():
    with open_socket("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(SettingsError, match=f"Port {port} on 127.0.0.1 cannot be used: Address already in use"):
            open_socket("127.0.0.1", port)


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_does_not_exist_is_told(port):
    with pytest.raises(SettingsError, match=f"Port {port} on 127.0.0.1 cannot be used: there is no such port"):
        open_socket("127.0.0.1", port)


@pytest.fixture
def _logs_as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest.mark.usefixtures("_logs_as_before")
def test_serving_logs_where_it_listens_and_ends_when_it_is_told(services, monkeypatch, capsys):
    ran: list[list[socket.socket]] = []

    class Server:
        def run(self, sockets: list[socket.socket]) -> None:
            ran.append(sockets)

    make: Callable[..., Server] = lambda _app: Server()  # noqa: E731
    monkeypatch.setattr("ews.serving.server.server_of", make)
    serve(create_app(services), "127.0.0.1", 0)
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["host"], line["level"]) == ("listening", "127.0.0.1", "info")
    assert line["port"] > 0
    assert len(ran) == 1
