"""My day and the list of warnings, as pages: what stands on them, filters, bulk acknowledging, views, bad input."""

import re
from dataclasses import replace
from datetime import date, datetime
from html import unescape

import pytest
from sqlalchemy import insert

from ews.casework.day.columns import Column
from ews.casework.desk import at_work, open_case
from ews.casework.warnings import life
from ews.domain.errors import UnauthenticatedError
from ews.domain.levels import WarningLevel
from ews.domain.people import SYSTEM
from ews.domain.text import Language
from ews.serving.api.cursors import write_cursor
from ews.serving.api.my_day import DayKey
from ews.serving.app import create_app
from ews.serving.pages import figures
from ews.serving.pages.work.asked import kept_query
from ews.serving.pages.work.day import LIMIT
from ews.store.accounts import Profile, add_user
from ews.store.audit import changing
from ews.store.cases import Case, case_id_of, case_row, work_of
from ews.store.tables import cases
from ews.store.views import views_of
from ews.store.worklist import keep
from tests.casework.people import AUDITOR, HEAD, OFFICER, OFFICER2, OTHER
from tests.casework.signals import AUGUST, JULY, LARGE, batch, borrower, held, now, warnings
from tests.serving.conftest import NOW

MONDAY = datetime(2026, 8, 3, 9)
LONG = "长" * 200
ODD = '<script>alert(1)</script>"&\u202eevil'
MARKUP = "<script>x</script>"
HX = {"hx-request": "true"}


@pytest.fixture
def work(desk, clock):
    """Raise a red, an orange and two yellow warnings on a Monday; B4 belongs to another branch."""
    clock.at = MONDAY
    since = JULY
    batch(
        desk,
        borrower("B1", held("GRADE_RED", since), as_of=JULY, name=ODD, exposure_fen=LARGE),
        borrower("B2", held("GRADE_ORANGE", since), as_of=JULY, name=LONG),
        borrower("B3", held("BALANCE_THIN", since), as_of=JULY, officer_id="officer-2"),
        borrower("B4", held("BALANCE_THIN", since), as_of=JULY, branch_id="branch-2", officer_id="officer-9"),
        as_of=JULY,
    )
    return {case.borrower_id: case for case in warnings(desk)}


@pytest.fixture
def people(desk, clock):
    """Give accounts to the people of the tests, since views belong to accounts."""
    clock.at = MONDAY
    for actor in (OFFICER, OFFICER2, AUDITOR):
        profile = Profile(actor.name, actor.roles, actor.branch_id, actor.officer_id)
        add_user(desk.log, actor.user_id, profile, by="ops", at=MONDAY)


def text_of(answer):
    """Return what a page says, without its markup."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def rows_of(answer):
    """Return the cases of rows; of a line of the day, all of its cases."""
    return " ".join(re.findall(r'data-cases?="([^"]+)"', answer.text)).split()


def ticks_of(answer):
    return re.findall(r'name="case" value="([^"]+)"', answer.text)


def in_english(client):
    client.cookies.set("ews-language", "en")
    return client


@pytest.fixture
def page(client_as):
    """Give a function that asks a page as somebody, in English."""
    clients = {}

    def asked(actor, path, **more):
        client = clients.get(actor) or clients.setdefault(actor, in_english(client_as(actor)))
        return client.get(path, **more)

    return asked


# my day


def test_the_day_has_three_columns_with_what_is_to_be_done_in_each(work, page):
    answer = page(OFFICER, "/my-day")

    assert answer.status_code == 200
    said = text_of(answer)
    assert re.search(r"Overdue and today 1 .* This week 1 .* Waiting for others 0", said)
    assert rows_of(answer) == [work["B1"].case_id, work["B2"].case_id]
    assert "report it to head office" in said
    assert "acknowledge it" in said
    assert "3 days" in said


def test_the_day_is_told_in_chinese_as_well(work, client_as):
    said = text_of(client_as(OFFICER).get("/my-day"))

    assert "逾期与今日" in said
    assert "剩 3 天" in said
    assert "红色预警" in said


def test_names_are_shown_as_text_however_they_are_made(work, page):
    for path in ("/my-day", "/warnings"):
        answer = page(OFFICER, path)
        assert "<script>alert" not in answer.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
        assert f'<bdi class="name">{LONG}</bdi>' in answer.text


def test_what_is_known_only_to_other_branches_is_on_no_page(work, page):
    for path in ("/my-day", "/warnings", "/warnings?branch=branch-2", f"/warnings/rows/{work['B4'].case_id}"):
        assert work["B4"].case_id not in rows_of(page(OFFICER, path)), path
        assert "Firm B4" not in page(OFFICER, path).text
    assert rows_of(page(HEAD, "/warnings?branch=branch-2")) == [work["B4"].case_id]


def test_a_line_reloads_as_it_is_and_is_gone_once_nothing_of_it_waits(work, desk, page):
    case = work["B1"]
    path = "/my-day/line?column=pressing&portfolio=sme&named=B1"
    assert rows_of(page(OFFICER, path, headers=HX)) == [case.case_id]

    life.acknowledge(desk, OFFICER, case.case_id, version=1)
    life.report(desk, OFFICER, case.case_id, how="By phone", version=2)

    assert "verify it" in text_of(page(OFFICER, path, headers=HX))
    assert page(OTHER, path, headers=HX).text.strip() == ""
    assert page(OFFICER, path.replace("pressing", "others"), headers=HX).text.strip() == ""


def test_a_line_unfolds_to_its_cases_with_their_loans(work, desk, page):
    for loan in ("L1", "L2"):
        said = {"en": "Call the borrower.", "zh": "致电。"}
        body = {
            "type": "dpd_step", "code": "CALL_1", "role": "officer", "text": said, "why": said, "loan_id": loan,
            "terms": {}, "asks": [], "escalations": [],
        }  # fmt: skip
        draft = Case("task", "open", "sme", "B1", None, "branch-1", "officer-1", role="officer", body=body)
        with at_work(desk, SYSTEM, "test", "x") as done:
            open_case(done, draft, "open")
    path = "/my-day/line?column=pressing&portfolio=sme&named=B1"

    folded, unfolded = (page(OFFICER, f"{path}{more}", headers=HX) for more in ("", "&open=true"))

    assert "3 items" in text_of(folded)
    assert "loan L1" not in text_of(folded)
    assert "loan L1" in text_of(unfolded)
    assert rows_of(unfolded)[3:] == [work["B1"].case_id, "T0000001", "T0000002"]
    assert "loan L2" in text_of(page(OFFICER, path))


def test_a_session_is_one_line_that_leads_to_it(work, desk, page):
    for name, state in (("B1", "prepared"), ("B2", "returned"), ("B3", "prepared")):
        own = "officer-2" if name == "B3" else "officer-1"
        draft = Case("review", state, "sme", name, None, "branch-1", own, role="officer", body={"quarter": "2026Q2"})
        with at_work(desk, SYSTEM, "test", "x") as done:
            open_case(done, draft, "prepare")

    answer = page(OFFICER, "/my-day/columns/later")

    assert "Quarterly review 2026Q2 2 to determine" in text_of(answer)
    assert "/reviews?portfolio=sme&quarter=2026Q2&branch=branch-1&state=mine" in unescape(answer.text)
    assert "day-branch" not in answer.text


def test_head_office_reads_of_which_branch_a_line_is(work, desk, page):
    draft = Case("measure", "proposed", "sme", "B1", None, "branch-1", "officer-1", role="head_office", body={})
    with at_work(desk, SYSTEM, "test", "x") as done:
        open_case(done, draft, "propose")

    assert '<span class="day-branch">branch-1</span>' in page(HEAD, "/my-day/columns/later").text


def test_the_counts_come_with_those_of_the_columns(work, page):
    answer = page(OFFICER, "/my-day/counts", headers=HX)

    assert text_of(answer).split()[:2] == ["0", "late"]
    assert re.findall(r'id="count-(\w+)"[^>]*hx-swap-oob="true">(\d+)<', answer.text) == [
        ("pressing", "1"),
        ("week", "1"),
        ("others", "0"),
        ("later", "0"),
        ("snoozed", "0"),
    ]


def test_a_long_column_goes_on_where_the_page_ends(many, page):
    many(LIMIT + 5)
    first = page(OFFICER, "/my-day")
    more = unescape(re.search(r'href="(/my-day/columns/pressing\?after=[^"]+)"', first.text)[1])
    rest = page(OFFICER, more, headers=HX)

    assert (len(rows_of(first)), len(rows_of(rest))) == (LIMIT, 5)
    assert set(rows_of(first)) & set(rows_of(rest)) == set()
    assert "<html" not in rest.text
    assert "<html" in page(OFFICER, more).text


def test_a_column_from_nowhere_is_refused(work, page):
    far = write_cursor(DayKey(0, 0, 0, 10**9, "W1"), {"column": Column.PRESSING, "user": "officer"})
    for after, said in (
        ("nonsense", "cannot be read"),
        ("eyJsaXN0IjoiIn0", "cannot be read"),
        (far, "a day that there is not"),
    ):
        answer = page(OFFICER, f"/my-day/columns/pressing?after={after}", headers=HX)
        assert (answer.status_code, said in text_of(answer)) == (400, True)


def test_the_look_up_tells_whom_the_page_is_about(work, page, looked):
    page(OFFICER, "/my-day")
    page(OFFICER, "/warnings?level=red")
    page(OFFICER, "/warnings/counts")

    assert [(one.subject, one.borrowers) for one in looked.entries] == [
        ("/my-day", ("B1", "B2")),
        ("/warnings", ("B1",)),
        ("/warnings/counts", ()),
    ]


def test_a_group_member_of_another_branch_is_named_on_no_list(work, desk, page, client_as):
    said = {"en": "Assess the borrower: group member B4 has gone into default", "zh": "关联方B4已违约，须评估"}
    body = {
        "type": "assessment", "code": "GROUP_ASSESSMENT", "role": "officer", "text": said, "why": said,
        "terms": {"member_id": "B4"}, "asks": [], "escalations": [],
    }  # fmt: skip
    draft = Case("task", "open", "sme", "B1", None, "branch-1", "officer-1", role="officer", body=body)
    with at_work(desk, SYSTEM, "test", "x") as done:
        open_case(done, draft, "open")

    for found in (page(OFFICER, "/my-day/line?portfolio=sme&named=B1").text, client_as(OFFICER).get("/v1/my-day").text):
        assert "group member party-1" in found
        assert "B4" not in found
    assert "group member B4" in client_as(HEAD).get("/v1/cases/T0000001").text


# the list


def test_the_list_shows_each_warning_with_why_who_how_much_and_how_long(work, page):
    said = text_of(page(OFFICER, "/warnings?level=red"))

    assert "3 warnings" not in said
    assert "en:GRADE_RED" in said
    assert "raised officer" in said
    assert "800,000" in said
    assert re.search(r"2026-08-03 today", said)


FILTERS = {
    "": ["B1", "B2", "B3"],
    "level=red&level=yellow": ["B1", "B3"],
    "state=raised&officer=officer-2": ["B3"],
    "kind=STANDING": ["B1", "B2"],
    "text=b2": ["B2"],
    "mine=true": ["B1", "B2"],
    "late=true": [],
    "state=handled": [],
    "officer=nobody": [],
    "sort=money": ["B1", "B2", "B3"],
    "page=2": [],
    "state=&branch=&officer=&kind=&text=&late=&mine=&sort=": ["B1", "B2", "B3"],
}


def test_filters_stand_in_the_address(work, page):
    names = {case.case_id: name for name, case in work.items()}
    answers = {query: page(OFFICER, f"/warnings?{query}") for query in FILTERS}

    assert {answer.status_code for answer in answers.values()} == {200}
    assert {query: [names[one] for one in rows_of(answer)] for query, answer in answers.items()} == FILTERS


UNKNOWN = {
    "level=purple": "query.level.0",
    "level=none": "query.level.0",
    "state=lifted": "query.state",
    "kind=WEATHER": "query.kind",
    "sort=name": "query.sort",
    "page=0": "query.page",
    "page=x": "query.page",
    "late=perhaps": "query.late",
    "text=" + "x" * 201: "query.text",
}


def test_a_value_that_a_filter_does_not_know_is_named(work, page):
    answers = {query: page(OFFICER, f"/warnings?{query}") for query in UNKNOWN}

    assert {answer.status_code for answer in answers.values()} == {422}
    assert {query: re.findall(r'data-field="([^"]+)"', answer.text) for query, answer in answers.items()} == {
        query: [field] for query, field in UNKNOWN.items()
    }


def test_a_filter_that_is_not_known_is_named(work, page):
    answer = page(OFFICER, "/warnings?colour=red")

    assert (answer.status_code, "'colour'" in text_of(answer)) == (400, True)


def test_a_borrower_with_two_warnings_counts_once_in_the_head_of_the_list(work, desk, page):
    batch(
        desk,
        borrower("B1", held("BALANCE_THIN", AUGUST), held("GRADE_RED", JULY), as_of=AUGUST, exposure_fen=LARGE),
        as_of=AUGUST,
    )
    rows = [case for case in warnings(desk) if case.branch_id == "branch-1"]
    money = {case.borrower_id: case.at_risk_fen for case in rows}
    assert len(rows) == 4
    assert page(OFFICER, "/warnings").status_code == 200
    said = text_of(page(OFFICER, "/warnings/counts", headers=HX))
    assert f"4 warnings · 3 borrowers · Expected loss {figures.money(sum(money.values()), Language.EN)}" in said


def test_a_warning_whose_signal_is_gone_says_so_in_its_row_and_stands_last(work, desk, page):
    batch(
        desk,
        borrower("B1", held("GRADE_RED", JULY, "lingers"), as_of=AUGUST, exposure_fen=LARGE),
        borrower("B2", held("GRADE_ORANGE", JULY), as_of=AUGUST),
        borrower("B3", held("BALANCE_THIN", JULY), as_of=AUGUST, officer_id="officer-2"),
        as_of=AUGUST,
    )
    answer = page(OFFICER, "/warnings")
    assert rows_of(answer)[-1] == work["B1"].case_id
    assert re.search(rf'id="row-{work["B1"].case_id}"[^>]* class=" ?row-gone"', answer.text)
    said = text_of(answer)
    assert said.count("signal gone 1/3 batches") == 1
    assert "…" not in said.partition("Time left")[2]
    assert rows_of(page(OFFICER, "/warnings?gone=true")) == [work["B1"].case_id]
    assert page(OFFICER, "/warnings/next").url.path == f"/cases/{work['B2'].case_id}"


def test_chips_count_what_they_lead_to(work, page):
    answer = page(OFFICER, "/warnings?level=red")
    chips = dict(re.findall(r'href="(/warnings[^"]*)"[^>]*>(?:<span[^>]*></span>)?([a-z]+) <strong>', answer.text))

    assert re.search(r"red 1 orange 1 yellow 1", text_of(answer))
    assert {unescape(path): len(rows_of(page(OFFICER, unescape(path)))) for path in chips} == {
        "/warnings": 3,
        "/warnings?level=red&level=orange": 2,
        "/warnings?level=red&level=yellow": 2,
        "/warnings?level=red&state=raised": 1,
        "/warnings?level=red&state=acknowledged": 0,
        "/warnings?level=red&state=verified": 0,
        "/warnings?level=red&state=planned": 0,
        "/warnings?level=red&state=handled": 0,
    }


def test_a_row_that_the_filter_lets_through_no_more_is_gone(work, desk, page):
    case = work["B1"]
    life.acknowledge(desk, OFFICER, case.case_id, version=1)

    assert page(OFFICER, f"/warnings/rows/{case.case_id}?state=raised", headers=HX).text.strip() == ""
    assert rows_of(page(OFFICER, f"/warnings/rows/{case.case_id}", headers=HX)) == [case.case_id]


def test_whoever_only_looks_has_nothing_to_tick(work, page):
    assert len(ticks_of(page(OFFICER, "/warnings"))) == 3
    answer = page(AUDITOR, "/warnings")
    assert (len(rows_of(answer)), ticks_of(answer), "Take the next" in answer.text) == (4, [], False)


def test_ten_thousand_warnings_are_a_page_like_any_other(many, page):
    many(10_000)
    answer = page(OFFICER, "/warnings?page=200")

    assert "10,000 warnings" in text_of(answer)
    assert "Page 200 of 200" in text_of(answer)
    assert len(rows_of(answer)) == 50
    assert len(answer.content) < 120_000
    assert len(rows_of(page(OFFICER, "/my-day"))) == LIMIT


# the next one


def test_the_next_one_is_the_most_pressing_that_nobody_works_on(work, desk, client_as):
    client = client_as(OFFICER)
    for name in ("B1", "B2"):
        answer = client.get("/warnings/next", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{work[name].case_id}")
        life.acknowledge(desk, OFFICER, work[name].case_id, version=1)

    left = in_english(client).get("/warnings/next", headers=HX)
    assert (left.status_code, "Nothing left to take" in text_of(left)) == (200, True)


# acknowledging many


def acknowledge(client, ticked, **more):
    return in_english(client).post("/work/acknowledge", data={"case": ticked}, **{"headers": HX, **more})


def test_those_that_are_ticked_are_acknowledged_and_their_rows_say_so(work, desk, client_as, looked):
    client = client_as(OFFICER)
    ticked = ticks_of(client.get("/warnings"))
    answer = acknowledge(client, ticked[:2])

    assert answer.text.count('class="row-done"') == 2
    assert (answer.status_code, answer.headers["hx-trigger"]) == (200, '{"case-changed": {}}')
    assert "2 warnings acknowledged." in text_of(answer)
    assert re.findall(r'<hx-partial hx-target="#row-(\w+)"', answer.text) == rows_of(answer)
    assert [now(desk, work[name]).state for name in ("B1", "B2", "B3")] == ["acknowledged", "acknowledged", "raised"]
    assert [(one.subject, one.borrowers) for one in looked.entries][-1] == ("/work/acknowledge", ("B1", "B2"))


@pytest.mark.parametrize(
    ("query", "leaves"), [("", False), ("?state=acknowledged", False), ("?state=raised", True), ("?late=true", True)]
)
def test_a_row_that_the_list_does_not_ask_for_any_more_leaves_it(work, client_as, query, leaves):
    client = client_as(OFFICER)
    ticked = ticks_of(client.get("/warnings"))[:1]
    answer = acknowledge(client, ticked, headers={**HX, "hx-current-url": f"http://testserver/warnings{query}"})
    assert ('hx-swap="delete"' in answer.text) == leaves
    assert rows_of(answer) == ([] if leaves else [ticked[0].partition(":")[0]])


def test_the_second_of_two_people_is_told_in_the_row_who_was_first(work, people, desk, client_as):
    client = client_as(OFFICER)
    ticked = ticks_of(client.get("/warnings"))
    life.acknowledge(desk, OFFICER2, work["B1"].case_id, version=1)
    answer = acknowledge(client, ticked)

    said = text_of(answer)
    assert "2 warnings acknowledged. 1 was not; its row says why." in said
    assert "Not acknowledged: Officer2 was faster (acknowledged, 2026-08-03 09:00)." in said
    assert now(desk, work["B1"]).body["acknowledged_by"] == "officer2"


def test_one_of_another_branch_is_told_like_one_that_does_not_exist(work, client_as, desk):
    answer = acknowledge(client_as(OFFICER), [f"{work['B4'].case_id}:1", "W9999999:1"])

    said = text_of(answer)
    assert said.count("there is no such warning among those you may see") == 2
    assert "Firm B4" not in said
    assert now(desk, work["B4"]).state == "raised"


TICKS = [
    ([], "0 warnings are ticked. Tick 1 to 200."),
    (["W0000001:1"] * 201, "201 warnings are ticked"),
    (["W0000001"], "'W0000001' names no warning with its version"),
    (["W0000001:0"], "'W0000001:0' names no warning"),
    (["<b>"], "'<b>' names no warning"),
]


def test_ticks_that_say_nothing_are_refused(work, client_as):
    client = client_as(OFFICER)
    for ticked, said in TICKS:
        answer = acknowledge(client, ticked)
        assert (answer.status_code, said in text_of(answer), "<b>" in answer.text) == (422, True, False), said


def test_without_scripts_a_page_tells_what_came_of_each(work, client_as):
    client = client_as(OFFICER)
    answer = acknowledge(
        client,
        ["W0000001:1", "W0000001:1", "W0000002:7"],
        headers={"referer": "http://127.0.0.1:8000/warnings?state=raised"},
    )

    assert "<html" in answer.text
    assert text_of(answer).count("Acknowledged.") == 1
    assert 'href="/warnings?state=raised"' in answer.text


def test_the_way_back_leads_to_the_list_only(work, client_as):
    client = client_as(OFFICER)
    told = ["//evil.example/warnings", "https://evil.example", "/policy", "javascript:alert(1)", "/warnings?late=true"]
    back = [
        re.search(
            r'<a href="([^"]*)">Show the list anew',
            acknowledge(client, ["W0000001:1"], headers={**HX, "hx-current-url": one}).text,
        )[1]
        for one in told
    ]
    assert back == ["/warnings"] * 4 + ["/warnings?late=true"]


def test_a_session_that_ended_leaves_the_ticks_and_asks_to_log_in_beside_them(
    work, services, app_client, desk, client_as
):
    async def nobody(_request):
        message = "Nobody is logged in."
        raise UnauthenticatedError(message)

    form = client_as(OFFICER).get("/warnings").text
    answer = acknowledge(app_client(create_app(services, now=lambda: NOW, identify=nobody)), ["W0000001:1"])

    assert answer.status_code == 401
    assert 'target="_blank"' in answer.text
    assert "<html" not in answer.text
    assert "hx-partial" not in answer.text
    assert re.search(r'<form id="bulk"[^>]*hx-target="#bulk-said"', form)
    assert now(desk, work["B1"]).state == "raised"


# views


def save(client, name, query="state=raised", headers=HX):
    return in_english(client).post("/warnings/views", data={"name": name, "query": query}, headers=headers)


def test_a_view_is_kept_shown_opened_and_removed(work, people, store, client_as):
    client = client_as(OFFICER)
    answer = save(client, MARKUP, "state=raised&page=3&colour=red&level=red&level=orange")
    (kept,) = views_of(store, "officer", "warnings")

    assert (answer.status_code, kept.query) == (200, "level=orange&level=red&state=raised")
    assert f'href="/warnings?{kept.query.replace("&", "&amp;")}"' in answer.text
    assert "<script>" not in answer.text
    assert len(rows_of(client.get(f"/warnings?{kept.query}"))) == 2
    assert "&lt;script&gt;" in client.get("/warnings").text
    assert "&lt;script&gt;" not in client_as(OFFICER2).get("/warnings?level=yellow").text

    gone = client.post("/warnings/views/remove", data={"name": MARKUP, "query": ""}, headers=HX)
    assert (gone.status_code, views_of(store, "officer", "warnings")) == (200, ())


def test_a_view_needs_a_name_of_its_length_without_hidden_characters(people, store, client_as):
    client = client_as(OFFICER)
    said = {name: save(client, name) for name in ("", "   ", "x" * 61, "a\x00b", "a\u202eb")}

    assert {answer.status_code for answer in said.values()} == {422}
    assert ["Give 1 to 60" in text_of(answer) for answer in said.values()] == [True, True, True, False, False]
    assert views_of(store, "officer", "warnings") == ()


def test_without_scripts_the_list_comes_back_with_the_view(people, client_as):
    client = client_as(AUDITOR)
    answer = client.post("/warnings/views", data={"name": "mine", "query": "late=true"}, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/warnings?late=true")


def test_what_a_view_keeps_is_in_one_order_whatever_it_was_asked_with():
    assert kept_query("sort=money&level=red&page=4&state=&x=1") == "level=red&sort=money"
    assert kept_query("") == ""


@pytest.fixture
def many(desk, clock):
    """Give a function that puts so many warnings on the list at once, due today."""
    clock.at = MONDAY

    def put(number):
        batch(desk, borrower("B1", held("BALANCE_THIN", JULY), as_of=JULY), as_of=JULY)
        (one,) = warnings(desk)
        rows = [_like(one, place) for place in range(2, number + 1)]
        with changing(desk.store) as connection:
            changed = replace(one, due_on=date(2026, 8, 3))
            connection.execute(cases.update().values(due_on=changed.due_on))
            connection.execute(
                insert(cases), [{**case_row(case), "number": place} for place, case in enumerate(rows, 2)]
            )
            keep(connection, [work_of(case) for case in (changed, *rows)])

    return put


def _like(case: Case, place: int) -> Case:
    level = (WarningLevel.YELLOW, WarningLevel.ORANGE, WarningLevel.RED)[place % 3]
    case_id = case_id_of("warning", place)
    case = replace(case, borrower_id=f"B{place}", at_risk_fen=place % 997, due_on=date(2026, 8, 3))
    return replace(case, case_id=case_id, level=level, same_as=None)
