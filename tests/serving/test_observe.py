import json

import pytest
import structlog

from ews.serving.app import create_app


@pytest.fixture
def logged():
    with structlog.testing.capture_logs() as lines:
        yield lines


def test_a_request_is_logged_by_route_status_and_time(client, logged):
    client.get("/v1/borrowers/B1/decision?lang=zh", headers={"x-request-id": "r-1"})
    (line,) = logged
    assert line.pop("ms") >= 0
    assert line == {
        "event": "request",
        "log_level": "info",
        "request_id": "r-1",
        "method": "GET",
        "route": "/v1/borrowers/{borrower_id}/decision",
        "status": 200,
        "problem": None,
    }


def _fail(*_args, **_names):
    message = "Firm B1 of Hangzhou"
    raise ZeroDivisionError(message)


def test_logs_hold_no_personal_data_whatever_happens(client_of, services, spot, logged):
    client = client_of(services)
    spot.fails = KeyError("Firm B1")
    client.get("/v1/borrowers/B1")
    client.get("/v1/borrowers/B1-unknown/decision")
    client.get("/v1/warnings?officer=officer-1&branch=branch-1&limit=0")
    client.get("/elsewhere/B1")
    client.post("/v1/decisions", json={"borrower_id": "B1", "tables": {"loans": [{"x": "Hangzhou"}]}})
    client.post("/v1/decisions", json={"borrower_id": "B1", "colour": "Hangzhou"})
    client_of(services, find_decision=_fail).get("/v1/borrowers/B1/decision")
    assert [line["status"] for line in logged if line["event"] == "request"] == [200, 404, 422, 404, 500, 422, 500]
    text = json.dumps(logged)
    assert [word for word in ("B1", "officer-1", "branch-1", "Hangzhou", "Firm") if word in text] == []


def test_an_unforeseen_failure_is_a_problem_that_tells_nothing_but_the_request(client_of, services, logged, problem_of):
    response = client_of(services, find_decision=_fail).get(
        "/v1/borrowers/B1/decision", headers={"x-request-id": "r-7"}
    )
    assert problem_of(response) == (
        500,
        "internal-error",
        "The request failed inside the service. Report it with the request id r-7.",
    )
    failed = next(line for line in logged if line["event"] == "failed")
    assert (failed["error"], failed["request_id"]) == ("ZeroDivisionError", "r-7")
    assert failed["at"][-1].startswith("serving/test_observe.py:")
    assert failed["at"][-1].endswith(" _fail")


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "r\x7f", "<script>"])
def test_a_request_id_that_is_not_sound_is_replaced(client, given):
    found = client.get("/healthz", headers={"x-request-id": given}).headers["x-request-id"]
    assert len(found) == 32
    assert set(found) <= set("0123456789abcdef")


def test_answers_are_not_kept_by_anybody_on_the_way(client):
    for path in ("/v1/borrowers/B1", "/v1/borrowers/B9", "/healthz"):
        headers = client.get(path).headers
        assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("LOCALHOST:80", 200),
        ("[::1]:8000", 200),
        ("bank.example", 400),
        ("127.0.0.1.bank.example:80", 400),
        ("[::2]", 400),
        ("", 400),
    ],
)
def test_the_service_answers_to_its_own_names_only(client, host, status):
    assert client.get("/v1/policy", headers={"host": host}).status_code == status


def test_a_foreign_name_is_told(client, problem_of):
    assert problem_of(client.get("/healthz", headers={"host": "bank.example"})) == (
        400,
        "unknown-host",
        "The service does not go by the name 'bank.example'. Ask it as 127.0.0.1 or ::1 or localhost.",
    )


@pytest.mark.parametrize(("size", "status"), [(100, 200), (101, 413)])
def test_a_body_may_have_just_as_many_bytes_as_are_allowed(app_client, services, size, status):
    body = b'{"borrower_id": "B1"}'
    client = app_client(create_app(services, max_body_bytes=100))
    padded = body + b" " * (size - len(body))
    response = client.post("/v1/decisions", content=padded, headers={"content-type": "application/json"})
    assert response.status_code == status
