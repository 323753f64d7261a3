"""From the borrower to the paper: read it, print it, save it as a Word file, in both languages, desk and phone."""

import io
from pathlib import Path

import pytest
from docx import Document

from tests.browser.axe import axe
from tests.browser.house import OFFICER
from tests.browser.screens import sideways, snap

pytestmark = pytest.mark.usefixtures("watch")

TITLES = {
    ("report", "zh"): "贷后风险预警监控报告",
    ("report", "en"): "Post-loan risk monitoring and warning report",
    ("dossier", "zh"): "尽职免责档案",
    ("dossier", "en"): "Due-diligence file",
}


@pytest.mark.parametrize(("language", "screen"), [("zh", "desk"), ("en", "desk"), ("zh", "phone")])
def test_a_paper_is_read_where_somebody_sits(house, page_as, language, screen):
    page = page_as(OFFICER, language, screen)
    for kind in ("report", "dossier"):
        page.goto(f"/borrowers/{house.red.borrower_id}/{kind}")
        assert page.locator(".paper").get_by_text(TITLES[kind, language]).first.is_visible()
        assert page.locator("[data-print]").is_visible()
        pictures = page.locator(".paper .drawn img")
        assert pictures.count() == (7 if kind == "report" else 0)
        for picture in pictures.all():
            assert picture.evaluate("one => one.complete && one.naturalWidth") == 1122
        assert sideways(page) == 0
        snap(page, f"paper-{kind}")
        assert axe(page) == []


def test_the_report_is_printed_and_saved_from_the_page_of_the_borrower(house, page_as):
    page = page_as(OFFICER)
    page.goto(f"/borrowers/{house.red.borrower_id}")
    page.click(f"a[href*='/borrowers/{house.red.borrower_id}/report']")
    page.wait_for_selector("article.paper.official")
    page.evaluate("() => { window.print = () => { window.printed = true; }; }")
    page.click("[data-print]")
    assert page.evaluate("window.printed") is True
    page.emulate_media(media="print")
    assert page.locator(".topbar").is_hidden()
    assert page.locator(".paper-bar").is_hidden()
    page.emulate_media(media="screen")
    with page.expect_download() as saving:
        page.click("a[download]")
    saved = saving.value
    assert saved.suggested_filename.startswith(f"贷后风险预警监控报告-{house.red.borrower_id}-")
    document = Document(io.BytesIO(Path(saved.path()).read_bytes()))
    assert document.paragraphs[0].text == "贷后风险预警监控报告"
    page.click(".paper-bar a[lang=en]")
    page.wait_for_selector("article.paper[lang=en]")
    assert page.locator(".paper h1").inner_text() == TITLES["report", "en"]
