"""The quarterly session of a branch in one sitting: the keyboard, one deviation, two approvals, one who was faster."""

import pytest

from tests.browser.axe import axe
from tests.browser.house import MANAGER, OFFICER, RISK, House
from tests.browser.screens import sideways, snap

pytestmark = pytest.mark.usefixtures("watch")

ACCEPT = "tr[data-row]:has([data-quick])"


def sitting(page, branch_id: str, state: str = "", tier: str = ""):
    page.goto(f"/reviews?branch={branch_id}&state={state}&tier={tier}")
    return page


def told(page, text: str):
    page.locator("#said", has_text=text).wait_for()


def opened(page, branch_id: str):
    """Open the session where that has not been done yet."""
    sitting(page, branch_id)
    if page.locator("form[data-sitting]").count() == 0:
        page.get_by_role("button", name="生成评审表").click()
        page.wait_for_selector("form[data-sitting]")
    return page


def deviated(page, form: str):
    """State another tier for a form, which the browser takes with a reason only."""
    page.locator(f"#{form} [data-open]").click()
    page.wait_for_selector("#panel select")
    page.select_option("#panel select >> nth=0", "loss")
    determine = page.locator("#panel form[action$='/determine'] button")
    determine.click()
    assert page.evaluate("document.activeElement.name") == "reason"
    page.fill("#panel textarea[name=reason]", "资产已灭失 <b>1</b>")
    snap(page, "session-form", full_page=False)
    assert axe(page) == []
    determine.click()
    page.wait_for_selector(f"#{form} .state-determined")
    page.keyboard.press("Escape")


def test_a_branch_is_done_in_one_sitting(house: House, page_as):
    branch_id = house.red.branch_id
    manager = opened(page_as(MANAGER), branch_id)
    officer = sitting(page_as(OFFICER), branch_id, "open", "pass")
    late = sitting(page_as(OFFICER), branch_id, "open", "pass")
    first, second, third = (officer.locator(ACCEPT).nth(number).get_attribute("id") for number in range(3))
    snap(officer, "session")
    assert axe(officer) == []
    shorter = first.removeprefix("row-")
    officer.locator("a[data-made]").evaluate(f"link => {{ link.href = '/v1/reviews/{shorter}/form.docx' }}")
    with officer.expect_download() as word:
        officer.click("a[data-made]")
        officer.locator("#session-making").wait_for()
    assert word.value.suggested_filename.startswith("review-")
    officer.locator("#session-making").wait_for(state="hidden")
    for form in (first, second):
        officer.locator(f"#{form} [data-tick]").check()
    assert officer.locator("[data-sum]").inner_text() == "2 份已勾选"
    officer.get_by_role("button", name="按初分认定所选").click()
    told(officer, "已办理 2 份")
    deviated(officer, third)

    late.locator(f"#{first} [data-tick]").check()
    late.get_by_role("button", name="按初分认定所选").click()
    told(late, "1 份未办理")
    assert "他人已先行处理" in late.locator(f"#{first}").inner_text()

    sitting(manager, branch_id, "determined").locator("[data-tick-all]").check()
    manager.get_by_role("button", name="批准所选").click()
    told(manager, "已办理 3 份")
    approved_on_a_phone(page_as(RISK, "en", "phone"), branch_id, first)


def approved_on_a_phone(page, branch_id: str, form: str):
    sitting(page, branch_id, "determined")
    assert sideways(page) == 0
    page.locator(f"#{form} [data-quick]").click()
    told(page, "1 form done.")
    assert "1 of" in page.locator("#progress").inner_text()
    snap(page, "session-approved")
    assert axe(page) == []


def test_the_keyboard_walks_ticks_and_accepts(house: House, page_as):
    page = sitting(opened(page_as(MANAGER), house.red.branch_id), house.red.branch_id, "open")
    first = page.locator(ACCEPT).first.get_attribute("id")
    ids = [row.get_attribute("id") for row in page.locator("tr[data-row]").all()]
    rows = ids[ids.index(first) :]
    page.keyboard.press("j")
    page.keyboard.press("Space")
    assert page.locator(f"#{rows[0]} [data-tick]").is_checked()
    page.keyboard.press("x")
    assert not page.locator(f"#{rows[0]} [data-tick]").is_checked()
    page.keyboard.press("d")
    page.wait_for_selector(f"#{rows[0]}.row-done")
    page.wait_for_selector(f"#{rows[1]}[aria-selected=true]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel h2")
    page.keyboard.press("Escape")
    assert page.locator("#panel > *").count() == 0
