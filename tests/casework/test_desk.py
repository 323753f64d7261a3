from dataclasses import replace

import pytest
from sqlalchemy import func, select

from ews.casework.desk import at_work, case_for, change_case, open_case
from ews.domain.errors import UnknownCaseError
from ews.domain.people import SYSTEM
from ews.store.audit import touched
from ews.store.cases import Case
from ews.store.engine import reading
from ews.store.tables import acts, audit, cases
from tests.casework.conftest import MONDAY
from tests.casework.people import AUDITOR, HEAD, OFFICER, OTHER

DRAFT = Case("warning", "raised", portfolio="sme", borrower_id="B1", branch_id="branch-1")


def opened(desk, draft=DRAFT):
    with at_work(desk, SYSTEM, "warning.raise", "b1", request_id="r1", content={"batch": "b1"}) as work:
        return open_case(work, draft, "raised")


def counts(desk):
    with reading(desk.store) as connection:
        tables = (cases, acts, audit)
        return tuple(connection.execute(select(func.count()).select_from(table)).scalar() for table in tables)


def test_an_act_is_stored_with_its_case_and_one_entry_in_the_log(desk):
    case = opened(desk)
    with reading(desk.store) as connection:
        row = connection.execute(select(audit)).one()
        rows = [touched(connection, "cases", case.case_id), touched(connection, "acts", "1")]
    assert (row.entry, row.at, row.user_id, row.action) == (1, MONDAY, "ews", "warning.raise")
    assert (row.subject, row.request_id, row.content) == ("b1", "r1", '{"batch":"b1"}')
    assert row.rows == f'[["cases","W0000001","{rows[0].digest}",null],["acts","1","{rows[1].digest}",null]]'


def test_an_act_that_fails_leaves_nothing_not_even_an_entry(desk):
    with pytest.raises(ZeroDivisionError):
        _fails(desk)
    assert counts(desk) == (0, 0, 0)


def _fails(desk):
    with at_work(desk, SYSTEM, "warning.raise", "b1") as work:
        open_case(work, DRAFT, "raised")
        raise ZeroDivisionError


def test_two_changes_of_a_case_in_one_act_leave_the_digest_of_the_last(desk):
    case = opened(desk)
    with at_work(desk, OFFICER, "warning.twice", case.case_id) as work:
        once = change_case(work, replace(case, state="acknowledged"), "acknowledge")
        change_case(work, replace(once, state="verified"), "verify")
    with reading(desk.store) as connection:
        row = connection.execute(select(audit.c.rows).where(audit.c.entry == 2)).scalar_one()
        assert touched(connection, "cases", case.case_id).digest in row
    assert counts(desk) == (1, 3, 2)
    assert row.count('"cases"') == 1


@pytest.mark.parametrize("actor", [OFFICER, HEAD, AUDITOR], ids=lambda actor: actor.user_id)
def test_a_case_is_for_its_branch_and_for_those_of_all_branches(desk, actor):
    case = opened(desk)
    with at_work(desk, actor, "read", case.case_id) as work:
        assert case_for(work, case.case_id, "warning") == case


@pytest.mark.parametrize(
    ("actor", "case_id", "kind"), [(OTHER, "W0000001", "warning"), (OFFICER, "W0000001", "task"), (OFFICER, "W2", None)]
)
def test_a_case_of_another_branch_is_told_like_one_that_is_not_there(desk, actor, case_id, kind):
    opened(desk)
    with at_work(desk, actor, "read", case_id) as work, pytest.raises(UnknownCaseError) as caught:
        case_for(work, case_id, kind)
    assert str(caught.value) == f"There is no case '{case_id}' among those you may see. Check the id."


def test_borrowers_of_no_branch_are_head_offices(desk):
    case = opened(desk, replace(DRAFT, branch_id=None))
    with at_work(desk, HEAD, "read", case.case_id) as work:
        assert case_for(work, case.case_id) == case
    with at_work(desk, OFFICER, "read", case.case_id) as work, pytest.raises(UnknownCaseError):
        case_for(work, case.case_id)
