"""A day at the pages: each role goes its way by clicks, in both languages; and what a restart of the service costs."""

from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import PATIENCE_MS, log_in
from tests.browser.house import MANAGER, OFFICER, RISK, House
from tests.browser.screens import LOCALES, SCREENS, sideways, snap
from tests.cli.served import served

IN_BOTH_LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def menu(page, path: str) -> None:
    """Go to a page by the menu and wait until its scripts have taken hold."""
    page.click(f".menu a[href='{path}']")
    page.wait_for_url(f"**{path}")
    page.wait_for_load_state("networkidle")


def beside(page) -> None:
    """Open the first thing of a list beside it; a line of several is unfolded first."""
    page.locator("[data-htmx-powered]").first.wait_for(state="attached")
    first = page.locator("tr[data-row] [data-open]").first
    if first.get_attribute("aria-expanded") == "false":
        first.click()
        page.locator(".line-open").first.wait_for()
        first = page.locator("tr[data-row] [data-open][hx-target='#panel']").first
    first.click()
    page.locator("#panel h2, #panel h1").first.wait_for()


@IN_BOTH_LANGUAGES
def test_an_officer_sees_the_day_the_case_the_borrower_and_the_report(house: House, page_as, language):
    page = page_as(OFFICER, language)
    page.goto("/")
    assert urlsplit(page.url).path == "/my-day"
    snap(page, "journey-officer-1-day")
    beside(page)
    snap(page, "journey-officer-2-case", full_page=False)
    page.keyboard.press("Escape")
    page.fill("#search", house.red.borrower_id)
    page.press("#search", "Enter")
    page.wait_for_url(f"**/borrowers/{house.red.borrower_id}*")
    assert page.locator("main .level-red").count() > 0
    page.locator("[data-chart]").first.scroll_into_view_if_needed()
    page.locator("[data-drawn]").first.wait_for()
    snap(page, "journey-officer-3-borrower")
    page.locator("a[href*='/report']").first.click()
    page.wait_for_url("**/report*")
    snap(page, "journey-officer-4-report")
    assert page.locator("a[href*='report.docx']").count() > 0
    page.go_back()
    page.locator("a[href*='/checks/new']").first.click()
    page.wait_for_url("**/checks/new*")
    assert sideways(page) == 0
    snap(page, "journey-officer-5-check")


@IN_BOTH_LANGUAGES
def test_a_branch_manager_sees_the_branch_and_nothing_else(house: House, page_as, language):
    page = page_as(MANAGER, language)
    page.goto("/")
    menu(page, "/warnings")
    beside(page)
    snap(page, "journey-manager-1-warnings", full_page=False)
    page.keyboard.press("Escape")
    menu(page, "/portfolio")
    snap(page, "journey-manager-2-branch")
    menu(page, "/borrowers")
    branches = {cell for cell in page.locator("main").inner_text().split() if cell.startswith("BR")}
    assert branches <= {house.red.branch_id}
    menu(page, "/reviews")
    snap(page, "journey-manager-3-review")


@IN_BOTH_LANGUAGES
def test_a_risk_manager_goes_from_a_figure_to_the_borrower_and_to_the_rules(house: House, page_as, language):
    page = page_as(RISK, language)
    page.goto("/")
    assert urlsplit(page.url).path == "/portfolio"
    snap(page, "journey-risk-1-portfolio")
    page.locator("main a[href*='/borrowers?']").first.click()
    page.wait_for_url("**/borrowers?*")
    snap(page, "journey-risk-2-list")
    page.locator("tr[data-row] a[href*='/borrowers/']").first.click()
    page.wait_for_url("**/borrowers/*")
    snap(page, "journey-risk-3-borrower")
    menu(page, "/policy")
    snap(page, "journey-risk-4-policy")
    menu(page, "/model")
    snap(page, "journey-risk-5-model")


def test_after_a_restart_work_goes_on_where_it_was(browser, house: House):
    settings, clock = house.served.settings, house.clock
    with served(settings, clock) as first:
        address = first.address
        context = browser.new_context(base_url=address, locale=LOCALES["zh"], **SCREENS["desk"])
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        log_in(page, RISK, house.password)
        page.goto("/warnings")
        page.locator("[data-htmx-powered]").first.wait_for(state="attached")
    page.locator("tr[data-row] [data-open]").first.click()
    page.locator("#told > *").wait_for()
    assert "服务暂时无法访问" in page.locator("#told").inner_text()
    snap(page, "journey-service-away", full_page=False)
    with served(settings, clock, port=int(urlsplit(address).port or 0)):
        page.locator("tr[data-row] [data-open]").first.click()
        page.locator("#panel h2, #panel h1").first.wait_for()
        assert urlsplit(page.url).path == "/warnings"
    context.close()
