from dataclasses import replace
from datetime import date

import pytest

from ews.casework.day.my_day import my_day
from ews.casework.overrides import body as override_body
from ews.casework.reviews import reviews
from ews.casework.reviews.form import body_of
from ews.casework.reviews.reviews import ToApprove, ToDetermine, session_end
from ews.casework.reviews.session import open_session, progress
from ews.domain.errors import (
    ForbiddenError,
    RequestError,
    SecondPersonError,
    StaleVersionError,
    TransitionError,
    UnknownCaseError,
)
from ews.store.accounts import Profile, add_user, set_active
from ews.store.cases import find_case
from ews.store.engine import reading
from ews.store.overrides import overrides_known_by
from tests.casework.borrowers import DOUBTFUL, PASS, SPECIAL, SUBSTANDARD, with_june
from tests.casework.people import AUDITOR, HEAD, MACHINE, MANAGER, OFFICER, OFFICER2, OTHER, RISK, RISK2

FORM, OTHER_FORM = "R0000001", "R0000002"
ACCEPT = ToDetermine(FORM, 1)


@pytest.fixture(autouse=True)
def session(desk):
    june = with_june(desk.store)
    return open_session(desk, MANAGER, "sme", "branch-1", "2026Q2", lambda _batch, ids: {one: june[one] for one in ids})


def _now(desk, case_id=FORM):
    with reading(desk.store) as connection:
        return find_case(connection, case_id)


def test_a_form_is_determined_once_and_approved_by_two_others(desk):
    case = reviews.determine(desk, OFFICER, ACCEPT)
    made = body_of(case).determination
    assert (case.state, case.role, made.by, made.reason) == ("determined", "branch_manager", "officer", None)
    assert (made.tiers, case.due_on) == ({"L1": SPECIAL, "L2": SUBSTANDARD}, date(2026, 7, 13))
    case = reviews.approve(desk, MANAGER, ToApprove(FORM, 2))
    assert (case.state, case.role, case.is_open) == ("determined", "risk_manager", True)
    case = reviews.approve(desk, RISK, ToApprove(FORM, 3))
    assert (case.state, case.role, case.is_open, body_of(case).override_ids) == ("approved", None, False, ())
    assert [(one.role, one.by) for one in body_of(case).approvals] == [
        ("branch_manager", "manager"),
        ("risk_manager", "risk"),
    ]


def test_the_approvals_come_in_any_order(desk):
    reviews.determine(desk, OFFICER, ACCEPT)
    case = reviews.approve(desk, RISK, ToApprove(FORM, 2))
    assert (case.state, case.role) == ("determined", "branch_manager")
    assert reviews.approve(desk, MANAGER, ToApprove(FORM, 3)).state == "approved"


@pytest.mark.parametrize(
    ("determiner", "first", "second", "error"),
    [
        (OFFICER, OFFICER, None, SecondPersonError),
        (OFFICER, OFFICER2, None, ForbiddenError),
        (OFFICER, AUDITOR, None, ForbiddenError),
        (OFFICER, MACHINE, None, SecondPersonError),
        (OFFICER, OTHER, None, UnknownCaseError),
        (OFFICER, MANAGER, MANAGER, SecondPersonError),
        (OFFICER, RISK, RISK, SecondPersonError),
        (MANAGER, MANAGER, None, SecondPersonError),
    ],
)
def test_who_may_not_approve(desk, determiner, first, second, error):
    reviews.determine(desk, determiner, ACCEPT)
    if second is not None:
        reviews.approve(desk, first, ToApprove(FORM, 2))
    with pytest.raises(error):
        reviews.approve(desk, second or first, ToApprove(FORM, 3 if second else 2))
    assert _now(desk).state == "determined"


def test_where_the_manager_determined_somebody_above_stands_in(desk):
    reviews.determine(desk, MANAGER, ACCEPT)
    reviews.approve(desk, RISK, ToApprove(FORM, 2))
    case = reviews.approve(desk, RISK2, ToApprove(FORM, 3))
    assert [(one.role, one.by) for one in body_of(case).approvals] == [
        ("risk_manager", "risk"),
        ("branch_manager", "risk2"),
    ]


def _account(desk, actor):
    add_user(desk.log, actor.user_id, Profile(actor.name, actor.roles, actor.branch_id), by="admin", at=desk.now())


def test_nobody_stands_in_for_a_role_that_somebody_else_of_the_branch_has(desk):
    _account(desk, MANAGER)
    reviews.determine(desk, OFFICER, ACCEPT)
    reviews.approve(desk, RISK, ToApprove(FORM, 2))
    with pytest.raises(ForbiddenError, match=r"waits for branch_manager\. Ask 'manager', who has the role"):
        reviews.approve(desk, RISK2, ToApprove(FORM, 3))
    set_active(desk.log, "manager", active=False, by="admin", at=desk.now())
    assert reviews.approve(desk, RISK2, ToApprove(FORM, 3)).state == "approved"


def test_a_manager_of_another_branch_or_who_determined_is_nobody_to_wait_for(desk):
    _account(desk, MANAGER)
    _account(desk, RISK)
    _account(desk, RISK2)
    _account(desk, replace(MANAGER, user_id="elsewhere", branch_id="branch-2"))
    reviews.determine(desk, MANAGER, ACCEPT)
    reviews.approve(desk, RISK, ToApprove(FORM, 2))
    assert reviews.approve(desk, RISK2, ToApprove(FORM, 3)).state == "approved"


def test_a_second_risk_manager_does_not_take_the_first_ones_slot(desk):
    _account(desk, MANAGER)
    reviews.determine(desk, OFFICER, ACCEPT)
    case = reviews.approve(desk, HEAD, ToApprove(FORM, 2))
    assert [(one.role, one.by) for one in body_of(case).approvals] == [("risk_manager", "head")]
    with pytest.raises(ForbiddenError, match="Ask 'manager'"):
        reviews.send_back(desk, RISK, FORM, version=3, reason="Again")


@pytest.mark.parametrize(
    ("actor", "told"),
    [
        (OFFICER2, r"its borrower is of officer 'officer-1', and the account is officer 'officer-2'\. Leave it to"),
        (replace(OFFICER, officer_id=None), r"of officer 'officer-1', and the account is of no officer"),
    ],
)
def test_an_officer_determines_the_forms_of_own_borrowers_only(desk, actor, told):
    with pytest.raises(ForbiddenError, match=told):
        reviews.determine(desk, actor, ACCEPT)
    assert reviews.determine(desk, MANAGER, ACCEPT).state == "determined"


@pytest.mark.parametrize("actor", [RISK, HEAD, AUDITOR])
def test_only_officers_and_managers_determine(desk, actor):
    with pytest.raises(ForbiddenError):
        reviews.determine(desk, actor, ACCEPT)


def test_a_stated_tier_becomes_an_override_until_the_next_session_is_over(desk, policy):
    reviews.determine(desk, OFFICER, replace(ACCEPT, tiers={"L1": PASS}, reason="Paid in full since"))
    reviews.approve(desk, MANAGER, ToApprove(FORM, 2))
    assert overrides_known_by(desk.store, "sme", date(2026, 7, 6)).num_rows == 0
    case = reviews.approve(desk, RISK, ToApprove(FORM, 3))
    (override_id,) = body_of(case).override_ids
    override = override_body.body_of(_now(desk, override_id))
    assert (override.tier, override.loan_id, override.reason, override.is_better) == (
        PASS,
        "L1",
        "Paid in full since",
        True,
    )
    assert (override.author, override.approved_by, override.review_id) == ("officer", "risk", FORM)
    # The next session is that of the third quarter: 15 and 5 working days after 30 September, 1 to 7 October being off.
    assert override.expires_on == policy.calendar.after(date(2026, 9, 30), 20) == date(2026, 11, 3)
    (row,) = overrides_known_by(desk.store, "sme", date(2026, 7, 6)).to_pylist()
    assert (row["override_id"], row["tier_rank"], row["approved_on"]) == (override_id, 0, date(2026, 7, 6))


def test_an_override_of_a_session_lasts_no_longer_than_the_policy_allows(desk, policy):
    casework = policy.casework_on(date(2026, 7, 6))
    short = replace(casework, overrides=replace(casework.overrides, longest_days=30))
    strict = replace(policy, casework=type(policy.casework)(((date(1900, 1, 1), short),)))
    at = replace(desk, policy_on=lambda _day: strict)
    reviews.determine(at, OFFICER, replace(ACCEPT, tiers={"L1": DOUBTFUL}, reason="Orders are gone"))
    reviews.approve(at, MANAGER, ToApprove(FORM, 2))
    case = reviews.approve(at, RISK, ToApprove(FORM, 3))
    override = override_body.body_of(_now(desk, body_of(case).override_ids[0]))
    assert (override.expires_on, override.is_better) == (date(2026, 8, 5), False)


def test_a_session_that_is_held_very_late_still_lasts_until_a_session_to_come(policy):
    terms = policy.casework_on(date(2026, 7, 6)).session
    ends = session_end(date(2025, 1, 1), date(2026, 7, 6), terms, policy.calendar)
    assert ends == policy.calendar.after(date(2026, 6, 30), 20)


def test_a_tier_better_than_the_floor_cannot_be_determined(desk):
    with pytest.raises(TransitionError, match=r"Loan 'L2' cannot be 'special_mention': .* held by OVERDUE_90"):
        reviews.determine(desk, OFFICER, replace(ACCEPT, tiers={"L2": SPECIAL}, reason="Paid"))
    assert (_now(desk).state, _now(desk).version) == ("prepared", 1)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"tiers": {"L1": PASS}}, "'L1' is to be 'pass' instead of 'special_mention', and no reason is given"),
        ({"tiers": {"L1": PASS}, "reason": "  "}, "The reason is empty"),
        ({"tiers": {"L9": PASS}, "reason": "So"}, "has no loan 'L9'. Its loans are: 'L1', 'L2'"),
    ],
)
def test_what_cannot_be_determined_is_refused(desk, changed, told):
    with pytest.raises(RequestError, match=told):
        reviews.determine(desk, OFFICER, replace(ACCEPT, **changed))


def test_stating_the_initial_tier_needs_no_reason_and_makes_no_override(desk):
    case = reviews.determine(desk, OFFICER, replace(ACCEPT, tiers={"L1": SPECIAL}))
    assert body_of(case).determination.reason is None


def test_a_returned_form_is_determined_anew_and_its_approvals_are_void(desk):
    reviews.determine(desk, OFFICER, ACCEPT)
    reviews.approve(desk, MANAGER, ToApprove(FORM, 2))
    with pytest.raises(SecondPersonError):
        reviews.send_back(desk, OFFICER, FORM, version=3, reason="Mine")
    case = reviews.send_back(desk, RISK, FORM, version=3, reason="See the lawsuit of May")
    body = body_of(case)
    assert (case.state, case.role, body.determination, body.approvals) == ("returned", "officer", None, ())
    assert (body.returned_by, body.return_reason) == ("risk", "See the lawsuit of May")
    with pytest.raises(TransitionError, match="is returned; this is done with one that is determined"):
        reviews.approve(desk, MANAGER, ToApprove(FORM, 4))
    case = reviews.determine(desk, OFFICER, replace(ACCEPT, version=4))
    assert (case.state, body_of(case).waits_for) == ("determined", ("branch_manager", "risk_manager"))


def test_stale_versions_and_wrong_states_are_told(desk):
    reviews.determine(desk, OFFICER, ACCEPT)
    with pytest.raises(StaleVersionError):
        reviews.determine(desk, OFFICER2, ACCEPT)
    with pytest.raises(TransitionError, match="is determined; this is done with one that is prepared or returned"):
        reviews.determine(desk, OFFICER2, replace(ACCEPT, version=2))


def test_a_branch_is_done_in_one_sitting_and_each_form_wholly_or_not_at_all(desk):
    asked = [
        replace(ACCEPT, tiers={"L1": PASS, "L2": PASS}, reason="All is well"),  # L2 is held by law
        ToDetermine(OTHER_FORM, 1),
        ToDetermine(OTHER_FORM, 1),
        ToDetermine("R0000099", 1),
    ]
    told = [
        (one.case_id, one.case and one.case.state, one.error and one.error.code)
        for one in reviews.determine_all(desk, OFFICER, asked)
    ]
    assert told == [
        (FORM, None, "not-allowed-now"),
        (OTHER_FORM, "determined", None),
        (OTHER_FORM, None, "stale-version"),
        ("R0000099", None, "unknown-case"),
    ]
    assert _now(desk).version == 1
    reviews.determine(desk, OFFICER, ACCEPT)
    both = [ToApprove(FORM, 2), ToApprove(OTHER_FORM, 2)]
    assert [one.case.state for one in reviews.approve_all(desk, MANAGER, both)] == ["determined", "determined"]
    done = reviews.approve_all(desk, RISK, [replace(one, version=3) for one in both])
    assert [one.case.state for one in done] == ["approved", "approved"]
    now = progress(desk.store, MANAGER, "sme", "branch-1", "2026Q2")
    assert (now.prepared, now.determined, now.returned, now.approved) == (0, 0, 0, 2)


def test_progress_counts_each_state(desk):
    reviews.determine(desk, OFFICER, ACCEPT)
    now = progress(desk.store, MANAGER, "sme", "branch-1", "2026Q2")
    assert (now.borrowers, now.missing, now.prepared, now.determined, now.approved) == (2, 0, 1, 1, 0)
    reviews.send_back(desk, RISK, FORM, version=2, reason="Again")
    now = progress(desk.store, MANAGER, "sme", "branch-1", "2026Q2")
    assert (now.prepared, now.returned, now.determined) == (1, 1, 0)


def _listed(desk):
    people = (OFFICER, MANAGER, RISK, HEAD)
    return [one.user_id for one in people if FORM in {item.case.case_id for item in my_day(desk, one).items}]


def test_all_who_have_to_approve_have_a_determined_form_on_their_list_at_once(desk):
    assert _listed(desk) == ["officer"]
    case = reviews.determine(desk, OFFICER, ACCEPT)
    assert case.body["waits_for"] == ["branch_manager", "risk_manager"]
    assert _listed(desk) == ["manager", "risk", "head"]
    case = reviews.approve(desk, RISK, ToApprove(FORM, 2))
    assert (case.body["waits_for"], _listed(desk)) == (["branch_manager"], ["manager"])
    case = reviews.approve(desk, MANAGER, ToApprove(FORM, 3))
    assert (case.body["waits_for"], _listed(desk)) == ([], [])


def test_a_form_that_was_sent_back_waits_for_nobodys_approval(desk):
    reviews.determine(desk, OFFICER, ACCEPT)
    case = reviews.send_back(desk, RISK, FORM, version=2, reason="Again")
    assert (case.body["waits_for"], _listed(desk)) == ([], ["officer"])


def test_who_determined_does_not_have_it_to_approve(desk):
    reviews.determine(desk, MANAGER, ACCEPT)
    assert _listed(desk) == ["risk", "head"]


def test_who_determined_withdraws_it_also_after_one_approval(desk):
    reviews.determine(desk, MANAGER, ACCEPT)
    reviews.approve(desk, RISK, ToApprove(FORM, 2))
    with pytest.raises(ForbiddenError, match="only who determined it may"):
        reviews.withdraw(desk, RISK, FORM, version=3)
    case = reviews.withdraw(desk, MANAGER, FORM, version=3)
    body = body_of(case)
    assert (case.state, case.role, body.determination, body.approvals) == ("prepared", "officer", None, ())
    assert case.body["waits_for"] == []
    assert reviews.determine(desk, OFFICER, replace(ACCEPT, version=4)).state == "determined"


def test_who_has_approved_may_still_return_it(desk):
    reviews.determine(desk, OFFICER, ACCEPT)
    reviews.approve(desk, RISK, ToApprove(FORM, 2))
    assert reviews.send_back(desk, RISK, FORM, version=3, reason="The lawsuit").state == "returned"


def test_what_nobody_could_approve_is_not_determined(desk):
    for one in (MANAGER, RISK):
        _account(desk, one)
    with pytest.raises(SecondPersonError, match="nobody would be left to approve it as branch_manager, risk_manager"):
        reviews.determine(desk, MANAGER, ACCEPT)
    _account(desk, HEAD)
    assert reviews.determine(desk, MANAGER, ACCEPT).state == "determined"
