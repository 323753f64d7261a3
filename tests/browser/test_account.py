"""Somebody changes the own password and ends a session that was left open elsewhere."""

import pytest

from ews.domain.people import Role
from tests.browser.axe import axe
from tests.browser.conftest import log_in
from tests.browser.house import OFFICER
from tests.browser.screens import sideways, snap

NEW = "seven geese and a violin"


def _changed(page, before, new):
    for field, value in (("password", before), ("new_password", new), ("new_password_again", new)):
        page.fill(f"#{field}", value)
    page.press("#new_password_again", "Enter")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_people_change_their_password_and_end_what_was_left_open(house, page_as, language):
    user_id = f"chen-{language}"
    house.served.opened(user_id, Role.OFFICER, house.red.branch_id)
    left = page_as(None, language)
    log_in(left, user_id, house.password)
    page = page_as(None, language)
    log_in(page, user_id, house.password)
    page.click(".account summary")
    page.click(".account-menu a[href='/account']")
    page.wait_for_url("**/account")
    assert (page.locator("tbody tr").count(), sideways(page), axe(page)) == (2, 0, [])
    snap(page, "account")
    _changed(page, house.password, "password2026")
    page.wait_for_selector("#new_password-told [role=alert]")
    assert (page.locator("#new_password:focus").count(), axe(page)) == (1, [])
    snap(page, "account-refused")
    _changed(page, house.password, NEW)
    page.wait_for_url("**/account?done=password")
    assert page.locator("tbody tr").count() == 1
    snap(page, "account-changed")
    left.goto("/my-day")
    left.wait_for_url("**/login*")
    log_in(left, user_id, NEW)
    page.reload()
    page.click("tbody button")
    page.wait_for_url("**/account?done=session")
    left.reload()
    left.wait_for_url("**/login*")


def test_the_page_fits_a_phone(page_as):
    page = page_as(OFFICER, "zh", "phone")
    page.goto("/account")
    assert (sideways(page), axe(page)) == (0, [])
    snap(page, "account")
