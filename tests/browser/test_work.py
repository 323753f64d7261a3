"""An officer works through the list by keyboard, the list keeps its place; a session ends in the middle."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import axe
from tests.browser.house import MANAGER, OFFICER, RISK, House
from tests.browser.screens import sideways, snap

pytestmark = pytest.mark.usefixtures("watch")


def opened(page, path: str):
    """Open a page and wait until its scripts have taken hold."""
    page.goto(path)
    page.locator("[data-htmx-powered]").first.wait_for(state="attached")
    return page


def listed(page) -> list[str]:
    ids: list[str] = page.locator("tr[data-row]").evaluate_all("all => all.map((one) => one.dataset.case)")
    return ids


def raised(page) -> int:
    """Return how many warnings the chip says are raised."""
    return int(page.locator("#chips a[href*='state=raised'] strong").inner_text().replace(",", ""))


def acknowledge(page) -> None:
    """Acknowledge the warning that is open beside the list, unfolding the form where something else comes first."""
    verb = page.locator("#panel details:has(form[action$='/acknowledge'])")
    if verb.get_attribute("open") is None:
        verb.locator("summary").click()
    verb.locator("form[action$='/acknowledge'] button").click()


def test_the_list_is_worked_through_by_keyboard(house: House, page_as):
    page = opened(page_as(OFFICER), "/warnings?state=raised")
    first, second, third = listed(page)[:3]
    page.keyboard.press("?")
    assert page.locator("dialog#keys").is_visible()
    page.keyboard.press("Escape")
    for key in "jxjx":
        page.keyboard.press(key)
    assert page.locator("[data-ticked]").inner_text() == "2"
    snap(page, "warnings-ticked")
    page.locator(".bulk-button").click()
    page.wait_for_selector(".bulk-told")
    for one in (first, second):  # they are not what the list asks for any more
        page.locator(f"#row-{one}").wait_for(state="detached")
    assert page.locator("tr[data-row][aria-selected=true]").get_attribute("data-case") == third
    snap(page, "warnings-acknowledged")

    opened(page, "/warnings?state=raised")
    assert listed(page)[0] == third
    before = page.locator("#chips .chips-total").inner_text()
    follower = listed(page)[1]
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    acknowledge(page)
    page.locator(f"#row-{third}").wait_for(state="detached")
    assert page.locator("tr[aria-selected=true]").get_attribute("data-case") == follower
    expect(page.locator("#chips .chips-total")).not_to_have_text(before)
    assert page.locator("#panel > *").count() > 0
    page.keyboard.press("Escape")
    assert page.locator("#panel > *").count() == 0


def test_a_session_that_ends_keeps_the_ticks(house: House, page_as):
    page = opened(page_as(OFFICER), "/warnings?state=raised")
    page.locator("input[data-tick]").first.check()
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.locator(".bulk-button").click()
    page.wait_for_selector("#bulk-said [data-problem=unauthenticated] a[target=_blank]")
    assert page.locator("input[data-tick]:checked").count() == 1
    snap(page, "warnings-session-ended")
    page.context.add_cookies(cookies)
    page.locator(".bulk-button").click()
    page.wait_for_selector(".bulk-told")


def test_a_view_is_kept_and_opened(house: House, page_as):
    page = opened(page_as(RISK, "en"), "/warnings?level=red&sort=money")
    page.locator("#views > summary").click()
    page.fill("#views input[name=name]", "Red by money")
    page.locator(".views-form .btn").click()
    page.wait_for_selector("#views li")
    assert axe(page) == []
    page.goto("/warnings")
    page.locator("#views > summary").click()
    page.locator("#views li a").click()
    page.wait_for_url("**/warnings?level=red&sort=money")


@pytest.mark.parametrize(("language", "screen", "who"), [("zh", "desk", OFFICER), ("en", "phone", MANAGER)])
def test_the_day_and_the_list_read_well(house: House, page_as, language, screen, who):
    page = page_as(who, language, screen)
    for path, name in (("/my-day", "my-day"), ("/warnings", "warnings")):
        opened(page, path)
        assert sideways(page) == 0
        snap(page, name)
        assert axe(page) == []


def test_the_day_opens_a_case_beside_it_and_unfolds_what_comes_later(house: House, page_as):
    page = opened(page_as(OFFICER, "en"), "/my-day")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel h2, #panel h1, .line-open")
    if page.locator(".line-open").count():  # several things about one borrower: the first of them
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_selector("#panel h2, #panel h1")
    snap(page, "my-day-beside", full_page=False)
    page.keyboard.press("Escape")
    page.locator(".day-folded summary").first.click()
    page.wait_for_selector("#rows-later tr[data-row]")
    assert page.url.endswith("/my-day")
