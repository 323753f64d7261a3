from dataclasses import replace
from datetime import date

import pytest
from markupsafe import escape

from ews.casework.paper.docx import docx_of
from ews.casework.paper.page import page_of
from ews.cli.validate import told
from ews.cli.validate.catalogue import AREA_TEXT
from ews.cli.validate.paper import paper_of
from ews.cli.validate.validated import Curves
from ews.domain.text import Language
from ews.store.model_findings import ModelFinding, State
from ews.validation.results import WHOLE, Area, Limit, Result, Verdict
from tests.cli.validate.conftest import MADE_AT

FAILED = Result("monotone_breaches", WHOLE, 3.0, Verdict.FAILED, 100, limit=0, side=Limit.AT_MOST)


def finding(state: State = State.OPEN, test: str = "monotone_breaches") -> ModelFinding:
    signed = (None, None) if state is State.OPEN else ("zhou", MADE_AT)
    return ModelFinding(
        "MF0007", "ledgers", "m", test, "high", (WHOLE,), state, MADE_AT, MADE_AT, "sun", date(2026, 12, 20), "why",
        *signed,
    )  # fmt: skip


def bare(made, *results: Result):
    """Return a validation of these results alone, without pictures."""
    return replace(made.found, results=results, curves=Curves())


@pytest.fixture(scope="module")
def papers(made):
    return {language: paper_of(made.found, made.model, (finding(),), language) for language in Language}


@pytest.mark.parametrize("language", Language)
def test_every_chapter_stands_in_the_report_and_what_is_not_proven_in_a_page_that_runs_nothing(made, papers, language):
    page = page_of(papers[language])
    assert [area for area in Area if AREA_TEXT[area].in_(language) not in page] == []
    assert [one for one in made.found.unproven if str(escape(one.in_(language))) not in page] == []
    assert ("<script" in page, 'src="http' in page) == (False, False)
    assert page.count('src="data:image/png;base64,') >= 2


def test_the_same_validation_gives_the_same_bytes(made, papers):
    again = paper_of(made.found, made.model, (finding(),), Language.ZH)
    assert page_of(again) == page_of(papers[Language.ZH])
    assert docx_of(again) == docx_of(papers[Language.ZH])


@pytest.mark.parametrize(
    ("state", "answer", "tone"),
    [(State.OPEN, "No: not fit for use", "red"), (State.ACCEPTED, "Yes: fit for use", "none")],
)
def test_a_test_that_must_hold_and_failed_makes_the_answer_no_until_a_validator_takes_the_risk(
    made, state, answer, tone
):
    sound = [Result(test, WHOLE, 0.8, Verdict.PASSED, 9) for test in ("auc", "jeffreys_portfolio")]
    paper = paper_of(bare(made, FAILED, *sound), made.model, (finding(state),), Language.EN)
    assert (paper.badge.text, paper.badge.tone) == (answer, tone)
    assert ("zhou 2026-11-20" in page_of(paper)) == (state is State.ACCEPTED)


def test_what_is_not_found_any_more_is_told_with_what_became_of_it(made):
    page = page_of(paper_of(bare(made), made.model, (finding(State.RESOLVED),), Language.EN))
    assert "not found any more by this validation" in page


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (None, "share", "—"), (0.1234, "share", "12.3%"), (0.0001, "share", "0.010%"), (0.0, "share", "0.0%"),
        (0.0001, "p", "<0.001"), (0.04949, "p", "0.049"), (12_345.0, "rows", "12,345"), (0.78912, "", "0.789"),
        (0.0, "", "0"), (-35.0, "days", "-35"),
    ],
)  # fmt: skip
def test_a_figure_is_told_as_its_unit_is_read(number, unit, text):
    assert told.figure(number, unit) == text


@pytest.mark.parametrize(
    ("about", "zh"),
    [
        (WHOLE, ""),
        ("feature:dpd_now", "当前逾期天数"),
        ("arrears:early", "逾期状态：逾期1至30天"),
        ("cell:G1>G2", "等级迁徙 G1 → G2"),
        ("level:red, 0 dpd", "红色，无逾期"),
        ("feature:gone_long_ago", "feature gone_long_ago"),
    ],
)
def test_what_was_looked_at_is_told_in_words(about, zh):
    result = Result("auc", about, 0.5, Verdict.TOLD, 9)
    assert told.about(result, Language.ZH) == zh
