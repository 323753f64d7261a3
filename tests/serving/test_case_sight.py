"""A member of a group that has another branch is masked in cases and acts; all else is left as it is."""

from dataclasses import replace
from datetime import datetime

import pytest

from ews.serving.case_sight import acts_in_sight, cases_in_sight
from ews.store.cases import Act, Case
from tests.casework.people import HEAD, OFFICER
from tests.store.samples import JULY, published, row

WHY = {"en": "Group member B2 is in default, B22 is not", "zh": "关联方B2违约"}
BODY = {"type": "assessment", "why": WHY, "terms": {"member_id": "B2"}}
TASK = Case("task", "open", portfolio="sme", borrower_id="B1", branch_id="branch-1", body=BODY)
ACT = Act(1, "T0000001", 1, "open", datetime(2026, 8, 1), "ews", "open", {"why": WHY})
MASKED = {"en": "Group member party-1 is in default, B22 is not", "zh": "关联方party-1违约"}


@pytest.fixture
def elsewhere(store):
    published(store, "august", [row("B1"), row("B2", branch_id="branch-2")], as_of=JULY)
    return store


def test_a_member_of_another_branch_is_masked_wherever_it_stands(elsewhere):
    other = replace(TASK, body={"type": "reminder", "why": {"en": "of B3"}, "terms": {}})
    masked, same = cases_in_sight(elsewhere, OFFICER, [TASK, other])
    assert masked == replace(TASK, body={"type": "assessment", "why": MASKED, "terms": {"member_id": "party-1"}})
    assert same == other
    (act,) = acts_in_sight(elsewhere, OFFICER, TASK, [ACT])
    assert act.content == {"why": MASKED}


def test_one_of_the_own_branch_is_not(store):
    assert cases_in_sight(store, OFFICER, [TASK]) == (TASK,)
    assert acts_in_sight(store, OFFICER, TASK, [ACT]) == (ACT,)


def test_head_office_reads_all(elsewhere):
    assert cases_in_sight(elsewhere, HEAD, [TASK]) == (TASK,)
    assert acts_in_sight(elsewhere, HEAD, TASK, [ACT]) == (ACT,)


def test_a_member_whom_no_branch_has_is_masked_too(store):
    asked = replace(TASK, body={**BODY, "terms": {"member_id": "Q9"}})
    (masked,) = cases_in_sight(store, OFFICER, [asked])
    assert masked.body["terms"] == {"member_id": "party-1"}
