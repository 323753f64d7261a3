"""From the book to the borrowers behind a figure, as a risk manager and a branch manager do it."""

import zipfile

import pytest
from playwright.sync_api import expect

from tests.browser.axe import axe
from tests.browser.house import MANAGER, RISK
from tests.browser.screens import sideways, snap

SECTIONS = ("map", "course", "hits", "movers", "provisions", "circles")


def seen_whole(page):
    """Scroll until each section has been read and each chart drawn."""
    for name in SECTIONS:
        page.evaluate("id => document.getElementById(id).scrollIntoView()", f"section-{name}")
        page.locator(f"#section-{name}.part").wait_for()
    for place in page.locator("[data-chart]").all():
        place.scroll_into_view_if_needed()
    expect(page.locator("[data-chart]:not([data-drawn])")).to_have_count(0)
    page.evaluate("window.scrollTo(0, 0)")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_risk_manager_goes_from_the_matrix_to_the_borrowers(page_as, language):
    page = page_as(RISK, language)
    page.goto("/portfolio?scale=level")
    seen_whole(page)
    snap(page, "portfolio")
    assert axe(page) == []
    assert sideways(page) == 0
    cell = page.locator(".matrix td[class*=cell-worse] a").first
    number = int(cell.evaluate("cell => cell.firstChild.textContent"))
    cell.click()
    page.wait_for_url("**/borrowers?former_level=*")
    assert page.locator("tr[data-row]").count() == min(number, 50)
    snap(page, "portfolio-list")
    assert axe(page) == []
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/borrowers/*")


def test_a_cell_of_the_heat_map_leads_to_its_list(page_as):
    page = page_as(RISK, "en")
    page.goto("/portfolio/parts/map?heat=money")
    page.wait_for_selector("[data-drawn]")
    page.click("#section-map summary")
    cell = page.locator(".heat-table td a").first
    where = cell.get_attribute("href")
    cell.click()
    page.wait_for_url(f"**{where}")
    assert page.locator(".chip").count() == 2
    page.locator(".chip a").first.click()
    page.wait_for_url("**/borrowers?region=*")


def test_a_branch_manager_saves_the_list_of_the_branch(page_as, house):
    page = page_as(MANAGER, "zh", "phone")
    page.goto("/portfolio")
    assert page.locator("select[name=branch]").count() == 0
    seen_whole(page)
    snap(page, "portfolio")
    assert sideways(page) == 0
    page.goto("/borrowers")
    assert sideways(page) == 0
    assert axe(page) == []
    with page.expect_download() as saved:
        page.click("a[href^='/borrowers.xlsx']")
    with zipfile.ZipFile(saved.value.path()) as file:
        assert house.red.borrower_id in file.read("xl/worksheets/sheet1.xml").decode()
    page.fill("#search", house.red.borrower_id)
    page.press("#search", "Enter")
    page.wait_for_url(f"**/borrowers/{house.red.borrower_id}")
