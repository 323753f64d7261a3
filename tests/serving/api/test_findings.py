"""Findings that take two people, taken-over drafts, files of a measure and unknown guarantors, over HTTP."""

from dataclasses import replace
from datetime import date

import pytest

from ews.casework.desk import Desk
from ews.casework.tasks.agenda import plan_tasks
from ews.casework.tasks.tasks import Told, do_task
from ews.policy.dated import Dated
from ews.policy.forms import Forms
from tests.casework.checks.test_evidence import JPEG
from tests.casework.loan_books import bring_out, loan, quiet, tasks
from tests.casework.people import MANAGER, OFFICER, OFFICER2, OTHER, RISK
from tests.casework.signals import batch, borrower, held
from tests.casework.submitted import by_check
from tests.serving.conftest import KEY, NOW

TODAY = "2026-08-01"
BAD = {"impaired": True, "bankruptcy": "liquidation", "summary": "厂房查封，35人离岗"}
CHECK = "/v1/checks/C0000001"


@pytest.fixture
def desk(store, clock, casework_policy) -> Desk:
    """Give a desk whose audit form asks for little."""
    audit = casework_policy.forms_on(NOW.date()).form("audit")
    fields = [replace(audit.field(name), required=False) for name in ("impaired", "bankruptcy", "summary")]
    short = Forms((replace(audit, fields=tuple(fields)),))
    policy = replace(casework_policy, forms=Dated(((date(1900, 1, 1), short),)))
    return Desk(store, lambda _day: policy, clock, KEY)


@pytest.fixture
def ask(client_as):
    """Give a function that sends a body as somebody."""

    def post(actor, path, **body):
        return client_as(actor).post(path, json=body)

    return post


@pytest.fixture
def drafted(client_as):
    client = client_as(OFFICER)
    client.post("/v1/borrowers/B1/checks", json={"form": "audit"})
    return client.put(CHECK, json={"version": 1, "answers": BAD, "done_on": TODAY}).json()


@pytest.fixture
def waiting(ask, drafted):
    return ask(OFFICER, f"{CHECK}/submit", version=2).json()


def outcomes(body):
    return {one["field"]: one["outcome"]["code"] for one in body["proposed"]}


def test_a_finding_waits_is_listed_and_is_approved(client_as, ask, waiting):
    assert (waiting["case"]["state"]["code"], outcomes(waiting)) == (
        "submitted",
        {"bankruptcy": "waits", "impaired": "waits"},
    )
    assert waiting["proposed"][1]["text"] == {"en": "Credit-impaired: yes", "zh": "是否信用减值：是"}
    (item,) = client_as(MANAGER).get("/v1/my-day").json()["items"]
    assert (item["next"], item["case"]["body"]["terms"]["case_id"]) == (["approve", "refuse"], "C0000001")
    answer = ask(MANAGER, f"{CHECK}/findings/approve", version=3, fields=["impaired"], reason="Statements seen")
    assert (answer.status_code, outcomes(answer.json())) == (200, {"bankruptcy": "waits", "impaired": "approved"})
    assert answer.json()["proposed"][1] | {"text": {}, "outcome": {}} == {
        "field": "impaired",
        "value": "yes",
        "text": {},
        "loan_id": None,
        "outcome": {},
        "by": "manager",
        "on": TODAY,
        "reason": "Statements seen",
    }
    answer = ask(MANAGER, f"{CHECK}/findings/refuse", version=4, reason="No order of a court")
    assert outcomes(answer.json()) == {"bankruptcy": "refused", "impaired": "approved"}
    assert client_as(MANAGER).get("/v1/my-day").json()["items"] == []
    lessons = client_as(MANAGER).get("/v1/borrowers/B1/lessons").json()["items"]
    assert [(one["code"], one["outcome"], one["standing"]) for one in lessons] == [("impaired", "yes", "stands")]


@pytest.mark.parametrize(
    ("actor", "body", "status", "code"),
    [
        (OFFICER, {"version": 3}, 403, "forbidden"),
        (replace(OFFICER, roles=MANAGER.roles), {"version": 3}, 403, "second-person"),
        (replace(OTHER, roles=MANAGER.roles), {"version": 3}, 404, "unknown-case"),
        (MANAGER, {"version": 2}, 409, "stale-version"),
        (MANAGER, {"version": 3, "fields": ["stoppage"]}, 422, "bad-request"),
        (MANAGER, {"version": 3, "fields": [1]}, 422, "invalid-request"),
        (MANAGER, {"version": 3, "colour": "red"}, 422, "invalid-request"),
    ],
)
def test_what_cannot_be_decided_so_is_a_problem(ask, problem_of, waiting, actor, body, status, code):
    assert problem_of(ask(actor, f"{CHECK}/findings/approve", **body))[:2] == (status, code)
    refusal = ask(actor, f"{CHECK}/findings/refuse", reason="No papers", **body)
    assert problem_of(refusal)[:2] == (status, code)


def test_a_refusal_needs_a_reason_and_something_that_waits(ask, problem_of, waiting):
    assert problem_of(ask(MANAGER, f"{CHECK}/findings/refuse", version=3))[:2] == (422, "invalid-request")
    ask(MANAGER, f"{CHECK}/findings/approve", version=3)
    again = ask(RISK, f"{CHECK}/findings/refuse", version=4, reason="No")
    assert problem_of(again)[:2] == (409, "not-allowed-now")


def test_the_cause_that_a_task_was_done_with_is_decided_on(ask, desk, problem_of):
    bring_out(desk.store, "august", quiet("B1", loan("L1", dpd=1), as_of=NOW.date()), as_of=NOW.date())
    plan_tasks(desk, NOW.date())
    call = next(one for one in tasks(desk) if one.body["code"] == "CALL_1")
    done = do_task(desk, OFFICER, call.case_id, Told("Transfer failed", cause="technical"), version=1)
    path = f"/v1/tasks/{done.case_id}/findings"
    assert problem_of(ask(OFFICER2, f"{path}/approve", version=2))[:2] == (403, "forbidden")
    answer = ask(MANAGER, f"{path}/approve", version=2).json()
    assert (answer["state"]["code"], answer["body"]["proposed"][0]["outcome"]) == ("done", "approved")
    gone = ask(MANAGER, f"{path}/refuse", version=3, reason="No")
    assert problem_of(gone)[:2] == (409, "not-allowed-now")


def test_a_draft_is_taken_over_or_given_up_by_a_senior(ask, drafted, problem_of):
    body = {"version": 2, "reason": "Has left the bank"}
    assert problem_of(ask(OFFICER2, f"{CHECK}/take-over", **body))[:2] == (403, "forbidden")
    taken = ask(MANAGER, f"{CHECK}/take-over", **body).json()
    assert (taken["case"]["state"]["code"], taken["case"]["assignee"]) == ("draft", "manager")
    assert problem_of(ask(OFFICER, f"{CHECK}/submit", version=3))[:2] == (403, "forbidden")
    given_up = ask(RISK, f"{CHECK}/cancel", version=3, reason="Nobody was there")
    assert given_up.json()["case"]["state"]["code"] == "cancelled"


def test_a_cut_waits_for_the_verdict_and_is_done_with_a_photo(ask, desk, client_as, problem_of, services, tmp_path):
    batch(desk, borrower("B1", held("GRADE_RED")), as_of=NOW.date())
    cut = {"borrower_id": "B1", "measure": "reduce", "cause": "business", "reason": "Orders are gone", "amount_fen": 5}
    status, code, detail = problem_of(ask(OFFICER, "/v1/measures", **cut))
    assert (status, code) == (409, "not-allowed-now")
    assert "'W0000001'" in detail
    ask(OFFICER, "/v1/warnings/W0000001/acknowledge", version=1)
    told = {"verdict": "true", "reason": "The workshop stands still.", "how": "visit"}
    ask(OFFICER, "/v1/warnings/W0000001/verify", version=2, **by_check(desk, told))
    assert ask(OFFICER, "/v1/measures", **cut).json()["state"]["code"] == "proposed"
    approved = ask(RISK, "/v1/measures/M0000001/approve", version=1)
    assert approved.json()["state"]["code"] == "approved"
    client = client_as(OFFICER, services=replace(services, evidence=tmp_path / "evidence"))
    client.post("/v1/borrowers/B1/checks", json={"form": "audit"})
    kept = client.post(
        "/v1/evidence?case_id=C0000002&version=1", content=JPEG, headers={"content-type": "image/jpeg"}
    ).json()
    body = {"version": 2, "evidence": "Photo of the contract"}
    strange = ask(OFFICER, "/v1/measures/M0000001/done", **body, files=["0" * 64])
    assert problem_of(strange)[:2] == (422, "bad-request")
    done = ask(OFFICER, "/v1/measures/M0000001/done", **body, files=[kept["sha256"]])
    assert done.json()["body"]["evidence_files"] == [kept["sha256"]]


def test_a_guarantor_whom_the_book_does_not_know_is_noted_and_reviewed(ask):
    wanted = {"borrower_id": "B1", "party": "guarantor", "party_id": "G9", "channel": "call"}
    begun = ask(OFFICER, "/v1/contacts", **wanted)
    assert (begun.status_code, [one["limit"] for one in begun.json()["body"]["breaches"]]) == (201, ["guarantor"])
    ended = ask(OFFICER, "/v1/contacts/K0000001/end", version=1, is_effective=True).json()
    assert (ended["state"]["code"], ended["role"]["code"]) == ("recorded", "branch_manager")
    told = {"version": 2, "note": "Contract of guarantee seen", "is_guarantor": True}
    assert ask(MANAGER, "/v1/contacts/K0000001/review", **told).json()["body"]["is_guarantor"] is True
    assert ask(OFFICER, "/v1/contacts", **wanted).json()["body"]["breaches"] == []
