import json

import pytest

from ews.casework.measures import bounds
from ews.serving.api.measures import router
from tests.casework.people import AUDITOR, MANAGER, OFFICER, OTHER

KEEP = {
    "borrower_id": "B1",
    "measure": "keep",
    "cause": "disaster",
    "reason": "Flooded, orders are there",
    "amount_fen": 500,
    "until": "2026-12-31",
}


@pytest.fixture
def as_(client_as):
    """Give a client of an actor; lessons come before the route that takes the rest of a path for an id."""

    def opened(actor):
        client = client_as(actor, router)
        routes = client.app.router.routes
        routes.sort(key=lambda route: "lessons" not in str(getattr(route, "path", "")))
        return client

    return opened


def test_a_measure_is_proposed_approved_and_done(as_):
    proposed = as_(OFFICER).post("/v1/measures?lang=zh", json=KEEP)
    assert proposed.status_code == 200
    case = proposed.json()
    assert (case["case_id"], case["version"], case["kind"]["text"], case["state"]["text"]) == (
        "M0000001",
        1,
        {"zh": "处置措施"},
        {"zh": "已提议"},
    )
    assert (case["body"]["amount_fen"], case["body"]["until"]) == (500, "2026-12-31")
    approved = as_(MANAGER).post("/v1/measures/M0000001/approve", json={"version": 1})
    assert (approved.status_code, approved.json()["state"]["code"]) == (200, "approved")
    done = as_(OFFICER).post(
        "/v1/measures/M0000001/done", json={"version": 2, "evidence": "Letter", "learnt": "Insure"}
    )
    assert (done.json()["state"]["code"], done.json()["body"]["learnt"]) == ("done", "Insure")


def test_what_was_learnt_is_told_with_what_the_codes_mean(as_):
    as_(OFFICER).post("/v1/measures", json=KEEP)
    found = as_(OFFICER).get("/v1/borrowers/B1/lessons", params={"lang": "en"}).json()
    assert (found["portfolio"], found["borrower_id"]) == ("sme", "B1")
    cause, measure = found["items"]
    assert (cause["on"], cause["about"], cause["code"], cause["said"]) == (
        "2026-08-01",
        "cause",
        "disaster",
        "Flooded, orders are there",
    )
    assert cause["text"]["en"]
    assert (measure["text"], measure["outcome"], measure["by"]) == (
        {"en": "Keep the credit as it is"},
        "proposed",
        "officer",
    )


@pytest.mark.parametrize(
    ("changed", "status", "code", "told"),
    [
        ({"measure": "call"}, 422, "bad-request", "The policy knows no measure 'call'"),
        ({"cause": None}, 422, "invalid-request", "'body.cause'"),
        ({"amount_fen": -1}, 422, "invalid-request", "'body.amount_fen' is -1: give 1 or more"),
        ({"until": "2026-07-31"}, 422, "bad-request", "is 2026-07-31, which is before today, 2026-08-01"),
        ({"until": 20260731}, 422, "invalid-request", "give a day like 2026-06-30"),
        ({"reason": " "}, 422, "bad-request", "The reason is empty"),
        ({"strange": 1}, 422, "invalid-request", "'body.strange'"),
        ({"borrower_id": "B0"}, 404, "unknown-borrower", "Borrower 'B0' has no published decision"),
        ({"portfolio": "none"}, 422, "bad-request", "Nothing is published for portfolio 'none'"),
    ],
)
def test_what_cannot_be_proposed_is_told(as_, problem_of, changed, status, code, told):
    found = problem_of(as_(OFFICER).post("/v1/measures", json={**KEEP, **changed}))
    assert found[:2] == (status, code)
    assert told in found[2]


def test_a_red_warning_that_is_not_verified_is_named(as_, problem_of, monkeypatch):
    monkeypatch.setattr(bounds, "blocks_cutting", lambda *_: ("W0000007",))
    found = problem_of(as_(OFFICER).post("/v1/measures", json={**KEEP, "measure": "reduce"}))
    assert found[:2] == (409, "not-allowed-now")
    assert "'W0000007'" in found[2]


@pytest.mark.parametrize(
    ("actor", "version", "status", "code"),
    [
        (OFFICER, 1, 403, "second-person"),
        (AUDITOR, 1, 403, "forbidden"),
        (OTHER, 1, 404, "unknown-case"),
        (MANAGER, 2, 409, "stale-version"),
    ],
)
def test_an_approval_that_is_not_allowed_is_told(as_, problem_of, actor, version, status, code):
    as_(OFFICER).post("/v1/measures", json=KEEP)
    answer = as_(actor).post("/v1/measures/M0000001/approve", json={"version": version})
    assert problem_of(answer)[:2] == (status, code)


def test_a_foreign_branch_reads_like_no_case_at_all(as_, problem_of):
    as_(OFFICER).post("/v1/measures", json=KEEP)
    told = [
        problem_of(as_(OTHER).post(f"/v1/measures/{one}/refuse", json={"version": 1, "reason": "So"}))[2].replace(
            one, "…"
        )
        for one in ("M0000001", "M0000099")
    ]
    assert told[0] == told[1]
    assert as_(OTHER).get("/v1/measures").json() == {"items": [], "next_cursor": None}
    assert problem_of(as_(OTHER).get("/v1/borrowers/B1/lessons"))[:2] == (404, "unknown-borrower")


def test_measures_are_listed_page_by_page(as_):
    client = as_(OFFICER)
    for name in ("B1", "B2", "B1"):
        client.post("/v1/measures", json={**KEEP, "borrower_id": name})
    as_(MANAGER).post("/v1/measures/M0000003/refuse", json={"version": 1, "reason": "Twice"})
    first = client.get("/v1/measures", params={"limit": 2}).json()
    second = client.get("/v1/measures", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [one["case_id"] for page in (first, second) for one in page["items"]] == [f"M000000{n}" for n in (1, 2, 3)]
    of_b1 = client.get("/v1/measures", params={"borrower_id": "B1", "open": True}).json()
    assert [one["case_id"] for one in of_b1["items"]] == ["M0000001"]


def test_half_a_character_is_refused(as_, problem_of):
    content = json.dumps({**KEEP, "reason": "\ud800"}).encode()
    answer = as_(OFFICER).post("/v1/measures", content=content, headers={"content-type": "application/json"})
    assert problem_of(answer)[:2] == (422, "invalid-request")


def test_a_body_that_is_not_json_is_refused(as_, problem_of):
    answer = as_(OFFICER).post("/v1/measures", content=b"x", headers={"content-type": "text/plain"})
    assert problem_of(answer)[:2] == (415, "unsupported-media-type")
