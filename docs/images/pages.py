"""Takes the pictures of the pages: `python docs/images/pages.py ADDRESS USER PASSWORD BORROWER`, of a served demo."""

import io
import os
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
CHROMIUM = os.environ.get("EWS_CHROMIUM", "/usr/bin/chromium")
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
COLOURS = 256


def main(address: str, user: str, password: str, borrower: str) -> None:
    """Log in and take the borrower page and the portfolio, in both languages."""
    pages = {"borrower": (f"/borrowers/{borrower}", 1_330), "portfolio": ("/portfolio", 1_180)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for language, locale in LANGUAGES.items():
            context = browser.new_context(viewport={"width": 1_366, "height": 1_180}, locale=locale)
            context.add_cookies([{"name": "ews-language", "value": language, "url": address}])
            page = context.new_page()
            page.goto(f"{address}/login")
            page.fill("#user", user)
            page.fill("#password", password)
            page.click("main button")
            for name, (path, height) in pages.items():
                page.set_viewport_size({"width": 1_366, "height": height})
                page.goto(f"{address}{path}")
                _take(page, HERE / f"{name}.{language}.png")
        browser.close()


def _take(page: Page, path: Path) -> None:
    """Keep what is seen when everything is drawn, with few colours: pages have few."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1_200)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE).save(path, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:5])
