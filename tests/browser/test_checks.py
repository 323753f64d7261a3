"""A check is made on a phone beside the machines, and finished at a desk: nothing that was written is lost."""

import pytest

from tests.browser.axe import axe
from tests.browser.house import OFFICER, House
from tests.browser.screens import sideways, snap
from tests.casework.checks.test_evidence import JPEG

pytestmark = pytest.mark.usefixtures("watch")

SEEN = "三条生产线开工，在岗35人，库存约120万元 <b>已核对</b>"


def begun(page, house: House, form: str = "visit"):
    """Open a draft for the red warning."""
    page.goto(f"/borrowers/{house.red.borrower_id}/checks/new?for={house.red.case_id}")
    page.locator(f".offer:has(input[value={form}]) button").click()
    page.wait_for_selector("form[data-check]")
    return page


def saved(page):
    """Wait until all that was written is saved."""
    page.wait_for_selector("#saved:not(.saved-not)")


def write(page, selector: str, text: str):
    page.fill(selector, text)
    page.wait_for_selector("#saved.saved-not")


def filled(page):
    """Answer all that is not answered yet."""
    for box in page.locator(".choices").all():
        if box.locator("input:checked:not([value=''])").count() == 0:
            box.locator(".choice").first.click()
    for control in page.locator("textarea[name^=a_], .with-unit input").all():
        if not control.input_value():
            control.fill(SEEN if control.evaluate("one => one.tagName") == "TEXTAREA" else "12")


def photographed(page):
    """Hand in a photo, after three files that are none."""
    camera = "#f-photo input[data-camera]"
    page.set_input_files(camera, {"name": "page.html", "mimeType": "text/html", "buffer": b"<html>"})
    page.locator("#f-photo .file-said", has_text="仅支持").wait_for()
    page.set_input_files(camera, {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": bytes(20_000_001)})
    page.locator("#f-photo .file-said", has_text="超过 20 MB").wait_for()
    page.set_input_files(camera, {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"})
    page.locator("#f-photo .file-said", has_text="未被接收").wait_for()
    page.set_input_files(camera, {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": JPEG})
    page.wait_for_selector("#f-photo .thumb img")
    saved(page)


@pytest.mark.parametrize(("language", "screen"), [("en", "phone"), ("zh", "desk")])
def test_the_forms_read_well(house: House, page_as, language, screen):
    page = page_as(OFFICER, language, screen)
    page.goto(f"/borrowers/{house.red.borrower_id}/checks/new?for={house.red.case_id}")
    assert sideways(page) == 0
    assert axe(page) == []
    begun(page, house, "phone")
    assert sideways(page) == 0
    snap(page, "check-form")
    assert axe(page) == []
    page.goto("/checks")
    assert sideways(page) == 0
    snap(page, "checks")
    assert axe(page) == []


def test_a_visit_is_filled_in_on_a_phone_and_submitted_once_its_doubts_were_seen(house: House, page_as):
    page = begun(page_as(OFFICER, "zh", "phone"), house)
    assert "还差" in page.locator("#missing").inner_text()
    write(page, "#a_workers", "三十五")
    page.wait_for_selector("#note-workers .field-error")
    assert page.locator("#note-workers").inner_text().strip() == "未保存： 请填写 0 至 1,000,000 之间的整数。"
    assert page.input_value("#a_workers") == "三十五"
    write(page, "#a_workers", "35")
    saved(page)
    photographed(page)
    page.locator(".bar-buttons .btn-primary").click()
    page.wait_for_selector("#ask a")
    filled(page)
    page.locator(".bar-buttons .btn-primary").click()
    page.wait_for_selector("#ask .btn-primary")
    snap(page, "check-doubts", full_page=False)
    page.locator("#ask .btn-primary").click()
    page.wait_for_selector(".state-submitted")
    assert SEEN in page.locator(".check-read").inner_text()
    assert page.url.endswith(f"?for={house.red.case_id}")
    assert sideways(page) == 0
    snap(page, "check-read")
    assert axe(page) == []


def test_of_two_open_pages_the_second_keeps_what_was_written_and_may_save_it(house: House, page_as):
    first, second = begun(page_as(OFFICER), house, "audit"), begun(page_as(OFFICER), house, "audit")
    assert first.url == second.url
    write(first, "#a_summary", "Written first, 1")
    saved(first)
    write(second, "#a_summary", "Written second, 2")
    second.wait_for_selector("#said [data-problem=stale-version]")
    assert "Written first, 1" in second.locator("#said").inner_text()
    snap(second, "check-stale", full_page=False)
    second.locator("#said .btn-primary").click()
    second.wait_for_selector("#said:empty", state="attached")
    saved(second)
    assert second.input_value("#a_summary") == "Written second, 2"


def test_a_session_that_ends_while_somebody_writes_costs_no_word(house: House, page_as):
    page = begun(page_as(OFFICER), house, "event")
    kept = page.context.cookies()
    page.context.clear_cookies(name="ews-session")
    write(page, "#a_summary", SEEN)
    page.wait_for_selector("#said [data-problem=unauthenticated] a[target=_blank]")
    assert page.input_value("#a_summary") == SEEN
    page.context.add_cookies(kept)
    page.locator("[data-save]").click()
    page.wait_for_selector("#said:empty", state="attached")
    saved(page)
    page.reload()
    assert page.input_value("#a_summary") == SEEN
