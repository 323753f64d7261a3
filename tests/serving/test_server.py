import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import structlog
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from ews.domain.errors import SettingsError
from ews.domain.people import Role
from ews.serving import patience
from ews.serving.app import create_app
from ews.serving.server import Tls, is_loopback, names_of, open_socket, serve, server_of
from ews.store.accounts import Profile, add_user
from tests.serving.conftest import NOW

SECRET = "a long enough secret"  # noqa: S105 - of a test


@contextmanager
def running(server: uvicorn.Server) -> Iterator[str]:
    """Give the address of a service that really listens."""
    with open_socket("localhost", 0) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def address(services) -> Iterator[str]:
    with running(server_of(create_app(services))) as told:
        yield told


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


HALVES = {
    "nothing": b"",
    "half a head": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    "half a body": b"POST /v1/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: 100\r\n\r\n{",
}
WHOLE = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture
def impatient(monkeypatch):
    for name in ("START", "LOOK"):
        monkeypatch.setattr(patience, name, 0.05)


@pytest.mark.parametrize("before", [b"", WHOLE], ids=["at once", "after another"])
@pytest.mark.parametrize("half", HALVES)
def test_a_request_that_does_not_come_is_not_waited_for(impatient, address, half, before):
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(before)
        if before:
            assert connection.recv(1 << 16).startswith(b"HTTP/1.1 200")
        connection.sendall(HALVES[half])
        with suppress(ConnectionResetError):
            assert connection.recv(1) == b""
    assert httpx.get(f"{address}/healthz", trust_env=False).status_code == 200


def test_what_comes_slowly_but_comes_is_waited_for(impatient, address):
    def drops() -> Iterator[bytes]:
        for _ in range(12):
            time.sleep(0.05)
            yield b" " * 200
        yield b'{"borrower_id": "B1"}'

    with httpx.Client(base_url=address, trust_env=False) as client:
        answer = client.post("/v1/decisions", content=drops(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 200


def test_more_connections_than_there_is_room_for_are_told_so(services):
    server = server_of(create_app(services))
    assert server.config.limit_concurrency > 100
    server.config.limit_concurrency = 3
    with running(server) as address:
        where = address.removeprefix("http://").split(":")
        held = [socket.create_connection(where) for _ in range(3)]
        assert httpx.get(f"{address}/healthz", trust_env=False).status_code == 503
        for one in held:
            one.close()
        while httpx.get(f"{address}/healthz", trust_env=False).status_code != 200:
            time.sleep(0.01)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "8.8.8.8"])  # noqa: S104 - not bound
def test_an_address_that_is_not_loopback_is_refused_until_there_are_accounts(host):
    message = (
        f"The service does not listen on '{host}': it has no accounts yet, so only this machine may ask it. "
        "Use 127.0.0.1, ::1 or localhost, or make a first account with 'ews user add'."
    )
    with pytest.raises(SettingsError) as caught:
        open_socket(host, 0)
    assert str(caught.value) == message


def test_with_accounts_any_address_of_the_machine_is_taken():
    with open_socket("0.0.0.0", 0, has_accounts=True) as listener:  # noqa: S104 - what is tested
        assert listener.getsockname()[0] == "0.0.0.0"  # noqa: S104 - what is tested


@pytest.mark.parametrize("host", ["example.com", "", "127.0.0.1.evil"])
@pytest.mark.parametrize("has_accounts", [False, True])
def test_what_is_no_address_is_refused(host, has_accounts):
    with pytest.raises(SettingsError, match=f"does not listen on '{host}': that is no address"):
        open_socket(host, 0, has_accounts=has_accounts)


@pytest.mark.parametrize(("host", "expected"), [("127.0.0.9", True), ("::1", True), ("localhost", True), ("::", False)])
def test_loopback_is_told_apart(host, expected):
    assert is_loopback(host) is expected


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

    monkeypatch.setattr("ews.serving.server.server_of", lambda _app, _tls: Server())
    serve(create_app(services), "127.0.0.1", 0)
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["host"], line["level"]) == ("listening", "127.0.0.1", "info")
    assert line["port"] > 0
    assert len(ran) == 1


def test_the_service_goes_by_the_names_of_the_machine_its_address_and_those_allowed():
    own = {"127.0.0.1", "::1", "localhost"}
    assert names_of("127.0.0.1") == own
    assert names_of("192.168.1.5") == own | {"192.168.1.5"}
    assert names_of("0.0.0.0", ["EWS.bank"]) == own | {"ews.bank"}  # noqa: S104 - what is tested


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 - what is tested
def test_on_all_addresses_a_name_has_to_be_given(host):
    with pytest.raises(SettingsError, match=f"The service on '{host}' does not know under which name"):
        names_of(host)


@pytest.fixture
def tls(tmp_path) -> Tls:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    made = Tls(tmp_path / "certificate.pem", tmp_path / "key.pem")
    made.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
    made.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made


def test_over_tls_the_service_answers_and_hands_out_cookies_for_https(services, tls):
    log = services.desk.log
    add_user(log, "li", Profile("Li", frozenset({Role.AUDITOR})), by="ews", at=NOW, password=SECRET)
    with open_socket("localhost", 0) as listener:
        server = server_of(create_app(services), tls)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        address = f"https://localhost:{listener.getsockname()[1]}"
        trusted = ssl.create_default_context(cafile=tls.certificate)
        with httpx.Client(base_url=address, trust_env=False, verify=trusted) as client:
            answer = client.post("/v1/login", json={"user": "li", "password": "a long enough secret"})
        server.should_exit = True
        thread.join(10)
    assert answer.status_code == 200
    assert answer.headers["set-cookie"].startswith("__Host-ews-session=")
    assert "Secure" in answer.headers["set-cookie"]


def test_a_certificate_that_cannot_be_used_is_told(services, tls, tmp_path):
    (tmp_path / "text.pem").write_text("no key")
    for wrong in (Tls(tls.certificate, tmp_path / "none.pem"), Tls(tls.certificate, tmp_path / "text.pem")):
        with pytest.raises(SettingsError, match=f"key '{wrong.key}' cannot be used"):
            server_of(create_app(services), wrong)
