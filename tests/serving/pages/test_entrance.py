import re
from dataclasses import replace
from datetime import timedelta

import pytest

from ews.domain.people import Role
from ews.serving.pages.language import own_path
from ews.serving.pages.navigation import entries, home_of
from ews.store.accounts import Profile, add_user
from tests.casework.people import AUDITOR, HEAD, MACHINE, MANAGER, MODEL_OWNER, OFFICER, OPERATOR, RISK
from tests.serving.conftest import NOW

PASSWORD = "a long enough secret"  # noqa: S105 - of the tests
OWN = {"origin": "http://127.0.0.1:8000"}


@pytest.fixture
def page(services, client):
    """Give a client that has not logged in, and one account."""
    profile = Profile("Li Wei", frozenset({Role.OFFICER}), "branch-1", "officer-1")
    add_user(services.desk.log, "li", profile, by="ews", at=NOW, password=PASSWORD)
    client.follow_redirects = False
    return client


def log_in(client, user="li", given=PASSWORD, **fields):
    return client.post("/login", data={"user": user, "password": given, **fields}, headers=OWN)


def test_who_is_not_logged_in_is_led_to_the_entrance_and_back(page):
    away = page.get("/my-day?band=late")
    assert (away.status_code, away.headers["location"]) == (303, "/login?next=%2Fmy-day%3Fband%3Dlate")
    shown = page.get(away.headers["location"])
    assert 'name="next" value="/my-day?band=late"' in shown.text
    back = log_in(page, next="/my-day?band=late")
    assert (back.status_code, back.headers["location"]) == (303, "/my-day?band=late")


def test_who_logs_in_begins_with_the_work(page):
    assert log_in(page).headers["location"] == "/my-day"
    assert page.get("/").headers["location"] == "/my-day"


def test_a_wrong_password_is_told_in_the_language_of_the_page_and_the_account_kept(page):
    answer = log_in(page, given="not the secret")
    assert answer.status_code == 401
    assert "账号或密码不正确" in answer.text
    assert 'value="li"' in answer.text
    assert "not the secret" not in answer.text


def test_too_many_attempts_are_told_with_the_time_to_wait(page):
    for _ in range(5):
        log_in(page, given="wrong")
    answer = log_in(page, given="wrong")
    assert answer.status_code == 429
    assert "请等待 15 秒" in answer.text


@pytest.mark.parametrize("where", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere", "", "my-day"])
def test_nobody_is_led_to_another_host(page, where):
    assert own_path(where) == "/"
    assert log_in(page, next=where).headers["location"] == "/my-day"


def test_a_page_of_another_site_logs_nobody_in_or_out(page):
    foreign = {"origin": "https://elsewhere.example"}
    answer = page.post("/login", data={"user": "li", "password": PASSWORD}, headers=foreign)
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    log_in(page)
    assert page.post("/logout", headers=foreign).status_code == 403
    assert page.get("/").headers["location"] == "/my-day"


def test_logging_out_ends_the_session(page):
    log_in(page)
    kept = dict(page.cookies)
    assert page.post("/logout", headers=OWN).headers["location"] == "/login"
    page.cookies.update(kept)
    assert page.get("/").headers["location"] == "/login"


def test_a_part_of_a_page_is_told_that_the_session_ended(page, clock):
    log_in(page)
    clock.at = NOW + timedelta(hours=13)
    answer = page.get("/", headers={"hx-request": "true"})
    assert answer.status_code == 401
    assert "登录已过期" in answer.text
    assert 'href="/login"' in answer.text
    assert "<html" not in answer.text


def test_the_language_is_chosen_and_remembered(page):
    assert 'lang="zh-CN"' in page.get("/login").text
    assert 'lang="en"' in page.get("/login", headers={"accept-language": "en-GB,en;q=0.9"}).text
    back = page.get("/language?to=en&next=/login")
    assert (back.status_code, back.headers["location"]) == (303, "/login")
    assert "Log in" in page.get("/login").text


def test_pages_forbid_scripts_and_hosts_of_others_and_are_not_kept(page):
    headers = page.get("/login").headers
    policy = headers["content-security-policy"]
    assert "script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert (headers["cache-control"], headers["x-frame-options"]) == ("no-store", "DENY")


@pytest.mark.parametrize(
    ("actor", "home", "menu"),
    [
        (
            OFFICER,
            "/my-day",
            ["/my-day", "/warnings", "/portfolio", "/borrowers", "/checks", "/reviews", "/policy", "/model"],
        ),
        (
            MANAGER,
            "/my-day",
            ["/my-day", "/warnings", "/portfolio", "/borrowers", "/checks", "/reviews", "/policy", "/model"],
        ),
        (
            RISK,
            "/portfolio",
            ["/my-day", "/warnings", "/portfolio", "/borrowers", "/checks", "/reviews", "/policy", "/model"],
        ),
        (
            HEAD,
            "/portfolio",
            [
                "/my-day",
                "/warnings",
                "/portfolio",
                "/borrowers",
                "/checks",
                "/reviews",
                "/policy",
                "/operations",
                "/model",
            ],
        ),
        (AUDITOR, "/portfolio", ["/warnings", "/portfolio", "/borrowers", "/checks", "/reviews", "/policy", "/model"]),
        (
            MODEL_OWNER,
            "/portfolio",
            ["/warnings", "/portfolio", "/borrowers", "/checks", "/reviews", "/policy", "/model"],
        ),
        (OPERATOR, "/operations", ["/policy", "/operations", "/model"]),
        (replace(MACHINE), "/operations", ["/policy", "/operations", "/model"]),
    ],
)
def test_everybody_is_led_to_what_the_role_is_for(actor, home, menu):
    assert home_of(actor) == home
    assert [one.path for one in entries(actor, "/")] == menu


def test_the_menu_says_where_one_is():
    assert [one.path for one in entries(HEAD, "/borrowers/B1") if one.is_here] == ["/borrowers"]


@pytest.mark.parametrize(
    ("path", "referer", "ways"),
    [
        ("/warnings?level=purple", None, ["/warnings", "/my-day"]),
        ("/borrowers/B999999", "/portfolio?movement=cured", ["/borrowers", "/portfolio?movement=cured", "/my-day"]),
        ("/nothing", "https://elsewhere.example/portfolio", ["/my-day"]),
        ("/borrowers?order=", "/borrowers", ["/borrowers", "/my-day"]),
    ],
)
def test_a_page_that_cannot_be_shown_leads_on(client_as, path, referer, ways):
    client = client_as(MANAGER)
    client.cookies.set("ews-language", "zh")
    if referer is not None and referer.startswith("/"):
        referer = str(client.base_url.join(referer))
    headers = {"accept": "text/html"} | ({} if referer is None else {"referer": referer})
    answer = client.get(path, headers=headers)
    assert answer.status_code >= 400
    found = re.search(r'<p class="ways">(.*?)</p>', answer.text)
    assert re.findall(r'href="([^"]+)"', found[1]) == ways
    assert "返回首页" in found[1]


def test_what_is_not_there_is_told_as_a_page_and_to_programs_as_before(client_as):
    client = client_as(HEAD)
    answer = client.get("/nothing", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "页面不存在" in answer.text
    for path in ("/nothing", "/v1/nothing"):
        assert client.get(path).headers["content-type"] == "application/problem+json"


def test_the_entrance_hides_the_password_and_lets_it_be_pasted(page):
    fields = re.findall(r"<input[^>]*>", page.get("/login").text)
    asked = [one for one in fields if 'type="hidden"' not in one]
    assert [re.search(r'name="(\w+)"', one)[1] for one in asked] == ["user", "password"]  # and no question
    assert 'type="password"' in asked[1]
    assert ['autocomplete="username"' in asked[0], 'autocomplete="current-password"' in asked[1]] == [True, True]
    assert "onpaste" not in "".join(asked)
