from dataclasses import replace

import pytest

from ews.serving.api.receivers import router
from ews.store.cases import Case, open_case
from ews.store.engine import writing
from ews.store.receivers import due_deliveries, mark, tell_receivers
from tests.casework.people import AUDITOR, HEAD, OFFICER, OPERATOR
from tests.serving.conftest import NOW

DRAFT = {
    "receiver_id": "workflow",
    "url": "https://workflow.bank.example/ews",
    "events": ["warning.*", "measure.approve"],
}


@pytest.fixture
def as_(client_as, services):
    allowed = replace(services, receivers=frozenset({"workflow.bank.example"}))
    return lambda actor: client_as(actor, router, services=allowed)


@pytest.fixture
def given_up(store):
    """Give a function that lets a receiver have one delivery that failed for good."""

    def let(receiver_id):
        with writing(store) as connection:
            made = open_case(connection, Case("warning", "raised"), verb="raise", user_id="ews", at=NOW, content={})
            assert made is not None
            tell_receivers(connection, *made)
            (due,) = due_deliveries(connection, NOW, limit=1)
            assert due.receiver_id == receiver_id
            mark(connection, replace(due, next_at=None, attempts=10, error="answered 500"))

    return let


def test_a_receiver_is_added_and_its_secret_shown_this_once(as_):
    client = as_(OPERATOR)
    made = client.post("/v1/receivers", json=DRAFT).json()
    assert made["secret"].startswith("whsec_")
    assert made["receiver"]["backlog"] == {"delivered": 0, "pending": 0, "given_up": 0, "error": None}
    listed = client.get("/v1/receivers")
    assert listed.json() == {"items": [made["receiver"]]}
    assert made["secret"] not in listed.text
    assert {name: made["receiver"][name] for name in DRAFT} == DRAFT


def test_a_receiver_is_switched_off_and_on(as_):
    client = as_(OPERATOR)
    client.post("/v1/receivers", json=DRAFT)
    assert client.post("/v1/receivers/workflow/off").json()["is_active"] is False
    assert client.get("/v1/receivers").json()["items"][0]["is_active"] is False
    assert client.post("/v1/receivers/workflow/on").json()["is_active"] is True


def test_what_was_given_up_is_sent_again(as_, given_up):
    client = as_(OPERATOR)
    client.post("/v1/receivers", json=DRAFT)
    given_up("workflow")
    assert client.get("/v1/receivers").json()["items"][0]["backlog"] == {
        "delivered": 0,
        "pending": 0,
        "given_up": 1,
        "error": "answered 500",
    }
    again = client.post("/v1/receivers/workflow/again").json()
    assert (again["again"], again["receiver"]["backlog"]["pending"]) == (1, 1)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"url": "ftp://workflow"}, "bad-request"),
        ({"events": ["nonsense"]}, "bad-request"),
        ({"events": []}, "invalid-request"),
        ({"receiver_id": "Über"}, "bad-request"),
        ({"secret": "mine"}, "invalid-request"),
    ],
)
def test_a_receiver_that_cannot_be_told_is_refused(as_, problem_of, changed, code):
    assert problem_of(as_(OPERATOR).post("/v1/receivers", json={**DRAFT, **changed}))[:2] == (422, code)
    assert as_(OPERATOR).get("/v1/receivers").json() == {"items": []}


def test_acts_go_to_hosts_that_the_service_knows_only(as_, problem_of):
    answer = as_(OPERATOR).post("/v1/receivers", json={**DRAFT, "url": "https://10.0.0.1/ews"})
    status, code, detail = problem_of(answer)
    assert (status, code) == (422, "bad-request")
    assert "'10.0.0.1'" in detail
    assert "EWS_RECEIVERS" in detail
    assert as_(OPERATOR).get("/v1/receivers").json() == {"items": []}


def test_the_same_id_twice_and_an_unknown_one_are_told(as_, problem_of):
    client = as_(OPERATOR)
    client.post("/v1/receivers", json=DRAFT)
    assert "already" in problem_of(client.post("/v1/receivers", json=DRAFT))[2]
    for verb in ("on", "off", "again"):
        status, code, detail = problem_of(client.post(f"/v1/receivers/nobody/{verb}"))
        assert (status, code) == (422, "bad-request")
        assert "There is no receiver 'nobody'" in detail


@pytest.mark.parametrize("actor", [OFFICER, HEAD, AUDITOR])
def test_receivers_are_for_operators(as_, problem_of, actor):
    client = as_(actor)
    assert problem_of(client.get("/v1/receivers"))[:2] == (403, "forbidden")
    assert problem_of(client.post("/v1/receivers", json=DRAFT))[:2] == (403, "forbidden")
