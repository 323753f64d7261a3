"""Drafts whose author has left, on both databases: who may cancel them or take them over, and where they are seen."""

from dataclasses import replace

import pytest

from ews.casework.checks.body import body_of
from ews.casework.checks.checks import submit_check
from ews.casework.checks.draft import cancel_check, take_over
from ews.casework.day.my_day import my_day
from ews.domain.errors import (
    ForbiddenError,
    RequestError,
    SecondPersonError,
    StaleVersionError,
    TransitionError,
    UnknownCaseError,
)
from ews.domain.people import Role
from ews.store.accounts import Profile, add_user, set_active
from ews.store.cases import acts_of
from ews.store.engine import reading
from ews.store.findings import findings_of_case
from tests.casework.checks.test_checks import begun, saved
from tests.casework.people import HEAD, HEAD2, MANAGER, OFFICER, OFFICER2, OTHER, RISK
from tests.store.samples import published, row

WHY = "Has left the bank"


@pytest.fixture
def bank(desk):
    published(desk.store, "june", [row("B1"), row("B9", branch_id="branch-2")])
    return desk


@pytest.fixture
def draft(bank):
    return saved(bank, begun(bank))


def taken(desk, case, actor=MANAGER, reason=WHY):
    return take_over(desk, actor, case.case_id, version=case.version, reason=reason)


def cancelled(desk, case, actor=MANAGER, reason=WHY):
    return cancel_check(desk, actor, case.case_id, version=case.version, reason=reason)


def last_act(desk, case):
    with reading(desk.store) as connection:
        return acts_of(connection, [case.case_id])[-1]


def test_who_takes_a_draft_over_is_its_author_from_then_on(bank, draft):
    case = taken(bank, draft)
    assert (case.state, case.assignee, body_of(case).answers) == ("draft", "manager", body_of(draft).answers)
    act = last_act(bank, case)
    assert (act.verb, act.user_id, act.content) == ("take-over", "manager", {"reason": WHY, "author": "officer"})
    with pytest.raises(ForbiddenError, match=r"is being filled in by 'manager'\. Begin one of your own, or have"):
        submit_check(bank, OFFICER, case.case_id, version=case.version)
    case = submit_check(bank, MANAGER, case.case_id, version=case.version)
    with reading(bank.store) as connection:
        assert {one.author for one in findings_of_case(connection, case.case_id)} == {"manager"}


def test_a_senior_gives_up_a_draft_and_says_whose_it_was(bank, draft):
    case = cancelled(bank, draft)
    assert (case.state, case.is_open) == ("cancelled", False)
    assert last_act(bank, case).content == {"reason": WHY, "author": "officer"}


@pytest.mark.parametrize("act", [taken, cancelled])
@pytest.mark.parametrize(
    ("actor", "error", "message"),
    [
        (
            OFFICER2,
            ForbiddenError,
            "'officer2' may not .* of 'officer': it takes one of the roles branch",
        ),
        (replace(OTHER, roles=MANAGER.roles), UnknownCaseError, "There is no case 'C0000001' among those you may see"),
        (replace(MANAGER, is_machine=True), ForbiddenError, "is a machine and may not record a check"),
    ],
)
def test_somebody_else_may_not(bank, draft, act, actor, error, message):
    with pytest.raises(error, match=message):
        act(bank, draft, actor)


def test_the_senior_is_above_the_author_and_above_who_took_it_over(bank, draft):
    peer = replace(MANAGER, user_id="manager2")
    case = taken(bank, draft)
    with pytest.raises(SecondPersonError, match="'manager2' may not cancel the draft: it takes somebody more senior"):
        cancelled(bank, case, peer)
    case = taken(bank, case, RISK)
    with pytest.raises(SecondPersonError):
        taken(bank, case, peer)
    assert cancelled(bank, taken(bank, case, HEAD), HEAD2).state == "cancelled"


def test_ones_own_draft_is_not_taken_over_and_a_submitted_check_neither(bank, draft):
    case = taken(bank, draft)
    with pytest.raises(TransitionError, match="is 'manager's own draft already"):
        taken(bank, case)
    case = submit_check(bank, MANAGER, case.case_id, version=case.version)
    with pytest.raises(TransitionError, match="is submitted: only a draft"):
        taken(bank, case, RISK)


def test_a_reason_and_the_newest_version_are_needed(bank, draft):
    with pytest.raises(RequestError, match="The reason is empty"):
        taken(bank, draft, reason=" ")
    with pytest.raises(StaleVersionError, match="is at version 2 by now, not 1"):
        taken(bank, replace(draft, version=1))


def test_a_draft_of_a_closed_account_stands_on_the_list_of_those_above(bank, draft, clock):
    log = bank.log
    add_user(log, "officer", Profile("Officer", frozenset({Role.OFFICER}), "branch-1"), by="root", at=clock.at)
    assert my_day(bank, MANAGER).items == ()
    set_active(log, "officer", active=False, by="root", at=clock.at)
    (item,) = my_day(bank, MANAGER).items
    assert (item.case.case_id, item.next) == (draft.case_id, ("take-over", "cancel"))
    assert [len(my_day(bank, actor).items) for actor in (OFFICER2, OTHER, RISK)] == [0, 0, 1]
    taken(bank, draft)
    assert [one.next for one in my_day(bank, MANAGER).items] == [("save", "submit", "cancel")]
    assert my_day(bank, RISK).items == ()
