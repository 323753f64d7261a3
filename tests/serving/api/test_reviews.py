import pytest

from ews.serving.api.review_sessions import router as sessions
from ews.serving.api.reviews import router
from tests.casework.people import MANAGER, OFFICER, OTHER, RISK

SESSION = {"portfolio": "sme", "branch_id": "branch-1", "quarter": "2026Q3"}


@pytest.fixture
def as_(client_as):
    return lambda actor: client_as(actor, sessions, router)


@pytest.fixture
def opened(as_):
    return as_(MANAGER).post("/v1/reviews/sessions", json=SESSION)


def _many(verb, client, versions, **more):
    items = [{"case_id": f"R000000{number}", "version": version, **more} for number, version in versions.items()]
    return client.post(f"/v1/reviews/{verb}", json={"items": items}).json()


def test_a_session_opens_with_a_form_for_each_borrower(opened, as_):
    assert opened.status_code == 200
    expected = {**SESSION, "batch_id": "july", "as_of": "2026-07-31", "borrowers": 5, "missing": 0, "prepared": 5}
    assert opened.json() == {**expected, "returned": 0, "determined": 0, "approved": 0}
    assert as_(RISK).post("/v1/reviews/sessions", json=SESSION).json() == opened.json()
    assert as_(OFFICER).get("/v1/reviews/sessions", params=SESSION).json() == opened.json()


def test_a_branch_is_done_in_one_sitting(opened, as_):
    every = dict.fromkeys(range(1, 6), 1)
    found = _many("determine", as_(OFFICER), {**every, 5: 7})
    assert (found["done"], found["failed"]) == (4, 1)
    assert [(one["code"], one["case"] and one["case"]["state"]["code"]) for one in found["items"]] == [
        *[(None, "determined")] * 4,
        ("stale-version", None),
    ]
    assert "at version 1 by now, not 7" in found["items"][4]["detail"]
    assert _many("approve", as_(OFFICER), {1: 2})["items"][0]["code"] == "second-person"
    assert _many("approve", as_(MANAGER), dict.fromkeys(range(1, 5), 2))["done"] == 4
    found = _many("approve", as_(RISK), dict.fromkeys(range(1, 6), 3))
    assert [one["code"] for one in found["items"]] == [None] * 4 + ["stale-version"]
    now = as_(OFFICER).get("/v1/reviews/sessions", params=SESSION).json()
    assert (now["prepared"], now["determined"], now["approved"]) == (1, 0, 4)
    approved = as_(OFFICER).get("/v1/reviews", params={"state": "approved", "limit": 3}).json()
    assert [one["case_id"] for one in approved["items"]] == ["R0000001", "R0000002", "R0000003"]


def test_one_form_is_determined_returned_and_approved(opened, as_, problem_of):
    form = "/v1/reviews/R0000001"
    other = {"version": 1, "tiers": {"L1": "doubtful"}}
    assert problem_of(as_(OFFICER).post(f"{form}/determine", json=other))[:2] == (422, "bad-request")
    assert as_(OFFICER).post(f"{form}/determine", json={**other, "reason": "Gone"}).status_code == 200
    back = as_(MANAGER).post(f"{form}/return", json={"version": 2, "reason": "Found again"}).json()
    assert (back["state"]["code"], back["body"]["return_reason"]) == ("returned", "Found again")
    accepted = as_(OFFICER).post(f"{form}/determine", json={"version": 3}).json()
    assert accepted["body"]["determination"]["tiers"] == {"L1": "special_mention"}
    as_(MANAGER).post(f"{form}/approve", json={"version": 4})
    done = as_(RISK).post(f"{form}/approve", json={"version": 5}).json()
    assert (done["state"]["code"], done["body"]["override_ids"]) == ("approved", [])


def test_a_tier_above_the_floor_is_refused_with_the_rule(opened, as_, problem_of):
    body = {"version": 1, "tiers": {"L1": "pass"}, "reason": "Fine"}
    status, code, detail = problem_of(as_(OFFICER).post("/v1/reviews/R0000002/determine", json=body))
    assert (status, code) == (409, "not-allowed-now")
    assert "held by OVERDUE" in detail


@pytest.mark.parametrize(
    ("changed", "actor", "status", "code"),
    [
        ({"quarter": "2026-3"}, MANAGER, 422, "bad-request"),
        ({"quarter": "2025Q4"}, MANAGER, 404, "unknown-batch"),
        ({"branch_id": "branch-2"}, MANAGER, 404, "unknown-borrower"),
        ({"portfolio": "none"}, MANAGER, 422, "bad-request"),
        ({}, OFFICER, 403, "forbidden"),
    ],
)
def test_a_session_that_cannot_be_opened_is_told(as_, problem_of, changed, actor, status, code):
    assert problem_of(as_(actor).post("/v1/reviews/sessions", json={**SESSION, **changed}))[:2] == (status, code)


def test_a_foreign_form_reads_like_none(opened, as_, problem_of):
    assert problem_of(as_(OTHER).post("/v1/reviews/R0000001/approve", json={"version": 1}))[:2] == (404, "unknown-case")
    assert as_(OTHER).get("/v1/reviews").json()["items"] == []


def test_a_sitting_without_forms_is_refused(as_, problem_of):
    assert problem_of(as_(OFFICER).post("/v1/reviews/determine", json={"items": []}))[:2] == (422, "invalid-request")
