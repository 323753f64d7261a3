"""Screens: the sizes that pages are looked at in, and pictures of what was seen there.

Writes  test-output/screenshots/<language>/<screen>/<name>.png, or below EWS_TEST_OUTPUT
"""

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCREENS: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {"width": 1366, "height": 768}},
    "wide": {"viewport": {"width": 1920, "height": 1080}},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}
LOCALES = {"zh": "zh-CN", "en": "en-US"}
OUTPUT = Path(__file__).parents[2] / "test-output"


def snap(page: Page, name: str, *, full_page: bool = True) -> Path:
    """Keep a picture of the page by its language and screen; a later one of the same name takes its place."""
    folder = Path(os.environ.get("EWS_TEST_OUTPUT") or OUTPUT) / "screenshots" / language_of(page) / screen_of(page)
    path = folder / f"{name}.png"
    page.screenshot(path=path, full_page=full_page, animations="disabled", caret="initial")
    return path


def language_of(page: Page) -> str:
    return str(page.evaluate("document.documentElement.lang")).partition("-")[0] or "none"


def screen_of(page: Page) -> str:
    """Return the name of the screen, its size where it has none."""
    size = page.viewport_size or {"width": 0, "height": 0}
    named = (name for name, one in SCREENS.items() if one["viewport"] == size)
    return next(named, f"{size['width']}x{size['height']}")


def sideways(page: Page) -> int:
    """Return how many pixels a page is wider than its screen: nobody should have to scroll sideways."""
    width = "Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"
    return int(page.evaluate(width))
