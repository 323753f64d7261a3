"""A policy is tried by one person and let hold by another; a model is read by whoever lends by it, and promoted."""

import shutil
from dataclasses import replace

import pytest

from ews.models.champion import add_model, champion
from ews.models.comparison import keep_comparison
from ews.policy.policy import DEFAULT, FILES
from ews.serving.credentials import PLAIN_COOKIE
from ews.serving.pages.policy.revised import PARTS
from tests.browser.axe import axe
from tests.browser.house import OFFICER, RISK
from tests.browser.screens import sideways, snap
from tests.models.comparisons import comparison

NOTE = "纪要：更早预警"
SECOND, OWNER, VALIDATOR, OPERATOR = "zhao", "sun", "zhou", "wu"
CHANGE = ("values  = { 1900-01-01 = 0.02 }", "values  = { 1900-01-01 = 0.02, 2026-07-01 = 0.01 }")


@pytest.fixture
def draft(house):
    """Return the name of a draft that the bank put into the home."""
    folder = house.served.settings.home / "drafts" / "tighter"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in FILES:
        text = (DEFAULT / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace(*CHANGE), encoding="utf-8")
    return folder.name


@pytest.fixture
def challenger(house):
    """Return the id of a model that was trained, passed the gate and does not decide."""
    home = house.served.settings.home
    now = champion(home, "synthetic")
    model = replace(now, reference={"rows": 10, "defaults": 1})
    add_model(home, model)
    keep_comparison(home, "synthetic", comparison(model.model_id, now.model_id))
    return model.model_id


def proposed(page, draft, watch):
    """Have somebody propose the draft, whose session ends in the middle of it, and return the proposal's address."""
    page.goto("/policy/changes")
    assert axe(page) == []
    page.click(f"tr:has-text('{draft}') button")
    page.wait_for_url("**/policy/compare/*")
    assert page.locator(".changes-table tbody tr").count() == 1
    assert axe(page) == []
    page.fill("#note", NOTE)
    kept = page.context.cookies()
    page.context.clear_cookies(name=PLAIN_COOKIE)
    page.click("#propose ~ form button")
    page.wait_for_selector("#propose-said [data-problem=unauthenticated]")
    watch.take()  # the browser tells of the 401
    assert page.input_value("#note") == NOTE
    page.context.add_cookies(kept)
    page.click("#propose ~ form button")
    page.wait_for_url("**/policy/proposals/*")
    return page.url


def test_one_proposes_a_policy_and_another_lets_it_hold(page_as, draft, watch):
    page = page_as(RISK, "zh")
    address = proposed(page, draft, watch)
    assert page.locator("form[action$=approve]").count() == 0
    snap(page, "policy-proposal")
    late = page_as(SECOND, "en")
    late.goto(address)
    late.click("summary:has-text('Refuse it')")
    late.fill("#refusal", "Too early")
    assert axe(late) == []
    other = page_as(SECOND, "en")
    other.goto("/policy")
    other.click("a:has(.badge-count)")
    other.click("tr.row-open a")
    other.fill("form[action$=approve] textarea", "No book at hand to try it on; it was read word by word.")
    other.click("form[action$=approve] button")
    other.wait_for_selector("text=carried out")
    late.click("form[action$=refuse] button")
    late.wait_for_selector("#decide-said [data-problem=stale-version]")
    watch.take()  # the browser tells of the 409
    assert late.input_value("#refusal") == "Too early"
    other.goto("/policy?text=pd_rise_noticed_from&on=2026-07-01")
    assert "since 2026-07-01" in other.locator("#pd_rise_noticed_from").inner_text()


@pytest.mark.parametrize("part", PARTS)
def test_each_part_of_the_policy_can_be_read_at_a_desk_and_on_a_phone(page_as, part):
    page = page_as(OFFICER, "zh")
    page.goto(f"/policy?part={part}")
    snap(page, f"policy-{part}")
    assert axe(page) == []
    small = page_as(OFFICER, "en", "phone")
    small.goto(f"/policy?part={part}")
    snap(small, f"policy-{part}")
    assert sideways(small) == 0


@pytest.mark.parametrize(("language", "screen"), [("zh", "desk"), ("en", "phone")])
def test_an_officer_reads_what_the_model_looks_at(page_as, language, screen):
    page = page_as(OFFICER, language, screen)
    page.goto("/model")
    for name in [place.get_attribute("data-chart") for place in page.locator("[data-chart]").all()]:
        page.locator(f"[data-chart='{name}']").scroll_into_view_if_needed()
        page.locator(f"[data-chart='{name}'][data-drawn]").wait_for()
    page.click(".all-measures summary")
    snap(page, "model")
    assert page.locator(".family").count() == 10
    assert axe(page) == []
    assert sideways(page) == 0


@pytest.mark.parametrize(("language", "screen"), [("zh", "desk"), ("en", "phone")])
def test_an_operator_begins_with_what_came_in_and_what_was_made_of_it(page_as, language, screen):
    page = page_as(OPERATOR, language, screen)
    page.goto("/")
    assert page.url.endswith("/operations")
    assert page.locator(".to-look li").count() > 0
    snap(page, "operations")
    assert axe(page) == []
    assert sideways(page) == 0


def test_a_model_is_proposed_by_its_owner_and_promoted_by_a_validator(page_as, challenger):
    page = page_as(OWNER, "zh")
    page.goto("/model")
    page.click(".other details:has(form) summary")
    page.fill(".other textarea", "年度重训")
    page.click(".other form button")
    page.wait_for_selector("tr.row-open")
    other = page_as(VALIDATOR, "en")
    other.goto("/model")
    assert axe(other) == []
    other.click("form[action$=approve] button")
    other.wait_for_selector(f".model-facts code:has-text('{challenger[:12]}')")
    assert other.locator("tr.row-open").count() == 0
