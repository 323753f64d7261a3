"""Pages of checks: filled in by a form, nothing lost, nothing told to whom it does not concern."""

import re
from dataclasses import replace
from datetime import date
from html import unescape

import pytest

from ews.casework.checks.body import body_of
from ews.casework.checks.prefill import BookFacts
from ews.domain.errors import UnauthenticatedError
from ews.serving.app import create_app
from ews.store.cases import find_case
from ews.store.engine import reading
from tests.casework.checks.test_evidence import JPEG
from tests.casework.people import AUDITOR, MANAGER, OFFICER, OFFICER2, OTHER, RISK

TODAY = "2026-08-01"
PART = {"hx-request": "true"}
FORM = {
    "a_contact_reached": "reached",
    "a_controller_reached": "reached",
    "a_reached_where": "厂里",
    "a_stoppage": "partly",
    "a_sales_trend": "falling",
    "a_purchases_trend": "falling",
    "a_sales_3m": "1.5",
    "a_new_orders": "5",
    "a_order_book": "thin",
    "a_wages_unpaid": "1",
    "a_summary": "车间三条生产线开工，在岗工人35人，库存约120万元。",
    "done_on": TODAY,
}


@pytest.fixture
def as_(client_as, services, tmp_path):
    """Give a function that opens a client of an actor, over a book that knows two features."""
    book = BookFacts(date(2026, 7, 31), {"inflow_3m": 1_500_012, "inflow_change_3m": -0.6})
    own = replace(services, evidence=tmp_path / "evidence", facts_of=lambda *_: book)

    def open_as(actor, language="en"):
        client = client_as(actor, services=own)
        client.cookies.set("ews-language", language)
        client.follow_redirects = False
        return client

    return open_as


@pytest.fixture
def kept(services):
    """Give a function that returns a check as it is stored."""

    def read(case_id="C0000001"):
        with reading(services.store) as connection:
            case = find_case(connection, case_id)
        return case, body_of(case)

    return read


def begun(client, borrower_id="B1", form="phone", **more):
    answer = client.post(f"/borrowers/{borrower_id}/checks/new", data={"form": form, **more})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def saved(client, fields, version="1", path="/checks/C0000001/save", **more):
    return client.post(path, data={**fields, "version": version}, **more)


def shown(text):
    """Return a page as it reads, without its markup."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def test_the_forms_are_offered_with_how_long_they_are(as_):
    text = shown(as_(OFFICER).get("/borrowers/B1/checks/new").text)
    assert "Check by phone 13 fields, 10 required" in text
    assert "首次检查 共 15 项，必填 13 项 · 针对单笔借据" in shown(
        as_(OFFICER, "zh").get("/borrowers/B1/checks/new").text
    )


def test_a_check_begins_prefilled_with_the_figure_of_the_book_beside_it(as_):
    client = as_(OFFICER)
    page = client.get(begun(client, asked_for="W0000001"))
    assert page.url.query == b"for=W0000001"
    assert 'id="a_sales_3m" name="a_sales_3m" value="1.5"' in page.text
    assert "Book: Money received in the last 3 months 15,000 2026-07-31" in shown(page.text)
    assert "prefilled from the book" in shown(page.text)
    assert "10 still to answer" in shown(page.text)


def test_an_id_with_a_slash_has_checks_like_any_other(as_):
    client = as_(OFFICER)
    assert client.get("/borrowers/A%2F1/checks/new").status_code == 200
    assert begun(client, "A%2F1") == "/checks/C0000001"
    assert client.get("/checks/C0000001").status_code == 200


def test_what_is_written_is_kept_and_a_figure_left_alone_stays_exact(as_, kept):
    client = as_(OFFICER)
    begun(client)
    assert saved(client, FORM).headers["location"] == "/checks/C0000001"
    case, body = kept()
    assert (case.version, body.done_on) == (2, date(2026, 8, 1))
    assert (body.answers["sales_3m"], body.answers["new_orders"], body.answers["wages_unpaid"]) == (
        1_500_012,
        5_000_000,
        1,
    )


def test_the_same_again_makes_no_new_version(as_, kept):
    client = as_(OFFICER)
    begun(client)
    saved(client, FORM)
    again = saved(client, FORM, "2", headers=PART)
    assert (again.status_code, kept()[0].version) == (200, 2)
    assert 'name="version" value="2"' in again.text
    assert "Saved 13:00" in shown(again.text)


WRONG = (
    ("a_wages_unpaid", "two", "Give a whole number from 0 to 60."),
    ("a_wages_unpaid", "61", "Give a whole number from 0 to 60."),
    ("a_wages_unpaid", "1.5", "Give a whole number from 0 to 60."),
    ("a_new_orders", "-1", "Give an amount from 0 to 1,000,000,000 in units of 10,000 yuan."),
    ("a_new_orders", "9" * 40, "Give an amount from 0 to 1,000,000,000 in units of 10,000 yuan."),
    ("a_new_orders", "1e9", "Give an amount from 0 to 1,000,000,000 in units of 10,000 yuan."),
    ("a_stoppage", "maybe", "Choose one of the answers."),
    ("a_summary", "x" * 4001, "Write at most 4,000 characters."),
    ("done_on", "2026-08-02", "Give the day of the check"),
    ("done_on", "soon", "Give the day of the check"),
    ("why_summary", "no time", "keep one of the two"),
)


def test_a_wrong_value_is_told_at_its_field_and_all_else_is_kept(as_, kept):
    client = as_(OFFICER)
    begun(client)
    for name, wrong, told in WRONG:
        part = saved(client, {**FORM, name: wrong}, str(kept()[0].version), headers=PART)
        assert (part.status_code, name, told in shown(part.text)) == (200, name, True)
        assert kept()[1].answers["reached_where"] == "厂里"


def test_a_page_without_scripts_shows_the_wrong_value_again(as_):
    client = as_(OFFICER)
    begun(client)
    page = saved(client, {**FORM, "a_wages_unpaid": "two", "a_summary": "x" * 4001})
    assert (page.status_code, 'value="two"' in page.text, f"{'x' * 4001}</textarea>" in page.text) == (422, True, True)


AMOUNTS = (("0", 0), ("1,234.5", 1_234_500_000), ("１２", 12_000_000), (" 0.000001 ", 1))


def test_amounts_are_read_as_people_write_them(as_, kept):
    client = as_(OFFICER)
    begun(client)
    for written, fen in AMOUNTS:
        saved(client, {**FORM, "a_new_orders": written}, str(kept()[0].version))
        assert kept()[1].answers["new_orders"] == fen


def test_the_book_speaks_up_while_somebody_writes(as_):
    client = as_(OFFICER, "zh")
    begun(client)
    part = saved(client, {**FORM, "a_sales_trend": "rising"}, headers=PART)
    assert "与账面不符：近3个月月均入账较前9个月变化 -60%（2026-07-31）。" in shown(part.text)


def test_a_guarantor_whom_the_book_has_is_not_denied_without_a_doubt(client_as, services):
    book = BookFacts(date(2026, 7, 31), {"guaranteed_debt_share": 1.0, "unit_guarantors": 2})
    client = client_as(OFFICER, services=replace(services, facts_of=lambda *_: book))
    client.cookies.set("ews-language", "en")
    client.follow_redirects = False
    begun(client, form="visit")
    told = shown(saved(client, {"a_guarantor_able": "none"}, headers=PART).text)
    assert "The book says otherwise: Share of the debt secured by a guarantee alone 100.0 %" in told
    assert "The book says otherwise" not in shown(saved(client, {"a_guarantor_able": "no"}, "2", headers=PART).text)


@pytest.mark.parametrize("seized", [None, 0])
def test_collateral_is_asked_about_where_there_is_some(client_as, services, seized):
    book = BookFacts(date(2026, 7, 31), {"collateral_seized": seized})
    client = client_as(OFFICER, services=replace(services, facts_of=lambda *_: book))
    client.follow_redirects = False
    text = client.get(begun(client, form="visit")).text
    folded = text.find("check-folded")
    assert (folded >= 0) == (seized is None)
    assert text.index('name="a_collateral_value"') > folded


def test_a_rate_above_a_hundred_per_cent_is_refused(as_):
    client = as_(OFFICER)
    begun(client, form="visit")
    assert "Give a whole number from 0 to 100." in saved(client, {"a_operating_rate": "150"}, headers=PART).text


def test_what_is_missing_is_told_before_anything_counts(as_, kept):
    client = as_(OFFICER)
    begun(client)
    answer = saved(client, {"done_on": TODAY}, path="/checks/C0000001/submit")
    assert answer.status_code == 422
    assert "Not submitted yet. Still to answer: Contact reached Controller of the business reached" in shown(
        answer.text
    )
    assert kept()[0].state == "draft"


def test_doubts_are_shown_before_a_check_counts(as_, kept):
    client = as_(OFFICER)
    begun(client)
    doubted = {**FORM, "a_sales_trend": "rising"}
    asked = saved(client, doubted, path="/checks/C0000001/submit", headers=PART)
    assert "The branch manager will see these doubts:" in shown(asked.text)
    assert "the book of 2026-07-31 says otherwise" in shown(asked.text)
    assert kept()[0].state == "draft"
    done = saved(client, {**doubted, "confirmed": "1"}, "2", path="/checks/C0000001/submit", headers=PART)
    assert (done.headers["hx-redirect"], kept()[0].state) == ("/checks/C0000001", "submitted")


def test_a_plain_check_is_submitted_at_once_and_read_by_others(as_, kept):
    client = as_(OFFICER)
    begun(client)
    answer = saved(client, {**FORM, "for": "W0000001"}, path="/checks/C0000001/submit")
    assert (answer.status_code, answer.headers["location"]) == (303, "/checks/C0000001?for=W0000001")
    assert kept()[0].state == "submitted"
    text = as_(AUDITOR).get("/checks/C0000001").text
    assert "submitted" in shown(text)
    assert "New orders of the period CNY 50,000" in shown(text)
    assert "<textarea" not in text


def test_a_second_hand_on_the_draft_is_told_and_nothing_is_lost(as_, kept):
    client = as_(OFFICER)
    begun(client)
    saved(client, {**FORM, "a_summary": "Their words 1"})
    stale = saved(client, {**FORM, "a_summary": "My words 2"}, headers=PART)
    assert stale.status_code == 409
    assert "What they said, and what follows" not in stale.text
    assert "Their words 1 My words 2" in shown(stale.text)
    page = saved(client, {**FORM, "a_summary": "My words 2"})
    assert (page.status_code, "My words 2</textarea>" in page.text) == (409, True)
    over = saved(client, {**FORM, "a_summary": "My words 2", "over": "2"}, headers=PART)
    assert (over.status_code, kept()[1].answers["summary"]) == (200, "My words 2")


def test_a_draft_taken_over_cannot_be_saved_over(as_):
    client = as_(OFFICER)
    begun(client)
    taken = as_(MANAGER).post("/checks/C0000001/take-over", data={"version": "1", "reason": "On leave"})
    assert taken.status_code == 303
    stale = saved(client, FORM, headers=PART)
    assert stale.status_code == 409
    assert "You can no longer save it" in shown(stale.text)
    assert "Kept now Written here" in shown(stale.text)


def test_a_session_that_ended_is_told_beside_the_form_which_keeps_what_was_written(as_, services, app_client):
    client = as_(OFFICER)
    page = client.get(begun(client)).text
    assert re.search(r'<form id="check"[^>]*hx-target="#said"', page)

    async def nobody(_request):
        raise UnauthenticatedError("The session has ended.")

    answer = saved(app_client(create_app(services, identify=nobody)), FORM, headers=PART)
    assert answer.status_code == 401
    assert 'href="/login" target="_blank"' in answer.text
    assert "<form" not in answer.text


def test_a_check_of_another_branch_reads_like_none(as_):
    begun(as_(OFFICER))
    other = as_(OTHER)
    for path in ("/checks/C0000001", "/checks/C0000009"):
        assert other.get(path).status_code == 404
        assert saved(other, FORM, path=f"{path}/save").status_code == 404
    assert "C0000001" not in other.get("/checks").text
    assert other.get("/borrowers/B1/checks/new").status_code == 404


def test_somebody_elses_draft_is_read_and_not_written(as_, kept):
    begun(as_(OFFICER))
    page = as_(OFFICER2).get("/checks/C0000001")
    assert (page.status_code, "<textarea" in page.text) == (200, False)
    assert saved(as_(OFFICER2), FORM).status_code == 403
    assert "Take over" in as_(MANAGER).get("/checks/C0000001").text
    assert kept()[0].version == 1


def test_a_draft_is_given_up_with_a_reason(as_, kept):
    client = as_(OFFICER)
    begun(client)
    assert client.post("/checks/C0000001/cancel", data={"version": "1"}).status_code == 422
    assert client.post("/checks/C0000001/cancel", data={"version": "1", "reason": "Wrong form"}).status_code == 303
    assert kept()[0].state == "cancelled"
    assert "Wrong form" in client.get("/checks/C0000001").text


def test_findings_wait_for_a_second_person_who_decides_on_the_page(as_, kept):
    client = as_(OFFICER)
    begun(client, form="audit")
    fields = _answers_of_audit(client.get("/checks/C0000001").text) | {"done_on": TODAY, "a_impaired": "yes"}
    asked = saved(client, fields, path="/checks/C0000001/submit", headers=PART)
    assert "These findings count once somebody more senior has approved them:" in shown(asked.text)
    assert "Credit-impaired: yes" in shown(asked.text)
    saved(client, {**fields, "confirmed": "1"}, "2", path="/checks/C0000001/submit")
    version = str(kept()[0].version)
    assert "findings/approve" in as_(MANAGER).get("/checks/C0000001").text
    assert 'name="finding"' not in as_(OFFICER).get("/checks/C0000001").text
    decision = {"version": version, "finding": "impaired"}
    assert as_(OFFICER).post("/checks/C0000001/findings/approve", data=decision).status_code == 403
    assert as_(MANAGER).post("/checks/C0000001/findings/refuse", data=decision).status_code == 422
    assert as_(MANAGER).post("/checks/C0000001/findings/approve", data=decision).status_code == 303
    assert [one.outcome for one in kept()[1].proposed if one.field == "impaired"] == ["approved"]


def test_a_photo_is_kept_by_its_field_and_shown(as_, kept):
    client = as_(OFFICER)
    begun(client, form="visit")
    handed = client.post("/v1/evidence?case_id=C0000001&version=1", content=JPEG).json()
    saved(client, {"a_photo": handed["sha256"], "done_on": TODAY}, "2")
    assert kept()[1].answers["photo"] == handed["sha256"]
    assert f'src="/v1/evidence/{handed["sha256"]}?case_id=C0000001"' in client.get("/checks/C0000001").text
    wrong = saved(client, {"a_photo": "0" * 64, "done_on": TODAY}, "3", headers=PART)
    assert "Hand the file in with this check first." in shown(wrong.text)


def test_messages_for_files_that_are_not_taken_are_in_both_languages(as_):
    client = as_(OFFICER)
    begun(client, form="visit")
    assert 'data-large="The file is larger than 20 MB.' in client.get("/checks/C0000001").text
    assert 'data-kind="仅支持 JPEG、PNG 和 PDF 文件。"' in as_(OFFICER, "zh").get("/checks/C0000001").text


def test_markup_and_hidden_characters_do_no_harm(as_):
    client = as_(OFFICER)
    begun(client)
    saved(client, {**FORM, "a_summary": "<script>alert(1)</script>"})
    text = client.get("/checks/C0000001").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert saved(client, {**FORM, "a_summary": "a\u202eb"}, "2").status_code == 422


def test_a_version_that_is_none_is_refused(as_):
    client = as_(OFFICER)
    begun(client)
    assert [saved(client, FORM, one).status_code for one in ("", "one", "-1", "9" * 12)] == [422] * 4


def test_the_list_has_what_is_missing_doubted_or_waits(as_, looked):
    client = as_(OFFICER)
    begun(client)
    begun(client, "B2")
    doubted = {**FORM, "a_sales_trend": "rising", "confirmed": "1"}
    saved(client, doubted, path="/checks/C0000002/submit")
    text = shown(as_(RISK).get("/checks").text)
    assert text.index("C0000002") < text.index("C0000001")
    assert "10 still to answer" in text
    assert {one for entry in looked.entries for one in entry.borrowers} >= {"B1", "B2"}
    assert "C0000001" not in as_(MANAGER).get("/checks?flagged=true").text
    assert "C0000002" not in as_(MANAGER).get("/checks?state=draft").text
    assert "C0000001" not in as_(MANAGER).get("/checks?mine=true").text
    assert as_(MANAGER).get("/checks?state=sent").status_code == 422


def test_the_list_comes_page_by_page(as_, monkeypatch):
    monkeypatch.setattr("ews.serving.pages.checks.check_list.PAGE", 2)
    client = as_(OFFICER)
    for borrower_id in ("B1", "B2", "B3"):
        begun(client, borrower_id)
    first = client.get("/checks").text
    assert ("C0000001" in first, "/checks?below=2" in first) == (False, True)
    assert "C0000001" in client.get("/checks?below=2").text


def _answers_of_audit(text):
    """Return an answer for each control of the form on a page."""
    fields = dict.fromkeys(re.findall(r'<textarea[^>]*name="(a_\w+)"', text), "Seen 12 times")
    fields |= dict.fromkeys(re.findall(r'class="form-control" id="\w+" name="(a_\w+)"[^>]*inputmode', text), "1")
    for name, value in re.findall(r'type="radio" name="(a_\w+)" value="(\w+)"', text):
        fields.setdefault(name, value)
    files = re.findall(r'data-file-of="a_(\w+)"', text)
    return fields | {f"why_{name}": "Not handed over" for name in files if f'name="why_{name}"' in text}
