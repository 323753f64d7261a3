"""Findings of a due-diligence file: what waits for a second person, or was refused, is shown."""

from types import SimpleNamespace

import pytest

from ews.casework.dossier.findings_table import findings_section
from ews.casework.dossier.words import LABEL_TEXTS, VERB_TEXTS, told_by
from ews.casework.paper.paper import Say

WAITING = {
    "finding_id": "C1-impaired",
    "field": "impaired",
    "value": "yes",
    "loan_id": None,
    "found_on": "2026-07-06",
    "author": "officer",
    "rank": 1,
    "label": {"en": "Credit-impaired: yes", "zh": "是否信用减值：是"},
}
REFUSED = {**WAITING, "outcome": "refused", "by": "manager", "on": "2026-07-07", "reason": "无法院文书"}


def shown_of(*proposed):
    case = SimpleNamespace(case_id="C0000001", kind="check", body={"proposed": list(proposed)})
    told = SimpleNamespace(checks=(), findings=(), people={"manager": "Li Na"}, cases=(case,))
    return repr(findings_section(told, Say()))


def test_findings_that_wait_or_were_refused_are_shown():
    shown = shown_of(WAITING, REFUSED)
    assert shown.count("是否信用减值：是") == 2
    for word in ("须经第二人审批的认定", "待审批", "已拒绝", "Li Na · 2026-07-07 · 无法院文书", "C0000001"):
        assert word in shown


def test_without_any_there_is_no_table_of_them():
    assert "须经第二人审批的认定" not in shown_of()


@pytest.mark.parametrize("verb", ["approve-findings", "refuse-findings", "take-over", "decide"])
def test_acts_of_findings_and_drafts_have_words_in_both_languages(verb):
    assert VERB_TEXTS[verb].en != verb
    assert VERB_TEXTS[verb].zh not in {"", verb}


def test_what_was_written_with_them_has_labels():
    content = {
        "to_approve": ["impaired"],
        "fields": ["impaired"],
        "author": "li.na",
        "evidence_files": ["a" * 64],
        "is_guarantor": True,
    }
    assert set(content) <= set(LABEL_TEXTS)
    told = {label.zh: value.zh for label, value in told_by(content, {})}
    assert told == {
        "待审批事项": "impaired",
        "审批事项": "impaired",
        "草稿填报人": "li.na",
        "影像文件": "a" * 64,
        "是否保证人": "是",
    }
