"""Pages of the quarterly session: one sitting for a branch, each form wholly or not at all."""

import re
from html import unescape

import pytest

from ews.serving.pages.reviews import session_page, sitting
from ews.store.accounts import Profile, add_user
from tests.casework.people import AUDITOR, HEAD, HEAD2, MANAGER, OFFICER, OFFICER2, OTHER, RISK

PART = {"hx-request": "true"}
SESSION = {"portfolio": "sme", "branch_id": "branch-1", "quarter": "2026Q3"}
QUERY = {"portfolio": "sme", "branch": "branch-1", "quarter": "2026Q3"}


@pytest.fixture
def as_(client_as):
    def open_as(actor, language="en"):
        client = client_as(actor)
        client.cookies.set("ews-language", language)
        client.follow_redirects = False
        return client

    return open_as


@pytest.fixture
def opened(as_):
    """Open the session of the branch, whose five forms are R0000001 to R0000005."""
    answer = as_(MANAGER).post("/reviews/open", data=SESSION)
    assert answer.headers["location"] == "/reviews?portfolio=sme&quarter=2026Q3&branch=branch-1"


def shown(text):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def rows(text):
    """Return the row of each form, as it reads."""
    return {case_id: shown(row) for case_id, row in re.findall(r'<tr id="row-(R\d+)"(.*?)</tr>', text, re.DOTALL)}


def test_a_session_that_is_not_open_says_who_opens_it(as_):
    text = as_(OFFICER).get("/reviews").text
    assert "5 borrowers have no form yet" in shown(text)
    assert "The branch manager or a risk manager opens it." in shown(text)
    assert "/reviews/open" not in text
    assert 'action="/reviews/open"' in as_(MANAGER).get("/reviews").text


def test_the_sitting_tells_progress_money_and_what_moved(as_, opened, looked):
    text = as_(OFFICER, "zh").get("/reviews").text
    assert "待认定 5" in shown(text)
    assert "已审结 0／5" in shown(text)
    row = rows(text)["R0000002"]
    assert "10.0% → 25.0%" in row
    assert "同意初分" in row
    assert looked.entries[-1].borrowers == ("A/1", "B1", "B2", "B3", "B4")


def test_one_click_accepts_what_is_proposed_and_changes_its_row_only(as_, opened):
    part = as_(OFFICER).post("/reviews/determine", data={**QUERY, "only": "R0000001:1"}, headers=PART)
    assert list(rows(part.text)) == ["R0000001"]
    assert "determined waits for branch manager waits for risk manager" in rows(part.text)["R0000001"]
    assert "To determine 4" in shown(part.text)


def test_a_bulk_does_what_it_can_and_tells_each_row_that_it_could_not(as_, opened):
    as_(OFFICER).post("/reviews/determine", data={**QUERY, "only": "R0000001:1"})
    ticks = {**QUERY, "tick": [f"R000000{number}:1" for number in range(1, 6)]}
    part = as_(OFFICER, "zh").post("/reviews/determine", data=ticks, headers=PART)
    assert part.status_code == 200
    assert "已办理 4 份。 1 份未办理" in shown(part.text)
    told = rows(part.text)
    assert "他人已先行处理" in told["R0000001"]
    assert [name for name, row in told.items() if "已办" in row] == ["R0000002", "R0000003", "R0000004", "R0000005"]
    page = as_(OFFICER).post("/reviews/determine", data=ticks)
    assert (page.status_code, "5 were not: their rows say why." in shown(page.text)) == (200, True)


def test_two_people_approve_in_parallel_and_never_the_one_who_determined(as_, opened):
    as_(MANAGER).post("/reviews/determine", data={**QUERY, "tick": ["R0000001:1", "R0000002:1"]})
    both = {**QUERY, "tick": ["R0000001:2", "R0000002:2"]}
    assert (
        "It takes another person"
        in rows(as_(MANAGER).post("/reviews/approve", data=both, headers=PART).text)["R0000001"]
    )
    assert "approve" not in rows(as_(MANAGER).get("/reviews").text)["R0000001"].lower()
    first = as_(RISK).post("/reviews/approve", data=both, headers=PART)
    assert "waits for branch manager" in rows(first.text)["R0000001"]
    last = as_(HEAD).post("/reviews/approve", data={**QUERY, "tick": ["R0000001:3"]}, headers=PART)
    assert "1 form done." in shown(last.text)
    assert "1 of 5 approved" in shown(as_(OFFICER).get("/reviews").text)


def test_a_deviation_is_made_in_the_open_form_with_a_reason(as_, opened):
    officer = as_(OFFICER)
    panel = officer.get("/reviews/R0000001", headers=PART).text
    assert "<html" not in panel
    assert 'name="tier:L1"' in panel
    worse = {"version": "1", "tier:L1": "doubtful"}
    refused = officer.post("/reviews/R0000001/determine", data=worse, headers=PART)
    assert (refused.status_code, "<html" in refused.text) == (422, False)
    done = officer.post("/reviews/R0000001/determine", data={**worse, "reason": "Gone"}, headers=PART)
    assert done.headers["hx-trigger"] == '{"case-changed": {"case_id": "R0000001"}}'
    assert "determined: doubtful" in rows(done.text)["R0000001"]
    assert "Determined by officer on 2026-08-01. Gone" in shown(done.text)


def test_only_tiers_that_the_floor_allows_are_offered(as_, opened):
    offered = re.findall(r'<option value="(\w+)"', as_(OFFICER).get("/reviews/R0000001").text)
    assert (offered[0], "pass" in offered) == ("special_mention", False)
    better = {"version": "1", "tier:L1": "pass", "reason": "Fine"}
    assert as_(OFFICER).post("/reviews/R0000001/determine", data=better).status_code == 409


def test_a_form_is_returned_with_a_reason_that_its_row_tells(as_, opened):
    as_(OFFICER).post("/reviews/R0000001/determine", data={"version": "1"})
    back = {"version": "2", "reason": "<b>Look</b> again"}
    assert as_(MANAGER).post("/reviews/R0000001/return", data={"version": "2"}).status_code == 422
    assert as_(MANAGER).post("/reviews/R0000001/return", data=back).headers["location"] == "/reviews/R0000001"
    text = as_(OFFICER).get("/reviews?state=open").text
    assert "Returned: <b>Look</b> again" in rows(text)["R0000001"]
    assert "<b>Look</b>" not in text
    assert list(rows(as_(OFFICER).get("/reviews?state=returned").text)) == ["R0000001"]


def test_an_officer_is_offered_the_forms_of_the_own_borrowers_only(as_, opened):
    assert "Accept" not in rows(as_(OFFICER2).get("/reviews").text)["R0000001"]
    assert "Accept" in rows(as_(MANAGER).get("/reviews").text)["R0000001"]
    assert "Accept" not in rows(as_(AUDITOR).get("/reviews?branch=branch-1").text)["R0000001"]


def test_filters_narrow_the_list(as_, opened):
    client = as_(OFFICER)
    assert list(rows(client.get("/reviews?text=A/1").text)) == ["R0000001"]
    assert rows(client.get("/reviews?tier=loss").text) == {}
    assert len(rows(client.get("/reviews?state=prepared&officer=officer-1").text)) == 5
    assert rows(client.get("/reviews?officer=officer-9").text) == {}
    assert rows(client.get("/reviews?page=2").text) == {}


ASKED = {
    "state=sent": 422,
    "tier=fine": 422,
    "quarter=2026-3": 422,
    "page=0": 422,
    "portfolio=none": 422,
    "branch=branch-2": 404,
    "colour=red": 400,
    "quarter=2020Q1": 200,
}


def test_what_cannot_be_asked_for_is_told(as_):
    client = as_(OFFICER)
    assert {query: client.get(f"/reviews?{query}").status_code for query in ASKED} == ASKED


def test_head_office_begins_with_the_branches(as_, opened):
    text = as_(HEAD).get("/reviews?quarter=2026Q3").text
    assert "branch-1 under way 5" in shown(text)
    assert "/reviews?portfolio=sme&amp;quarter=2026Q3&amp;branch=branch-1" in text
    assert len(rows(as_(HEAD).get("/reviews?branch=branch-1").text)) == 5


def test_a_foreign_form_reads_like_none(as_, opened):
    other = as_(OTHER)
    assert [other.get(f"/reviews/{one}").status_code for one in ("R0000001", "R0000009")] == [404, 404]
    answer = other.post("/reviews/determine", data={"tick": "R0000001:1"}, headers=PART)
    assert rows(answer.text) == {}
    assert "To determine 5" in shown(as_(OFFICER).get("/reviews").text)


def test_ticks_that_say_nothing_are_refused(as_):
    client = as_(OFFICER)
    for ticks in ([], ["R0000001"], ["R0000001:x"], [f"R{number:07d}:1" for number in range(501)]):
        assert client.post("/reviews/determine", data={**QUERY, "tick": ticks}).status_code == 422


@pytest.fixture
def accounts(services):
    """Open the accounts that the demo has: an officer and the manager of the branch, two risk managers above."""
    for one in (OFFICER, MANAGER, HEAD, HEAD2):
        profile = Profile(one.name, one.roles, one.branch_id, one.officer_id)
        add_user(services.desk.log, one.user_id, profile, by="admin", at=services.desk.now())


def test_a_manager_is_not_offered_first_what_she_then_could_not_approve(as_, opened, accounts):
    text = as_(MANAGER, "zh").get("/reviews").text
    row = rows(text)["R0000001"]
    assert "由Officer认定，您审批。" in row
    assert ("同意初分" in row, "/reviews/determine" in re.sub(r'<form id="sitting".*?>', "", text)) == (False, False)
    panel = as_(MANAGER, "zh").get("/reviews/R0000001", headers=PART).text
    assert "本机构没有与您同岗位的第二人" in panel
    assert "仍由我认定" in panel
    assert "同意初分" in rows(as_(OFFICER, "zh").get("/reviews").text)["R0000001"]


def test_what_she_determined_all_the_same_names_who_stands_in_and_can_be_withdrawn(as_, opened, accounts):
    manager = as_(MANAGER, "zh")
    manager.post("/reviews/R0000001/determine", data={"version": "1"})
    row = rows(as_(OFFICER, "zh").get("/reviews").text)["R0000001"]
    assert "待 支行负责人： Head 或 Head2 （代为审批）" in row
    as_(HEAD).post("/reviews/R0000001/approve", data={"version": "2"})
    assert (
        "待 支行负责人： Head2 （代为审批）" in rows(as_(HEAD, "zh").get("/reviews?branch=branch-1").text)["R0000001"]
    )
    assert "由您认定，须他人审批；审结前您可以撤回。" in manager.get("/reviews/R0000001").text
    done = manager.post("/reviews/R0000001/withdraw", data={"version": "3"}, headers=PART)
    assert "已初分" in rows(done.text)["R0000001"]
    assert as_(HEAD).post("/reviews/R0000001/withdraw", data={"version": "4"}).status_code == 409


def test_only_what_waits_for_the_reader_is_listed_on_demand(as_, opened, accounts):
    as_(OFFICER).post("/reviews/determine", data={**QUERY, "tick": ["R0000001:1", "R0000002:1"]})
    query = "/reviews?branch=branch-1&state=mine"
    mine = {who.user_id: list(rows(as_(who).get(query).text)) for who in (OFFICER, MANAGER)}
    assert mine == {"officer": ["R0000003", "R0000004", "R0000005"], "manager": ["R0000001", "R0000002"]}
    as_(HEAD).post("/reviews/R0000001/approve", data={"version": "2"})
    assert list(rows(as_(HEAD).get("/reviews?branch=branch-1&state=mine").text)) == ["R0000002"]
    assert list(rows(as_(AUDITOR).get("/reviews?branch=branch-1&state=mine").text)) == []


def test_head_office_reads_which_branches_have_not_begun(as_, accounts):
    before = shown(as_(HEAD, "zh").get("/reviews?quarter=2026Q3").text)
    as_(MANAGER).post("/reviews/open", data=SESSION)
    after = shown(as_(HEAD, "zh").get("/reviews?quarter=2026Q3").text)
    assert ("未开始" in before, "进行中" in before, "进行中" in after) == (True, False, True)


def test_all_that_a_filter_shows_stands_on_one_page_where_that_is_asked_for(as_, opened, monkeypatch):
    for module in (sitting, session_page):
        monkeypatch.setattr(module, "PAGE", 1)
    page = as_(MANAGER)
    one, every = (page.get(f"/reviews?state=prepared{more}").text for more in ("", "&many=true"))

    assert "All 5 on one page" in shown(one)
    assert (len(rows(one)), len(rows(every))) == (1, 5)
    assert "on one page" not in shown(every)
