from dataclasses import replace
from functools import partial

import pytest

from ews.casework.approvals.proposal import Hands
from ews.domain.errors import ModelError, PolicyError
from ews.serving.api.approvals import router
from ews.store.adoptions import adopt, adopted
from tests.casework.people import HEAD, HEAD2, MODEL_OWNER, OFFICER, RISK, VALIDATOR

HASH = "ab" * 32
ADOPT = {"policy_hash": HASH, "holds_from": "2026-08-01", "note": "Minutes of 30 July"}
PROMOTE = {"portfolio": "sme", "model_id": "m2", "note": "Yearly retraining"}


def _known(error, known, *asked):
    if asked[-1] != known:
        message = f"'{asked[-1]}' is not kept."
        raise error(message)


@pytest.fixture
def champions():
    return []


@pytest.fixture
def as_(client_as, services, champions):
    adopt(services.store, "cd" * 32, services.desk.now().date().replace(year=1900), adopted_by="ews")
    hands = Hands(
        check_policy=partial(_known, PolicyError, HASH),
        check_model=partial(_known, ModelError, "m2"),
        adopting=partial(adopt, services.store),
        promoting=lambda *told: champions.append(told[:3]),
    )
    return lambda actor: client_as(actor, router, services=replace(services, hands=hands))


def test_a_policy_is_adopted_by_two_people(as_, services):
    case = as_(RISK).post("/v1/adoptions", json=ADOPT).json()
    assert (case["case_id"], case["state"]["code"], case["role"]["code"]) == ("P0000001", "proposed", "head_office")
    assert [one["case_id"] for one in as_(HEAD).get("/v1/adoptions", params={"open": True}).json()["items"]] == [
        "P0000001"
    ]
    case = as_(HEAD).post("/v1/adoptions/P0000001/approve", json={"version": 1}).json()
    assert (case["state"]["code"], case["version"], case["body"]["is_done"]) == ("approved", 3, True)
    assert [(one.policy_hash, one.adopted_by) for one in adopted(services.store)][1:] == [(HASH, "risk, head")]


def test_a_model_is_promoted_by_two_people(as_, champions):
    assert as_(MODEL_OWNER).post("/v1/promotions", json=PROMOTE).status_code == 200
    case = as_(VALIDATOR).post("/v1/promotions/Q0000001/approve", json={"version": 1, "reason": "Report 7"}).json()
    assert (case["state"]["code"], champions) == ("approved", [("sme", "m2", None)])
    assert [one["case_id"] for one in as_(VALIDATOR).get("/v1/promotions").json()["items"]] == ["Q0000001"]


def test_a_refused_proposal_changes_nothing(as_, champions):
    as_(MODEL_OWNER).post("/v1/promotions", json=PROMOTE)
    answer = as_(VALIDATOR).post("/v1/promotions/Q0000001/refuse", json={"version": 1, "reason": "Unstable"})
    assert (answer.json()["state"]["code"], champions) == ("refused", [])
    as_(HEAD).post("/v1/adoptions", json=ADOPT)
    answer = as_(HEAD2).post("/v1/adoptions/P0000001/refuse", json={"version": 1, "reason": "Wait"})
    assert answer.json()["body"]["decision_reason"] == "Wait"


@pytest.mark.parametrize(
    ("actor", "changed", "status", "code"),
    [
        (RISK, {"holds_from": "2026-07-31"}, 409, "not-allowed-now"),  # a batch of that day is published
        (RISK, {"policy_hash": "ef" * 32}, 422, "bad-request"),
        (RISK, {"policy_hash": "ab"}, 422, "invalid-request"),
        (RISK, {"note": " "}, 422, "bad-request"),
        (OFFICER, {}, 403, "forbidden"),
    ],
)
def test_an_adoption_that_cannot_be_proposed_is_told(as_, problem_of, actor, changed, status, code):
    assert problem_of(as_(actor).post("/v1/adoptions", json={**ADOPT, **changed}))[:2] == (status, code)


def test_a_promotion_that_cannot_be_proposed_is_told(as_, problem_of):
    told = as_(MODEL_OWNER).post("/v1/promotions", json={**PROMOTE, "model_id": "m9"})
    assert problem_of(told) == (422, "bad-request", "'m9' is not kept.")
    assert problem_of(as_(VALIDATOR).post("/v1/promotions", json=PROMOTE))[:2] == (403, "forbidden")


@pytest.mark.parametrize(
    ("actor", "version", "status", "code"),
    [
        (HEAD, 1, 403, "second-person"),
        (VALIDATOR, 1, 403, "forbidden"),
        (RISK, 1, 404, "unknown-case"),
        (HEAD2, 2, 409, "stale-version"),
    ],
)
def test_an_approval_that_is_not_allowed_is_told(as_, problem_of, actor, version, status, code):
    as_(HEAD).post("/v1/adoptions", json=ADOPT)
    answer = as_(actor).post("/v1/adoptions/P0000001/approve", json={"version": version})
    assert problem_of(answer)[:2] == (status, code)


def test_a_service_without_hands_proposes_nothing(client_as, problem_of):
    answer = client_as(RISK, router).post("/v1/adoptions", json=ADOPT)
    assert problem_of(answer)[:2] == (503, "bad-settings")
