"""Papers on the screen: the monitoring report and the due-diligence file, read, printed and saved as Word files."""

import io
import re
from dataclasses import replace
from html import unescape

import pytest
from docx import Document

from ews.serving.pages.render import HEADERS
from tests.casework.people import AUDITOR, HEAD, OFFICER, OPERATOR, OTHER
from tests.casework.report.made import exhibit
from tests.store.samples import published, row

ENGLISH = {"cookie": "ews-language=en"}
PATHS = ("/borrowers/B1/report", "/borrowers/B1/dossier")


def text_of(response):
    document = Document(io.BytesIO(response.content))
    cells = [cell.text for table in document.tables for line in table.rows for cell in line.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def links_of(page):
    return [unescape(one) for one in re.findall(r'href="(/borrowers/[^"]+)"', page)]


def test_the_report_is_read_printed_and_saved_from_one_page(client_as):
    client = client_as(OFFICER)
    response = client.get(PATHS[0])
    assert response.status_code == 200
    assert response.headers["content-security-policy"] == HEADERS["content-security-policy"]
    page = response.text
    assert "贷后风险预警监控报告" in page
    assert "data-print" in page
    assert links_of(page) == [
        "/borrowers/B1?portfolio=sme",
        "/borrowers/B1/dossier?portfolio=sme",
        "/borrowers/B1/report?portfolio=sme&lang=en",
        "/borrowers/B1/report.docx?portfolio=sme&lang=zh",
    ]
    for link in links_of(page)[1:]:
        assert client.get(link).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_a_paper_keeps_to_the_policy_of_pages(client_as, path):
    page = client_as(OFFICER).get(path).text
    assert " style=" not in page
    assert "<style" not in page
    assert re.findall(r"<script(?![^>]* src=)", page) == []
    assert page.count("<h1>") == 1
    assert {one.partition(":")[0] for one in re.findall(r'src="([^"]+)"', page)} <= {"data"} | {
        one.partition(":")[0] for one in re.findall(r'src="(/static/[^"]+)"', page)
    }


def test_the_style_of_papers_is_served_for_good(client_as):
    client = client_as(OFFICER)
    page = client.get(PATHS[0]).text
    address = re.search(r'href="(/static/paper\.css\?v=[0-9a-f]{16})"', page)
    assert address is not None
    response = client.get(address[1])
    assert response.headers["content-type"].startswith("text/css")
    assert "immutable" in response.headers["cache-control"]
    rules = re.findall(r"(?:^|[}{])\s*([^@{}]+)\{", re.sub(r"@page \{.*?\} \}", "", response.text))
    assert [one for one in rules for part in one.split(",") if not part.strip().startswith(".paper")] == []


def test_a_paper_is_read_in_the_language_of_the_reader_or_the_one_asked_for(client_as):
    client = client_as(OFFICER)
    assert "Post-loan risk monitoring and warning report" in client.get(PATHS[0], headers=ENGLISH).text
    assert "Due-diligence file" in client.get(PATHS[1], headers=ENGLISH).text
    asked = client.get(PATHS[0], headers=ENGLISH, params={"lang": "zh"}).text
    assert '<article class="paper official" lang="zh-CN">' in asked
    assert "Save as Word" in asked
    assert "lang=zh" in next(one for one in links_of(asked) if "docx" in one)


def test_word_files_are_named_by_title_borrower_and_day(client_as):
    client = client_as(OFFICER)
    report, dossier = client.get("/borrowers/A%2F1/report.docx"), client.get("/borrowers/A%2F1/dossier.docx")
    assert report.headers["content-disposition"] == (
        'attachment; filename="report-A_1-20260731.docx"; '
        "filename*=UTF-8''%E8%B4%B7%E5%90%8E%E9%A3%8E%E9%99%A9%E9%A2%84%E8%AD%A6%E7%9B%91%E6%8E%A7%E6%8A%A5%E5%91%8A-A_1-20260731.docx"
    )
    assert dossier.headers["content-disposition"].endswith("-A_1-20260801.docx")
    assert "贷后风险预警监控报告" in text_of(report)
    assert "尽职免责档案" in text_of(dossier)
    assert "Due-diligence" not in text_of(dossier)


def test_the_exhibit_of_the_batch_is_drawn(client_as, services):
    asked = []

    def find(batch_id, borrower_id):
        asked.append((batch_id, borrower_id))
        return exhibit()

    page = client_as(HEAD, services=replace(services, find_exhibit=find)).get(PATHS[0]).text
    assert asked == [("b1", "B1")]  # as the record says
    assert page.count("data:image/png;base64,") == 7
    assert "由本户为其担保 180.0 万元" in page
    assert client_as(OFFICER).get(PATHS[0]).text.count("data:image/png;base64,") == 2


def test_an_officer_sees_no_party_of_another_branch(client_as, services):
    client = client_as(OFFICER, services=replace(services, find_exhibit=lambda *_: exhibit()))
    for path in (*PATHS, "/borrowers/B1/report.docx"):
        response = client.get(path)
        text = text_of(response) if path.endswith("docx") else response.text
        assert "海达" not in text
    assert "party-1" in client.get(PATHS[0]).text


@pytest.mark.parametrize("path", [*PATHS, "/borrowers/B1/report.docx", "/borrowers/B1/dossier.docx"])
def test_who_looks_at_a_paper_is_logged_with_the_borrower(client_as, looked, path):
    assert client_as(AUDITOR).get(path).status_code == 200
    entry = looked.entries[-1]
    assert (entry.user_id, entry.subject, entry.borrowers) == ("auditor", path, ("B1",))


@pytest.mark.parametrize("path", PATHS)
def test_a_borrower_out_of_sight_reads_like_none(client_as, path):
    foreign, missing = client_as(OTHER).get(path), client_as(OFFICER).get(path.replace("B1", "B99"))
    assert (foreign.status_code, missing.status_code) == (404, 404)
    for response in (foreign, missing):
        assert "查无此客户" in response.text
        assert "Firm" not in response.text
    assert client_as(OPERATOR).get(path).status_code == 403


def test_the_same_id_in_two_portfolios_has_to_be_told_apart(client_as, store):
    published(store, "retail", [row("B1", portfolio="retail")], portfolio="retail")
    client = client_as(HEAD)
    asked = [client.get(PATHS[0], params={"portfolio": one} if one else {}) for one in (None, "sme", "none")]
    assert [one.status_code for one in asked] == [409, 200, 422]


def test_another_language_or_parameter_is_refused(client_as):
    client = client_as(OFFICER)
    assert client.get(PATHS[0], params={"lang": "fr"}).status_code == 422
    assert client.get(PATHS[0], params={"format": "pdf"}).status_code == 400


def test_programs_get_the_report_as_a_word_file_too(client_as, problem_of):
    response = client_as(OFFICER).get("/v1/borrowers/B1/report.docx", params={"lang": "en"})
    assert "Post-loan risk monitoring and warning report" in text_of(response)
    assert 'filename="report-B1-20260731.docx"' in response.headers["content-disposition"]
    assert problem_of(client_as(OTHER).get("/v1/borrowers/B1/report.docx"))[:2] == (404, "unknown-borrower")


@pytest.mark.parametrize("name", ["华" * 200, "<b onclick=alert(1)>甲</b>", "\u202eמסחר"])
def test_a_hostile_name_does_not_break_the_page(client_as, store, name):
    published(store, "august", [row("B1", name=name)])
    page = client_as(HEAD).get(PATHS[0], params={"portfolio": "sme"}).text
    assert "<b onclick" not in page
    assert "\u202e" not in page.split("<article", 1)[1]
