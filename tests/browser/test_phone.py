"""On a phone: the menu and the filters behind buttons, lists as cards, nothing that scrolls the page sideways."""

import pytest

from tests.browser.axe import axe
from tests.browser.house import MANAGER, House
from tests.browser.screens import sideways, snap

pytestmark = pytest.mark.usefixtures("watch")
PHONE = {"width": 390, "height": 844}


def test_a_manager_finds_all_pages_and_filters_on_a_phone(house: House, page_as):
    page = page_as(MANAGER)
    page.set_viewport_size(PHONE)
    page.goto("/borrowers?level=red")
    assert not page.locator(".menu").is_visible()
    page.locator(".drawer summary").click()
    assert page.locator(".drawer a").all_inner_texts()[-1] == "模型"
    page.locator(".drawer summary").click()
    assert axe(page) == []  # with the drawer open it half covers a link of the list
    button = page.locator(".filters-button")
    assert (button.text_content(), page.locator("#find, [name=level]").first.is_visible()) == ("筛选1", False)
    button.click()
    assert page.locator("select[name=level]").is_visible()
    assert sideways(page) == 0
    snap(page, "phone-borrowers", full_page=False)
