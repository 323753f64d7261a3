from dataclasses import replace
from datetime import date, timedelta

import pytest

from ews.casework.overrides import overrides
from ews.casework.overrides.body import OverrideDraft, body_of
from ews.domain.errors import (
    ForbiddenError,
    RequestError,
    SecondPersonError,
    StaleVersionError,
    TransitionError,
    UnknownBorrowerError,
    UnknownCaseError,
)
from ews.store.cases import find_case
from ews.store.engine import reading
from ews.store.overrides import overrides_known_by
from tests.casework.borrowers import (
    DOUBTFUL,
    L1,
    L2,
    PASS,
    SPECIAL,
    SUBSTANDARD,
    borrower,
    loan,
    publish_day,
    with_june,
)
from tests.casework.people import AUDITOR, HEAD, MANAGER, OFFICER, OFFICER2, OTHER, RISK, RISK2
from tests.store.samples import JULY, JUNE

TODAY = date(2026, 7, 6)
SEPTEMBER = date(2026, 9, 30)
BETTER = OverrideDraft(PASS, "The late payment was an error of the bank", SEPTEMBER, "L1")
WORSE = OverrideDraft(SUBSTANDARD, "The owner cannot be found", SEPTEMBER, "L1")


@pytest.fixture(autouse=True)
def june(store):
    return with_june(store)


def counting(desk, day=TODAY):
    return [row["override_id"] for row in overrides_known_by(desk.store, "sme", day).to_pylist()]


def test_a_better_tier_waits_for_a_second_person_and_then_counts(desk, clock):
    case = overrides.propose(desk, OFFICER, "B1", BETTER)
    assert (case.case_id, case.state, case.role, counting(desk)) == ("O0000001", "proposed", "risk_manager", [])
    clock.forward(1)
    case = overrides.approve(desk, RISK, case.case_id, version=1, reason="Seen the reversal")
    assert (case.state, case.role, case.due_on) == ("approved", None, SEPTEMBER)
    body = body_of(case)
    assert (body.author, body.approved_by, body.approved_on, body.is_better) == (
        "officer",
        "risk",
        date(2026, 7, 7),
        True,
    )
    assert (counting(desk), counting(desk, date(2026, 7, 7))) == ([], ["O0000001"])


def test_the_original_is_kept(desk):
    (original,) = body_of(overrides.propose(desk, OFFICER, "B1", BETTER)).original
    assert (original.loan_id, original.batch_id, original.as_of) == ("L1", "june", JUNE)
    assert (original.floor, original.proposal, original.tier) == (PASS, SPECIAL, SPECIAL)


def test_a_worse_tier_counts_at_once_and_a_senior_takes_note(desk):
    case = overrides.propose(desk, OFFICER, "B1", WORSE)
    assert (case.state, case.role, case.due_on) == ("approved", "risk_manager", SEPTEMBER)
    assert (body_of(case).approved_by, body_of(case).approved_on, counting(desk)) == (None, TODAY, ["O0000001"])
    for actor, error in ((OFFICER, SecondPersonError), (MANAGER, ForbiddenError)):
        with pytest.raises(error):
            overrides.take_note(desk, actor, case.case_id, version=1)
    case = overrides.take_note(desk, RISK, case.case_id, version=1)
    assert (case.state, case.role, body_of(case).noted_by) == ("approved", None, "risk")
    with pytest.raises(TransitionError, match="nobody has to take note"):
        overrides.take_note(desk, RISK2, case.case_id, version=2)


@pytest.mark.parametrize("loan_id", ["L2", None])
def test_a_tier_above_the_floor_is_refused_with_the_rules_that_hold(desk, loan_id):
    with pytest.raises(TransitionError, match=r"Loan 'L2' cannot be 'special_mention': .* held by OVERDUE_90"):
        overrides.propose(desk, OFFICER, "B1", replace(BETTER, tier=SPECIAL, loan_id=loan_id))
    assert counting(desk) == []


def test_a_floor_that_rose_before_the_approval_is_seen(desk):
    case = overrides.propose(desk, OFFICER, "B1", BETTER)
    publish_day(desk.store, "july", [borrower(loans=(loan("L1", SUBSTANDARD, SUBSTANDARD, PASS, *L2.held),))], JULY)
    with pytest.raises(TransitionError, match=r"as of 2026-07-31, held by OVERDUE_90"):
        overrides.approve(desk, RISK, case.case_id, version=1)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"reason": "  "}, "The reason is empty"),
        ({"expires_on": date(2026, 7, 5)}, "The expiry is 2026-07-05, which is before today, 2026-07-06"),
        ({"expires_on": TODAY + timedelta(days=181)}, r"for 180 days at most. Give 2027-01-02 or an earlier day"),
        ({"loan_id": "L7"}, r"has no loan 'L7' in the newest batch. Its loans are: 'L1', 'L2'"),
        ({"tier": SPECIAL}, "The tier is 'special_mention' already"),
    ],
)
def test_what_cannot_be_used_is_refused(desk, changed, told):
    with pytest.raises(RequestError, match=told):
        overrides.propose(desk, OFFICER, "B1", replace(BETTER, **changed))


@pytest.mark.parametrize("expires_on", [TODAY, TODAY + timedelta(days=180)])
def test_the_first_and_last_day_that_the_policy_allows(desk, expires_on):
    assert overrides.propose(desk, OFFICER, "B1", replace(WORSE, expires_on=expires_on)).due_on == expires_on


@pytest.mark.parametrize("decide", ["approve", "refuse"])
@pytest.mark.parametrize(
    ("author", "decider", "error"),
    [
        (OFFICER, OFFICER, SecondPersonError),
        (OFFICER, MANAGER, ForbiddenError),  # the policy asks for a risk manager
        (RISK, RISK, SecondPersonError),
        (RISK, RISK2, SecondPersonError),  # not more senior
        (OFFICER, AUDITOR, ForbiddenError),
        (OFFICER, OTHER, UnknownCaseError),
    ],
)
def test_who_may_not_decide(desk, decide, author, decider, error):
    case = overrides.propose(desk, author, "B1", BETTER)
    with pytest.raises(error):
        getattr(overrides, decide)(desk, decider, case.case_id, version=1, reason="So")
    assert counting(desk) == []


def test_head_office_decides_on_what_a_risk_manager_proposed(desk):
    case = overrides.propose(desk, RISK, "B1", BETTER)
    assert overrides.approve(desk, HEAD, case.case_id, version=1).state == "approved"


def test_a_refused_override_never_counts(desk):
    case = overrides.propose(desk, OFFICER, "B1", BETTER)
    case = overrides.refuse(desk, RISK, case.case_id, version=1, reason="No proof")
    assert (case.state, case.is_open, body_of(case).decision_reason, counting(desk)) == (
        "refused",
        False,
        "No proof",
        [],
    )


def test_two_proposals_for_the_same_loans_do_not_wait_side_by_side(desk):
    overrides.propose(desk, OFFICER, "B1", BETTER)
    with pytest.raises(TransitionError, match="'O0000001' of the same loans waits for approval"):
        overrides.propose(desk, OFFICER2, "B1", BETTER)
    assert overrides.propose(desk, OFFICER2, "B1", WORSE).state == "approved"  # a worse one waits for nobody


def test_an_override_of_all_loans_may_only_be_worse_than_each_floor(desk):
    case = overrides.propose(desk, OFFICER, "B1", replace(WORSE, tier=DOUBTFUL, loan_id=None))
    assert (case.state, [one.loan_id for one in body_of(case).original]) == ("approved", ["L1", "L2"])


def test_an_approval_after_the_expiry_is_refused(desk, clock):
    case = overrides.propose(desk, OFFICER, "B1", replace(BETTER, expires_on=TODAY))
    clock.forward(1)
    with pytest.raises(TransitionError, match="would have expired on 2026-07-06"):
        overrides.approve(desk, RISK, case.case_id, version=1)


def test_ending_a_better_tier_early_needs_a_reason_and_nobody_else(desk, clock):
    case = overrides.propose(desk, OFFICER, "B1", BETTER)
    overrides.approve(desk, RISK, case.case_id, version=1)
    with pytest.raises(RequestError, match="The reason is empty"):
        overrides.end(desk, OFFICER, case.case_id, version=2, reason="")
    clock.forward(2)
    case = overrides.end(desk, OFFICER, case.case_id, version=2, reason="It was late after all")
    assert (case.state, case.is_open, body_of(case).ended_on) == ("ended", False, date(2026, 7, 8))
    assert [counting(desk, date(2026, 7, day)) for day in (5, 6, 7, 8)] == [[], ["O0000001"], ["O0000001"], []]


@pytest.mark.parametrize(("actor", "error"), [(OFFICER, SecondPersonError), (MANAGER, ForbiddenError)])
def test_ending_a_worse_tier_early_takes_who_may_approve_a_better_one(desk, actor, error):
    case = overrides.propose(desk, OFFICER, "B1", WORSE)
    with pytest.raises(error):
        overrides.end(desk, actor, case.case_id, version=1, reason="Found again")
    assert overrides.end(desk, RISK, case.case_id, version=1, reason="Found again").state == "ended"


def test_an_override_that_has_come_to_be_worse_than_the_batch_is_not_ended_by_its_author(desk):
    publish_day(desk.store, "mid", [borrower(loans=(loan("L1", SUBSTANDARD, PASS, SUBSTANDARD),))], date(2026, 7, 1))
    case = overrides.propose(desk, OFFICER, "B1", replace(WORSE, tier=SPECIAL))
    overrides.approve(desk, RISK, case.case_id, version=1)
    publish_day(desk.store, "july", [borrower(loans=(loan("L1", PASS, PASS, PASS),))], JULY)
    with pytest.raises(SecondPersonError):
        overrides.end(desk, OFFICER, case.case_id, version=2, reason="The batch says so too")


def test_an_override_of_a_borrower_who_left_the_book_can_be_ended(desk):
    case = overrides.propose(desk, OFFICER, "B1", BETTER)
    overrides.approve(desk, RISK, case.case_id, version=1)
    publish_day(desk.store, "july", [borrower("B2")], JULY)
    assert overrides.end(desk, OFFICER, case.case_id, version=2, reason="Repaid").state == "ended"


def test_without_a_record_of_the_newest_batch_no_floor_is_known(desk):
    publish_day(desk.store, "july", [borrower("B2")], JULY)
    with pytest.raises(
        TransitionError, match=r"'B1' is not in the newest batch of 'sme'.* last decided on as of 2026-06-30"
    ):
        overrides.propose(desk, OFFICER, "B1", WORSE)


def test_expiry_is_by_date_and_closing_again_changes_nothing(desk, clock):
    case = overrides.propose(desk, OFFICER, "B1", replace(WORSE, expires_on=date(2026, 7, 7)))
    found = []
    for _ in range(3):
        found.append(overrides.expire(desk))
        clock.forward(1)
    assert found == [0, 0, 1]
    assert overrides.expire(desk) == 0
    with reading(desk.store) as connection:
        expired = find_case(connection, case.case_id)
    assert (expired.state, expired.is_open, expired.version) == ("expired", False, 2)
    assert counting(desk, date(2026, 7, 20)) == ["O0000001"]  # whoever reads it goes by its date


def test_a_stale_version_is_told_first(desk):
    case = overrides.propose(desk, OFFICER, "B1", BETTER)
    overrides.refuse(desk, RISK, case.case_id, version=1, reason="No")
    with pytest.raises(StaleVersionError):
        overrides.approve(desk, RISK, case.case_id, version=1)
    with pytest.raises(TransitionError, match="is refused; this is done with one that is proposed"):
        overrides.approve(desk, RISK, case.case_id, version=2)


@pytest.mark.parametrize(
    ("actor", "borrower_id", "error"),
    [(OFFICER, "B9", UnknownBorrowerError), (OFFICER, "B7", UnknownBorrowerError), (AUDITOR, "B1", ForbiddenError)],
)
def test_who_may_not_state_a_tier(desk, actor, borrower_id, error):
    with pytest.raises(error):
        overrides.propose(desk, actor, borrower_id, WORSE)


def test_a_policy_that_names_an_approver_for_worse_tiers_makes_them_wait(desk, policy):
    casework = policy.casework_on(TODAY)
    terms = replace(casework.overrides, worse_approver="branch_manager")
    strict = replace(policy, casework=type(policy.casework)(((date(1900, 1, 1), replace(casework, overrides=terms)),)))
    asked = replace(desk, policy_on=lambda _day: strict)
    case = overrides.propose(asked, OFFICER, "B1", WORSE)
    assert (case.state, case.role, counting(desk)) == ("proposed", "branch_manager", [])
    overrides.approve(asked, MANAGER, case.case_id, version=1)
    assert counting(desk) == ["O0000001"]


def test_l1_is_proposed_by_the_model_alone():
    assert (L1.floor, L1.proposal) == (PASS, SPECIAL)


@pytest.mark.parametrize("loan_id", ["L1", None])
def test_a_better_tier_is_refused_while_a_worse_one_that_a_person_stated_holds(desk, clock, loan_id):
    worse = overrides.propose(desk, OFFICER, "B1", replace(WORSE, tier=DOUBTFUL, loan_id=loan_id))
    told = (
        "Override 'O0000001' says 'doubtful' for .* until 2026-09-30, .* End it first, with POST /v1/overrides/O0000001"
    )
    with pytest.raises(TransitionError, match=told):
        overrides.propose(desk, OFFICER2, "B1", BETTER)
    overrides.end(desk, RISK, worse.case_id, version=1, reason="He is back")
    assert overrides.propose(desk, OFFICER2, "B1", BETTER).state == "proposed"


def test_a_worse_tier_stated_after_the_proposal_holds_up_the_approval(desk):
    better = overrides.propose(desk, OFFICER, "B1", BETTER)
    overrides.propose(desk, OFFICER2, "B1", WORSE)
    with pytest.raises(TransitionError, match="Override 'O0000002' says 'substandard' for loan 'L1'"):
        overrides.approve(desk, RISK, better.case_id, version=1)
