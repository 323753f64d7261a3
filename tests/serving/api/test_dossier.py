import io
from datetime import date

import pytest
from docx import Document
from sqlalchemy import select

from ews.casework.paper.page import CSP
from ews.domain.paths import Channel, Path
from ews.domain.unit import Role as UnitRole
from ews.domain.unit import UnitMember
from ews.serving.api.dossier import DOCX, router
from ews.serving.api.review_files import router as files
from ews.serving.api.review_sessions import router as sessions
from ews.serving.api.reviews import router as reviews
from ews.store.cases import Case, open_case
from ews.store.engine import writing
from ews.store.publications import DecisionRow
from ews.store.tables import audit
from tests.casework.people import AUDITOR, HEAD, MACHINE, MANAGER, OFFICER, OTHER
from tests.serving.conftest import NOW
from tests.serving.test_masking import hop
from tests.store.samples import decision, published

FOREIGN = "宁波海达贸易"
SESSION = {"portfolio": "sme", "branch_id": "branch-1", "quarter": "2026Q3"}


@pytest.fixture
def as_(client_as):
    return lambda actor: client_as(actor, router, files, sessions, reviews)


@pytest.fixture
def circle(store):
    """Let B1 stand behind a firm of another branch, which is to be assessed."""
    hops = (hop("B1", "Firm B1", branch_id="branch-1"), hop("FIRM-7", FOREIGN, branch_id="branch-2"))
    member = UnitMember("FIRM-7", UnitRole.CONTROLLER, FOREIGN)
    row = decision(
        "B1",
        as_of=date(2026, 8, 31),
        paths=(Path(Channel.GUARANTEES, hops, 1_800_000),),
        unit=(member,),
        assess=("FIRM-7",),
    )
    foreign = decision("FIRM-7", as_of=date(2026, 8, 31), branch_id="branch-2", name=FOREIGN)
    published(store, "august", [DecisionRow.of(row), DecisionRow.of(foreign)], as_of=date(2026, 8, 31))
    task = Case(
        "task",
        "open",
        portfolio="sme",
        borrower_id="B1",
        branch_id="branch-1",
        body={"terms": {"member_id": "FIRM-7"}, "text": {"en": "Assess FIRM-7", "zh": "评估FIRM-7"}},
    )
    with writing(store) as connection:
        why = {"en": f"FIRM-7 ({FOREIGN}) defaulted, not FIRM-77", "zh": f"FIRM-7（{FOREIGN}）违约，非FIRM-77"}
        open_case(connection, task, verb="open", user_id="ews", at=NOW, content={"why": why})


def text_of(response):
    document = Document(io.BytesIO(response.content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def test_the_file_comes_as_json(as_):
    found = as_(AUDITOR).get("/v1/borrowers/B1/dossier").json()
    assert [one["batch_id"] for one in found["known"]] == ["june", "july"]
    assert found["known"][1]["told"]["reasons"][0] == {"en": "en:PAYS_LATE", "zh": "zh:PAYS_LATE"}
    assert found["known"][0]["told"] is None  # the record of June is gone
    assert found["seal"]["printed_by"] == "auditor"
    assert found["seal"]["printed_at"] == NOW.isoformat()
    assert found["look_ups"] == []
    assert as_(OFFICER).get("/v1/borrowers/B1/dossier").json()["look_ups"] is None


def test_json_in_one_language_leaves_the_other_out(as_):
    found = as_(AUDITOR).get("/v1/borrowers/B1/dossier", params={"lang": "zh"}).json()
    assert found["known"][1]["top_reason"] == {"zh": "入账减少"}


def test_the_file_comes_as_one_page_that_lets_nothing_run(as_):
    response = as_(OFFICER).get("/v1/borrowers/B1/dossier", params={"format": "html"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"] == CSP
    assert response.headers["content-disposition"] == 'attachment; filename="dossier-B1-20260801.html"'
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "尽职免责档案" in response.text
    assert "src=" not in response.text
    assert "href=" not in response.text
    assert as_(OFFICER).get("/v1/borrowers/B1/dossier", params={"format": "html"}).content == response.content


def test_the_file_comes_as_a_word_file_under_a_safe_name(as_):
    response = as_(OFFICER).get("/v1/borrowers/A%2F1/dossier", params={"format": "docx", "lang": "en"})
    assert response.headers["content-type"] == DOCX
    assert response.headers["content-disposition"] == 'attachment; filename="dossier-A_1-20260801.docx"'
    assert "Due-diligence file" in text_of(response)


@pytest.mark.parametrize("as_format", ["json", "html", "docx"])
def test_who_is_of_another_branch_is_masked_everywhere(as_, circle, as_format):
    asked = {"format": as_format}
    tell = text_of if as_format == "docx" else lambda response: response.text
    everything = tell(as_(HEAD).get("/v1/borrowers/B1/dossier", params=asked))
    masked = tell(as_(OFFICER).get("/v1/borrowers/B1/dossier", params=asked))
    assert FOREIGN in everything
    assert FOREIGN not in masked
    assert "party-1" in masked
    assert "FIRM-77" in masked  # another id that begins the same
    assert "FIRM-7" not in masked.replace("FIRM-77", "")


@pytest.mark.parametrize("actor", [OTHER, OFFICER])
def test_a_borrower_out_of_sight_reads_like_none(as_, problem_of, actor):
    borrower_id = "B1" if actor is OTHER else "B99"
    status, code, detail = problem_of(as_(actor).get(f"/v1/borrowers/{borrower_id}/dossier"))
    assert (status, code) == (404, "unknown-borrower")
    assert detail.startswith(f"Borrower '{borrower_id}' has no published decision")


def test_another_format_or_parameter_is_refused(as_, problem_of):
    assert problem_of(as_(OFFICER).get("/v1/borrowers/B1/dossier?format=pdf"))[:2] == (422, "invalid-request")
    assert problem_of(as_(OFFICER).get("/v1/borrowers/B1/dossier?form=html"))[:2] == (400, "unknown-parameter")


def test_machines_of_operators_may_read_it_and_the_look_up_is_logged(as_, looked, store):
    assert as_(MACHINE).get("/v1/borrowers/B1/dossier").status_code == 200
    entry = looked.entries[-1]
    assert (entry.user_id, entry.subject, entry.content["status"]) == ("machine", "/v1/borrowers/B1/dossier", 200)
    with writing(store) as connection:
        assert connection.execute(select(audit)).all() == []


def test_a_quarterly_form_comes_as_a_word_file(as_, problem_of, looked):
    as_(MANAGER).post("/v1/reviews/sessions", json=SESSION)
    determined = {"version": 1, "tiers": {"L1": "doubtful"}, "reason": "<b>停产</b>"}
    assert as_(OFFICER).post("/v1/reviews/R0000002/determine", json=determined).status_code == 200
    response = as_(OFFICER).get("/v1/reviews/R0000002/form.docx")
    text = text_of(response)
    assert response.headers["content-disposition"] == 'attachment; filename="review-2026Q3-B1.docx"'
    assert looked.entries[-1].borrowers == ("B1",)
    for told in ("季度风险评审表", "Firm B1", "可疑 doubtful", "<b>停产</b>", "OVERDUE", "审批人 Approved by"):
        assert told in text
    assert problem_of(as_(OTHER).get("/v1/reviews/R0000002/form.docx"))[:2] == (404, "unknown-case")
    assert problem_of(as_(OFFICER).get("/v1/reviews/R0000099/form.docx"))[:2] == (404, "unknown-case")


def test_all_forms_of_a_branch_come_as_one_word_file(as_, problem_of, looked):
    path = "/v1/reviews/sessions/form.docx"
    assert problem_of(as_(OFFICER).get(path, params=SESSION))[:2] == (404, "unknown-case")
    as_(MANAGER).post("/v1/reviews/sessions", json=SESSION)
    response = as_(OFFICER).get(path, params=SESSION)
    assert response.headers["content-disposition"] == 'attachment; filename="session-2026Q3-branch-1.docx"'
    headings = [one.text for one in Document(io.BytesIO(response.content)).paragraphs if one.style.name == "Heading 1"]
    assert headings[:2] == ["按五级分类 By tier", "评审清单 All forms"]
    assert sorted(headings[2:]) == [f"Firm {one} {one}" for one in ("A/1", "B1", "B2", "B3", "B4")]
    assert looked.entries[-1].borrowers == ("A/1", "B1", "B2", "B3", "B4")
    assert as_(OFFICER).get(path, params=SESSION).content == response.content
    assert problem_of(as_(OTHER).get(path, params=SESSION))[:2] == (404, "unknown-case")
    assert problem_of(as_(OFFICER).get(path, params={**SESSION, "quarter": "2026-3"}))[:2] == (422, "bad-request")
