"""Handing over on both databases: who can have a warning, whose list it is on, and when that ends."""

from datetime import date, datetime

import pytest
from sqlalchemy import insert, update

from ews.casework.day.my_day import my_day
from ews.casework.warnings.body import body_of
from ews.casework.warnings.handing_over import colleagues_of, hand_over
from ews.casework.warnings.life import acknowledge, handle, plan, verify
from ews.casework.warnings.lifting import ask_lift, refuse_lift
from ews.casework.warnings.sweep import sweep
from ews.domain.errors import (
    ForbiddenError,
    RequestError,
    StaleVersionError,
    TransitionError,
    UnknownCaseError,
)
from ews.store.engine import reading, writing
from ews.store.tables import users
from tests.casework.people import AUDITOR, MACHINE, MANAGER, OFFICER, OFFICER2, OTHER
from tests.casework.signals import again, batch, borrower, held, last_act, now, only
from tests.casework.warnings.test_lifting import quiet

ROWS = (
    ("officer", "officer", "branch-1", True),
    ("officer2", "officer", "branch-1", True),
    ("manager", "branch_manager", "branch-1", True),
    ("gone", "officer", "branch-1", False),
    ("auditor", "auditor", "branch-1", True),
    ("other", "officer", "branch-2", True),
    ("head", "risk_manager", None, True),
)


@pytest.fixture
def raised(desk):
    """Give a yellow warning of officer-1's borrower, and accounts beside officer's."""
    rows = [
        {
            "user_id": name,
            "name": name.title(),
            "roles": role,
            "branch_id": branch,
            "is_active": active,
            "created_at": datetime(2026, 1, 1),
        }
        for name, role, branch, active in ROWS
    ]
    with writing(desk.store) as connection:
        connection.execute(insert(users), rows)
    batch(desk, borrower("B1", held("BALANCE_THIN")))
    return only(desk)


def listed(desk, actor):
    return [item.case.case_id for item in my_day(desk, actor).items]


def give(desk, case, to, by=OFFICER):
    return hand_over(desk, by, case.case_id, to=to, reason="On leave.", version=now(desk, case).version)


def test_it_moves_from_one_list_to_the_other_with_its_deadline(desk, raised):
    assert (listed(desk, OFFICER), listed(desk, OFFICER2)) == ([raised.case_id], [])
    case = give(desk, raised, "officer2")
    assert (listed(desk, OFFICER), listed(desk, OFFICER2)) == ([], [raised.case_id])
    assert (case.state, case.due_on, case.role, case.assignee) == ("raised", raised.due_on, "officer", "officer2")
    act = last_act(desk, case)
    assert (act.verb, act.user_id, act.content) == (
        "hand-over",
        "officer",
        {"from": None, "to": "officer2", "reason": "On leave."},
    )


def test_it_is_handed_on_and_taken_over_again(desk, raised):
    give(desk, raised, "officer2")
    give(desk, raised, "manager", by=OFFICER2)
    assert listed(desk, MANAGER) == [raised.case_id]
    case = give(desk, raised, "officer")
    assert (listed(desk, MANAGER), listed(desk, OFFICER)) == ([], [case.case_id])
    assert last_act(desk, case).content["from"] == "manager"


def test_only_accounts_in_use_of_the_branch_that_work_with_borrowers_can_have_it(desk, raised):
    with reading(desk.store) as connection:
        assert [one.user_id for one in colleagues_of(connection, raised)] == ["manager", "officer", "officer2"]
    for name in ("gone", "auditor", "other", "head", "nobody"):
        with pytest.raises(RequestError, match=f"'{name}' cannot have warning 'W0000001'.* manager, officer, officer2"):
            give(desk, raised, name)


def test_whoever_has_it_cannot_be_given_it_again(desk, raised):
    give(desk, raised, "officer2")
    with pytest.raises(RequestError, match="'officer2' has warning 'W0000001' already"):
        give(desk, raised, "officer2")


def test_it_takes_a_reason(desk, raised):
    with pytest.raises(RequestError, match="reason of handing it over is empty"):
        hand_over(desk, OFFICER, raised.case_id, to="officer2", reason=" ", version=1)


def test_of_two_people_on_one_warning_the_second_is_told(desk, raised):
    acknowledge(desk, OFFICER, raised.case_id, version=1)
    with pytest.raises(StaleVersionError, match="at version 2 by now, not 1"):
        hand_over(desk, MANAGER, raised.case_id, to="officer2", reason="x", version=1)


@pytest.mark.parametrize(
    ("actor", "error"), [(OTHER, UnknownCaseError), (AUDITOR, ForbiddenError), (MACHINE, ForbiddenError)]
)
def test_who_does_not_work_with_the_borrower_hands_nothing_over(desk, raised, actor, error):
    with pytest.raises(error):
        give(desk, raised, "officer2", by=actor)


def test_others_may_still_act_on_it_and_it_stays_with_whom_it_was_given(desk, raised):
    give(desk, raised, "officer2")
    case = acknowledge(desk, OFFICER, raised.case_id, version=2)
    assert (case.assignee, listed(desk, OFFICER), listed(desk, OFFICER2)) == ("officer2", [], [case.case_id])


def test_late_it_goes_up_and_is_on_both_lists_until_it_is_done(desk, clock, raised):
    give(desk, raised, "officer2")
    clock.forward(14)
    sweep(desk)
    case = now(desk, raised)
    assert (case.role, case.assignee) == ("branch_manager", "officer2")
    assert listed(desk, OFFICER2) == listed(desk, MANAGER) == [case.case_id]
    acknowledge(desk, OFFICER2, case.case_id, version=case.version)
    case = now(desk, case)
    assert case.assignee == "officer2"
    assert listed(desk, OFFICER2) == [case.case_id]


def test_a_second_person_decides_whoever_has_it(desk, raised):
    give(desk, raised, "officer2")
    case = acknowledge(desk, OFFICER2, raised.case_id, version=2)
    case = verify(desk, OFFICER2, case.case_id, verdict="true", reason="x", how="data", version=3)
    case = plan(desk, OFFICER2, case.case_id, text="x", version=4)
    case = handle(desk, OFFICER2, case.case_id, text="x", version=5)
    quiet(desk)
    version = now(desk, case).version
    asked = ask_lift(desk, OFFICER2, case.case_id, evidence="x", version=version)
    assert (asked.assignee, listed(desk, MANAGER), listed(desk, OFFICER2)) == (None, [case.case_id], [])
    with pytest.raises(TransitionError, match="'hand-over' is not done now"):
        give(desk, asked, "officer")
    back = refuse_lift(desk, MANAGER, case.case_id, reason="x", version=version + 1)
    assert (back.assignee, listed(desk, OFFICER2)) == ("officer2", [case.case_id])


def test_it_ends_where_the_borrower_moves_to_another_branch(desk, raised):
    give(desk, raised, "officer2")
    batch(
        desk, borrower("B1", held("BALANCE_THIN"), branch_id="branch-2", officer_id="officer-9"), as_of=date(2026, 7, 5)
    )
    case = now(desk, raised)
    assert (case.branch_id, case.assignee, body_of(case).handed_to) == ("branch-2", None, None)
    assert listed(desk, OTHER) == [case.case_id]


def test_a_batch_of_the_same_branch_leaves_it_where_it_is(desk, raised):
    give(desk, raised, "officer2")
    batch(desk, borrower("B1", held("BALANCE_THIN"), held("LATE_ELSEWHERE")), as_of=date(2026, 7, 5))
    again(desk)
    assert now(desk, raised).assignee == "officer2"


def test_of_a_closed_account_it_is_on_the_list_of_seniors(desk, raised):
    give(desk, raised, "officer2")
    with writing(desk.store) as connection:
        connection.execute(update(users).where(users.c.user_id == "officer2").values(is_active=False))
    assert (listed(desk, MANAGER), listed(desk, OFFICER)) == ([raised.case_id], [])
