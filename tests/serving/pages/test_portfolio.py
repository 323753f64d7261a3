"""The pages of the book, its lists and its files."""

import re
import zipfile
from csv import reader
from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO, StringIO
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pyarrow as pa
import pytest

from ews.domain.exhibits import CircleTotals
from ews.domain.levels import Tier, WarningLevel
from ews.serving.pages.portfolio import workbook
from ews.serving.pages.portfolio.asked import Heat
from ews.serving.pages.portfolio.file_table import plain
from ews.serving.pages.portfolio.heat_map import bars
from ews.store.engine import open_store
from tests.casework.people import HEAD, MACHINE, MANAGER, OFFICER, OPERATOR
from tests.store.samples import JUNE, published, row

AUGUST, SEPTEMBER = date(2026, 8, 31), date(2026, 9, 30)
WILD = "<b>=2+5</b> \u202e" + "名" * 200
NONE, RED = WarningLevel.NONE, WarningLevel.RED
MONEY = {"expected_loss_fen": 1_000_00, "provision_fen": 500_00, "stage": 2}


def person(borrower_id, as_of, level=NONE, tier=Tier.PASS, **changed):
    """Return a row of the book with money in all its columns."""
    known = {name: changed.pop(name) for name in MONEY if name in changed}
    return replace(row(borrower_id, as_of=as_of, level=level, tier=tier, **changed), **{**MONEY, **known})


THEN = [
    person("P1", AUGUST, name="Alpha", exposure_fen=1_000_000_00),
    person("P2", AUGUST, name="Beta", exposure_fen=500_000_00, grade="G5"),
    person("P4", AUGUST, name="Gone", exposure_fen=200_000_00),
    person("Q1", AUGUST, branch_id="branch-2", officer_id="officer-9", exposure_fen=100_000_00),
]
AFTER = [
    person("P1", SEPTEMBER, RED, Tier.SUBSTANDARD, name="Alpha", exposure_fen=1_200_000_00, expected_loss_fen=9_000_00),
    person("P2", SEPTEMBER, name="Beta", exposure_fen=500_000_00),
    person("P3", SEPTEMBER, name="=1+1", exposure_fen=None, expected_loss_fen=None, industry=None),
    person("Q1", SEPTEMBER, WarningLevel.YELLOW, branch_id="branch-2", officer_id="officer-9", name=WILD,
           exposure_fen=100_000_00, industry="mining"),
]  # fmt: skip
CIRCLE = CircleTotals("G0", 4, 3, 1_800_000_00, 1, 1_200_000_00, 300_000_00, "Q1", ("branch-1", "branch-2"),
                      ("G0", "P1", "P2", "Q1"))  # fmt: skip


@pytest.fixture
def services(services, store):
    published(store, "august", THEN, as_of=AUGUST)
    published(store, "september", AFTER, as_of=SEPTEMBER, compared_id="august")
    return replace(services, find_circles=lambda batch_id: [CIRCLE] if batch_id == "september" else [])


@pytest.fixture
def page(client_as):
    """Return what opens a page of the book in English, as head office where nobody else is named."""
    client_of = cache(client_as)

    def opened(path, actor=HEAD, *, lang="en", **headers):
        client = client_of(actor)
        client.cookies.set("ews-language", lang)
        return client.get(path, headers={"accept": "text/html", **headers}, follow_redirects=False)

    return opened


def text(response):
    """Return what a page says, without its marks."""
    assert response.status_code == 200, response.text
    body = response.text[response.text.index("<main") :] if "<main" in response.text else response.text
    return re.sub(r"\s+", " ", re.sub(r"<script.*?</script>|<[^>]+>", " ", body, flags=re.DOTALL))


def links(response):
    return re.findall(r'href="(/borrowers\?[^"]*)"', response.text)


def listed(response):
    """Return the ids of the rows of a list."""
    return re.findall(r'data-open href="/borrowers/([^"?]+)', response.text)


def cells(response, number=1):
    """Return a sheet of a workbook, as (kind, value) by cell."""
    with zipfile.ZipFile(BytesIO(response.content)) as file:
        sheet = ET.fromstring(file.read(f"xl/worksheets/sheet{number}.xml"))  # noqa: S314 - made by ourselves
    space = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    found = {}
    for cell in sheet.iterfind(".//x:c", space):
        inner = cell.find(".//x:t", space) if cell.get("t") == "inlineStr" else cell.find("x:v", space)
        found[cell.get("r")] = (cell.get("t", "n"), None if inner is None else inner.text)
        assert cell.find("x:f", space) is None, "a formula"
    return found


def test_four_figures_stand_first_with_movement_and_their_lists(page):
    shown = page("/portfolio")
    told = text(shown)
    assert (
        "Exposure CNY 1.8 m ▲ +0 · 4 borrowers in all" in told.replace("+0 ", "+0 ")
        or "Exposure CNY 1.8 m unchanged" in told
    )
    assert "Non-performing ratio 66.67%" in told
    assert "Red warnings 1 ▲ +1 · CNY 1.2 m exposure" in told
    assert {"/borrowers?tier=non_performing", "/borrowers?level=red"} <= set(links(shown))


def test_every_link_of_the_first_view_leads_to_a_list_of_as_many_as_it_says(page):
    shown = page("/portfolio?view=number&scale=level")
    said = dict(re.findall(r'href="(/borrowers\?[^"]+)"[^>]*><strong>(\d+)</strong>', shown.text))
    assert len(said) >= 3
    for path, number in said.items():
        assert f"{number} borrower" in text(page(path.replace("&amp;", "&"))), path


@pytest.mark.parametrize("scale", ["tier", "grade", "level"])
def test_each_cell_of_the_matrix_leads_to_the_borrowers_it_counts(page, scale):
    shown = page(f"/portfolio?scale={scale}")
    matrix = shown.text[shown.text.index('class="table matrix"') :]
    found = re.findall(rf'href="(/borrowers\?former_{scale}=\w+&amp;{scale}=\w+)">(\d+)', matrix)
    assert sum(int(number) for _, number in found) == 5  # all who are in either batch
    for path, number in found:
        assert len(listed(page(path.replace("&amp;", "&")))) == int(number)


def test_worse_is_right_of_the_diagonal(page):
    shown = page("/portfolio?scale=tier")
    assert re.search(
        r'class="num cell-worse-4"><a href="/borrowers\?former_tier=pass&amp;tier=substandard">1', shown.text
    )


@pytest.mark.parametrize("section", ["map", "course", "hits", "movers", "provisions", "circles"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_section_stands_in_the_page_and_alone(page, section, lang):
    part = page(f"/portfolio/parts/{section}", lang=lang, **{"hx-request": "true"})
    alone = page(f"/portfolio/parts/{section}", lang=lang)
    assert part.status_code == alone.status_code == 200
    assert part.text.lstrip().startswith("<section")
    assert "<!doctype html>" in alone.text
    assert 'aria-current="true"' in alone.text


def test_movers_tell_whose_expected_loss_rose_and_the_log_whom_it_was_about(page, looked):
    assert "+8,000" in text(page("/portfolio/parts/movers"))
    assert "P1" in looked.entries[-1].borrowers


def test_nothing_is_known_of_hits_before_anybody_could_be_followed(page):
    told = text(page("/portfolio/parts/hits"))
    assert "too early to say" in told
    assert "first batch" in told


def test_who_is_of_a_branch_sees_that_branch_and_is_offered_no_other(page):
    shown = page("/portfolio", MANAGER)
    assert "3 borrowers in all" in text(shown)
    assert 'name="branch"' not in shown.text
    assert "branch-2" not in shown.text
    assert "officer-9" not in page("/portfolio/parts/map", MANAGER).text
    assert listed(page("/borrowers", OFFICER)) == ["P1", "P2", "P3"]


@pytest.mark.parametrize(
    "query",
    [
        *("branch=branch-2", "branch=no-such", "officer=officer-9", "circle=Q1", "circle=nobody", "industry=none"),
        *("tier=x", "former_grade=G77", "movement=sideways", "reason=BAD", "stage=9"),
    ],
)
def test_a_word_that_somebody_cannot_know_is_refused_and_named(page, query):
    refused = page(f"/borrowers?{query}", MANAGER)
    assert refused.status_code == 422
    assert query.partition("=")[2] in refused.text


@pytest.mark.parametrize(
    "path",
    [
        "/portfolio?portfolio=none",
        "/portfolio?scale=colour",
        "/portfolio?heat=sun",
        "/borrowers?portfolio=none",
        "/borrowers?sort=colour",
        "/borrowers?work=sleeping",
        "/borrowers?in_default=maybe",
        "/borrowers?offset=-1",
        "/borrowers?offset=99999999999",
        "/borrowers?at_least=-5",
        f"/borrowers?text={'x' * 201}",
        "/borrowers.csv?tier=x",
        "/borrowers.xlsx?portfolio=none",
        "/portfolio/parts/kitchen",
    ],
)
def test_bad_input_is_told_on_a_page(page, path):
    refused = page(path, lang="zh")
    assert refused.status_code == 422
    assert 'class="problem"' in refused.text


def test_a_page_beyond_the_end_leads_back(page):
    told = text(page("/borrowers?offset=5000"))
    assert "The list ends before this page." in told
    assert "4 borrowers" in told


def test_filters_are_told_in_words_and_can_be_taken_out(page):
    shown = page("/borrowers?tier=substandard&former_tier=pass&at_least=1000")
    told = text(shown)
    assert "Tier substandard" in told
    assert "Tier before pass" in told
    assert "Exposure from 1,000 yuan" in told
    assert "/borrowers?former_tier=pass&amp;at_least=1000" in shown.text
    assert "上次五级分类 正常" in text(page("/borrowers?former_tier=pass", lang="zh"))


def test_empty_fields_of_the_form_ask_for_nothing(page):
    assert listed(page("/borrowers?text=&tier=&level=&branch=&sort=&desc=")) == ["P1", "P2", "Q1", "P3"]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("sort=exposure_fen&desc=no", ["Q1", "P2", "P1", "P3"]),
        ("sort=name&desc=no", ["Q1", "P3", "P1", "P2"]),
        ("movement=left", ["P4"]),
        ("movement=new", ["P3"]),
        ("exposure=unknown", ["P3"]),
        ("industry=(none)", ["P3"]),
        ("text=lph", ["P1"]),
        ("at_least=500000", ["P1", "P2"]),
        ("circle=G0", ["P1", "P2", "Q1"]),
        ("circle=P2&level=red", ["P1"]),
        ("level=warned", ["P1", "Q1"]),
    ],
)
def test_a_list_holds_whom_it_is_asked_for(page, query, ids):
    assert listed(page(f"/borrowers?{query}")) == ids


def test_sums_stand_above_the_rows(page):
    assert "3 borrowers · exposure CNY 1.8 m · expected loss CNY 11,000" in text(page("/borrowers?circle=G0"))
    assert "1 left the book and owed CNY 200,000 then" in text(page("/borrowers?movement=left"))


def test_pages_hold_fifty_and_lead_on(page, store):
    many = [person(f"N{number:03d}", SEPTEMBER, exposure_fen=number) for number in range(120)]
    published(store, "october", many, as_of=date(2026, 10, 31))
    first = page("/borrowers?sort=borrower_id&desc=no")
    assert len(listed(first)) == 50
    assert "1 to 50 of 120" in text(first)
    last = page("/borrowers?sort=borrower_id&desc=no&offset=100")
    assert listed(last) == [f"N{number:03d}" for number in range(100, 120)]
    assert 'rel="next"' not in last.text


def test_an_exact_id_leads_straight_to_the_borrower(page):
    for typed in ("P1", "p1"):
        away = page(f"/borrowers?text={typed}")
        assert (away.status_code, away.headers["location"]) == (303, "/borrowers/P1")
    assert page("/borrowers?text=A/1").headers["location"] == "/borrowers/A%2F1"
    assert page("/borrowers?text=P1&level=red").status_code == 200


def test_a_borrower_of_another_branch_is_not_found(page):
    for typed in ("Q1", "名名"):
        found = page(f"/borrowers?text={typed}", OFFICER)
        assert found.status_code == 200
        assert listed(found) == []
        assert "No borrower fits these filters." in text(found)


def test_names_of_any_kind_stay_text(page):
    shown = page("/borrowers")
    assert "<b>=2" not in shown.text
    assert "&lt;b&gt;=2+5&lt;/b&gt;" in shown.text


def test_the_log_holds_who_stood_on_the_page(page, looked):
    page("/borrowers?level=red")
    assert looked.entries[-1].borrowers == ("P1",)
    page("/portfolio")
    assert looked.entries[-1].borrowers == ()


def test_a_circle_is_told_by_a_member_that_may_be_known(page):
    head, branch = page("/portfolio/parts/circles"), page("/portfolio/parts/circles", MANAGER)
    assert "/borrowers?circle=Q1" in head.text
    assert "/borrowers?circle=P1" in branch.text
    assert "Q1" not in branch.text
    assert "G0" not in branch.text
    assert "1.8" in text(branch)
    members = page("/borrowers?circle=P1", MANAGER)
    assert listed(members) == ["P1", "P2"]
    assert "2 other members of the circle are of other branches" in text(members)


def test_before_the_first_batch_pages_say_so(client_as, services, tmp_path):
    empty = open_store(f"sqlite:///{tmp_path / 'empty.db'}")
    nothing = replace(services, store=empty, keeper=None, desk=replace(services.desk, store=empty))
    client = client_as(HEAD, services=nothing)
    client.cookies.set("ews-language", "en")
    for path in ("/portfolio", "/portfolio/parts/map", "/borrowers", "/borrowers?text=P1"):
        told = client.get(path)
        assert told.status_code == 200
        assert "Nothing has been published yet" in told.text
    assert client.get("/borrowers.csv", headers={"accept": "text/html"}).status_code == 404
    empty.close()


def test_without_an_earlier_batch_nothing_has_moved(page, store):
    published(store, "lone", [person("L1", JUNE, portfolio="lone")], portfolio="lone", as_of=JUNE)
    told = text(page("/portfolio?portfolio=lone"))
    assert "no earlier batch to compare with" in told
    assert "nothing can have moved yet" in told


def test_where_there_are_several_portfolios_one_is_chosen(page, store):
    published(store, "lone", [person("L1", JUNE, portfolio="lone")], portfolio="lone", as_of=JUNE)
    shown = page("/portfolio?portfolio=sme")
    assert re.search(
        r'<select class="form-select" name="portfolio"><option>lone</option><option selected>sme', shown.text
    )
    assert all("portfolio=sme" in one for one in links(shown))
    assert listed(page("/borrowers?portfolio=lone")) == ["L1"]


def test_a_blind_batch_is_marked(page, store):
    blind = {"blind": ["card_overdraft"]}
    published(store, "blind", AFTER, as_of=date(2026, 10, 31), compared_id="august", summary=blind)
    assert "Blind: data is missing for" in text(page("/portfolio"))


def test_machines_may_read_and_operators_may_not(page):
    assert page("/portfolio", MACHINE).status_code == 200
    assert page("/portfolio", OPERATOR).status_code == 403


def test_a_csv_holds_the_whole_list_with_plain_numbers(page, looked):
    saved = page("/borrowers.csv?sort=borrower_id&desc=no")
    assert saved.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="borrowers-2026-09-30.csv"' in saved.headers["content-disposition"]
    assert saved.content.startswith(b"\xef\xbb\xbf")
    head, *lines = reader(StringIO(saved.content.decode("utf-8-sig")))
    assert head[:2] == ["Id", "Name"]
    by_id = {line[0]: dict(zip(head, line, strict=True)) for line in lines}
    assert list(by_id) == ["P1", "P2", "P3", "Q1"]
    assert by_id["P1"]["Exposure (yuan)"] == "1200000.00"
    assert by_id["P1"]["Probability of default"] == "0.250000"
    assert by_id["P1"]["Tier before"] == "pass"
    assert by_id["P3"]["Exposure (yuan)"] == ""
    assert by_id["P3"]["Name"] == "'=1+1"
    assert looked.entries[-1].borrowers == ("P1", "P2", "P3", "Q1")


def test_a_file_holds_no_more_than_its_reader_may_see(page, looked):
    saved = page("/borrowers.csv", MANAGER, lang="zh").content.decode("utf-8-sig")
    assert saved.startswith("客户编号,客户名称")
    assert {line[0] for line in list(reader(StringIO(saved)))[1:]} == {"P1", "P2", "P3"}
    assert looked.entries[-1].borrowers == ("P1", "P2", "P3")


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠A1"]
)
def test_a_text_that_looks_like_a_formula_stays_text(name):
    assert plain(pa.array([name, None])).to_pylist() == [f"'{name}", None]


@pytest.mark.parametrize("name", ["Alpha", "1=1", "a-b", ""])
def test_other_texts_stay_as_they_are(name):
    assert plain(pa.array([name])).to_pylist() == [name]


def test_a_workbook_has_typed_cells_and_says_what_it_is(page):
    saved = page("/borrowers.xlsx?sort=borrower_id&desc=no&level=warned")
    assert saved.headers["content-length"] == str(len(saved.content))
    sheet = cells(saved)
    heads = {
        value: re.sub(r"\d", "", place) for place, (_, value) in sheet.items() if place.endswith("1") and len(place) < 4
    }
    assert sheet[f"{heads['Id']}2"] == ("inlineStr", "P1")
    assert sheet[f"{heads['Exposure (yuan)']}2"] == ("n", "1200000")
    assert sheet[f"{heads['Probability of default']}2"] == ("n", "0.25")
    assert sheet[f"{heads['Name']}3"] == ("inlineStr", WILD)
    about = [value for _, value in cells(saved, 2).values()]
    assert "september" in about
    assert "any warning" in about
    assert "Head (head)" in about


def test_a_name_is_no_formula_in_a_workbook(page):
    assert ("inlineStr", "=1+1") in cells(page("/borrowers.xlsx")).values()


def test_a_long_list_is_made_by_another_process_to_the_same_cells():
    table = pa.table(
        {
            "name": pa.array(["=1+1", None, "名"]),
            "exposure_fen": pa.array([12_345, None, -1], pa.int64()),
            "pd": pa.array([0.5, None, 0.25]),
            "stage": pa.array([1, None, 3], pa.int8()),
        }
    )
    lines = (workbook.line("As of", AUGUST), workbook.line("Borrowers", 3), workbook.line("Batch", None))
    told = workbook.Told("L", "A", "2026-08-31T09:00:00", {name: name for name in table.column_names}, {}, lines)
    here, apart = (read(workbook.made(table, told, few=few)) for few in (3, 0))
    assert [zipfile.ZipFile(BytesIO(one)).read("xl/worksheets/sheet1.xml") for one in (here, apart)] == [
        zipfile.ZipFile(BytesIO(here)).read("xl/worksheets/sheet1.xml")
    ] * 2
    assert [zipfile.ZipFile(BytesIO(one)).namelist() for one in (here, apart)] == [
        zipfile.ZipFile(BytesIO(here)).namelist()
    ] * 2


def read(file):
    with file:
        file.seek(0)
        return file.read()


def test_a_workbook_in_chinese_has_its_name_in_chinese(page):
    saved = page("/borrowers.xlsx", lang="zh")
    told = unquote(saved.headers["content-disposition"])
    assert told.endswith("filename*=UTF-8''客户清单-2026-09-30.xlsx")
    assert ("inlineStr", "敞口（元）") in cells(saved).values()


@pytest.fixture
def blind_page(store, page):
    """Return what opens a page over a newest batch that is blind on credit inquiries."""
    better = replace(THEN[1], grade="G3", pd=0.01, expected_loss_fen=1_00)
    published(
        store, "october", [AFTER[0], better], as_of=date(2026, 10, 31), compared_id="september",
        summary={"blind": ["credit_inquiries"]},
    )  # fmt: skip
    return page


def test_a_missing_feed_is_no_improvement_of_the_book(blind_page):
    text = blind_page("/portfolio").text
    loss = text[text.index("Expected loss") :][:600]
    assert "not comparable" in loss
    assert "change-good" not in loss
    assert "Of 2 borrowers probability, grade and expected loss are not comparable" in text
    by_grade = blind_page("/portfolio?scale=grade").text
    assert "cell-better" not in by_grade


def test_a_list_says_whose_movement_cannot_be_compared(blind_page):
    text = blind_page("/borrowers?movement=grade_better").text
    assert "only one of the two batches has Credit inquiries" in text
    assert 'aria-label="not comparable"' in text
    assert "not comparable" not in blind_page("/borrowers?movement=new").text


def heat_cell(value, borrowers):
    return {"value": value, "borrowers": borrowers, "text": f"{value}", "href": None, "told": ""}


def test_a_map_of_one_region_is_a_list_with_bars_of_100_percent_and_none_for_few():
    cells = [[heat_cell(0.1, 20)], [heat_cell(0.5, 19)], [heat_cell(0.45, 40)], [heat_cell(None, 0)]]
    found = bars(Heat.WARNED, ["a", "b", "c", "d"], ["north"], cells)
    assert [(one["name"], one["share"]) for one in found] == [("c", 0.45), ("a", 0.1), ("b", None)]


def test_bars_of_money_reach_to_the_largest_also_for_few():
    found = bars(Heat.MONEY, ["trade"], ["north", "south"], [[heat_cell(100, 30), heat_cell(400, 3)]])
    assert [(one["name"], one["share"]) for one in found] == [("south", 1.0), ("north", 0.25)]


def test_a_map_of_several_regions_and_industries_has_no_bars():
    assert bars(Heat.WARNED, ["a", "b"], ["n", "s"], [[heat_cell(0.1, 30)] * 2] * 2) == []
