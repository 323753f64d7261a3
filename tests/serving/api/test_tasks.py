"""Tasks, contacts, my day and event checks, as asked over HTTP by people of each role."""

from datetime import date, datetime

import pytest

from ews.casework.tasks.agenda import plan_tasks
from ews.serving.api import contacts, event_checks, my_day, tasks
from tests.casework.loan_books import bring_out, loan, quiet
from tests.casework.people import AUDITOR, HEAD, MACHINE, MANAGER, OFFICER, OTHER

ROUTERS = (tasks.router, contacts.router, event_checks.router, my_day.router)
AUGUST = date(2026, 8, 31)


@pytest.fixture
def ask(client_as, desk, clock):
    """Give a function that opens a client as somebody, B1 being late on L1."""
    clock.at = datetime(2026, 9, 1, 9)
    late = quiet("B1", loan("L1", dpd=1), as_of=AUGUST)
    calm = quiet("B2", as_of=AUGUST)
    bring_out(desk.store, "august", late, calm, at=datetime(2026, 9, 1, 2), as_of=AUGUST)
    plan_tasks(desk, date(2026, 9, 1))
    return lambda actor: client_as(actor, *ROUTERS)


def call_of(client):
    items = client.get("/v1/my-day").json()["items"]
    return next(one["case"] for one in items if one["case"]["body"]["code"] == "CALL_1")


def test_my_day_tells_what_why_and_what_next(ask):
    body = ask(OFFICER).get("/v1/my-day").json()

    assert (body["today"], body["counts"]) == (
        "2026-09-01",
        {"late": 0, "today": 1, "soon": 0, "later": 4, "snoozed": 0},
    )
    first = body["items"][0]
    assert (first["band"]["code"], first["next"], first["case"]["kind"]["code"]) == ("today", ["done"], "task")
    assert first["why"]["zh"].startswith("逾期处置步骤：")
    assert body["next_cursor"] is None


def test_my_day_comes_page_by_page(ask):
    client = ask(OFFICER)
    whole = [one["case"]["case_id"] for one in client.get("/v1/my-day").json()["items"]]

    paged, cursor = [], None
    while True:
        page = client.get("/v1/my-day", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        paged += [one["case"]["case_id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert paged == whole
    assert len(whole) == 5


def test_my_day_of_one_band_still_counts_all(ask):
    body = ask(OFFICER).get("/v1/my-day", params={"band": "today", "lang": "zh"}).json()

    assert [one["band"] for one in body["items"]] == [{"code": "today", "text": {"zh": "今日到期"}}]
    assert body["counts"]["later"] == 4


def test_a_cursor_of_another_list_is_refused(ask, problem_of):
    client = ask(OFFICER)
    cursor = client.get("/v1/my-day", params={"limit": 1}).json()["next_cursor"]

    answer = client.get("/v1/my-day", params={"band": "later", "cursor": cursor})

    assert problem_of(answer)[:2] == (400, "bad-cursor")


def test_an_auditor_has_no_list(ask, problem_of):
    assert problem_of(ask(AUDITOR).get("/v1/my-day"))[:2] == (403, "forbidden")


def test_a_task_is_done_with_its_cause(ask):
    client = ask(OFFICER)
    call = call_of(client)

    answer = client.post(f"/v1/tasks/{call['case_id']}/done", json={"version": 1, "note": "Pays", "cause": "forgot"})

    assert answer.status_code == 200
    body = answer.json()
    assert (body["state"]["code"], body["version"], body["body"]["cause"]) == ("done", 2, "forgot")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"version": 1, "note": "Pays"}, 422, "bad-request"),
        ({"version": 9, "note": "Pays", "cause": "forgot"}, 409, "stale-version"),
        ({"note": "Pays"}, 422, "invalid-request"),
        ({"version": 1, "note": "Pays", "mood": "good"}, 422, "invalid-request"),
    ],
)
def test_what_does_not_do_a_task_is_a_problem(ask, problem_of, body, status, code):
    client = ask(OFFICER)

    answer = client.post(f"/v1/tasks/{call_of(client)['case_id']}/done", json=body)

    assert problem_of(answer)[:2] == (status, code)


def test_a_task_of_another_branch_reads_like_none(ask, problem_of):
    case_id = call_of(ask(OFFICER))["case_id"]

    answer = ask(OTHER).post(f"/v1/tasks/{case_id}/done", json={"version": 1, "note": "x", "cause": "forgot"})

    assert problem_of(answer)[:2] == (404, "unknown-case")


def test_a_manager_cancels_a_task_of_an_officer(ask, problem_of):
    case_id = call_of(ask(OFFICER))["case_id"]
    given = {"version": 1, "reason": "Sold"}

    refused = ask(OFFICER).post(f"/v1/tasks/{case_id}/cancel", json=given)
    done = ask(MANAGER).post(f"/v1/tasks/{case_id}/cancel", json=given)

    assert problem_of(refused)[:2] == (403, "forbidden")
    assert done.json()["state"]["code"] == "cancelled"


CONTACT = {"borrower_id": "B1", "portfolio": "sme", "channel": "call"}


def test_a_contact_begins_and_ends(ask):
    client = ask(OFFICER)
    begun = client.post("/v1/contacts", json=CONTACT)
    ended = client.post(
        f"/v1/contacts/{begun.json()['case_id']}/end",
        json={"version": 1, "is_effective": True, "promised_on": "2026-09-03", "promised_half_day": "morning"},
    )

    assert (begun.status_code, begun.json()["state"]["code"]) == (201, "begun")
    assert (ended.status_code, ended.json()["state"]["code"]) == (200, "ended")


@pytest.mark.parametrize(
    ("at", "changed", "limit"),
    [
        (datetime(2026, 9, 1, 7, 59), {}, "hours"),
        (datetime(2026, 9, 1, 22), {}, "hours"),
        (datetime(2026, 9, 1, 9), {"party": "colleague", "party_id": "P1"}, "party"),
    ],
)
def test_a_contact_against_the_limits_is_a_problem_that_says_which(ask, clock, problem_of, at, changed, limit):
    client = ask(OFFICER)
    clock.at = at

    status, code, detail = problem_of(client.post("/v1/contacts", json={**CONTACT, **changed}))

    assert (status, code) == (409, "contact-not-allowed")
    assert f"({limit})" in detail


def test_the_fourth_effective_call_is_refused(ask, problem_of):
    client = ask(OFFICER)
    for _ in range(3):
        begun = client.post("/v1/contacts", json=CONTACT).json()
        client.post(f"/v1/contacts/{begun['case_id']}/end", json={"version": 1, "is_effective": True})

    status, code, detail = problem_of(ask(HEAD).post("/v1/contacts", json=CONTACT))

    assert (status, code) == (409, "contact-not-allowed")
    assert "allowed again from 2026-09-02 08:00" in detail


def test_a_contact_that_broke_a_limit_is_recorded_and_reviewed(ask):
    told = {**CONTACT, "begun_at": "2026-08-31T23:10:00", "is_effective": True}
    recorded = ask(OFFICER).post("/v1/contacts/recorded", json=told).json()

    (item,) = ask(MANAGER).get("/v1/my-day").json()["items"]
    closed = ask(MANAGER).post(f"/v1/contacts/{recorded['case_id']}/review", json={"version": 1, "note": "Talked"})

    assert (recorded["role"]["code"], recorded["body"]["breaches"][0]["limit"]) == ("branch_manager", "hours")
    assert (item["case"]["case_id"], item["next"]) == (recorded["case_id"], ["review"])
    assert closed.json()["state"]["code"] == "ended"


@pytest.mark.parametrize("begun_at", ["2026-08-31T23:10:00Z", 1788000000, "yesterday"])
def test_a_time_of_another_zone_or_none_is_refused(ask, problem_of, begun_at):
    told = {**CONTACT, "begun_at": begun_at, "is_effective": True}

    assert problem_of(ask(OFFICER).post("/v1/contacts/recorded", json=told))[:2] == (422, "invalid-request")


def test_an_unknown_borrower_is_a_problem(ask, problem_of):
    answer = ask(OFFICER).post("/v1/contacts", json={**CONTACT, "borrower_id": "B7"})

    assert problem_of(answer)[:2] == (404, "unknown-borrower")


def test_an_event_check_tells_how_many(ask):
    event = {"code": "FLOOD", "text": "Shops under water", "region": "Hangzhou", "due_on": "2026-10-02"}

    first, again = (ask(MANAGER).post("/v1/event-checks", json=event).json() for _ in range(2))

    assert first == {
        "code": "FLOOD",
        "form": "event",
        "due_on": "2026-09-30",
        "hit": 2,
        "opened": 2,
        "borrower_ids": ["B1", "B2"],
        "dry_run": False,
    }
    assert (again["hit"], again["opened"]) == (2, 0)


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"region": "Atlantis"}, 422, "bad-request"),
        ({"borrower_ids": ["B7"]}, 404, "unknown-borrower"),
        ({"form": "palm"}, 422, "bad-form"),
        ({"due_on": 20261002}, 422, "invalid-request"),
    ],
)
def test_an_event_that_cannot_be_used_is_a_problem(ask, problem_of, changed, status, code):
    event = {"code": "FLOOD", "text": "Shops under water", "region": "Hangzhou", **changed}

    assert problem_of(ask(HEAD).post("/v1/event-checks", json=event))[:2] == (status, code)


@pytest.mark.parametrize("actor", [OFFICER, MACHINE])
def test_only_seniors_call_event_checks(ask, problem_of, actor):
    event = {"code": "FLOOD", "text": "Shops under water", "region": "Hangzhou"}

    assert problem_of(ask(actor).post("/v1/event-checks", json=event))[:2] == (403, "forbidden")
