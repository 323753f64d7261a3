import threading
import time
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from ews.domain.people import Actor, Role
from ews.serving.api.reviews import router as reviews
from ews.serving.app import create_app
from ews.serving.server import open_socket, server_of
from ews.store.accounts import Profile, add_user
from ews.store.audit import LOOK_UP
from ews.store.engine import reading, writing
from ews.store.journal import Journal
from ews.store.tables import audit
from ews.store.tokens import add_token
from tests.casework.people import OFFICER
from tests.serving.conftest import KEY, NOW

READER = Actor("reader", "Reader", frozenset({Role.AUDITOR}))


def _subjects(looked):
    return [(one.user_id, f"{one.content['method']} {one.subject}", one.content["status"]) for one in looked.entries]


def test_who_looked_up_whom_is_in_the_log_refused_ones_too(client_as, looked):
    client = client_as(OFFICER)
    client.get("/v1/borrowers/A%2F1/decision", params={"lang": "zh"}, headers={"x-request-id": "r-1"})
    client.get("/v1/borrowers/B9")
    client.get("/v1/batches")
    client.get("/v1/nowhere/B9")
    assert _subjects(looked) == [
        ("officer", "GET /v1/borrowers/A/1/decision", 200),
        ("officer", "GET /v1/borrowers/B9", 404),
        ("officer", "GET /v1/batches", 403),
        ("officer", "GET /v1/nowhere/B9", 404),
    ]
    first = looked.entries[0]
    assert (first.action, first.at, first.request_id) == (LOOK_UP, NOW, "r-1")
    assert first.content == {"method": "GET", "status": 200, "query": {"lang": "zh"}, "purpose": "post-loan"}
    assert [one.borrowers for one in looked.entries] == [("A/1",), ("B9",), (), ()]
    assert looked.entries[1].content["problem"] == "unknown-borrower"


def test_parameters_are_in_the_log_as_they_are_meant(client_as, looked):
    """What stands there is found by who searches for it, and by who has to take it out."""
    client = client_as(OFFICER)
    client.get("/borrowers?text=%E5%AD%99+A%26B%3D%22C%22&text=&%E5=%ff&x=%00y")
    client.get("/borrowers?text=" + "x" * 5_000)
    assert looked.entries[0].content["query"] == {
        "text": ['孙 A&B="C"', ""], "\\xe5": "\\xff", "x": "%00y",
    }  # fmt: skip
    assert looked.entries[1].content["query"] == {"text": "x" * 500}


def test_borrowers_that_the_path_does_not_name_are_in_the_log_too(client_as, looked):
    client = client_as(READER)
    client.post("/v1/decisions", json={"borrower_id": "B2"})
    client.get("/v1/warnings", params={"limit": 2})
    assert [one.borrowers for one in looked.entries] == [("B2",), ("A/1", "B1")]


def test_a_change_that_was_refused_is_no_look_up(client_as, looked):
    client_as(OFFICER).post("/v1/warnings/W0000009/acknowledge", json={"version": 1})
    client_as(READER).put("/v1/nowhere")
    client_as(READER).post("/v1/decisions", json={"borrower_id": "B1"})  # it decides and stores nothing
    assert [(one.action, one.subject, one.content["status"]) for one in looked.entries] == [
        ("refused", "/v1/warnings/W0000009/acknowledge", 404),
        ("refused", "/v1/nowhere", 404),
        ("look-up", "/v1/decisions", 200),
    ]


def test_a_request_for_many_acts_is_in_the_log_though_all_of_them_fail(client_as, looked):
    items = [{"case_id": f"R000000{number}", "version": 1} for number in (1, 2)]
    client = client_as(OFFICER, reviews)
    found = client.post("/v1/reviews/approve", json={"items": items}, headers={"x-request-id": "r-1"}).json()
    assert (found["done"], found["failed"]) == (0, 2)
    assert _subjects(looked) == [("officer", "POST /v1/reviews/approve", 200)]
    assert (looked.entries[0].action, looked.entries[0].request_id) == (LOOK_UP, "r-1")
    client.post("/v1/reviews/approve", json={"items": []})
    assert (looked.entries[1].action, looked.entries[1].content["status"]) == ("refused", 422)


def test_whoever_could_not_be_told_is_nobody_in_the_log(client_of, services, looked, problem_of):
    add_user(services.desk.log, "li", Profile("Li", frozenset({Role.AUDITOR})), by="ews", at=NOW)
    response = client_of(services).get("/v1/borrowers/B1")
    assert problem_of(response)[:2] == (401, "unauthenticated")
    assert _subjects(looked) == [("nobody", "GET /v1/borrowers/B1", 401)]


def test_what_machines_ask_every_few_seconds_is_not_in_the_log(client_as, looked):
    client = client_as(READER)
    for path in ("/healthz", "/readyz", "/metrics", "/openapi.json"):
        assert client.get(path).status_code == 200
    assert looked.entries == []


def test_what_cannot_be_printed_or_is_too_long_does_not_break_the_log(client_as, looked):
    client = client_as(READER)
    client.get("/v1/borrowers/B%001%0A/decision")
    client.get("/v1/borrowers/" + "x" * 3_000)
    assert looked.entries[0].subject == "/v1/borrowers/B%001%0A/decision"
    assert len(looked.entries[1].subject) == 500


class Broken:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def enter(self, _entry) -> "Future[None]":
        stored: Future[None] = Future()
        stored.set_exception(self.error)
        return stored


@pytest.mark.parametrize(
    "error",
    [OperationalError("INSERT", {}, ValueError("disk")), OSError("no space"), RuntimeError("closed")],
    ids=["store", "witness", "closed"],
)
@pytest.mark.parametrize("path", ["/v1/borrowers/B1/decision", "/v1/borrowers/B9", "/v1/warnings"])
def test_where_the_log_cannot_be_written_nothing_is_told(client_as, services, problem_of, error, path):
    client = client_as(READER, services=replace(services, journal=Broken(error)))
    response = client.get(path)
    assert problem_of(response) == (
        503,
        "log-unavailable",
        "The log of look-ups cannot be written, so nothing is told. Try again; see /readyz.",
    )
    assert [word for word in ("B1", "Hangzhou", "Firm") if word in response.text.replace(path, "")] == []


def test_a_failure_of_the_log_that_nobody_foresaw_tells_nothing_either(client_as, services, problem_of):
    client = client_as(READER, services=replace(services, journal=Broken(ZeroDivisionError("Firm B1"))))
    response = client.get("/v1/borrowers/B1/decision")
    assert problem_of(response)[:2] == (500, "internal-error")
    assert "Firm" not in response.text


def test_an_answer_that_fails_inside_is_in_the_log(client_as, services, looked):
    def fail(*_args, **_names):
        raise ZeroDivisionError

    client_as(READER, services=replace(services, find_decision=fail)).get("/v1/borrowers/B1/decision")
    assert _subjects(looked) == [("reader", "GET /v1/borrowers/B1/decision", 500)]


def test_a_store_that_does_not_answer_is_told_before_anybody_gets_further(client_of, services, store, problem_of):
    with writing(store) as connection:
        connection.execute(text("DROP TABLE users"))
    assert problem_of(client_of(services).get("/v1/policy"))[:2] == (503, "store-unavailable")


@pytest.fixture
def machine(services) -> str:
    """Give the token of a machine that may read."""
    log = services.desk.log
    add_user(log, "core", Profile("Core", frozenset({Role.OPERATOR})), by="ews", at=NOW)
    return add_token(log, "core", expires_at=NOW + timedelta(days=1), by="ews", at=NOW).secret


def test_a_hundred_look_ups_at_once_are_each_in_the_log_before_their_answer(services, store, machine):
    missing: list[str] = []

    def ask(address: str, number: int) -> None:
        headers = {"authorization": f"Bearer {machine}", "x-request-id": f"r-{number}"}
        with httpx.Client(base_url=address, trust_env=False, headers=headers, timeout=60) as client:
            answer = client.get(f"/v1/borrowers/B{1 + number % 4}")
        with reading(store) as connection:
            query = select(audit.c.subject).where(audit.c.request_id == f"r-{number}")
            logged = connection.execute(query).scalars().all()
        if answer.status_code != 200 or logged != [f"/v1/borrowers/B{1 + number % 4}"]:
            missing.append(f"r-{number}")

    with Journal(store, KEY) as journal, open_socket("127.0.0.1", 0) as listener:
        server = server_of(create_app(replace(services, journal=journal)))
        serving = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        serving.start()
        while not server.started:
            time.sleep(0.01)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        asking = [threading.Thread(target=ask, args=(address, number)) for number in range(100)]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
        server.should_exit = True
        serving.join(10)
    assert missing == []
