"""An officer understands a case: the answer, why, what changed, 24 months, and what stands behind."""

import pytest

from tests.browser.axe import axe
from tests.browser.house import AUDITOR, OFFICER, House
from tests.browser.screens import sideways, snap

pytestmark = pytest.mark.usefixtures("watch")

SECTIONS = ("circle", "peers", "cases", "history", "raw", "loans")


def opened(page, house: House, path: str = ""):
    page.goto(f"/borrowers/{house.red.borrower_id}{path}")
    page.wait_for_selector(".compared")
    page.locator("[data-chart=time-line-option]").scroll_into_view_if_needed()
    page.wait_for_selector("[data-chart=time-line-option][data-drawn]")
    return page


@pytest.mark.parametrize(("language", "screen"), [("zh", "desk"), ("en", "desk"), ("zh", "phone")])
def test_the_case_is_on_the_first_screen_and_nothing_stands_aslant(house, page_as, language, screen):
    page = page_as(OFFICER, language, screen)
    page.goto(f"/borrowers/{house.red.borrower_id}")
    page.wait_for_selector(".compared")
    assert page.locator("h1 .name").inner_text() == house.red.name
    assert page.locator(".who .level-red").is_visible()
    height = page.viewport_size["height"]
    assert page.locator(".answer").bounding_box()["y"] < height
    assert page.locator("#why-title").bounding_box()["y"] < (height if screen == "desk" else 2 * height)
    assert sideways(page) == 0
    page.locator("[data-chart=time-line-option]").scroll_into_view_if_needed()
    page.wait_for_selector("[data-chart=time-line-option][data-drawn]")
    snap(page, "borrower")
    assert axe(page) == []


def test_sections_open_in_the_page_and_their_address_opens_them_again(house, page_as):
    page = opened(page_as(OFFICER), house)
    for name in SECTIONS:
        page.click(f"#tab-{name}")
        page.wait_for_selector(f"#tab-{name}[aria-current=true]")
        assert f"/parts/{name}" in page.url
        assert sideways(page) == 0
        assert axe(page) == []
        snap(page, f"borrower-{name}")
    page.click("#tab-history")
    page.wait_for_selector("#tab-history[aria-current=true]")
    page.reload()
    assert page.locator("#tab-history[aria-current=true]").is_visible()


def test_a_derivation_opens_beside_the_list_and_the_list_stays(house, page_as):
    page = opened(page_as(OFFICER), house, "/parts/history")
    page.locator("#sections [data-open]").first.click()
    page.wait_for_selector("#panel .derivation")
    snap(page, "borrower-derivation", full_page=False)
    page.keyboard.press("Escape")
    assert page.locator("#panel > *").count() == 0
    assert page.locator("#tab-history[aria-current=true]").is_visible()


def test_pointing_at_a_month_tells_all_of_it(house, page_as):
    page = opened(page_as(OFFICER, "en"), house)
    told = page.evaluate(
        """() => {
          const chart = echarts.getInstanceByDom(document.querySelector("[data-chart=time-line-option]"));
          return chart.getOption().series.map((one) => one.name);
        }"""
    )
    assert {"Grade", "Tier", "Warning level", "Money received", "Credit inquiries", "Paid late"} <= set(told)


def test_without_scripts_the_facts_are_there_and_sections_are_links(browser, house, page_as):
    session = page_as(OFFICER)
    session.goto("/")
    context = browser.new_context(
        base_url=house.address, java_script_enabled=False, storage_state=session.context.storage_state()
    )
    page = context.new_page()
    page.goto(f"/borrowers/{house.red.borrower_id}")
    assert page.locator(".reasons .reason").count() > 2
    page.click("#tab-peers")
    assert page.locator("#tab-peers[aria-current=true]").is_visible()
    assert page.locator(".peers tbody tr").count() > 0
    page.click(".lazy a")
    assert page.locator(".compared").is_visible()
    context.close()


def test_an_auditor_reads_and_is_offered_nothing_to_do(house, page_as):
    page = opened(page_as(AUDITOR), house)
    assert page.locator("a[href*='/checks/new']").count() == 0
    assert page.locator("a[href*='/report']").is_visible()
