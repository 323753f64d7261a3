"""Quarterly forms on paper, on both databases."""

import io
from datetime import date, datetime

import pytest
from docx import Document

from ews.casework.dossier.words import policy_words
from ews.casework.paper.docx import docx_of
from ews.casework.paper.docx_apart import docx_apart
from ews.casework.paper.page import page_of
from ews.casework.paper.paper import Say, Signatures
from ews.casework.paper.review import review_paper
from ews.casework.paper.session import session_paper
from ews.casework.reviews import reviews
from ews.casework.reviews.form import review_of, reviews_of
from ews.casework.reviews.reviews import ToDetermine
from ews.casework.reviews.session import open_session
from ews.domain.levels import Tier
from ews.domain.text import Language
from ews.store.engine import reading
from tests.casework.borrowers import with_june
from tests.casework.people import MANAGER, OFFICER

PRINTED = datetime(2026, 7, 20, 10)


@pytest.fixture
def opened(desk):
    records = with_june(desk.store)
    open_session(
        desk, MANAGER, "sme", "branch-1", "2026Q2", lambda _batch_id, wanted: {one: records[one] for one in wanted}
    )
    with pytest.MonkeyPatch.context() as older:  # which took any characters, so that stores may hold them
        older.setattr("ews.casework.written.check_shown", lambda _text, _what: None)
        reviews.determine(desk, OFFICER, ToDetermine("R0000001", 1, {"L1": Tier.DOUBTFUL}, "停产，\x07客户失联"))
    return desk


def text_of(content):
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def test_a_form_shows_tiers_grounds_provisions_and_who_did_what(opened, policy):
    words = policy_words(policy, date(2026, 7, 20))
    with reading(opened.store) as connection:
        paper = review_paper(review_of(connection, "R0000001"), Say(), words, PRINTED)
    content = docx_of(paper)
    text = text_of(content)
    for told in ("2026Q2", "Firm B1", "L1", "L2", "可疑 doubtful", "次级 substandard", "OVERDUE_90", "10,000.00 元"):
        assert told in text
        assert told in page_of(paper)
    assert "停产，\ufffd客户失联" in text
    assert "20.00 元" in text  # expected losses of 1,000 fen on two loans
    assert docx_of(paper) == content
    (signed,) = (block for section in paper.sections for block in section.blocks if isinstance(block, Signatures))
    assert signed.who == (
        "认定人 Determined by",
        "审批人 Approved by · 支行负责人 branch manager",
        "审批人 Approved by · 风险经理 risk manager",
    )


def test_a_session_begins_with_the_list_of_its_forms(opened, policy):
    words = policy_words(policy, date(2026, 7, 20))
    with reading(opened.store) as connection:
        forms = reviews_of(connection, "sme", "branch-1", "2026Q2")
    paper = session_paper(forms, Say((Language.EN,)), words, PRINTED, branch_id="branch-1", quarter="2026Q2")
    assert [one.heading for one in paper.sections] == ["By tier", "All forms", "Firm B1 B1", "Firm B2 B2"]
    assert [one.is_new_page for one in paper.sections] == [False, False, True, True]
    assert [(cell.text, name) for cell, name in paper.figures] == [
        ("1", "prepared"),
        ("0", "returned"),
        ("1", "determined"),
        ("0", "approved"),
    ]
    (sums,) = paper.sections[0].blocks
    assert [row.cells[0].text for row in sums.rows if row.cells[2].text != "0"][-1] == "Total"
    assert [cell.text for cell in sums.rows[-1].cells[1:3]] == ["2", "2"]
    assert docx_apart(paper) == docx_of(paper)
    assert not any(
        "\u4e00" <= one <= "\u9fff" for one in "".join(name for name, _ in paper.sections[1].blocks[0].columns)
    )
