"""An officer acts on a red warning beside the list and stays there; a colleague is faster; a session ends meanwhile."""

import pytest

from ews.domain.people import Role
from tests.browser.axe import axe
from tests.browser.house import MANAGER, OFFICER, House
from tests.browser.screens import sideways, snap

pytestmark = pytest.mark.usefixtures("watch")

REASON = "停产一条线，最大客户拖欠货款86万元 <b>已核对</b>"


def beside(page, case_id: str, path: str = "/warnings"):
    """Open a case beside a list."""
    page.goto(path)
    page.locator(f"[data-open][href='/cases/{case_id}']").first.click()
    page.wait_for_selector(f"#panel [data-case={case_id}]")
    return page


def another(page, house: House) -> str:
    """Return the first case of the list that is not the red one."""
    page.goto("/warnings")
    paths = page.locator("tr[data-row] [data-open]").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    return next(str(path).rpartition("/")[2] for path in paths if not path.endswith(house.red.case_id))


def act(page, verb: str):
    unfold(page, verb)
    page.locator(f"#panel form[action$='/{verb}'] button").click()


def unfold(page, verb: str):
    details = page.locator(f"#panel details.verb:has(form[action$='/{verb}'])")
    if details.get_attribute("open") is None:
        details.locator("summary").click()


@pytest.mark.parametrize(("language", "screen"), [("zh", "desk"), ("en", "phone")])
def test_a_case_reads_well_on_a_page_of_its_own(house: House, page_as, language, screen):
    page = page_as(OFFICER, language, screen)
    page.goto(f"/cases/{house.red.case_id}")
    assert page.locator("h1 .level-red").is_visible()
    assert sideways(page) == 0
    snap(page, "case")
    assert axe(page) == []
    for kind in ("measure", "override", "watch", "contact"):
        page.goto(f"/borrowers/{house.red.borrower_id}/act?kind={kind}")
        assert sideways(page) == 0
        snap(page, f"open-{kind}")
        assert axe(page) == []


def test_a_warning_is_acted_on_beside_the_list(house: House, page_as):
    case_id = house.red.case_id
    page = beside(page_as(OFFICER), case_id)
    page.evaluate(
        "document.body.addEventListener('case-changed', (one) => { document.body.dataset.told = one.detail.case_id })"
    )
    act(page, "acknowledge")
    page.wait_for_selector("#panel .case-done")
    page.locator(f"body[data-told={case_id}]").wait_for()
    assert page.url.endswith("/warnings")
    assert page.evaluate("document.activeElement.className") == "case-done"
    assert page.locator("#panel .case-steps .is-now").inner_text() == "已签收"
    assert page.locator("#panel .case-blocked a[href*='/checks/new']").count() == 1
    snap(page, "case-beside", full_page=False)
    page.keyboard.press("Escape")
    assert page.locator("#panel > *").count() == 0
    page.goto(f"/cases/{case_id}")
    assert axe(page) == []


def test_a_field_that_was_drawn_larger_gives_no_style_to_the_one_that_follows_it(house: House, page_as):
    """A style that htmx would copy breaks the policy of the page, which the watch over each test tells."""
    page = page_as(OFFICER, "en", "desk")
    case_id = another(page, house)
    beside(page, case_id)
    drawn = page.locator("#panel textarea[id]").evaluate_all(
        "all => all.map((one) => { one.style.height = '9rem'; return one.id })"
    )
    assert drawn
    page.locator(f"#panel [data-case={case_id}]").evaluate(
        "(one, path) => htmx.ajax('GET', path, {target: '#panel', swap: 'innerHTML'})", f"/cases/{case_id}"
    )
    page.wait_for_function("id => document.getElementById(id)?.style.height === ''", arg=drawn[0])
    page.wait_for_timeout(100)  # what is copied is taken back after a moment


def test_of_two_people_the_second_keeps_what_was_written_and_sends_it_again(house: House, page_as):
    house.served.opened("chen", Role.OFFICER, house.red.branch_id)
    case_id = another(page_as(OFFICER), house)
    page = beside(page_as(OFFICER), case_id)
    if page.locator("#panel form[action$='/acknowledge']").count():
        act(page, "acknowledge")
        page.wait_for_selector("#panel .case-done")
    unfold(page, "hand-over")
    page.select_option("#panel form[action$='/hand-over'] select", "chen")
    page.fill("#panel form[action$='/hand-over'] textarea", REASON)
    other = page_as(MANAGER, "en")
    other.goto(f"/cases/{case_id}")
    other.locator("details.verb:has(form[action$='/hand-over']) > summary").click()
    other.select_option("form[action$='/hand-over'] select", MANAGER)
    other.fill("form[action$='/hand-over'] textarea", "I know the trade.")
    other.locator("form[action$='/hand-over'] button").click()
    other.wait_for_selector(".case-facts")
    act(page, "hand-over")
    page.wait_for_selector("#panel .trouble")
    assert "I know the trade." in page.locator("#panel .trouble").inner_text()
    assert page.input_value("#panel form[action$='/hand-over'] textarea") == REASON
    snap(page, "case-somebody-was-faster", full_page=False)
    act(page, "hand-over")
    page.wait_for_selector("#panel .case-done")
    assert REASON in page.locator("#panel .acts").inner_text()


def test_a_session_that_ends_keeps_what_was_written(house: House, page_as):
    page = page_as(OFFICER)
    case_id = another(page, house)
    beside(page, case_id)
    unfold(page, "hand-over")
    page.select_option("#panel form[action$='/hand-over'] select", MANAGER)
    page.fill("#panel form[action$='/hand-over'] textarea", REASON)
    kept = page.context.cookies()
    page.context.clear_cookies()
    act(page, "hand-over")
    page.wait_for_selector("#panel .said [data-problem=unauthenticated]")
    assert page.input_value("#panel form[action$='/hand-over'] textarea") == REASON
    snap(page, "case-session-ended", full_page=False)
    page.context.add_cookies(kept)
    act(page, "hand-over")
    page.wait_for_selector("#panel .case-done")
