"""The clients and the comparison of the serving benchmark, against a small server that is known."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from benchmarks.serving.clients import answer_to, ask, request
from benchmarks.serving.peer import largest_difference


class _Echo(BaseHTTPRequestHandler):
    """Answers with what was posted, 404 where something is got."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self._answer(200, self.rfile.read(int(self.headers["content-length"])))

    def do_GET(self) -> None:
        self._answer(404, self.headers.get("authorization", "").encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_so_many_answers_are_counted_as_were_asked_for_whatever_the_connections(port):
    asked = ask(port, [request("POST", "/", body=b"{}")], connections=3, count=10)
    assert (len(asked.times), asked.failed) == (10, 0)
    assert asked.per_second == pytest.approx(10 / asked.seconds)


def test_answers_that_are_none_of_success_are_counted_as_failed(port):
    both = [request("POST", "/", body=b"{}"), request("GET", "/")]
    assert ask(port, both, connections=1, count=5).failed == 2


def test_a_body_comes_back_whole_and_a_token_is_sent(port):
    body = json.dumps({"features": {"a": None}, "text": "入账" * 50_000}, ensure_ascii=False).encode()
    assert answer_to(port, request("POST", "/", body=body)) == body
    with pytest.raises(RuntimeError, match="answered 404: b'Bearer ews_1'"):
        answer_to(port, request("GET", "/", token="ews_1"))  # noqa: S106 - of nobody


def answers(**peers: float) -> tuple[bytes, bytes]:
    own = {
        "pd": 0.5,
        "log_odds": 0.0,
        "base_log_odds": -1.0,
        "reasons": [{"reason": {"code": "A"}, "log_odds": 1.0}, {"reason": {"code": "B"}, "log_odds": 0.0}],
    }
    told = {"pd": 0.5, "log_odds": 0.0, "base_log_odds": -1.0, "A": 1.0} | peers
    return json.dumps(own).encode(), json.dumps({"predictions": [told]}).encode()


def test_values_that_agree_but_for_rounding_may_be_timed():
    assert largest_difference(*answers()) == 0
    assert largest_difference(*answers(A=1.0 + 1e-12)) == pytest.approx(1e-12, rel=1e-3)


@pytest.mark.parametrize("peers", [{"A": 1.1}, {"pd": 0.4}, {"B": 0.2}, {"C": 0.0}], ids=str)
def test_values_that_differ_are_not_timed(peers):
    with pytest.raises(RuntimeError, match=r"differ by|does not tell"):
        largest_difference(*answers(**peers))
