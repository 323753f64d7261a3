from dataclasses import replace
from datetime import date

import pytest

from ews.serving.api.overrides import router
from tests.casework.borrowers import borrower, publish_day
from tests.casework.people import MANAGER, OFFICER, OTHER, RISK

BETTER = {"borrower_id": "B1", "loan_id": "L1", "tier": "pass", "reason": "Bank's error", "expires_on": "2026-12-31"}
AUGUST = date(2026, 8, 31)


@pytest.fixture
def as_(client_as, store):
    publish_day(store, "august", [borrower("B1"), replace(borrower("B9"), branch_id="branch-2")], AUGUST)
    return lambda actor: client_as(actor, router)


def test_a_better_tier_is_proposed_and_approved(as_):
    case = as_(OFFICER).post("/v1/overrides", json=BETTER).json()
    assert (case["case_id"], case["state"]["code"], case["role"]["code"]) == ("O0000001", "proposed", "risk_manager")
    (original,) = case["body"]["original"]
    assert (original["batch_id"], original["floor"], original["proposal"], original["tier"]) == (
        "august",
        "pass",
        "special_mention",
        "special_mention",
    )
    case = as_(RISK).post("/v1/overrides/O0000001/approve", json={"version": 1, "reason": "Seen"}).json()
    assert (case["state"]["code"], case["body"]["approved_by"], case["due_on"]) == ("approved", "risk", "2026-12-31")
    case = as_(OFFICER).post("/v1/overrides/O0000001/end", json={"version": 2, "reason": "Late after all"}).json()
    assert (case["state"]["code"], case["body"]["ended_on"]) == ("ended", "2026-08-01")


def test_a_worse_tier_counts_at_once_and_is_noted(as_):
    case = as_(OFFICER).post("/v1/overrides", json={**BETTER, "tier": "loss"}).json()
    assert (case["state"]["code"], case["body"]["approved_by"], case["role"]["code"]) == (
        "approved",
        None,
        "risk_manager",
    )
    case = as_(RISK).post("/v1/overrides/O0000001/note", json={"version": 1}).json()
    assert (case["role"], case["body"]["noted_by"]) == (None, "risk")


@pytest.mark.parametrize(
    ("changed", "status", "code", "told"),
    [
        ({"reason": None}, 422, "invalid-request", "'body.reason'"),
        ({"reason": ""}, 422, "invalid-request", "'body.reason'"),
        ({"expires_on": "2026-07-31"}, 422, "bad-request", "before today"),
        ({"expires_on": "2027-07-31"}, 422, "bad-request", "for 180 days at most"),
        ({"tier": "fine"}, 422, "invalid-request", "'body.tier' is 'fine'"),
        ({"loan_id": "L2"}, 409, "not-allowed-now", "held by OVERDUE_90"),
        ({"loan_id": "L7"}, 422, "bad-request", "Its loans are: 'L1', 'L2'"),
        ({"borrower_id": "B9"}, 404, "unknown-borrower", "'B9' has no published decision"),
        ({"borrower_id": "B2"}, 409, "not-allowed-now", "not in the newest batch"),
    ],
)
def test_what_cannot_be_stated_is_told(as_, problem_of, changed, status, code, told):
    found = problem_of(as_(OFFICER).post("/v1/overrides", json={**BETTER, **changed}))
    assert found[:2] == (status, code)
    assert told in found[2]


@pytest.mark.parametrize(
    ("actor", "version", "status", "code"),
    [
        (OFFICER, 1, 403, "second-person"),
        (MANAGER, 1, 403, "forbidden"),
        (OTHER, 1, 404, "unknown-case"),
        (RISK, 7, 409, "stale-version"),
    ],
)
def test_an_approval_or_refusal_that_is_not_allowed_is_told(as_, problem_of, actor, version, status, code):
    as_(OFFICER).post("/v1/overrides", json=BETTER)
    for verb in ("approve", "refuse"):
        answer = as_(actor).post(f"/v1/overrides/O0000001/{verb}", json={"version": version, "reason": "So"})
        assert problem_of(answer)[:2] == (status, code)


def test_overrides_that_count_are_listed(as_):
    as_(OFFICER).post("/v1/overrides", json=BETTER)
    as_(RISK).post("/v1/overrides/O0000001/refuse", json={"version": 1, "reason": "No"})
    as_(OFFICER).post("/v1/overrides", json={**BETTER, "tier": "loss"})
    found = as_(OFFICER).get("/v1/overrides", params={"open": True, "borrower_id": "B1"}).json()["items"]
    assert [one["case_id"] for one in found] == ["O0000002"]
    assert as_(OTHER).get("/v1/overrides").json()["items"] == []
