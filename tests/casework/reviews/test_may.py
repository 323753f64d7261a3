import pytest

from ews.casework.reviews import reviews
from ews.casework.reviews.form import body_of
from ews.casework.reviews.may import seats_of
from ews.casework.reviews.reviews import ToApprove, ToDetermine
from ews.casework.reviews.seats import slip_of
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
        verbs = {
            one.user_id: seats_of(connection, one, {FORM: (case, slip_of(case, body_of(case)))})[FORM].verbs
            for one in PEOPLE
        }
    return case.version, verbs


def who(verb, verbs):
    return {name for name, may in verbs.items() if verb in may}


def account(desk, actor):
    profile = Profile(actor.name, actor.roles, actor.branch_id, actor.officer_id)
    add_user(desk.log, actor.user_id, profile, by="admin", at=desk.now())


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
    assert who("approve", verbs) == {"risk", "head"}
    assert who("withdraw", verbs) == {"manager"}
    others = [one for one in PEOPLE if "approve" not in verbs[one.user_id]]
    assert all(refused(lambda one=one: reviews.approve(desk, one, ToApprove(FORM, version))) for one in others)
    reviews.approve(desk, RISK, ToApprove(FORM, version))
    verbs = offered(desk)[1]
    assert (who("approve", verbs), who("return", verbs)) == ({"head"}, {"risk", "head"})
    reviews.approve(desk, HEAD, ToApprove(FORM, version + 1))
    assert {name for name, may in offered(desk)[1].items() if may} == set()


def test_somebody_above_stands_in_only_where_the_branch_has_nobody(desk):
    reviews.determine(desk, OFFICER, ToDetermine(FORM, 1))
    reviews.approve(desk, RISK, ToApprove(FORM, 2))
    assert who("approve", offered(desk)[1]) == {"manager", "head"}
    account(desk, MANAGER)
    version, verbs = offered(desk)
    assert (who("approve", verbs), who("return", verbs)) == ({"manager"}, {"manager", "risk"})
    assert refused(lambda: reviews.approve(desk, HEAD, ToApprove(FORM, version)))


def test_whoever_is_offered_an_act_is_not_refused_and_nobody_else_is_let(desk):
    for one in (OFFICER, MANAGER, RISK, HEAD):
        account(desk, one)
    reviews.determine(desk, MANAGER, ToDetermine(FORM, 1))
    version, verbs = offered(desk)
    assert (who("return", verbs), who("withdraw", verbs)) == ({"risk", "head"}, {"manager"})
    not_back = [one for one in PEOPLE if "return" not in verbs[one.user_id]]
    assert all(
        refused(lambda one=one: reviews.send_back(desk, one, FORM, version=version, reason="x")) for one in not_back
    )
    others = [one for one in PEOPLE if one is not MANAGER]
    assert all(refused(lambda one=one: reviews.withdraw(desk, one, FORM, version=version)) for one in others)
    assert reviews.withdraw(desk, MANAGER, FORM, version=version).state == "prepared"


def test_a_manager_reads_who_determines_in_her_place(desk):
    for one in (OFFICER, MANAGER, RISK, HEAD):
        account(desk, one)
    with reading(desk.store) as connection:
        case = find_case(connection, FORM)
        seat = seats_of(connection, MANAGER, {FORM: (case, slip_of(case, body_of(case)))})[FORM]
    assert (seat.verbs, seat.is_turn) == ({"determine"}, False)
    assert (seat.said, seat.is_left) == ("Officer determines it, you approve it.", True)
