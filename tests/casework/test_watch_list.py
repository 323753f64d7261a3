from dataclasses import replace
from datetime import date, timedelta

import pytest

from ews.casework import watch_list
from ews.casework.watch_list import WatchDraft, body_of, watched_ids, watched_page
from ews.domain.errors import (
    AccountError,
    ForbiddenError,
    RequestError,
    SecondPersonError,
    StaleVersionError,
    TransitionError,
    UnknownBorrowerError,
    UnknownCaseError,
)
from ews.domain.levels import Tier, WarningLevel
from ews.domain.people import Role
from ews.store.accounts import Profile, add_user, set_active
from ews.store.cases import CaseFilter
from ews.store.engine import reading
from tests.casework.borrowers import borrower, publish_day, with_june
from tests.casework.people import AUDITOR, MANAGER, OFFICER, OFFICER2, OTHER, RISK
from tests.store.samples import JULY

DRAFT = WatchDraft("Its largest buyer is in trouble", review_on=date(2026, 8, 1))


@pytest.fixture(autouse=True)
def june(store):
    return with_june(store)


def _listed(desk, **wanted):
    page, _ = watched_page(desk.store, CaseFilter(**wanted), desk.now().date(), limit=10)
    return page


def test_a_borrower_is_put_on_with_owner_reason_and_day_of_review(desk):
    case = watch_list.put_on(desk, OFFICER, "B1", DRAFT)
    assert (case.case_id, case.state, case.assignee, case.due_on) == ("L0000001", "on", "officer", date(2026, 8, 1))
    assert (body_of(case).reason, body_of(case).listed_by) == ("Its largest buyer is in trouble", "officer")


def test_without_a_day_of_review_it_is_the_farthest_that_the_policy_allows(desk):
    case = watch_list.put_on(desk, OFFICER, "B1", replace(DRAFT, review_on=None))
    assert case.due_on == date(2026, 7, 6) + timedelta(days=90)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"reason": ""}, "The reason is empty"),
        ({"review_on": date(2026, 7, 5)}, "The day of the review is 2026-07-05, which is before today"),
        ({"review_on": date(2026, 10, 5)}, "wants one within 90 days. Give 2026-10-04 or an earlier day"),
    ],
)
def test_what_cannot_be_used_is_refused(desk, changed, told):
    with pytest.raises(RequestError, match=told):
        watch_list.put_on(desk, OFFICER, "B1", replace(DRAFT, **changed))


def test_nobody_is_on_the_list_twice_but_may_come_back(desk):
    case = watch_list.put_on(desk, OFFICER, "B1", DRAFT)
    with pytest.raises(TransitionError, match="on the watch list already, as case 'L0000001'"):
        watch_list.put_on(desk, OFFICER2, "B1", DRAFT)
    watch_list.take_off(desk, MANAGER, case.case_id, version=1, reason="The buyer pays again")
    assert watch_list.put_on(desk, OFFICER2, "B1", DRAFT).case_id == "L0000002"


def test_a_review_moves_the_day_with_a_note(desk, clock):
    case = watch_list.put_on(desk, OFFICER, "B1", DRAFT)
    clock.forward(20)
    case = watch_list.review(desk, OFFICER2, case.case_id, version=1, note="Still waiting", review_on=date(2026, 9, 1))
    body = body_of(case)
    assert (case.due_on, body.note, body.reviewed_by, body.reviewed_on, body.owner) == (
        date(2026, 9, 1),
        "Still waiting",
        "officer2",
        date(2026, 7, 26),
        "officer",
    )


def test_an_owner_is_an_account_in_use_that_sees_the_borrower(desk):
    made = {
        "li": Profile("Li", frozenset({Role.OFFICER}), "branch-1"),
        "wang": Profile("Wang", frozenset({Role.OFFICER}), "branch-2"),
        "audit": Profile("Audit", frozenset({Role.AUDITOR})),
        "gone": Profile("Gone", frozenset({Role.OFFICER}), "branch-1"),
    }
    for user_id, profile in made.items():
        add_user(desk.log, user_id, profile, by="admin", at=desk.now())
    set_active(desk.log, "gone", active=False, by="admin", at=desk.now())
    for owner in ("wang", "audit", "gone"):
        with pytest.raises(RequestError, match=f"'{owner}' cannot own a name of branch 'branch-1'"):
            watch_list.put_on(desk, OFFICER, "B1", replace(DRAFT, owner=owner))
    with pytest.raises(AccountError):
        watch_list.put_on(desk, OFFICER, "B1", replace(DRAFT, owner="nobody"))
    case = watch_list.put_on(desk, MANAGER, "B1", replace(DRAFT, owner="li"))
    assert (case.assignee, body_of(case).listed_by) == ("li", "manager")


@pytest.mark.parametrize(
    ("actor", "error"),
    [(OFFICER, SecondPersonError), (OFFICER2, ForbiddenError), (AUDITOR, ForbiddenError), (OTHER, UnknownCaseError)],
)
def test_who_may_not_take_a_name_off(desk, actor, error):
    case = watch_list.put_on(desk, OFFICER, "B1", DRAFT)
    with pytest.raises(error):
        watch_list.take_off(desk, actor, case.case_id, version=1, reason="Fine now")


def test_a_manager_who_put_a_name_on_does_not_take_it_off(desk):
    case = watch_list.put_on(desk, MANAGER, "B1", DRAFT)
    with pytest.raises(SecondPersonError):
        watch_list.take_off(desk, MANAGER, case.case_id, version=1, reason="Fine now")
    case = watch_list.take_off(desk, RISK, case.case_id, version=1, reason="Fine now")
    assert (case.state, case.is_open, case.due_on, body_of(case).off_by) == ("off", False, None, "risk")
    with pytest.raises(StaleVersionError):
        watch_list.review(desk, OFFICER, case.case_id, version=1, note="Looked")
    with pytest.raises(TransitionError, match="is off the watch list since"):
        watch_list.review(desk, OFFICER, case.case_id, version=2, note="Looked")


def test_names_are_listed_with_how_they_stand_in_the_newest_batch(desk):
    for name in ("B1", "B2"):
        watch_list.put_on(desk, OFFICER, name, DRAFT)
    watch_list.put_on(desk, OTHER, "B9", DRAFT)
    publish_day(desk.store, "july", [borrower("B1", tier=Tier.DOUBTFUL, level=WarningLevel.RED)], JULY)
    first, second = _listed(desk, branch_id="branch-1")
    assert (first.case.borrower_id, first.standing.tier, first.standing.level) == ("B1", "doubtful", "red")
    assert (second.case.borrower_id, second.standing) == ("B2", None)  # left the book
    assert len(_listed(desk)) == 3


def test_a_review_is_overdue_the_day_after(desk, clock):
    watch_list.put_on(desk, OFFICER, "B1", DRAFT)
    clock.at = clock.at.replace(month=8, day=1)
    assert [one.is_overdue for one in _listed(desk)] == [False]
    clock.forward(1)
    assert [one.is_overdue for one in _listed(desk)] == [True]


def test_who_is_watched_is_told_for_a_batch(desk):
    watch_list.put_on(desk, OFFICER, "B1", DRAFT)
    off = watch_list.put_on(desk, OFFICER, "B2", DRAFT)
    watch_list.take_off(desk, MANAGER, off.case_id, version=1, reason="Fine now")
    with reading(desk.store) as connection:
        assert watched_ids(connection, "sme") == {"B1"}
        assert watched_ids(connection, "sme", ["B2", "B9"]) == frozenset()
        assert watched_ids(connection, "retail") == frozenset()


@pytest.mark.parametrize(
    ("actor", "error"), [(OTHER, UnknownBorrowerError), (AUDITOR, ForbiddenError)], ids=["foreign", "auditor"]
)
def test_who_may_not_put_a_name_on(desk, actor, error):
    with pytest.raises(error):
        watch_list.put_on(desk, actor, "B1", DRAFT)
