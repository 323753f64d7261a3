"""A login through a real provider that runs in a thread of the test."""

import html
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import func, select

from ews.domain.people import Role
from ews.serving.oidc import Oidc
from ews.store.accounts import Profile, add_user, set_active
from ews.store.engine import reading
from ews.store.tables import users
from tests.serving.conftest import NOW

with warnings.catch_warnings():
    import_module("authlib.deprecate")  # puts a filter of its own before all others
    warnings.simplefilter("ignore")  # the provider is made with names that authlib is about to drop
    from oidc_provider_mock import run_server_in_thread  # type: ignore[import-untyped]  # it has no types

pytestmark = [
    pytest.mark.filterwarnings("ignore::authlib.deprecate.AuthlibDeprecationWarning"),
    pytest.mark.filterwarnings(r"ignore:get_jwt_config\(self, grant\) is deprecated:DeprecationWarning"),
]

BASE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with run_server_in_thread(require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def oidc(issuer, tmp_path) -> Oidc:
    secret = tmp_path / "secret"
    secret.write_text("of the client\n")
    return Oidc(issuer, "ews", BASE, secret)


@pytest.fixture
def client(client_of, services, oidc):
    officer = Profile("Li", frozenset({Role.OFFICER}), "branch-1", "officer-1", oidc_subject="li@bank")
    add_user(services.desk.log, "li", officer, by="ews", at=NOW)
    return client_of(services, oidc=oidc)


def begin(client, **query) -> str:
    response = client.get("/v1/login/oidc", params=query, follow_redirects=False)
    assert response.status_code == 303
    location: str = response.headers["location"]
    return location


def confirmed(address: str, subject: str = "li@bank", action: str | None = None) -> str:
    """Log in at the provider as a browser would, and return where it leads back to, without the host."""
    form = {"sub": subject} if action is None else {"action": action}
    with httpx.Client(trust_env=False) as browser:
        answer = browser.post(address, data=form)
    assert answer.status_code == 302
    return answer.headers["location"].removeprefix(BASE)


def test_the_provider_is_asked_with_pkce_state_and_nonce(client, issuer):
    address = begin(client)
    asked = {name: found[0] for name, found in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{issuer}/oauth2/authorize?")
    assert (asked["response_type"], asked["client_id"], asked["scope"]) == ("code", "ews", "openid")
    assert asked["redirect_uri"] == f"{BASE}/v1/login/oidc/callback"
    assert asked["code_challenge_method"] == "S256"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    again = {name: found[0] for name, found in parse_qs(urlsplit(begin(client)).query).items()}
    assert [name for name in ("state", "nonce", "code_challenge") if again[name] == asked[name]] == []


def test_whoever_the_provider_vouches_for_is_logged_in_to_the_account_of_that_subject(client):
    response = client.get(confirmed(begin(client)))
    assert response.status_code == 200
    assert 'content="0;url=/v1/me"' in response.text
    cookies = response.headers.get_list("set-cookie")
    (session,) = (one for one in cookies if one.startswith("ews-session="))
    assert re.search("HttpOnly; Max-Age=43200; Path=/; SameSite=strict", session)
    assert any(re.match('ews-login="";.*Max-Age=0', one) for one in cookies)
    assert client.get("/v1/me").json()["user_id"] == "li"


def test_a_subject_without_an_account_is_refused_and_none_is_made(client, store, problem_of, looked):
    status, code, detail = problem_of(client.get(confirmed(begin(client), "stranger@bank")))
    assert (status, code) == (401, "unauthenticated")
    assert "no active account belongs to it" in detail
    with reading(store) as connection:
        assert connection.execute(select(func.count()).select_from(users)).scalar() == 1
    assert client.get("/v1/me").status_code == 401
    assert looked.entries[0].content["problem"] == "unauthenticated"


def test_a_closed_account_is_refused(client, services, problem_of):
    set_active(services.desk.log, "li", active=False, by="ews", at=NOW)
    assert problem_of(client.get(confirmed(begin(client))))[:2] == (401, "unauthenticated")


def test_the_way_back_works_once_and_in_the_browser_that_began_only(client, problem_of):
    way = confirmed(begin(client))
    attempt = client.cookies.get("ews-login")
    client.cookies.clear()
    assert problem_of(client.get(way))[:2] == (401, "unauthenticated")
    other = begin(client)
    assert problem_of(client.get(way))[2] == "The login does not belong to this browser. Begin again at /v1/login/oidc."
    assert other
    client.cookies.clear()
    mine = {"cookie": f"ews-login={attempt}"}
    assert client.get(way, headers=mine).status_code == 200
    client.cookies.clear()
    assert problem_of(client.get(way, headers=mine))[:2] == (401, "unauthenticated")


def test_a_person_who_refuses_at_the_provider_is_not_logged_in(client, problem_of):
    way = confirmed(begin(client), action="deny")
    assert "error=access_denied" in way
    assert problem_of(client.get(way))[:2] == (401, "unauthenticated")


@pytest.mark.parametrize("cookie", ["", "zz", "7b7d", "6e756c6c", "5b5d"])
def test_a_cookie_that_cannot_be_read_is_no_login(client, problem_of, cookie):
    response = client.get("/v1/login/oidc/callback?code=c&state=s", headers={"cookie": f"ews-login={cookie}"})
    assert problem_of(response)[:2] == (401, "unauthenticated")


def test_an_answer_of_another_provider_is_no_login(client, problem_of):
    assert problem_of(client.get(confirmed(begin(client)) + "&iss=https://evil"))[:2] == (401, "unauthenticated")


def test_a_session_from_before_the_login_is_over(client):
    client.get(confirmed(begin(client)))
    former = client.cookies["ews-session"]
    client.get(confirmed(begin(client)))
    assert client.cookies["ews-session"] != former
    client.cookies.clear()
    assert client.get("/v1/me", headers={"cookie": f"ews-session={former}"}).status_code == 401


def test_afterwards_one_is_where_one_wanted_to_go(client):
    wanted = "/v1/warnings?level=red&branch=<b>"
    page = client.get(confirmed(begin(client, next=wanted))).text
    (found,) = re.findall(r'url=([^"]*)"', page)
    assert html.unescape(found) == wanted
    assert "<b>" not in page


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil", "https://evil", "/\\evil", "\\\\evil", "evil", "", "/a\nb", "javascript:alert(1)", "/\t/evil"],
)
def test_nobody_is_led_to_another_host(client, problem_of, elsewhere):
    response = client.get("/v1/login/oidc", params={"next": elsewhere}, follow_redirects=False)
    status, code, detail = problem_of(response)
    assert (status, code) == (422, "invalid-request")
    assert detail.startswith("'next' is '")


def test_not_even_by_a_cookie_that_was_changed(client, problem_of):
    way = confirmed(begin(client))
    changed = bytes.fromhex(client.cookies["ews-login"]).decode().replace('"/v1/me"', '"//evil"')
    client.cookies.clear()
    response = client.get(way, headers={"cookie": f"ews-login={changed.encode().hex()}"})
    assert problem_of(response)[:2] == (422, "invalid-request")
    assert "set-cookie" not in response.headers


def test_without_a_provider_one_is_told_of_the_password(client_of, services, problem_of):
    for path in ("/v1/login/oidc", "/v1/login/oidc/callback"):
        assert problem_of(client_of(services).get(path))[:2] == (404, "no-provider")


def test_a_provider_that_does_not_answer_is_told(client_of, services, oidc, problem_of):
    for issuer in ("http://127.0.0.1:9", oidc.issuer + "/"):
        response = client_of(services, oidc=replace(oidc, issuer=issuer)).get("/v1/login/oidc")
        status, code, detail = problem_of(response)
        assert (status, code) == (503, "provider-unavailable")
        assert f"'{issuer}'" in detail
