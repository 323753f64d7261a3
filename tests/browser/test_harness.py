"""What the browser tests rely on: each watcher sees what it is there for, and the pages keep their policy meanwhile."""

import pytest

from ews.serving.pages.render import HEADERS
from tests.browser.axe import axe
from tests.browser.house import AUDITOR, MANAGER, OFFICER, RISK
from tests.browser.screens import SCREENS, screen_of, sideways, snap

GOOD = '<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1>{}</main></html>'

PATIENCE = 200


@pytest.fixture
def shown(page_as):
    """Return what shows a body as a page of the service: by default under the policy of all pages."""

    def opened(body, headers=HEADERS, status=200, style=""):
        page = page_as(None, "en")
        answer = {"status": status, "headers": {**headers, "content-type": "text/html"}, "body": GOOD.format(body)}
        page.route("**/shown", lambda route: route.fulfill(**answer))
        page.route("**/shown.css", lambda route: route.fulfill(content_type="text/css", body=style))
        page.goto("/shown")
        return page

    return opened


def seen(page, watch, words):
    """Return the faults once one of them holds the words; browsers tell of them a little later."""
    found = []
    for _ in range(PATIENCE):
        found += watch.take()
        if any(words in one for one in found):
            return found
        page.wait_for_timeout(25)
    message = f"'{words}' is not among {found}"
    raise AssertionError(message)


def test_a_sound_page_is_no_fault(shown):
    assert axe(shown("<p>Sound</p>")) == []


@pytest.mark.parametrize(
    ("body", "directive"),
    [
        ("<script>document.title = 'ran'</script>", "script-src-elem"),
        ("<style>p { color: red }</style>", "style-src-elem"),
        ('<p style="color: red">x</p>', "style-src-attr"),
        ('<button onclick="1">x</button><script></script>', "script-src-attr"),
        ('<img alt="x" src="https://elsewhere.test/x.png">', "img-src"),
        ('<script src="https://elsewhere.test/x.js"></script>', "script-src-elem"),
    ],
    ids=["script", "style", "style of an element", "handler", "image elsewhere", "script elsewhere"],
)
def test_a_breach_of_the_policy_is_seen(shown, watch, body, directive):
    page = shown(body)
    assert seen(page, watch, f"breach of {directive}")
    assert page.title() == "A page"


def test_a_request_to_another_host_is_seen_and_goes_nowhere(shown, watch):
    page = shown('<img alt="x" src="http://elsewhere.test/x.png">', headers={})
    assert seen(page, watch, "another host was asked: http://elsewhere.test/x.png")


def test_another_port_of_the_machine_is_another_host(shown, watch):
    page = shown('<img alt="x" src="http://127.0.0.1:9/x.png">', headers={})
    assert seen(page, watch, "another host was asked: http://127.0.0.1:9/x.png")


def test_an_error_in_a_script_is_seen(shown, watch):
    page = shown("<p>x</p>")
    page.evaluate("setTimeout(() => { throw new Error('the cat sat on it') })")
    assert seen(page, watch, "the cat") == ["a script failed: the cat sat on it"]


def test_what_a_script_complains_of_is_seen(shown, watch):
    page = shown("<p>x</p>")
    page.evaluate("console.error('no mice'); console.warn('few mice')")
    assert seen(page, watch, "no mice") == ["the console says: no mice"]


def test_an_answer_of_500_is_seen_and_one_of_409_is_not(shown, watch, house):
    shown("<p>x</p>", status=409)
    page = shown("<p>x</p>", status=500)
    assert seen(page, watch, "500") == [f"GET {house.address}/shown was answered with 500"]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ('<img src="/static/mark.svg">', "image-alt"),
        ("<input>", "label"),
        ('<p><a href="/a">a</a></p><div><button>x</button></div>', None),
    ],
    ids=["image", "field", "sound"],
)
def test_axe_finds_what_breaks_wcag_under_our_policy(shown, body, rule):
    found = {line.split(" ")[0] for line in axe(shown(body))}
    assert found == (set() if rule is None else {rule})


def test_axe_stays_out_of_the_page(shown):
    page = shown("<p>x</p>")
    axe(page)
    assert page.evaluate("typeof window.axe") == "undefined"


def test_axe_measures_targets_as_wcag_2_2_asks(shown):
    small = "a { display: block; width: 10px; height: 10px; overflow: hidden; color: #000; font-size: 8px }"
    links = '<link rel="stylesheet" href="/shown.css"><a href="/a">a</a><a href="/b">b</a>'
    assert {line.split(" ")[0] for line in axe(shown(links, style=small))} == {"target-size"}


@pytest.mark.parametrize("screen", SCREENS)
def test_pictures_are_kept_by_language_and_screen(page_as, tmp_path, monkeypatch, screen):
    monkeypatch.setenv("EWS_TEST_OUTPUT", str(tmp_path))
    page = page_as(None, "zh", screen)
    page.goto("/login")
    assert (screen_of(page), sideways(page)) == (screen, 0)
    path = snap(page, "login")
    assert path == tmp_path / "screenshots" / "zh" / screen / "login.png"
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("user_id", [OFFICER, MANAGER, RISK, AUDITOR])
def test_people_are_logged_in_by_the_page_for_it(page_as, user_id, language):
    page = page_as(user_id, language)
    answer = page.goto("/v1/me")
    assert answer.json()["user_id"] == user_id


def test_the_officer_of_the_red_warning_is_the_one_whose_it_is(house, page_as):
    page = page_as(OFFICER)
    found = page.goto(f"/v1/cases/{house.red.case_id}").json()
    assert (found["borrower_id"], found["level"]["code"]) == (house.red.borrower_id, "red")


def test_a_night_can_be_done_while_a_browser_is_open(house, page_as):
    page_as(None)
    house.night()
