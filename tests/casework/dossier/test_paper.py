"""Due-diligence files on paper: page and Word file hold the same, look the same each time and do no harm."""

import io
import zipfile
from dataclasses import replace

import pytest
from docx import Document
from pydantic import TypeAdapter

from ews.casework.desk import Desk
from ews.casework.dossier.dossier import Dossier
from ews.casework.dossier.paper import paper_of
from ews.casework.dossier.words import CODE_TEXTS, LABEL_TEXTS, VERB_TEXTS, told_by
from ews.casework.paper.docx import docx_of
from ews.casework.paper.paper import Say
from ews.domain.text import Language
from ews.store.engine import open_store
from tests.casework.conftest import Clock
from tests.casework.dossier.test_dossier import made, papers, words_of
from tests.casework.rich import NAME, png, rich

EVIL = {
    "reason": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "plan": '=HYPERLINK("http://evil.example","pay") +cmd|\' /C calc\'!A0',
    "done": "before\x00\x07\x1b[31m after",
    "lift": "\u202etxt.exe\u2066 " + "长" * 3_900,
    "note": "{{ 7 * 7 }} {% raw %} </style></bdi></table> ]]> &amp; \ufffe",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("evidence")


@pytest.fixture(scope="module")
def bank(place, policy):
    """Give a desk at which everything has happened."""
    clock, store = Clock(), open_store(f"sqlite:///{place / 'ews.db'}")
    desk = Desk(store, lambda _day: policy, clock, b"a key of the tests")
    rich(desk, clock, place)
    yield desk
    store.close()


@pytest.fixture(scope="module")
def dossier(bank, place):
    return made(bank, place)


def test_page_and_word_file_hold_every_act_and_the_seal(dossier, place):
    page, document = papers(dossier, place)
    text = words_of(document)
    for shown in (page, text):
        assert [one.act for one in dossier.done if f"#{one.act}" not in shown] == []
        assert [one.case_id for one in dossier.cases if one.case_id not in shown] == []
        assert dossier.seal.hash in shown
        assert NAME in shown
        assert "逾期2个工作日" in shown
    assert page.count("<img ") == 2
    assert len(Document(io.BytesIO(document)).inline_shapes) == 2


def test_the_same_file_has_the_same_bytes(bank, dossier, place):
    first, second = papers(dossier, place), papers(made(bank, place), place)
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first[1])) as archive:
        assert {one.date_time for one in archive.infolist()} == {(2026, 11, 20, 16, 5, 30)}


def test_the_word_file_has_headings_heads_that_repeat_chinese_fonts_and_page_numbers(dossier, place):
    document = Document(io.BytesIO(papers(dossier, place)[1]))
    headings = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert headings[:3] == ["1. 借款人 Borrower", "2. 时间线 Timeline", "3. 历次结论 What was known when"]
    heads = [table for table in document.tables if "w:tblHeader" in table._tbl.xml]
    assert len(heads) > 8
    assert 'w:eastAsia="微软雅黑"' in document.styles["Heading 1"].element.xml
    foot = document.sections[0].footer.paragraphs[0]._p.xml
    assert 'w:instr="PAGE"' in foot
    assert 'w:instr="NUMPAGES"' in foot


def test_one_language_leaves_the_other_out(dossier, place):
    english = papers(dossier, place, Language.EN)[0]
    assert "时间线" not in english
    assert "Due-diligence file" in english
    chinese = papers(dossier, place, Language.ZH)[0]
    assert "Due-diligence" not in chinese
    assert "尽职免责档案" in chinese


def test_what_people_wrote_does_no_harm_on_the_page_or_in_word(desk, clock, tmp_path):
    with pytest.MonkeyPatch.context() as older:  # which took any characters, so that stores may hold them
        older.setattr("ews.casework.written.check_shown", lambda _text, _what: None)
        rich(desk, clock, tmp_path, EVIL)
    dossier = made(desk, tmp_path)
    page, document = papers(dossier, tmp_path)
    text = words_of(document)
    assert "<script" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert page.count("</style>") == 1
    assert page.count("</table>") == page.count("<table")
    assert page.count("<bdi") == page.count("</bdi>")
    for shown in (page, text):
        assert "{{ 7 * 7 }}" in shown
        assert not {"\x00", "\x07", "\x1b", "\u202e", "\u2066", "\ufffe"} & set(shown)
        assert "⟨U+202E⟩txt.exe⟨U+2066⟩" in shown
        assert "长" * 3_900 in shown
    assert "=HYPERLINK(" in text
    assert "fldChar" not in Document(io.BytesIO(document)).element.xml
    assert "<script>alert(1)</script>" in TypeAdapter(Dossier).dump_json(dossier).decode()  # data, for programs


def test_a_picture_that_word_cannot_read_is_told_instead(dossier):
    bad = {dossier.evidence[0].sha256: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00broken\xff\xda\xff\xd9"}
    bad[dossier.evidence[1].sha256] = png(40, 20)
    document = docx_of(paper_of(dossier, Say(), bad))
    assert len(Document(io.BytesIO(document)).inline_shapes) == 1
    assert "此处未显示" in words_of(document)


def test_a_borrower_of_whom_nothing_was_done_has_a_file_too(bank, dossier, place):
    empty = replace(
        dossier, known=(), done=(), cases=(), checks=(), findings=(), evidence=(), looked_up=(), look_ups=None
    )
    page, document = papers(empty, place)
    for shown in (page, words_of(document)):
        assert "无处置记录。" in shown
        assert "无查阅记录。" in shown


def test_everything_that_was_done_and_written_has_words_in_both_languages(dossier):
    assert {one.verb for one in dossier.done} <= set(VERB_TEXTS)
    bare = {
        label.zh for one in dossier.done for label, _ in told_by(one.content, dossier.words) if label.en == label.zh
    }
    assert bare == {"SHA-256"}
    for text in (*VERB_TEXTS.values(), *LABEL_TEXTS.values(), *CODE_TEXTS.values()):
        assert text.en
        assert text.zh
