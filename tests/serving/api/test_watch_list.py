from dataclasses import replace

import pytest

from ews.serving.api.watch_list import router
from tests.casework.people import MANAGER, OFFICER, OFFICER2, OTHER, RISK

FOREIGN_MANAGER = replace(MANAGER, user_id="foreign", branch_id="branch-2")
DRAFT = {"borrower_id": "B1", "reason": "Its largest buyer is in trouble", "review_on": "2026-09-01"}


@pytest.fixture
def as_(client_as):
    return lambda actor: client_as(actor, router)


def test_a_name_goes_on_is_reviewed_and_comes_off(as_):
    case = as_(OFFICER).post("/v1/watch-list", json=DRAFT).json()
    assert (case["case_id"], case["state"]["code"], case["assignee"], case["due_on"]) == (
        "L0000001",
        "on",
        "officer",
        "2026-09-01",
    )
    again = {"version": 1, "note": "Still waiting", "review_on": "2026-10-01"}
    assert as_(OFFICER).post("/v1/watch-list/L0000001/review", json=again).json()["due_on"] == "2026-10-01"
    case = as_(MANAGER).post("/v1/watch-list/L0000001/off", json={"version": 2, "reason": "Pays again"}).json()
    assert (case["state"]["code"], case["body"]["off_by"]) == ("off", "manager")


def test_the_list_tells_tier_level_and_whether_the_review_is_overdue(as_, clock):
    as_(OFFICER).post("/v1/watch-list", json=DRAFT)
    as_(OFFICER).post("/v1/watch-list", json={**DRAFT, "borrower_id": "B5", "review_on": "2026-10-01"})
    clock.forward(32)
    first, second = as_(OFFICER).get("/v1/watch-list", params={"lang": "en"}).json()["items"]
    assert (first["name"], first["tier"]["code"], first["level"]["code"], first["as_of"], first["is_overdue"]) == (
        "Firm B1",
        "special_mention",
        "orange",
        "2026-07-31",
        True,
    )
    assert (second["case"]["borrower_id"], second["tier"], second["is_overdue"]) == ("B5", None, False)  # left in July
    overdue = as_(OFFICER).get("/v1/watch-list", params={"overdue": True}).json()["items"]
    assert [one["case"]["borrower_id"] for one in overdue] == ["B1"]
    assert as_(OTHER).get("/v1/watch-list").json() == {"items": [], "next_cursor": None}


def test_names_that_came_off_are_listed_only_when_asked_for(as_):
    as_(OFFICER).post("/v1/watch-list", json=DRAFT)
    as_(MANAGER).post("/v1/watch-list/L0000001/off", json={"version": 1, "reason": "Pays again"})
    lists = [as_(OFFICER).get("/v1/watch-list", params=asked).json()["items"] for asked in ({}, {"open": False})]
    assert [len(one) for one in lists] == [0, 1]


def test_pages_go_on_where_the_one_before_ended(as_):
    client = as_(OFFICER)
    for name in ("B1", "B2", "B3"):
        client.post("/v1/watch-list", json={**DRAFT, "borrower_id": name})
    first = client.get("/v1/watch-list", params={"limit": 2}).json()
    second = client.get("/v1/watch-list", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [one["case"]["borrower_id"] for page in (first, second) for one in page["items"]] == ["B1", "B2", "B3"]


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"reason": " "}, 422, "bad-request"),
        ({"review_on": "2026-07-31"}, 422, "bad-request"),
        ({"review_on": "2027-07-31"}, 422, "bad-request"),
        ({"owner": "nobody"}, 422, "bad-account"),
        ({"borrower_id": "B0"}, 404, "unknown-borrower"),
    ],
)
def test_what_cannot_go_on_the_list_is_told(as_, problem_of, changed, status, code):
    assert problem_of(as_(OFFICER).post("/v1/watch-list", json={**DRAFT, **changed}))[:2] == (status, code)


@pytest.mark.parametrize(
    ("actor", "version", "status", "code"),
    [
        (MANAGER, 1, 403, "second-person"),
        (OFFICER2, 1, 403, "forbidden"),
        (FOREIGN_MANAGER, 1, 404, "unknown-case"),
        (RISK, 3, 409, "stale-version"),
    ],
)
def test_who_may_not_take_a_name_off_is_told(as_, problem_of, actor, version, status, code):
    as_(MANAGER).post("/v1/watch-list", json=DRAFT)
    answer = as_(actor).post("/v1/watch-list/L0000001/off", json={"version": version, "reason": "So"})
    assert problem_of(answer)[:2] == (status, code)
