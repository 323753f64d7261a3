import pytest

from ews.casework.reviews import reviews
from ews.casework.reviews.form import body_of
from ews.casework.reviews.may import may_now
from ews.casework.reviews.reviews import ToApprove, ToDetermine
from ews.casework.reviews.session import open_session
from ews.domain.errors import EwsError
from ews.store.accounts import Profile, add_user
from ews.store.cases import find_case
from ews.store.engine import reading
from tests.casework.borrowers import with_june
from tests.casework.people import AUDITOR, HEAD, MACHINE, MANAGER, OFFICER, OFFICER2, RISK

FORM = "R0000001"
PEOPLE = (OFFICER, OFFICER2, MANAGER, RISK, HEAD, AUDITOR, MACHINE)


@pytest.fixture(autouse=True)
def session(desk):
    june = with_june(desk.store)
    return open_session(desk, MANAGER, "sme", "branch-1", "2026Q2", lambda _batch, ids: {one: june[one] for one in ids})


def offered(desk):
    with reading(desk.store) as connection:
        case = find_case(connection, FORM)
        verbs = {one.user_id: may_now(connection, one, [(case, body_of(case))])[FORM] for one in PEOPLE}
    return case.version, verbs


def refused(act):
    try:
        act()
    except EwsError:
        return True
    return False


def test_who_may_determine_is_who_is_not_refused(desk):
    version, verbs = offered(desk)
    assert {name for name, may in verbs.items() if may} == {"officer", "manager"}
    others = [one for one in PEOPLE if not verbs[one.user_id]]
    assert all(refused(lambda one=one: reviews.determine(desk, one, ToDetermine(FORM, version))) for one in others)


def test_who_determined_approves_no_more_and_others_do_in_parallel(desk):
    reviews.determine(desk, MANAGER, ToDetermine(FORM, 1))
    version, verbs = offered(desk)
    assert {name for name, may in verbs.items() if may == {"approve", "return"}} == {"risk", "head"}
    others = [one for one in PEOPLE if not verbs[one.user_id]]
    assert all(refused(lambda one=one: reviews.approve(desk, one, ToApprove(FORM, version))) for one in others)
    reviews.approve(desk, RISK, ToApprove(FORM, version))
    assert {name for name, may in offered(desk)[1].items() if may} == {"head"}
    reviews.approve(desk, HEAD, ToApprove(FORM, version + 1))
    assert {name for name, may in offered(desk)[1].items() if may} == set()


def test_somebody_above_stands_in_only_where_the_branch_has_nobody(desk):
    reviews.determine(desk, OFFICER, ToDetermine(FORM, 1))
    reviews.approve(desk, RISK, ToApprove(FORM, 2))
    assert {name for name, may in offered(desk)[1].items() if may} == {"manager", "head"}
    profile = Profile(MANAGER.name, MANAGER.roles, MANAGER.branch_id)
    add_user(desk.log, MANAGER.user_id, profile, by="admin", at=desk.now())
    version, verbs = offered(desk)
    assert {name for name, may in verbs.items() if may} == {"manager"}
    assert refused(lambda: reviews.approve(desk, HEAD, ToApprove(FORM, version)))
