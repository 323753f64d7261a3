import re
from datetime import timedelta

import pytest

from ews.domain.people import Role
from ews.store.accounts import Profile, add_user, find_user
from ews.store.entrance import actor_by_oidc
from ews.store.sessions import note_use, start_session
from ews.store.tokens import add_token
from tests.serving.conftest import NOW

PASSWORD, NEW = "a long enough secret", "seven geese and a violin"
OWN = {"origin": "http://127.0.0.1:8000"}


@pytest.fixture
def log(services):
    return services.desk.log


@pytest.fixture
def page(log, client):
    """Give a browser in which somebody is logged in."""
    profile = Profile("Li Wei", frozenset({Role.OFFICER}), "branch-1", "officer-1")
    add_user(log, "li", profile, by="ews", at=NOW, password=PASSWORD)
    client.headers.update({**OWN, "accept-language": "en"})
    client.post("/login", data={"user": "li", "password": PASSWORD})
    return client


@pytest.fixture
def other(log, page):
    """Give another session of the same person."""
    at = NOW - timedelta(minutes=20)
    secret = start_session(log, actor_of(log, "li"), at=at, lasts=timedelta(hours=12)).secret
    note_use(log, secret, at=NOW - timedelta(minutes=10))
    return secret


def actor_of(log, user_id):
    return find_user(log.store, user_id).actor()


def send(page, before=PASSWORD, new=NEW, again=None):
    fields = {"password": before, "new_password": new, "new_password_again": new if again is None else again}
    return page.post("/account/password", data=fields)


@pytest.fixture
def is_in(client_of, services):
    """Give a function that tells whether a session holds."""

    def asked(secret):
        client = client_of(services)
        return client.get("/v1/me", headers={"cookie": f"ews-session={secret}"}).status_code == 200

    return asked


def test_the_name_in_the_menu_leads_to_who_one_is(page):
    menu = re.search(r'<details class="account">.*?</details>', page.get("/my-day").text, re.DOTALL)[0]
    assert '<a href="/account">My account</a>' in menu
    shown = page.get("/account").text
    facts = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", shown))
    assert {name: re.sub("<[^>]+>", "", one) for name, one in facts.items()} == {
        "Name": "Li Wei",
        "Account": "li",
        "Role": "officer",
        "Branch": "branch-1",
        "Officer in the book": "officer-1",
    }
    assert "客户经理" in page.get("/account", headers={"accept-language": "zh"}).text


def test_open_sessions_stand_with_their_times_and_no_secret(page, other):
    shown = page.get("/account").text
    rows = re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td>", shown)
    assert rows == [("2026-08-01 13:00", "2026-08-01 13:00"), ("2026-08-01 12:40", "2026-08-01 12:50")]
    assert shown.index("this session") < shown.index("12:40")
    assert [one for one in (other, page.cookies["ews-session"]) if one.partition(":")[0] in shown] == []


def test_one_session_is_ended_by_its_button(page, other, is_in):
    to = re.search(r'action="(/account/sessions/\w+/end)"', page.get("/account").text)[1]
    answer = page.post(to)
    assert (answer.url.path, "The session is ended." in answer.text) == ("/account", True)
    assert "End all others" not in answer.text
    assert not is_in(other)
    again = page.post(to)
    assert (again.status_code, "No such session" in again.text) == (404, True)


def test_all_others_are_ended_by_one_button(page, other, is_in):
    assert 'action="/account/sessions/end-others"' in page.get("/account").text
    assert "All other sessions are ended." in page.post("/account/sessions/end-others").text
    assert not is_in(other)


def test_a_new_password_is_set_and_ends_the_other_sessions(page, other, is_in):
    before = page.cookies["ews-session"]
    answer = send(page)
    assert "The password is changed. You are logged out everywhere else." in answer.text
    assert not is_in(other)
    assert not is_in(before)
    assert send(page, before=NEW, new="a kettle of eleven owls").status_code == 200


@pytest.mark.parametrize(
    ("fields", "status", "field", "en", "zh"),
    [
        ({"before": "wrong"}, 403, "password", "is not the right one", "原密码不正确"),
        ({"new": "password2026"}, 422, "new_password", "guessed first", "最先被猜到"),
        ({"new": "li wei 2026 08"}, 422, "new_password", "too little is left", "所剩无几"),
        ({"new": "short"}, 422, "new_password", "has 5 characters", "密码为 5 个字符"),
        ({"new": PASSWORD}, 422, "new_password", "is the one before", "与原密码相同"),
        ({"again": "another"}, 422, "new_password_again", "differ", "不一致"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_in_the_language_of_the_page(page, fields, status, field, en, zh):
    for language, said in (("en", en), ("zh", zh)):
        page.headers["accept-language"] = language
        answer = send(page, **fields)
        assert answer.status_code == status
        told = re.search(rf'id="{field}-told"><span class="field-error" role="alert">(.*?)</span>', answer.text)
        assert said in told[1]
        assert re.search(rf'id="{field}"[^>]*aria-invalid="true" autofocus', answer.text)
        assert [one for one in {PASSWORD, *fields.values()} if f'value="{one}"' in answer.text] == []


def test_too_many_wrong_passwords_wait(page):
    for _ in range(5):
        send(page, before="wrong")
    answer = send(page)
    assert (answer.status_code, "Wait 15 seconds" in answer.text) == (429, True)


def test_the_form_hides_passwords_and_lets_helpers_fill_them_in(page):
    form = re.search(r'<form[^>]*action="/account/password".*?</form>', page.get("/account").text, re.DOTALL)[0]
    asked = re.findall(r'<input[^>]*name="(\w+)" type="password" autocomplete="([\w-]+)"', form)
    assert asked == [
        ("password", "current-password"),
        ("new_password", "new-password"),
        ("new_password_again", "new-password"),
    ]


def test_whose_password_the_bank_keeps_finds_no_form(page, log):
    profile = Profile("Wang", frozenset({Role.AUDITOR}), oidc_subject="s-1")
    add_user(log, "wang", profile, by="ews", at=NOW)
    session = start_session(log, actor_by_oidc(log.store, "s-1"), at=NOW, lasts=timedelta(hours=12))
    page.cookies.clear()
    page.cookies.set("ews-session", session.secret)
    shown = page.get("/account").text
    assert "Its password is kept and changed there, not here." in shown
    assert 'type="password"' not in shown
    assert "has no password here that could be changed" in send(page).text


def test_a_machine_finds_neither_form_nor_session(page, log):
    add_user(log, "core", Profile("Core", frozenset({Role.OPERATOR})), by="ews", at=NOW)
    token = add_token(log, "core", expires_at=NOW + timedelta(days=1), by="ews", at=NOW).secret
    page.cookies.clear()
    shown = page.get("/account", headers={"authorization": f"Bearer {token}"}).text
    assert "it enters by tokens" in shown
    assert '<form method="post" action="/account' not in shown


def test_this_machine_without_accounts_is_told_so(client):
    shown = client.get("/account", headers={"accept-language": "en"}).text
    assert "until the first account is opened, this machine may read" in shown
    assert 'type="password"' not in shown


def test_what_was_done_is_one_of_three_words(page):
    assert page.get("/account?done=anything").status_code == 422
