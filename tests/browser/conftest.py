"""A Chromium, the service, and pages of people who are logged in.

Playwright keeps an event loop running while it is open, so that browser and service live as long as one file of tests.
Where there is no Chromium these tests are skipped; `make test` brings one where it may.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright

from tests.browser.house import House, open_house
from tests.browser.screens import LOCALES, SCREENS
from tests.browser.watch import Watch
from tests.homes import ScoredHome

PATIENCE_MS = 15_000
_ALONE = ("--no-sandbox", "--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1")
"""As root there is no sandbox; whatever a page tries, nothing leaves this machine."""

PageAs = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> str:
    found = shutil.which(os.environ.get("EWS_CHROMIUM") or "chromium")
    if found is None:
        pytest.skip("There is no Chromium: install Debian's chromium, or name one in EWS_CHROMIUM")
    return found


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=_ALONE)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def house(chromium: str, scored: ScoredHome, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Serve a home of this file's own; `house.clock` may be set, `house.night()` does what is due by then."""
    with open_house(scored, shared, tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture(scope="module")
def sessions() -> dict[tuple[str, datetime], StorageState]:
    """Cookies of whoever has logged in, at each time that the clock was set to."""
    return {}


@pytest.fixture
def watch(house: House) -> Iterator[Watch]:
    """Watch all pages of a test; it fails for what was seen and not taken."""
    opened = Watch(house.host)
    yield opened
    assert opened.take() == []


@pytest.fixture
def page_as(browser: Browser, house: House, sessions: dict[Any, StorageState], watch: Watch) -> Iterator[PageAs]:
    """Return what opens a page: `page_as("zhang", "zh", "desk")`; None for somebody who is not logged in."""
    contexts: list[BrowserContext] = []

    def opened(user_id: str | None = None, language: str = "zh", screen: str = "desk") -> Page:
        key = (user_id, house.clock())
        new_context = partial(
            browser.new_context,
            base_url=house.address,
            locale=LOCALES[language],
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            **SCREENS[screen],
        )
        context = new_context(storage_state=sessions.get(key))
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        watch.over(context)
        page = context.new_page()
        if user_id is not None and key not in sessions:
            log_in(page, user_id, house.password)
            sessions[key] = context.storage_state()
        return page

    yield opened
    for context in contexts:
        context.close()


def log_in(page: Page, user_id: str, password: str) -> None:
    """Log somebody in by the page for it."""
    page.goto("/login")
    page.fill("#user", user_id)
    page.fill("#password", password)
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
