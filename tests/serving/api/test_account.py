import json
from datetime import timedelta

import pytest
import structlog

from ews.domain.people import Role
from ews.store.accounts import Profile, add_user
from ews.store.audit_search import EntryFilter, entry_page
from ews.store.tokens import add_token
from tests.serving.conftest import NOW

PASSWORD, NEW, WRONG = "a long enough secret", "seven geese and a violin", "not the right secret"
OWN = {"origin": "http://127.0.0.1:8000"}


@pytest.fixture
def log(services):
    return services.desk.log


@pytest.fixture(autouse=True)
def _accounts(log):
    officer = Profile("Li Wei", frozenset({Role.OFFICER}), "branch-1", "officer-1")
    add_user(log, "li", officer, by="ews", at=NOW, password=PASSWORD)
    add_user(log, "wang", Profile("Wang", frozenset({Role.AUDITOR})), by="ews", at=NOW, password=PASSWORD)
    add_user(log, "core", Profile("Core", frozenset({Role.OPERATOR})), by="ews", at=NOW)


@pytest.fixture
def logged_in(client_of, services):
    """Give a function that logs somebody in with a browser of its own."""

    def open_as(user, password=PASSWORD):
        client = client_of(services)
        client.headers.update(OWN)
        assert client.post("/v1/login", json={"user": user, "password": password}).status_code == 200
        return client

    return open_as


def listed(client):
    return client.get("/v1/sessions").json()["items"]


def own_id(client):
    return next(one["session_id"] for one in listed(client) if one["is_this_one"])


def is_in(client):
    return client.get("/v1/me").status_code == 200


def ask_for(client, new=NEW, before=PASSWORD, **headers):
    return client.post("/v1/me/password", json={"password": before, "new_password": new}, headers=headers)


def test_people_see_their_sessions_and_no_others(logged_in, clock):
    first, other = logged_in("li"), logged_in("wang")
    clock.at = NOW + timedelta(minutes=30)
    second = logged_in("li")
    found = listed(second)
    assert [one["is_this_one"] for one in found] == [True, False]
    assert found[1] == {
        "session_id": own_id(first),
        "started_at": "2026-08-01T13:00:00",
        "last_used_at": "2026-08-01T13:00:00",
        "ends_at": "2026-08-01T14:00:00",
        "is_this_one": False,
    }
    assert len(listed(other)) == 1
    secrets = [client.cookies["ews-session"].partition(":")[0] for client in (first, second, other)]
    assert [one for one in secrets if one in json.dumps(found)] == []


def test_a_session_is_ended_by_its_id_and_the_rest_goes_on(logged_in, log):
    here, there = logged_in("li"), logged_in("li")
    left = here.delete(f"/v1/sessions/{own_id(there)}")
    assert (left.status_code, [one["is_this_one"] for one in left.json()["items"]]) == (200, [True])
    assert (is_in(here), is_in(there)) == (True, False)
    page, _ = entry_page(log.store, EntryFilter(action="session.end"), limit=10)
    assert [(one.entry.user_id, one.entry.request_id) for one in page] == [("li", left.headers["x-request-id"])]


def test_ending_the_own_session_takes_the_cookie_back(logged_in):
    client = logged_in("li")
    gone = client.delete(f"/v1/sessions/{own_id(client)}")
    assert gone.json() == {"items": []}
    assert 'ews-session=""' in gone.headers["set-cookie"]
    assert not is_in(client)


def test_a_session_of_somebody_else_is_told_as_one_that_there_is_not(logged_in, problem_of):
    li, wang = logged_in("li"), logged_in("wang")
    theirs, nobodys = own_id(wang), "000000000000"
    told = [problem_of(li.delete(f"/v1/sessions/{one}")) for one in (theirs, nobodys)]
    assert told[0][:2] == (404, "unknown-session")
    assert told[0][2].replace(theirs, nobodys) == told[1][2]
    assert is_in(wang)
    assert li.delete("/v1/sessions").status_code == 200
    assert is_in(wang)


def test_all_other_sessions_are_ended_at_once(logged_in):
    here, *others = (logged_in("li") for _ in range(3))
    assert [one["is_this_one"] for one in here.delete("/v1/sessions").json()["items"]] == [True]
    assert [is_in(one) for one in (here, *others)] == [True, False, False]


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/v1/sessions/x"), ("DELETE", "/v1/sessions"), ("POST", "/v1/me/password")],
)
def test_no_page_of_another_site_ends_a_session_or_changes_a_password(logged_in, problem_of, method, path):
    client = logged_in("li")
    body = {"password": PASSWORD, "new_password": NEW} if path.endswith("password") else None
    response = client.request(method, path, json=body, headers={"origin": "https://elsewhere"})
    assert problem_of(response)[:2] == (403, "foreign-origin")
    assert is_in(client)


def test_a_new_password_ends_all_sessions_but_goes_on_in_a_new_one(logged_in, client_of, services):
    here, there = logged_in("li"), logged_in("li")
    before = here.cookies["ews-session"]
    changed = ask_for(here)
    assert (changed.status_code, changed.json()) == (200, {"status": "changed"})
    assert here.cookies["ews-session"] != before
    assert (is_in(here), is_in(there)) == (True, False)
    here.cookies.clear()
    here.cookies.set("ews-session", before)
    assert not is_in(here)
    again = client_of(services)
    given = ({"user": "li", "password": one} for one in (PASSWORD, NEW))
    assert [again.post("/v1/login", json=one).status_code for one in given] == [401, 200]


@pytest.mark.parametrize(
    ("before", "new", "told"),
    [
        (WRONG, NEW, (403, "wrong-password", "The password before is not the right one. Nothing was changed.")),
        (PASSWORD, "short", (422, "weak-password", "The password has 5 characters. Give 12 to 512.")),
        (PASSWORD, PASSWORD, (422, "weak-password", "The new password is the one before. Choose another one.")),
    ],
)
def test_a_password_that_may_not_be_changed_so_stays(logged_in, problem_of, before, new, told):
    here, there = logged_in("li"), logged_in("li")
    assert problem_of(ask_for(here, new, before)) == told
    assert is_in(here)
    assert is_in(there)
    logged_in("li")


def test_wrong_passwords_are_delayed_as_logins_are(logged_in, problem_of, clock):
    client = logged_in("li")
    for _ in range(5):
        assert ask_for(client, before=WRONG).status_code == 403
    waits = ask_for(client)
    assert (problem_of(waits)[:2], waits.headers["retry-after"]) == ((429, "too-many-attempts"), "15")
    assert client.post("/v1/login", json={"user": "li", "password": PASSWORD}).status_code == 429
    clock.at = NOW + timedelta(seconds=15)
    assert ask_for(client).status_code == 200


def test_a_machine_has_no_session_and_no_password(client, log, problem_of):
    token = add_token(log, "core", expires_at=NOW + timedelta(days=1), by="ews", at=NOW).secret
    bearer = {"authorization": f"Bearer {token}"}
    assert client.get("/v1/sessions", headers=bearer).json() == {"items": []}
    assert problem_of(ask_for(client, **bearer))[:2] == (403, "forbidden")


def test_no_password_is_logged_told_back_or_looked_through(logged_in, looked):
    client = logged_in("li")
    with structlog.testing.capture_logs() as lines:
        answers = [
            ask_for(client, before=WRONG),
            ask_for(client, new="x" * 1_001),
            ask_for(client, new="password2026"),
            ask_for(client, new=NEW + "\u202e"),
        ]
    assert [one.status_code for one in answers] == [403, 422, 422, 200]
    told = json.dumps(lines) + json.dumps([[one.subject, dict(one.content)] for one in looked.entries])
    told += "".join(one.text for one in answers)
    assert [one for one in (PASSWORD, NEW, WRONG, "password2026", "xxx") if one in told] == []
