"""Nobody gets in without a login that holds: every route of the table × every way of not having one.

The account behind each login has all roles, so that nothing but the login can refuse.
"""

import re
from datetime import timedelta

import pytest

from ews.domain.people import Actor, Role
from ews.store.accounts import Profile, add_user, set_active
from ews.store.sessions import IDLE, end_session, note_use, start_session
from ews.store.tokens import add_token, revoke_token
from tests.serving.conftest import NOW
from tests.serving.expected_rights import OPEN, WHO

_DAY = timedelta(days=1)
_API = ("/v1/", "/metrics")
_OWN_PAGE = {"origin": "http://127.0.0.1:8000"}
_OVER = frozenset({"no login", "unknown token", "expired token", "revoked token", "token of a closed account"})
_LOGINS = (
    *sorted(_OVER),
    "unknown session",
    "session past its end",
    "session left alone",
    "ended session",
    "session of a closed account",
)


@pytest.fixture
def headers(services):
    """Give what a request shows, by login; `sound` is a session that holds."""
    log = services.desk.log

    def account(user_id: str, at=NOW - 3 * _DAY) -> Actor:
        add_user(log, user_id, Profile(user_id, frozenset(Role), "branch-1"), by="ews", at=at)
        return Actor(user_id, user_id, frozenset(Role), "branch-1")

    def token(user_id: str, ends=NOW + _DAY):
        account(user_id)
        return add_token(log, user_id, expires_at=ends, by="ews", at=NOW - 2 * _DAY)

    def session(user_id: str, lasts=_DAY):
        secret = start_session(log, account(user_id), at=NOW - lasts / 2, lasts=lasts).secret
        note_use(log, secret, at=NOW)
        return secret

    revoked, closed = token("revoked"), token("closed")
    revoke_token(log, revoked.token.token_id, by="ews", at=NOW)
    set_active(log, "closed", active=False, by="ews", at=NOW)
    ended, of_closed = session("ended"), session("left")
    end_session(log, ended, at=NOW)
    set_active(log, "left", active=False, by="ews", at=NOW)
    past = start_session(log, account("past"), at=NOW - 2 * _DAY, lasts=_DAY).secret
    alone = start_session(log, account("alone"), at=NOW - IDLE, lasts=_DAY).secret
    tokens = {
        "unknown token": "ews_nobody",
        "expired token": token("expired", NOW - _DAY).secret,
        "revoked token": revoked.secret,
        "token of a closed account": closed.secret,
    }
    sessions = {
        "unknown session": "nobody",
        "session past its end": past,
        "session left alone": alone,
        "ended session": ended,
        "session of a closed account": of_closed,
        "sound": session("sound"),
    }
    return {
        "no login": {},
        **{name: {"authorization": f"Bearer {secret}"} for name, secret in tokens.items()},
        **{name: {"cookie": f"ews-session={secret}", **_OWN_PAGE} for name, secret in sessions.items()},
    }


def _asked(client, method: str, template: str, headers):
    path = re.sub(r"\{\w+\}", "x", template)
    return client.request(method, path, headers={**headers, "accept-language": "en"}, follow_redirects=False)


def _answer(client, one: tuple[str, str], headers) -> tuple[int, str]:
    """Return the status, and where the answer leads or what it is."""
    response = _asked(client, *one, headers)
    if response.status_code == 303:
        return 303, response.headers["location"].partition("?")[0]
    return response.status_code, response.headers["content-type"].partition(";")[0]


def _shut(one: tuple[str, str]) -> tuple[int, str]:
    """Return how a route is shut: programs are told, people are led to the entrance, and what they wrote is kept."""
    method, path = one
    if path.startswith(_API):
        return 401, "application/problem+json"
    return (303, "/login") if method == "GET" else (401, "text/html")


@pytest.mark.parametrize("login", _LOGINS)
def test_without_a_login_that_holds_every_route_is_shut(client, headers, login):
    assert len(WHO) > 150
    assert {one: _answer(client, one, headers[login]) for one in WHO} == {one: _shut(one) for one in WHO}


def test_with_a_login_that_holds_no_route_asks_for_one(client, headers):
    assert [one for one in WHO if _answer(client, one, headers["sound"]) == _shut(one)] == []


def test_what_is_open_answers_without_a_login(client, headers):
    refused = {one for one in OPEN if _asked(client, *one, {}).status_code in {401, 403}}
    assert refused == {("POST", "/login")}  # the page says that nothing was written in it


@pytest.mark.parametrize(
    "path", ["/docs", "/redoc", "/docs/oauth2-redirect", "/v1", "/admin", "/.env", "/static/../app.py"]
)
def test_what_is_no_route_is_shut_like_one(client, headers, path):
    """So that nobody without a login learns which paths there are."""
    assert client.get(path, headers={"accept": "application/json"}).status_code == 401
    assert client.get(path, headers=headers["sound"]).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "PROPFIND"])
def test_no_other_method_opens_a_route(client, headers, method):
    for path in ("/v1/policy", "/v1/borrowers/B1", "/borrowers", "/v1/nowhere"):
        assert client.request(method, path).status_code == 401
        assert client.request(method, path, headers=headers["sound"]).status_code in {404, 405}


def test_head_tells_no_more_than_get(client, headers):
    assert client.head("/v1/policy").status_code == 401
    assert client.head("/v1/policy", headers=headers["sound"]).content == b""
