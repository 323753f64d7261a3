import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from ews.domain.people import Role
from ews.serving.app import create_app
from ews.serving.credentials import UNATTENDED
from ews.serving.pages.render import TEMPLATES
from ews.store.accounts import Profile, add_user, set_active
from ews.store.engine import reading
from ews.store.tables import sessions
from ews.store.tokens import add_token, revoke_token
from tests.serving.conftest import NOW

PASSWORD = "a long enough secret"  # noqa: S105 - of the tests
OWN = {"origin": "http://127.0.0.1:8000"}


@pytest.fixture
def log(services):
    return services.desk.log


@pytest.fixture
def accounts(log) -> None:
    officer = Profile("Li", frozenset({Role.OFFICER}), "branch-1", "officer-1")
    add_user(log, "li", officer, by="ews", at=NOW, password=PASSWORD)
    add_user(log, "core", Profile("Core", frozenset({Role.OPERATOR})), by="ews", at=NOW)


@pytest.fixture
def token(log, accounts):
    return add_token(log, "core", expires_at=NOW + timedelta(days=1), by="ews", at=NOW)


@pytest.fixture
def logged_in(client, accounts):
    response = client.post("/v1/login", json={"user": "li", "password": PASSWORD})
    assert response.status_code == 200
    return client


def test_until_there_is_an_account_this_machine_reads_and_changes_nothing(client, log):
    me = client.get("/v1/me").json()
    assert (me["user_id"], me["branch_id"]) == ("local", None)
    assert client.get("/v1/borrowers/B1/decision").status_code == 200
    add_user(log, "li", Profile("Li", frozenset({Role.AUDITOR})), by="ews", at=NOW)
    assert client.get("/v1/borrowers/B1/decision").status_code == 401


def test_a_service_that_others_reach_is_never_open(services, app_client, problem_of):
    app = create_app(services, hosts=frozenset({"127.0.0.1"}), only_this_machine=False)
    client = app_client(app)
    assert problem_of(client.get("/v1/policy"))[:2] == (401, "unauthenticated")
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "path", ["/v1/borrowers/B1", "/v1/warnings", "/v1/policy", "/v1/me", "/metrics", "/v1/nowhere", "/docs"]
)
def test_with_accounts_everything_takes_a_login(client, accounts, problem_of, path):
    response = client.get(path)
    assert problem_of(response) == (
        401,
        "unauthenticated",
        "Nobody is logged in. Log in with POST /v1/login, or send 'Authorization: Bearer' with a token.",
    )
    assert response.headers["www-authenticate"] == 'Bearer realm="ews"'


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json"])
def test_health_and_the_openapi_stay_open(client, accounts, path):
    assert client.get(path).status_code == 200


def test_a_token_tells_which_machine_asks(client, token):
    me = client.get("/v1/me", headers={"authorization": f"bearer {token.secret}"}).json()
    assert (me["user_id"], me["is_machine"], me["roles"][0]["code"]) == ("core", True, "operator")


def test_a_token_needs_no_page_of_the_service(client, token):
    headers = {"authorization": f"Bearer {token.secret}", "origin": "https://elsewhere"}
    assert client.post("/v1/decisions", json={"borrower_id": "B1"}, headers=headers).status_code == 200


def test_what_is_no_sound_token_is_refused_alike(client, log, token, clock, problem_of):
    def ask(authorization):
        response = client.get("/v1/policy", headers={"authorization": authorization})
        assert response.headers["www-authenticate"] == 'Bearer realm="ews"'
        return problem_of(response)

    refused = ask("Bearer ews_nobody")
    assert refused[:2] == (401, "unauthenticated")
    clock.forward(2)
    assert ask(f"Bearer {token.secret}") == refused
    clock.forward(-2)
    revoke_token(log, token.token.token_id, by="ews", at=NOW)
    assert ask(f"Bearer {token.secret}") == refused
    for header in ("Bearer", "Basic bGk6eA==", "", "ews_x"):
        assert ask(header)[1] == "unauthenticated"


def test_a_token_that_does_not_hold_is_not_made_up_for_by_a_session(logged_in, problem_of):
    response = logged_in.get("/v1/me", headers={"authorization": "Bearer ews_nobody"})
    assert problem_of(response)[:2] == (401, "unauthenticated")


def test_a_session_ends_with_its_day_or_its_account(logged_in, log, clock, problem_of):
    assert logged_in.get("/v1/me").json()["user_id"] == "li"
    clock.at = NOW + timedelta(hours=12)
    over = problem_of(logged_in.get("/v1/me"))
    assert over == (401, "unauthenticated", "The session is over. Log in again.")
    clock.at = NOW
    set_active(log, "li", active=False, by="ews", at=NOW)
    assert problem_of(logged_in.get("/v1/me")) == over


def test_a_session_in_which_nothing_is_done_ends(logged_in, clock, problem_of):
    for minutes in (59, 118):
        clock.at = NOW + timedelta(minutes=minutes)
        assert logged_in.get("/v1/me").status_code == 200
    clock.at = NOW + timedelta(minutes=178)
    assert problem_of(logged_in.get("/v1/me"))[2] == "The session is over. Log in again."


def test_how_long_a_session_rests_can_be_set(client_of, services, accounts, clock):
    client = client_of(services, idle=timedelta(minutes=5))
    client.post("/v1/login", json={"user": "li", "password": PASSWORD})
    clock.at = NOW + timedelta(minutes=5)
    assert client.get("/v1/me").status_code == 401


def test_what_a_page_asks_by_itself_keeps_no_session(logged_in, clock):
    for minutes, status in ((30, 200), (59, 200), (60, 401)):
        clock.at = NOW + timedelta(minutes=minutes)
        assert logged_in.get("/v1/me", headers={UNATTENDED: "true"}).status_code == status


def test_every_page_that_asks_again_by_itself_says_so():
    asking = [
        element
        for path in TEMPLATES.rglob("*.html")
        for element in re.findall(r"<\w+[^<]*hx-trigger=\"[^\"]*every [^<]*", path.read_text(encoding="utf-8"))
    ]
    assert asking
    assert [one for one in asking if f'hx-headers=\'{{"{UNATTENDED}": "true"}}\'' not in one] == []


def test_that_a_session_is_in_use_is_written_once_a_minute(logged_in, store, clock):
    def last_used():
        with reading(store) as connection:
            return connection.execute(select(sessions.c.last_used_at)).scalar_one()

    seen = []
    for seconds in (10, 59, 60, 90, 119, 120):
        clock.at = NOW + timedelta(seconds=seconds)
        logged_in.get("/v1/me")
        seen.append((last_used() - NOW).total_seconds())
    assert seen == [0, 0, 60, 60, 60, 120]


@pytest.mark.parametrize(
    "headers",
    [OWN, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, {**OWN, "sec-fetch-site": "same-origin"}],
)
def test_with_the_cookie_a_page_of_the_service_may_change_things(logged_in, headers):
    assert logged_in.post("/v1/decisions", json={"borrower_id": "B1"}, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "https://evil"},
        {"origin": "http://127.0.0.1:9000"},
        {"origin": "http://127.0.0.1:8000.evil"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", **OWN},
        {"referer": "http://127.0.0.1:8000/"},
    ],
)
def test_with_the_cookie_a_page_of_another_origin_may_not(logged_in, spot, looked, problem_of, headers):
    response = logged_in.post("/v1/decisions", json={"borrower_id": "B1"}, headers=headers)
    assert problem_of(response)[:2] == (403, "foreign-origin")
    assert spot.asked == []
    assert looked.entries[-1].content["problem"] == "foreign-origin"


def test_reading_with_the_cookie_needs_no_page(logged_in):
    assert logged_in.get("/v1/borrowers/B1", headers={"sec-fetch-site": "none"}).status_code == 200


def test_over_plain_http_to_another_name_only_the_secure_cookie_counts(services, accounts, app_client):
    client = app_client(create_app(services, hosts=frozenset({"127.0.0.1", "ews.bank"})))
    session = client.post("/v1/login", json={"user": "li", "password": PASSWORD}).cookies["ews-session"]
    client.cookies.clear()
    for cookie, status in (("ews-session", 401), ("__Host-ews-session", 200)):
        headers = {"host": "ews.bank", "cookie": f"{cookie}={session}"}
        assert client.get("/v1/me", headers=headers).status_code == status
