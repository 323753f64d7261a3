import json
from dataclasses import replace
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
import structlog

from ews.domain.people import Role
from ews.serving.app import create_app
from ews.store import entrance
from ews.store.accounts import Profile, add_user, set_active
from ews.store.passwords import PASSWORDS
from tests.serving.conftest import NOW

PASSWORD = "a long enough secret"  # noqa: S105 - of the tests


@pytest.fixture(autouse=True)
def _accounts(services):
    log = services.desk.log
    officer = Profile("Li Wei", frozenset({Role.OFFICER}), "branch-1", "officer-1")
    add_user(log, "li", officer, by="ews", at=NOW, password=PASSWORD)
    add_user(log, "gone", replace(officer, officer_id=None), by="ews", at=NOW, password=PASSWORD)
    add_user(log, "by-bank", replace(officer, officer_id=None), by="ews", at=NOW)
    set_active(log, "gone", active=False, by="ews", at=NOW)


def log_in(client, user="li", password=PASSWORD, **headers):
    return client.post("/v1/login", json={"user": user, "password": password}, headers=headers)


def cookie_of(response):
    (morsel,) = SimpleCookie(response.headers["set-cookie"]).values()
    return morsel


def test_who_logs_in_is_told_who_that_is(client):
    me = log_in(client).json()
    assert me == {
        "user_id": "li",
        "name": "Li Wei",
        "roles": [{"code": "officer", "text": {"en": "officer", "zh": "客户经理"}}],
        "branch_id": "branch-1",
        "officer_id": "officer-1",
        "is_machine": False,
    }
    assert client.get("/v1/me").json() == me
    assert client.get("/v1/me", params={"lang": "zh"}).json()["roles"][0]["text"] == {"zh": "客户经理"}


def test_the_cookie_is_read_by_no_script_and_sent_by_no_other_site(client):
    found = cookie_of(log_in(client))
    assert (found.key, found["path"], found["max-age"], found["domain"]) == ("ews-session", "/", "43200", "")
    assert (found["httponly"], found["samesite"], found["secure"]) == (True, "strict", "")
    assert len(found.value) >= 43


@pytest.mark.parametrize("base", ["https://127.0.0.1", "http://ews.bank", "https://ews.bank"])
def test_beyond_plain_http_on_this_machine_the_cookie_is_for_https_and_the_host_alone(services, base):
    from tests.serving.conftest import TestClient  # noqa: PLC0415 - imported there with its warning silenced

    app = create_app(services, hosts=frozenset({"127.0.0.1", "ews.bank"}), now=lambda: NOW)
    with TestClient(app, base_url=base) as client:
        found = cookie_of(log_in(client))
    assert (found.key, found["secure"], found["path"], found["domain"]) == ("__Host-ews-session", True, "/", "")


def test_a_session_that_was_known_before_the_login_is_worth_nothing_after_it(client):
    client.cookies.set("ews-session", "chosen-by-somebody-else")
    given = cookie_of(log_in(client)).value
    assert given != "chosen-by-somebody-else"
    client.cookies.clear()
    client.cookies.set("ews-session", "chosen-by-somebody-else")
    assert client.get("/v1/me").status_code == 401


def test_logging_in_again_ends_the_session_before(client):
    first = cookie_of(log_in(client)).value
    second = cookie_of(log_in(client)).value
    client.cookies.clear()
    statuses = [client.get("/v1/me", headers={"cookie": f"ews-session={one}"}).status_code for one in (first, second)]
    assert statuses == [401, 200]


@pytest.mark.parametrize(
    ("user", "password"),
    [("li", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD), ("by-bank", PASSWORD), ("LI", PASSWORD)],
    ids=["password", "unknown", "closed", "no-password", "case"],
)
def test_a_login_that_fails_does_not_tell_which_accounts_there_are(client, problem_of, user, password):
    response = log_in(client, user, password)
    assert problem_of(response) == (
        401,
        "unauthenticated",
        "The id or the password is not accepted. Check both, or ask an operator to set a new password.",
    )
    assert response.headers["www-authenticate"] == 'Bearer realm="ews"'
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("user", ["li", "nobody"])
def test_after_some_failures_an_id_waits_whether_it_exists_or_not(client, problem_of, user):
    for _ in range(5):
        log_in(client, user, "wrong")
    response = log_in(client, user, PASSWORD)
    assert response.headers["retry-after"] == "15"
    assert "www-authenticate" not in response.headers
    assert problem_of(response) == (
        429,
        "too-many-attempts",
        "Too many attempts under this id. Try again in 15 seconds.",
    )


def test_an_id_that_nobody_has_is_as_much_work_as_any_other(client, monkeypatch):
    worked: list[str] = []
    verify = PASSWORDS.verify_and_update

    def counted(password, stored):
        worked.append(stored.split("$")[1])
        return verify(password, stored)

    monkeypatch.setattr(
        entrance, "PASSWORDS", type("Counted", (), {"verify_and_update": staticmethod(counted), "hash": PASSWORDS.hash})
    )
    for user in ("li", "nobody", "gone", "by-bank"):
        log_in(client, user, "wrong")
    assert worked == ["argon2id"] * 4


def test_logging_out_ends_the_session_for_good(client):
    session = cookie_of(log_in(client)).value
    response = client.post("/v1/logout", headers={"sec-fetch-site": "same-origin"})
    assert (response.status_code, response.json()) == (200, {"status": "logged out"})
    assert (cookie_of(response).value, cookie_of(response)["max-age"]) == ("", "0")
    assert client.get("/v1/me", headers={"cookie": f"ews-session={session}"}).status_code == 401
    assert client.post("/v1/logout").status_code == 200


def test_a_session_is_ended_by_a_page_of_the_service_only(client, problem_of):
    log_in(client)
    assert problem_of(client.post("/v1/logout"))[:2] == (403, "foreign-origin")
    assert client.get("/v1/me").json()["user_id"] == "li"


@pytest.mark.parametrize("path", ["/v1/login", "/v1/logout"])
def test_no_page_of_another_site_logs_anybody_in_or_out(client, problem_of, path):
    log_in(client)
    body = {"user": "li", "password": PASSWORD} if path == "/v1/login" else None
    response = client.post(path, json=body, headers={"origin": "https://evil"})
    assert problem_of(response)[:2] == (403, "foreign-origin")
    assert client.get("/v1/me").json()["user_id"] == "li"


def test_a_login_is_json_and_holds_a_user_and_a_password_only(client, problem_of):
    form = client.post("/v1/login", content="user=li", headers={"content-type": "text/plain"})
    assert problem_of(form)[:2] == (415, "unsupported-media-type")
    more = client.post("/v1/login", json={"user": "li", "password": PASSWORD, "next": "//evil"})
    assert problem_of(more)[:2] == (422, "invalid-request")


def test_neither_access_log_nor_look_ups_hold_a_password_or_session(client, looked):
    with structlog.testing.capture_logs() as lines:
        session = cookie_of(log_in(client)).value
        log_in(client, "li", "wrong-secret")
        client.get("/v1/me")
    text = json.dumps(lines) + json.dumps([[one.subject, dict(one.content)] for one in looked.entries])
    assert [word for word in (PASSWORD, "wrong-secret", session) if word in text] == []


def test_a_login_without_a_log_is_no_login(client_of, services):
    class Broken:
        def __call__(self, _head) -> None:
            message = "no space"
            raise OSError(message)

    response = log_in(client_of(services, desk=replace(services.desk, witness=Broken())))
    assert response.status_code >= 500
    assert "set-cookie" not in response.headers


def test_a_session_lasts_as_long_as_its_cookie(client, clock):
    log_in(client)
    for minutes in range(50, 12 * 60, 50):
        clock.at = NOW + timedelta(minutes=minutes)
        assert client.get("/v1/me").status_code == 200
    clock.at = NOW + timedelta(hours=12) - timedelta(seconds=1)
    assert client.get("/v1/me").status_code == 200
    clock.at = NOW + timedelta(hours=12)
    assert client.get("/v1/me").status_code == 401


def test_whoever_logs_out_leaves_nothing_in_the_browser(client):
    log_in(client)
    left = client.post("/v1/logout", headers={"origin": "http://127.0.0.1:8000"})
    assert left.headers["clear-site-data"] == '"cache", "storage"'


def test_a_long_password_is_taken_whole(client, services):
    long = "correct horse battery staple " * 17
    add_user(services.desk.log, "wu", Profile("Wu", frozenset({Role.AUDITOR})), by="ews", at=NOW, password=long)
    assert log_in(client, "wu", long[:-2]).status_code == 401
    assert log_in(client, "wu", long).status_code == 200
